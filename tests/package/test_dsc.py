from __future__ import annotations

import gzip
import lzma
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from source_packages import (
    dpkg_source,
    link,
    member,
    needs_dpkg_source,
    packaging,
    quilt_package,
    write_dsc,
    write_tarball,
    write_tree,
)

from debpatch.errors import DebpatchError
from debpatch.package.dsc import open_dsc
from debpatch.package.source_tree import PackageFile, SourceDirectory, SourceTree


def paths(tree: SourceTree) -> set[str]:
    return {file.path for file in tree.files()}


def by_path(tree: SourceTree) -> dict[str, PackageFile]:
    files = list(tree.files())
    found = {file.path: file for file in files}
    assert len(found) == len(files), "a path was given twice"
    debian = [file for file in files if file.path.startswith("debian/")]
    assert sorted(tree.files("debian/"), key=files.index) == debian
    return found


def test_an_original_and_a_debian_tarball_are_one_tree(tmp_path: Path) -> None:
    dsc = quilt_package(
        tmp_path,
        [
            member("./hello-1.0", type=tarfile.DIRTYPE),
            member("./hello-1.0/run", "#!/bin/sh\n", mode=0o755),
            member("hello-1.0/src/a.c", "int a;\n"),
            member("hello-1.0/src/hard.c", type=tarfile.LNKTYPE, linkname="hello-1.0/src/a.c"),
            member("hello-1.0/debian/upstreams-own", "x"),
            member("hello-1.0/.pc/applied-patches", "x"),
            member("hello-1.0/.git/config", "x"),
            member("hello-1.0/na\udcefve", "latin"),
            member("hello-1.0/again", "first"),
            member("hello-1.0/again", "last"),
            member("hello-1.0/pipe", type=tarfile.FIFOTYPE),
            link("hello-1.0/link", "./src//a.c"),
        ],
    )
    tree = open_dsc(dsc)
    files = by_path(tree)
    assert files.keys() - packaging().keys() == {
        *("run", "src/a.c", "src/hard.c", "na\udcefve", "again", "link")
    }
    assert files["run"].mode == "100755"
    assert files["src/hard.c"].data == b"int a;\n"
    assert files["link"] == PackageFile("link", "120000", b"./src//a.c")
    assert files["again"].data == b"last"
    assert files["debian/rules"].mode == "100755"
    assert tree.read("src/a.c") == b"int a;\n"
    assert tree.read("link") == b"int a;\n"
    assert tree.read("debian/control") == files["debian/control"].data
    assert tree.read("debian/upstreams-own") is None
    assert tree.read("src") is None


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a", "b/c"], {"a", "b/c"}),
        (["only"], {"only"}),
        (["top/a", "top/b"], {"a", "b"}),
        (["./top/a", "././top//b"], {"a", "b"}),
        (["top/a", ".hidden/b"], {"top/a", ".hidden/b"}),
    ],
)
def test_one_folder_around_everything_is_taken_off(
    tmp_path: Path, names: list[str], expected: set[str]
) -> None:
    dsc = quilt_package(tmp_path, [member(name, "x") for name in names])
    assert paths(open_dsc(dsc)) - packaging().keys() == expected


def test_an_empty_folder_beside_it_counts(tmp_path: Path) -> None:
    members = [member("top/a", "x"), member("empty", type=tarfile.DIRTYPE)]
    assert "top/a" in paths(open_dsc(quilt_package(tmp_path, members)))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (member("../evil", "x"), "leads out"),
        (member("h/../../evil", "x"), "leads out"),
        (member("/etc/evil", "x"), "leads out"),
        (member("h/hard", type=tarfile.LNKTYPE, linkname="/etc/passwd"), "leads out"),
        (member("h/hard", type=tarfile.LNKTYPE, linkname="h/absent"), "hard link to h/absent"),
        (member("h/file/below", "x"), "leads through file"),
    ],
)
def test_names_that_lead_out_or_through_files_are_errors(
    tmp_path: Path, bad: tuple[tarfile.TarInfo, bytes], message: str
) -> None:
    dsc = quilt_package(tmp_path, [member("h/file", "x"), bad])
    with pytest.raises(DebpatchError, match=message):
        list(open_dsc(dsc).files())


def test_a_file_below_a_link_is_an_error(tmp_path: Path) -> None:
    dsc = quilt_package(tmp_path, [link("h/out", "/elsewhere"), member("h/out/evil", "x")])
    with pytest.raises(DebpatchError, match="out/evil leads through out"):
        open_dsc(dsc)


@pytest.mark.parametrize("target", ["/etc/passwd", "../../etc/passwd", "loop"])
def test_a_link_out_of_the_package_is_not_followed(tmp_path: Path, target: str) -> None:
    tree = open_dsc(quilt_package(tmp_path, [member("h/a", "x"), link("h/loop", target)]))
    assert by_path(tree)["loop"].data == target.encode()
    with pytest.raises(DebpatchError, match="loop"):
        tree.read("loop")


def test_a_file_that_is_missing_short_or_changed_is_one_clear_line(tmp_path: Path) -> None:
    dsc = quilt_package(tmp_path, [member("h/a", "x" * 5000)])
    orig = tmp_path / "hello_1.0.orig.tar.gz"
    content = orig.read_bytes()
    orig.write_bytes(content[:-9])
    with pytest.raises(DebpatchError, match=r"orig\.tar\.gz: has \d+ bytes, the \.dsc says \d+"):
        open_dsc(dsc)
    orig.write_bytes(content[:-9] + b"123456789")
    with pytest.raises(DebpatchError, match=r"orig\.tar\.gz: SHA-256 differs"):
        open_dsc(dsc)
    orig.unlink()
    with pytest.raises(
        DebpatchError, match=r"hello_1\.0\.orig\.tar\.gz is not in the same directory"
    ):
        open_dsc(dsc)


@pytest.mark.parametrize("cut", ["compressed", "plain"])
def test_a_tarball_cut_short_before_it_was_listed(tmp_path: Path, cut: str) -> None:
    quilt_package(tmp_path, [member(f"h/{n}", bytes([n]) * 3000) for n in range(9)])
    orig, debian = tmp_path / "hello_1.0.orig.tar.gz", tmp_path / "hello_1.0-1.debian.tar.xz"
    content = orig.read_bytes()
    if cut == "compressed":
        orig.write_bytes(content[: len(content) // 2])
    else:
        orig.write_bytes(gzip.compress(gzip.decompress(content)[:10_000]))
    dsc = write_dsc(tmp_path / "hello_1.0-1.dsc", "3.0 (quilt)", (orig, debian))
    with pytest.raises(DebpatchError, match=r"orig\.tar\.gz: is a damaged tarball"):
        open_dsc(dsc)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, 10_239), byte=st.integers(1, 255))
def test_a_byte_changed_anywhere_gives_files_or_one_clear_line(
    tmp_path: Path, at: int, byte: int
) -> None:
    quilt_package(tmp_path, [member("h/a", "aaa"), link("h/l", "a"), member("h/b", "b" * 900)])
    orig, debian = tmp_path / "hello_1.0.orig.tar.gz", tmp_path / "hello_1.0-1.debian.tar.xz"
    content = bytearray(gzip.decompress(orig.read_bytes()))
    content[at] ^= byte
    orig.write_bytes(gzip.compress(content))
    dsc = write_dsc(tmp_path / "hello_1.0-1.dsc", "3.0 (quilt)", (orig, debian))
    try:
        found = paths(open_dsc(dsc))
    except DebpatchError:
        return
    assert found >= packaging().keys()


def test_a_compression_that_dpkg_does_not_know(tmp_path: Path) -> None:
    orig = tmp_path / "hello_1.0.orig.tar.zst"
    orig.write_bytes(b"x")
    debian = write_tarball(tmp_path / "hello_1.0-1.debian.tar.xz", [member("debian/x")])
    dsc = write_dsc(tmp_path / "hello_1.0-1.dsc", "3.0 (quilt)", (orig, debian))
    with pytest.raises(DebpatchError, match=r"'\.zst' is not a compression"):
        open_dsc(dsc)


def test_several_compressed_streams_in_a_row_are_one_tarball(tmp_path: Path) -> None:
    quilt_package(tmp_path, [member("h/a", "x" * 3000)])
    debian = tmp_path / "hello_1.0-1.debian.tar.xz"
    plain = gzip.decompress((tmp_path / "hello_1.0.orig.tar.gz").read_bytes())
    orig = tmp_path / "hello_1.0.orig.tar.xz"
    orig.write_bytes(lzma.compress(plain[:1000]) + lzma.compress(plain[1000:]))
    dsc = write_dsc(tmp_path / "hello_1.0-1.dsc", "3.0 (quilt)", (orig, debian))
    assert open_dsc(dsc).read("a") == b"x" * 3000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is this a .dsc"),
        ("hello\n", "is this a .dsc"),
        ("Format: 1.0\nChecksums-Sha256: x\n", "is this a .dsc"),
        ("Format: 1.0\nChecksums-Sha256:\n x 1 ../a.tar.gz\n", "not a file name"),
        ("Format: 1.0\nChecksums-Sha256:\n x\n", "not a file name"),
        ("Format: 1.0\nChecksums-Sha256:\n abc 12 a.tar.gz\n", "not in the same directory"),
    ],
)
def test_a_file_that_is_no_dsc(tmp_path: Path, text: str, message: str) -> None:
    dsc = tmp_path / "x.dsc"
    dsc.write_text(text)
    with pytest.raises(DebpatchError, match=message):
        open_dsc(dsc)


def test_formats_that_are_not_read(tmp_path: Path) -> None:
    tarball = write_tarball(tmp_path / "hello_1.0.orig.tar.gz", [member("h/a")])
    with pytest.raises(DebpatchError, match=r"'3\.0 \(git\)' is not supported; unpack it"):
        open_dsc(write_dsc(tmp_path / "x.dsc", "3.0 (git)", [tarball]))
    with pytest.raises(DebpatchError, match=r"does not match these files: orig"):
        open_dsc(write_dsc(tmp_path / "x.dsc", "3.0 (quilt)", [tarball]))


def test_a_clearsigned_dsc_is_read(tmp_path: Path) -> None:
    dsc = quilt_package(tmp_path, [member("h/a", "x")])
    dsc.write_text(
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n"
        + dsc.read_text()
        + "\n-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
    )
    assert open_dsc(dsc).read("a") == b"x"


def assert_like_dpkg_source(dsc: Path) -> dict[str, PackageFile]:
    """What dpkg-source unpacks and what debpatch reads must be the same files."""
    unpacked = dsc.parent / "unpacked"
    dpkg_source("--no-check", "--skip-patches", "-x", dsc, unpacked, cwd=dsc.parent)
    ours = by_path(open_dsc(dsc))
    assert ours == by_path(SourceDirectory(unpacked))
    return ours


@needs_dpkg_source
@pytest.mark.parametrize("compression", ["gz", "bz2", "xz"])
def test_quilt_format_with_components_is_as_dpkg_source_unpacks_it(
    tmp_path: Path, compression: str
) -> None:
    root = tmp_path / "hello-1.0"
    write_tree(root, {"main.c": "int main;\n", "lib/old.c": "gone\n", "plain/x": "y"})
    (root / "run").write_text("#!/bin/sh\n")
    (root / "run").chmod(0o755)
    (root / "dangling").symlink_to("../nowhere")
    with tarfile.open(tmp_path / f"hello_1.0.orig.tar.{compression}", f"w:{compression}") as tar:  # type: ignore[call-overload]
        tar.add(root, "hello-1.0")
    write_tarball(
        tmp_path / f"hello_1.0.orig-lib.tar.{compression}",
        [member("lib-3/new.c", "new\n"), member("lib-3/sub/x", "x")],
    )
    (root / "lib/old.c").unlink()
    write_tree(
        root,
        {
            **packaging(),
            "lib/new.c": "new\n",
            "lib/sub/x": "x",
            "debian/patches/series": "fix\n",
            "debian/patches/fix": "--- a/main.c\n+++ b/main.c\n@@ -1 +1 @@\n-int main;\n+int m;\n",
        },
    )
    dpkg_source("-b", "hello-1.0", cwd=tmp_path)
    files = assert_like_dpkg_source(tmp_path / "hello_1.0-1.dsc")
    assert files["main.c"].data == b"int main;\n"
    assert "lib/old.c" not in files
    assert files["lib/sub/x"].data == b"x"


@needs_dpkg_source
def test_native_format_is_as_dpkg_source_unpacks_it(tmp_path: Path) -> None:
    write_tree(tmp_path / "hello", {**packaging("3.0 (native)", "1.0"), "a": "b", "c/d": "e"})
    dpkg_source("-b", "hello", cwd=tmp_path)
    assert "c/d" in assert_like_dpkg_source(tmp_path / "hello_1.0.dsc")


@needs_dpkg_source
def test_format_1_with_a_diff_is_as_dpkg_source_unpacks_it(tmp_path: Path) -> None:
    original = {"a.c": "one\ntwo\nthree\n", "untouched": "x", "debian/theirs": "kept\n"}
    write_tree(tmp_path / "pristine", original)
    with tarfile.open(tmp_path / "hello_1.0.orig.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "pristine", "hello-1.0")
    changed = {"a.c": "one\n2\nthree\n", "added/file": "no newline"}
    write_tree(tmp_path / "hello-1.0", {**original, **packaging("1.0"), **changed})
    dpkg_source("-sp", "-b", "hello-1.0", cwd=tmp_path)
    files = assert_like_dpkg_source(tmp_path / "hello_1.0-1.dsc")
    assert files["a.c"].data == b"one\n2\nthree\n"
    tree = open_dsc(tmp_path / "hello_1.0-1.dsc")
    assert tree.read("added/file") == b"no newline"
    assert tree.read("untouched") == b"x"
    assert tree.read("absent") is None


def test_a_diff_that_does_not_apply(tmp_path: Path) -> None:
    orig = write_tarball(tmp_path / "hello_1.0.orig.tar.gz", [member("h/a", "other\n")])
    diff = tmp_path / "hello_1.0-1.diff.gz"
    diff.write_bytes(gzip.compress(b"--- h.orig/a\n+++ h/a\n@@ -1 +1 @@\n-one\n+two\n"))
    dsc = write_dsc(tmp_path / "hello_1.0-1.dsc", "1.0", (orig, diff))
    with pytest.raises(DebpatchError, match=r"diff\.gz: does not apply to a"):
        open_dsc(dsc).read("a")
