"""Upstream commits become quilt patches: all of them, true, and applicable; or nothing changes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import debpatch, refusal

from debpatch.demo import Demo
from debpatch.git.repository import Repository
from debpatch.package.package_tree import package_tree
from debpatch.package.source_package import open_package

from .schema import check
from .snapshot import snapshot


def imported(demo: Demo, package: Path, *arguments: str, code: int = 0) -> str:
    done = debpatch(
        "import-commits", "--repo", demo.repository, "--package", package, *arguments
    )  # fmt: skip
    assert (done.code, done.err) == (code, "")
    return done.out


def refused(demo: Demo, package: Path, *arguments: str) -> str:
    before = snapshot(package.parent)
    said = refusal("import-commits", "--repo", demo.repository, "--package", package, *arguments)
    assert snapshot(package.parent) == before
    return said


def program(*command: str, cwd: Path) -> str:
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_package_gets_patches_series_and_changelog_and_nothing_else(
    demo: Demo, package: Path, series: str
) -> None:
    before = snapshot(package)
    imported(demo, package, series)
    after = snapshot(package)
    changed = {path for path in before if after[path] != before[path]}
    new = sorted(after.keys() - before.keys())
    assert changed == {"debian/changelog", "debian/patches/series"}
    assert new == [
        "debian/patches/collector-follow-a-gauge-that-has-moved-1.4.patch",
        "debian/patches/link-backport-the-immediate-processing-of-frames.patch",
        "debian/patches/link-parse-the-frame-of-a-gauge-that-has-moved-1.4.patch",
        "debian/patches/link-port-the-pointers-needed-for-the-backport-of.patch",
        "debian/patches/link-take-requests-again-after-a-read-that-gave.patch",
    ]
    assert list(package.parent.glob(".debpatch*")) == []
    for path in changed:
        old, mode = before[path][1], before[path][0]
        assert after[path][0] == mode
        assert after[path][1].endswith(old) or after[path][1].startswith(old)


def test_the_source_is_what_git_gives(demo: Demo, package: Path, series: str) -> None:
    imported(demo, package, series)
    work = package.parent / "work"
    git = (
        "git",
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@example.org",
        "-c",
        "advice.detachedHead=0",
    )
    program(*git, "clone", "-q", "-b", "v1.4.2", str(demo.repository), str(work), cwd=package)
    program(*git, "cherry-pick", *series.split(","), cwd=work)
    with Repository(demo.repository) as repository:
        tree = package_tree(repository, open_package(package))
        for path in ("src/link_linux.c", "src/link_bsd.c", "src/forward.c", "src/poll_udp.c"):
            assert tree.read(path) == (work / path).read_bytes()


def test_a_checkout_of_the_packaging_alone(demo: Demo, package: Path, series: str) -> None:
    """The source is then upstream's at the base, and the same patches come out."""
    alone = package.parent / "packaging"
    shutil.copytree(package / "debian", alone / "debian", symlinks=True)
    imported(demo, alone, series)
    imported(demo, package, series)
    assert snapshot(alone / "debian") == snapshot(package / "debian")


def test_dpkg_source_and_quilt_take_them(demo: Demo, package: Path, series: str) -> None:
    imported(demo, package, series)
    said = program("dpkg-source", "-b", package.name, cwd=package.parent)
    assert "fuzz" not in said
    assert (package.parent / "tidewatch_1.4.2-3+deb13u2.dsc").is_file()


def test_quilt_pushes_them(
    demo: Demo, package: Path, series: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(demo, package, series)
    monkeypatch.setenv("QUILT_PATCHES", "debian/patches")
    said = program("quilt", "push", "-a", "--fuzz=0", cwd=package)
    assert "Now at patch" in said
    assert "offset" not in said


def test_validate_dep3_is_content(demo: Demo, package: Path, series: str) -> None:
    imported(demo, package, series)
    done = debpatch(
        "validate-dep3", "--repo", demo.repository, "--format", "json", package
    )  # fmt: skip
    new = [entry for entry in done.json["patches"] if "/link-" in entry["path"]]
    assert len(new) == 4
    assert [finding for entry in new for finding in entry["findings"]] == []


def test_a_header_says_where_the_fix_is(demo: Demo, package: Path) -> None:
    cve = demo.commits["later-fix"]
    s3 = ",".join(demo.commits[name] for name in ("p1", "p2", "s2", "s3"))
    imported(
        demo, package, f"{s3},{cve}", "--closes", "9000077", "--bug", "https://b.example.org/1"
    )
    text = (
        package / "debian/patches/link-take-requests-again-after-a-read-that-gave.patch"
    ).read_text()
    assert text.startswith(
        "Description: link: take requests again after a read that gave nothing\n"
    )
    fields = text.partition("Origin:")[2].partition("---")[0]
    assert fields == (
        f" upstream, commit:{cve}\n"
        "Author: Søren Ægidius Østergård <soren@example.org>\n"
        "Bug: https://b.example.org/1\n"
        "Bug-Debian: https://bugs.debian.org/9000077\n"
        "Last-Update: 2026-03-01\n"
        f"Applied-Upstream: 1.4.7, commit:{cve}\n"
    )


def test_an_adapted_pick_is_a_backport(demo: Demo, package: Path) -> None:
    """Part of the commit is in the package already, so that its lines are not all carried."""
    gauge = package / "src/tidewatch.h"
    leak = demo.commits["p1"]
    with Repository(demo.repository) as repository:
        commit = repository.commit(leak)
        theirs = repository.read(commit.tree, "src/link_bsd.h") or b""
    (package / "src/link_bsd.h").write_bytes(theirs)
    assert gauge.is_file()
    imported(demo, package, leak)
    name = "link-parse-the-frame-of-a-gauge-that-has-moved-1.4.patch"
    header = (package / "debian/patches" / name).read_text()
    assert f"Origin: backport, commit:{leak}\n" in header
    assert "link_bsd.h" not in header


def test_the_changelog(demo: Demo, package: Path, series: str) -> None:
    old = (package / "debian/changelog").read_text()
    imported(demo, package, series, "--closes", "#9000077", "--closes", "9000078")
    new = (package / "debian/changelog").read_text()
    assert new.endswith(old)
    entry = new.removesuffix(old)
    assert entry.startswith(
        "tidewatch (1.4.2-3+deb13u2) trixie; urgency=medium\n\n"
        "  * Take commits from upstream (Closes: #9000077, #9000078):\n"
        "    - d/patches/link-parse-the-frame-of-a-gauge-that-has-moved-1.4.patch: link:\n"
    )
    assert entry.endswith(
        "\n\n -- Grete Vinter <grete@debian.example.org>  Sun, 01 Mar 2026 10:13:20 +0000\n\n"
    )
    assert max(map(len, entry.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "opening"),
    [
        (["--suite", "unstable"], "tidewatch (1.4.2-4) unstable; urgency=medium"),
        (["--security"], "tidewatch (1.4.2-3+deb13u2) trixie-security; urgency=high"),
        (["--suite", "oldstable"], "tidewatch (1.4.2-3+deb13u1~deb12u1) bookworm; urgency=medium"),
    ],
)
def test_where_it_goes(demo: Demo, package: Path, arguments: list[str], opening: str) -> None:
    imported(demo, package, demo.commits["p1"], *arguments)
    assert (package / "debian/changelog").read_text().split("\n")[0] == opening


def test_somebody_else_says_so(demo: Demo, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBEMAIL", "ådne@example.org")
    monkeypatch.setenv("DEBFULLNAME", "Ådne Ås")
    imported(demo, package, demo.commits["p1"], "--suite", "unstable")
    entry = (package / "debian/changelog").read_text()
    assert entry.startswith("tidewatch (1.4.2-3.1) unstable; ")
    assert "  * Non-maintainer upload.\n" in entry.split(" -- ")[0]


def test_a_dry_run_prints_the_diff_and_writes_nothing(
    demo: Demo, package: Path, series: str
) -> None:
    before = snapshot(package.parent)
    diff = imported(demo, package, series, "--dry-run")
    assert snapshot(package.parent) == before
    (package.parent / "diff").write_text(diff)
    program("git", "apply", "../diff", cwd=package)
    dry = snapshot(package)
    other = package.parent / "other"
    shutil.copytree(package, other, symlinks=True)
    for path, (_, data) in before.items():
        if path.startswith(f"{package.name}/debian/"):
            (other / Path(path).relative_to(package.name)).write_bytes(data)
    for path in dry.keys() - {str(Path(p).relative_to(package.name)) for p in before if "/" in p}:
        (other / path).unlink()
    imported(demo, other, series)
    assert snapshot(other) == dry


def test_a_conflict_is_told_and_nothing_is_written(demo: Demo, package: Path) -> None:
    said = refused(demo, package, f"{demo.commits['p1']},{demo.commits['fix']}")
    assert said.startswith(demo.commits["fix"][:12])
    assert "conflicts with tidewatch 1.4.2-3+deb13u1 in " in said


def test_a_conflict_can_be_written_beside_the_series(demo: Demo, package: Path) -> None:
    shas = ",".join(demo.commits[name] for name in ("p1", "fix", "p2"))
    out = debpatch(
        "import-commits", "--repo", demo.repository, "--package", package, shas,
        "--conflicts", "--format", "json",
    )  # fmt: skip
    assert out.code == 1
    check(out.json)
    assert [c["outcome"] for c in out.json["commits"]] == ["written", "conflict", "left"]
    name = out.json["commits"][1]["patch"]
    assert name == "link-process-frames-immediately-after-read.patch.conflict"
    assert "+<<<<<<<" in (package / "debian/patches" / name).read_text()
    listed = (package / "debian/patches/series").read_text()
    assert name not in listed
    assert listed.endswith("link-parse-the-frame-of-a-gauge-that-has-moved-1.4.patch\n")


def test_what_the_package_has_already_is_not_written(demo: Demo, package: Path) -> None:
    before = snapshot(package)
    out = imported(demo, package, demo.commits["cve"])
    assert out.startswith("Nothing to write")
    assert snapshot(package) == before


def test_a_packed_package_is_not_written_to(demo: Demo) -> None:
    said = refusal("import-commits", "--repo", demo.repository, "--package", demo.dsc, "v1.4.3")
    assert "unpack it" in said


@pytest.mark.parametrize(
    ("path", "old", "new", "says"),
    [
        ("debian/changelog", "trixie-security", "UNRELEASED", "is UNRELEASED; release it first"),
        ("debian/changelog", "tidewatch (", "tidewatch ((", "does not start with an entry"),
        ("debian/changelog", "(1.4.2-3+deb13u1)", "(1.4.2 -3)", "does not start with an entry"),
        ("debian/changelog", "trixie-security", "trixy", "not a Debian suite"),
        ("debian/changelog", "trixie-security", "buster", "end of life"),
        ("debian/source/format", "quilt", "native", "has no quilt series"),
        ("debian/patches/series", "default", "missing", "correct the series"),
        ("debian/patches/CVE-2025-99042.patch", "gauge_update", "gauge_other", "without fuzz"),
    ],
)
def test_packages_that_cannot_take_patches(
    demo: Demo, package: Path, path: str, old: str, new: str, says: str
) -> None:
    shutil.rmtree(package / ".pc")
    file = package / path
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    assert says in refused(demo, package, demo.commits["p1"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--closes", "abc"], "not a Debian bug"),
        (["--closes", "-4"], "not a Debian bug"),
        (["--bug", "219"], "not the URL of a bug"),
        (["--suite", "potato"], "end of life"),
        (["--suite", "nowhere"], "is not a Debian suite"),
    ],
)
def test_options_that_mean_nothing(
    demo: Demo, package: Path, arguments: list[str], says: str
) -> None:
    assert says in refused(demo, package, demo.commits["p1"], *arguments)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DEBEMAIL", "", "set DEBFULLNAME"),
        ("DEBEMAIL", "nobody", "set DEBFULLNAME"),
        ("DEBFULLNAME", "Evil\n -- X <x@y>  date", "set DEBFULLNAME"),
        ("SOURCE_DATE_EPOCH", "today", "SOURCE_DATE_EPOCH"),
    ],
)
def test_who_and_when_have_to_be_known(
    demo: Demo, package: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.delenv("EMAIL", raising=False)
    assert says in refused(demo, package, demo.commits["p1"])


def test_a_link_is_not_written_through(demo: Demo, package: Path) -> None:
    outside = package.parent / "elsewhere"
    (package / "debian/changelog").rename(outside)
    (package / "debian/changelog").symlink_to("../../elsewhere")
    assert "leads out" in refused(demo, package, demo.commits["p1"])
    (package / "debian/changelog").unlink()
    (package / "debian/news").write_bytes(outside.read_bytes())
    (package / "debian/changelog").symlink_to("news")
    assert "is a symbolic link" in refused(demo, package, demo.commits["p1"])


KILLED = """
import os, signal, sys
from debpatch import files
at = sys.argv.pop(1)
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
setattr(files, at, die)
from debpatch.cli import main
main()
"""


@pytest.mark.parametrize("at", ["_write", "exchange"])
def test_a_killed_process_leaves_the_package_as_it_was(
    demo: Demo, package: Path, series: str, at: str
) -> None:
    before = snapshot(package)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, at, "import-commits", "--repo", str(demo.repository),
         "--package", str(package), series],
        check=False, capture_output=True,
    )  # fmt: skip
    assert done.returncode == -9
    assert snapshot(package) == before


def test_without_the_exchange_call_folders_step_aside(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from debpatch import files

    class NoCall:
        def __getattr__(self, name: str) -> object:
            raise AttributeError(name)

    monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: NoCall())
    files.change_debian(package, {"debian/new/file": b"1", "debian/changelog": b"2"})
    assert (package / "debian/new/file").read_bytes() == b"1"
    assert (package / "debian/changelog").read_bytes() == b"2"
    assert (package / "debian/rules").stat().st_mode & 0o111
