"""However a package is kept, the commands tell the same of it.

The ways: an unpacked source, a ``.dsc``, a Git checkout with the patches unapplied as gbp has it or
applied as dgit has it, its packaging alone, and gbp's patch queue, whose commits are the patches.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import debpatch

from debpatch.demo import Demo
from debpatch.formats.diff import parse_diff

_WHO = {"NAME": "Grete Vinter", "EMAIL": "grete@debian.example.org"}
_ENVIRONMENT = {
    **{f"GIT_{role}_{key}": text for role in ("AUTHOR", "COMMITTER") for key, text in _WHO.items()},
    **{f"DEB{'FULL' * (key == 'NAME')}{key}": text for key, text in _WHO.items()},
    "GIT_CONFIG_NOSYSTEM": "1",
    "SOURCE_DATE_EPOCH": "1763683200",
}


@pytest.fixture(autouse=True, scope="module")
def _environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _ENVIRONMENT.items():
            patch.setenv(name, value)
        yield


def git(place: Path, *arguments: str | Path) -> None:
    subprocess.run(["git", *arguments], cwd=place, check=True, capture_output=True)


def unapplied(demo: Demo, folder: Path) -> Path:
    """As git-buildpackage keeps a package."""
    place = folder / "tidewatch"
    git(folder, "clone", "-q", "--branch", "v1.4.2", demo.repository, place)
    git(place, "checkout", "-q", "-b", "debian/trixie")
    shutil.copytree(demo.package / "debian", place / "debian")
    git(place, "add", "-f", "debian")
    git(place, "commit", "-q", "-m", "Packaging")
    return place


def applied(demo: Demo, folder: Path) -> Path:
    """As dgit and others keep it: the series is there, and what it does is committed."""
    place = unapplied(demo, folder)
    for name in series(place):
        git(place, "apply", f"debian/patches/{name}")
    git(place, "commit", "-q", "-a", "-m", "Commit what the series does")
    (place / ".pc").mkdir()  # left by a quilt that found nothing to push
    return place


def packaging(demo: Demo, folder: Path) -> Path:
    """The ``debian`` folder in a repository of its own."""
    place = folder / "packaging"
    shutil.copytree(demo.package / "debian", place / "debian")
    return place


def queue(demo: Demo, folder: Path) -> Path:
    """As ``gbp pq import`` makes it."""
    if shutil.which("gbp") is None:
        pytest.skip("gbp is not installed")
    place = unapplied(demo, folder)
    subprocess.run(["gbp", "pq", "import"], cwd=place, check=True, capture_output=True)
    return place


def packed(demo: Demo, _folder: Path) -> Path:
    """The ``.dsc``."""
    return next(demo.package.parent.glob("*.dsc"))


def series(place: Path) -> list[str]:
    lines = (place / "debian/patches/series").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def audited(demo: Demo, package: Path, repository: Path | None = None) -> list[tuple[Any, ...]]:
    """What audit-series says of each patch, but for what Git's commits cannot hold."""
    done = debpatch(
        "audit-series", package, "--repo", repository or demo.repository, "--format", "json"
    )
    return [
        (each["name"], each["applies"], each["upstream"] and each["upstream"]["match"],
         each["droppable_from"])
        for each in done.json["patches"]
    ]  # fmt: skip


@pytest.fixture(scope="module")
def expected(demo: Demo) -> list[tuple[Any, ...]]:
    return audited(demo, demo.package)


def test_the_unpacked_package(expected: list[tuple[Any, ...]]) -> None:
    assert len(expected) == 4
    assert all(applies for _, applies, *_ in expected)
    assert {match for _, _, match, _ in expected} == {"identical", None}


Layout = Callable[[Demo, Path], Path]


@pytest.mark.parametrize("layout", [packed, unapplied, applied, packaging, queue])
def test_the_series_is_the_same(
    demo: Demo, expected: list[tuple[Any, ...]], tmp_path: Path, layout: Layout
) -> None:
    assert audited(demo, layout(demo, tmp_path)) == expected


def test_an_update_of_a_source_that_has_its_series(demo: Demo, tmp_path: Path) -> None:
    done = debpatch(
        "propose-update", "--kind", "pu", "--package", applied(demo, tmp_path), "--plan",
        revisions(demo), "--repo", demo.repository, "--suite", "trixie", "-o", tmp_path / "out",
    )  # fmt: skip
    assert done.code == 1, done.err
    (debdiff,) = (tmp_path / "out").glob("*.debdiff")
    changed = {file.path for file in parse_diff(debdiff.read_bytes()).files}
    assert {path for path in changed if not path.startswith("debian/patches/")} == {
        "debian/changelog"
    }
    assert len(changed) == 6


def revisions(demo: Demo) -> str:
    return ",".join(demo.commits[name] for name in ("p1", "p2", "s2", "s3"))


@pytest.mark.parametrize("layout", [applied, queue])
def test_what_is_committed_to_a_package_is_not_upstreams(
    demo: Demo, expected: list[tuple[Any, ...]], tmp_path: Path, layout: Layout
) -> None:
    place = layout(demo, tmp_path)
    assert audited(demo, place, repository=place) == expected


def test_new_patches_behind_those_that_are_applied(
    demo: Demo, expected: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    place = applied(demo, tmp_path)
    done = debpatch("import-commits", revisions(demo), "--repo", demo.repository, cwd=place)
    assert done.code == 0, done.err
    found = audited(demo, place)
    assert found[:4] == expected
    assert [applies for _, applies, *_ in found] == [True] * 8
    again = debpatch(
        "check-conflicts", demo.commits["s3"], "--repo", demo.repository, "--onto", place,
        "--format", "json",
    ).json  # fmt: skip
    assert [each["outcome"] for each in again["alone"]] == ["already-applied"]


def test_a_patch_that_upstream_has_is_not_taken_for_applied(demo: Demo, tmp_path: Path) -> None:
    """The source is that of a release with the first patch, and the others are not applied."""
    place = unapplied(demo, tmp_path)
    first = series(place)[0]
    git(place, "apply", f"debian/patches/{first}")
    git(place, "commit", "-q", "-a", "-m", "As upstream released it")
    release = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=place, check=True, capture_output=True, text=True
    ).stdout.strip()
    found = debpatch("audit-series", place, "--repo", place, "--base", release, "--format", "json")
    assert [each["applies"] for each in found.json["patches"]] == [False, True, True, True]


def test_what_is_written_to_a_queue_is_refused(demo: Demo, tmp_path: Path) -> None:
    place = queue(demo, tmp_path)
    before = os.listdir(place / "debian/patches")  # noqa: PTH208
    done = debpatch("import-commits", demo.commits["p1"], "--repo", demo.repository, cwd=place)
    assert (done.code, done.out) == (2, "")
    assert "gbp pq export" in done.err
    assert os.listdir(place / "debian/patches") == before  # noqa: PTH208
