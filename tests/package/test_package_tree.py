"""A package's tree: upstream's source with its series, whatever state it is found in."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from repos import Repo
from source_packages import (
    dpkg_source,
    member,
    needs_dpkg_source,
    packaging,
    quilt_package,
    write_tree,
)

from debpatch.errors import DebpatchError
from debpatch.git.repository import Repository
from debpatch.package.package_tree import package_tree, series_trees
from debpatch.package.source_package import open_package

ORIGINAL = "one\ntwo\nthree\n"
FIRST = "--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"
SECOND = "--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n one\n-2\n+zwei\n three\n"
NEW = "--- /dev/null\n+++ b/new.c\n@@ -0,0 +1 @@\n+new\n"
SERIES = {
    "debian/patches/series": "first.patch\nsecond.patch\nnew.patch\n",
    "debian/patches/first.patch": FIRST,
    "debian/patches/second.patch": SECOND,
    "debian/patches/new.patch": NEW,
}
APPLIED = {"x.c": "one\nzwei\nthree\n", "new.c": "new\n"}


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with Repository(Repo(tmp_path / "upstream").path) as made:
        yield made


def tree(
    repository: Repository, package: Path, before: str | None = None
) -> tuple[str, dict[str, str]]:
    """The name of the tree and its files."""
    made = package_tree(repository, open_package(package), before)
    return made.name, {path: (made.read(path) or b"").decode() for path in made.paths}


def unpacked(folder: Path, files: dict[str, str]) -> Path:
    return write_tree(folder / "hello-1.0", {**packaging(), **SERIES, **files})


def test_a_dsc(repository: Repository, tmp_path: Path) -> None:
    dsc = quilt_package(tmp_path, [member("hello-1.0/x.c", ORIGINAL)], {**packaging(), **SERIES})
    assert tree(repository, dsc) == ("hello 1.0-1 with 3 patches applied", APPLIED)


@needs_dpkg_source
@pytest.mark.parametrize("options", [[], ["--skip-patches"]])
def test_as_dpkg_source_unpacks_it(
    repository: Repository, tmp_path: Path, options: list[str]
) -> None:
    dsc = quilt_package(tmp_path, [member("hello-1.0/x.c", ORIGINAL)], {**packaging(), **SERIES})
    dpkg_source("-x", *options, dsc, "unpacked", cwd=tmp_path)
    name, files = tree(repository, tmp_path / "unpacked")
    assert (name, files) == ("hello 1.0-1 with 3 patches applied", APPLIED)
    assert tree(repository, tmp_path / "unpacked", "first.patch")[1] == {"x.c": ORIGINAL}


@pytest.mark.parametrize("files", [{"x.c": ORIGINAL}, APPLIED])
def test_a_checkout_without_quilts_notes(
    repository: Repository, tmp_path: Path, files: dict[str, str]
) -> None:
    """Nothing says whether the series is applied; trying does."""
    assert tree(repository, unpacked(tmp_path, files))[1] == APPLIED


@pytest.mark.parametrize(
    ("before", "files", "said"),
    [
        ("first.patch", {"x.c": ORIGINAL}, "0 patches"),
        ("second.patch", {"x.c": "one\n2\nthree\n"}, "1 patch"),
        ("new.patch", {"x.c": "one\nzwei\nthree\n"}, "2 patches"),
        ("unlisted.patch", APPLIED, "3 patches"),
        (None, APPLIED, "3 patches"),
    ],
)
@pytest.mark.parametrize("state", [{"x.c": ORIGINAL}, APPLIED])
def test_what_a_patch_of_the_series_applies_to(
    repository: Repository,
    tmp_path: Path,
    state: dict[str, str],
    before: str | None,
    files: dict[str, str],
    said: str,
) -> None:
    name, found = tree(repository, unpacked(tmp_path, state), before)
    assert found == files
    assert name == f"hello 1.0-1 with {said} applied"


def test_the_first_patches_are_applied_by_quilt(repository: Repository, tmp_path: Path) -> None:
    state = {"x.c": "one\n2\nthree\n", ".pc/applied-patches": "first.patch\n"}
    assert tree(repository, unpacked(tmp_path, state))[1] == APPLIED


def test_the_first_patches_are_applied_and_nothing_says_so(
    repository: Repository, tmp_path: Path
) -> None:
    assert tree(repository, unpacked(tmp_path, {"x.c": "one\n2\nthree\n"}))[1] == APPLIED


def test_no_series(repository: Repository, tmp_path: Path) -> None:
    package = write_tree(tmp_path / "hello-1.0", {**packaging(), "x.c": ORIGINAL})
    assert tree(repository, package)[1] == {"x.c": ORIGINAL}


def test_each_state_of_the_series(repository: Repository, tmp_path: Path) -> None:
    trees = series_trees(repository, open_package(unpacked(tmp_path, APPLIED)))
    assert [made.read("x.c") for made in trees] == [
        ORIGINAL.encode(),
        b"one\n2\nthree\n",
        b"one\nzwei\nthree\n",
        b"one\nzwei\nthree\n",
    ]
    assert [made.read("new.c") for made in trees] == [None, None, None, b"new\n"]


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"x.c": "other\n"}, r"first\.patch of the series does not apply .*\(x\.c hunk 1\)"),
        ({"x.c": "one\n2\nthree\n", "new.c": "new\n"}, r"first\.patch .* does not apply"),
        (
            {"x.c": ORIGINAL, "debian/patches/second.patch": FIRST},
            r"second\.patch of the series does not apply without fuzz \(x\.c hunk 1\); refresh",
        ),
    ],
)
def test_a_series_that_does_not_fit(
    repository: Repository, tmp_path: Path, files: dict[str, str], why: str
) -> None:
    with pytest.raises(DebpatchError, match=why):
        tree(repository, unpacked(tmp_path, files))


def test_a_series_that_names_what_is_not_there(repository: Repository, tmp_path: Path) -> None:
    package = unpacked(tmp_path, {"x.c": ORIGINAL})
    (package / "debian/patches/second.patch").unlink()
    with pytest.raises(
        DebpatchError, match=r"names second\.patch \(line 2\), but .* does not exist"
    ):
        tree(repository, package)


@pytest.mark.skipif(shutil.which("quilt") is None, reason="quilt is not installed")
@pytest.mark.parametrize("top", ["first.patch", "second.patch", "new.patch"])
def test_as_quilt_leaves_it(repository: Repository, tmp_path: Path, top: str) -> None:
    package = unpacked(tmp_path, {"x.c": ORIGINAL})
    command = ["quilt", "--quiltrc", "-", "push", "-q", top]
    variables = {"QUILT_PATCHES": "debian/patches", "PATH": "/usr/bin:/bin"}
    subprocess.run(command, cwd=package, env=variables, check=True, capture_output=True)
    assert tree(repository, package)[1] == APPLIED
