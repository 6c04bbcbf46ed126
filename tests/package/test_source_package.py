from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from source_packages import (
    CHANGELOG,
    dpkg_source,
    member,
    needs_dpkg_source,
    packaging,
    quilt_package,
    write_tree,
)

from debpatch.errors import DebpatchError
from debpatch.formats.series import SeriesEntry
from debpatch.package.source_package import open_package
from debpatch.package.source_tree import PackageFile

PATCHED = {
    "debian/patches/series": "one.patch\nsub/two -p0\n",
    "debian/patches/one.patch": "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+2\n",
    "debian/patches/sub/two": "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-2\n+3\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "hello-1.0", {**packaging(), **PATCHED, "a": "1\n", "src/b": "b"})


def test_a_directory_and_what_its_changelog_says(root: Path) -> None:
    package = open_package(str(root))
    assert (package.name, str(package.version), package.upstream_version) == (
        *("hello", "1.0-1", "1.0"),
    )
    assert package.distribution == "unstable"
    assert package.series == (
        SeriesEntry("one.patch", 1, False, 1),
        SeriesEntry("sub/two", 0, False, 2),
    )
    assert package.root == root
    assert package.location == str(root)
    assert package.read("debian/patches/sub/two") == PATCHED["debian/patches/sub/two"].encode()


@pytest.mark.parametrize("inside", ["debian", "src", "debian/patches", "."])
def test_a_folder_inside_of_a_package_is_the_package(
    root: Path, inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root / inside)
    assert open_package(".").root == root


def test_files_are_streamed_with_modes_and_links_as_links(root: Path) -> None:
    write_tree(
        root,
        {
            ".git/config": "x",
            "sub/.git": "gitdir: x",
            ".pc/applied-patches": "",
            "deep/.pc/kept": "k",
            "run": "#!",
        },
    )
    (root / "run").chmod(0o755)
    (root / "out").symlink_to("/etc/passwd")
    (root / "folder").symlink_to("src")
    os.mkfifo(root / "pipe")
    latin = os.fsencode(root) + b"/na\xefve"
    Path(os.fsdecode(latin)).write_bytes(b"\xff\x00")
    package = open_package(root)
    files = {file.path: file for file in package.files()}
    assert {file.path for file in package.files("src/")} == {p for p in files if p[:4] == "src/"}
    assert files.keys() == {
        *packaging(),
        *PATCHED,
        *("a", "src/b", "deep/.pc/kept", "run", "out", "folder", "na\udcefve"),
    }
    assert files["run"].mode == "100755"
    assert files["a"].mode == "100644"
    assert files["out"] == PackageFile("out", "120000", b"/etc/passwd")
    assert files["folder"] == PackageFile("folder", "120000", b"src")
    assert files["na\udcefve"].data == b"\xff\x00"


def test_reading_follows_links_inside_the_package_and_none_out_of_it(root: Path) -> None:
    (root / "debian/changelog").rename(root / "CHANGES")
    (root / "debian/changelog").symlink_to("../CHANGES")
    (root / "debian/patches/evil").symlink_to("../../../outside")
    (root / "debian/patches/absolute").symlink_to("/etc/passwd")
    (root / "debian/folder").symlink_to("..")
    (root / "loop").symlink_to("loop")
    package = open_package(root)
    assert package.name == "hello"
    assert package.read("debian/folder/src/b") == b"b"
    assert package.read("debian") is None
    assert package.read("a/below") is None
    for path in ("debian/patches/evil", "debian/patches/absolute", "../outside", "/etc/passwd"):
        with pytest.raises(DebpatchError, match="leads out of the source package"):
            package.read(path)
    with pytest.raises(DebpatchError, match="loop of symbolic links"):
        package.read("loop")


def test_what_quilt_says_is_applied(root: Path) -> None:
    assert open_package(root).applied is None
    (root / ".pc").mkdir()
    assert open_package(root).applied is None  # a quilt that failed leaves it so
    (root / ".pc/applied-patches").write_text("one.patch\nsub/two\n")
    assert open_package(root).applied == ("one.patch", "sub/two")
    (root / "debian/patches/series").write_text("# none\n")
    assert open_package(root).applied == ()


@needs_dpkg_source
def test_dpkg_source_s_own_tree_is_read_as_applied(tmp_path: Path) -> None:
    dsc = quilt_package(
        tmp_path,
        [member("hello-1.0/a", "1\n")],
        {**packaging(), "debian/patches/series": "one.patch\n"}
        | {"debian/patches/one.patch": PATCHED["debian/patches/one.patch"]},
    )
    dpkg_source("--no-check", "-x", dsc, "out", cwd=tmp_path)
    unpacked = open_package(tmp_path / "out")
    assert unpacked.applied == ("one.patch",)
    assert unpacked.read("a") == b"2\n"
    packed = open_package(dsc)
    assert packed.applied == ()
    assert packed.read("a") == b"1\n"
    assert packed.root is None
    assert packed.series == unpacked.series


def test_debian_s_own_series_goes_before_the_common_one(root: Path) -> None:
    (root / "debian/patches/debian.series").write_text("vendor.patch\n")
    assert [entry.name for entry in open_package(root).series] == ["vendor.patch"]


def test_an_unfinished_entry_and_old_ones_that_are_not_utf8(root: Path) -> None:
    text = CHANGELOG.replace("(1.0-1) unstable", "(2:1.1+dfsg-2~exp1) UNRELEASED")
    (root / "debian/changelog").write_bytes(text.encode() + b"\n" + b"hello (0.9-1) x; \xe9\n")
    package = open_package(root)
    assert (str(package.version), package.distribution) == ("2:1.1+dfsg-2~exp1", "UNRELEASED")
    assert package.upstream_version == "1.1+dfsg"


@pytest.mark.parametrize("text", ["", "\n", "hello\n", "hello (1_0) x; urgency=low\n\n  * a\n"])
def test_a_broken_changelog_is_one_clear_line(
    root: Path, text: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (root / "debian/changelog").write_text(text)
    with pytest.raises(DebpatchError, match="debian/changelog does not start with an entry"):
        open_package(root)
    assert capfd.readouterr() == ("", "")


def test_a_series_that_leads_out_names_file_and_line(root: Path) -> None:
    (root / "debian/patches/series").write_text("one.patch\n../../x\n")
    with pytest.raises(DebpatchError, match=r"debian/patches/series:2: .* leads out"):
        open_package(root)


def test_what_is_no_package(tmp_path: Path) -> None:
    with pytest.raises(DebpatchError, match=r"not in a source package: it has no debian/changelog"):
        open_package(tmp_path)
    with pytest.raises(DebpatchError, match=r"give a directory with debian/, a \.dsc, or apt:"):
        open_package(tmp_path / "absent.patch")
    with pytest.raises(DebpatchError, match=r"absent\.dsc: cannot be read"):
        open_package(tmp_path / "absent.dsc")
    dsc = quilt_package(tmp_path, [member("h/a", "x")], {"debian/control": "Source: hello\n"})
    with pytest.raises(DebpatchError, match="has no debian/changelog"):
        open_package(dsc)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_one_clear_line(root: Path) -> None:
    (root / "a").chmod(0)
    with pytest.raises(DebpatchError, match=r"a: cannot be read \(Permission denied\)"):
        list(open_package(root).files())


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="/proc is not mounted")
def test_a_big_tarball_is_read_in_little_memory(tmp_path: Path) -> None:
    content = os.urandom(1024) * 1024  # 1 MiB that compresses well
    dsc = quilt_package(tmp_path, (member(f"h/{n}", content) for n in range(200)))
    code = (
        "import re, sys\n"
        "from debpatch.package.source_package import open_package\n"
        "package = open_package(sys.argv[1])\n"
        "def peak():  # getrusage(2) would begin with that of the process before it\n"
        "    return int(re.search('VmHWM:(.*) kB', open('/proc/self/status').read())[1])\n"
        "before = peak()\n"
        "size = sum(len(file.data) for file in package.files())\n"
        "print(size, peak() - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(dsc)], check=True, capture_output=True, text=True
    )
    size, kibibytes = map(int, done.stdout.split())
    assert size > 200 * 1024 * 1024
    assert kibibytes < 20 * 1024
