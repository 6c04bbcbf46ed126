"""Hunks go in where ``patch -F0 -N`` puts them, as dpkg-source calls it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from debpatch.formats.apply import apply_file
from debpatch.formats.diff import FileDiff, parse_diff

needs_patch = pytest.mark.skipif(
    shutil.which("patch") is None or shutil.which("diff") is None,
    reason="GNU patch or diff is not installed",
)


def unified(before: bytes, after: bytes, context: int) -> bytes:
    """What diff(1) says of two contents."""
    with tempfile.TemporaryDirectory(prefix="apply-") as name:
        folder = Path(name)
        (folder / "a").write_bytes(before)
        (folder / "b").write_bytes(after)
        labels = ["--label", "a/f", "--label", "b/f"]
        command = ["diff", "-a", f"-U{context}", *labels, "a", "b"]
        return subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout


def patched(diff: bytes, content: bytes) -> tuple[bool, bytes]:
    """Whether all hunks go in, and the file afterwards, by patch(1)."""
    with tempfile.TemporaryDirectory(prefix="apply-") as name:
        file = Path(name, "f")
        file.write_bytes(content)
        done = subprocess.run(
            ["patch", "-p1", "-F0", "-N", "-t", "-s", "-r-", "--no-backup-if-mismatch"],
            cwd=name,
            input=diff,
            capture_output=True,
            check=False,
        )
        # patch(1) removes a file that becomes empty; for dpkg-source it is there.
        return done.returncode == 0, file.read_bytes() if file.exists() else b""


def only(diff: bytes) -> FileDiff:
    (file,) = parse_diff(diff).files
    return file


@st.composite
def edited(draw: st.DrawFn, lines: list[str], most: int) -> list[str]:
    """``lines`` after up to ``most`` insertions, removals and replacements."""
    lines = list(lines)
    for _ in range(draw(st.integers(0, most))):
        at = draw(st.integers(0, len(lines)))
        gone = draw(st.integers(0, 3))
        lines[at : at + gone] = draw(st.lists(st.sampled_from("abXYZ"), max_size=3))
    return lines


def joined(lines: list[str], ends: bool) -> bytes:
    return ("\n".join(lines) + ("\n" if ends and lines else "")).encode()


# Few different lines, so that a hunk finds several places, or many, so that it finds one.
bases = st.lists(st.sampled_from("abcd")) | st.lists(st.sampled_from("abcdefghijklmnop"))
mostly = st.sampled_from((True, True, True, True, False))


@needs_patch
@given(st.data(), bases, st.sampled_from((0, 1, 3)), mostly, mostly, mostly)
def test_as_gnu_patch(
    data: st.DataObject, base: list[str], context: int, one: bool, two: bool, three: bool
) -> None:
    before, after = joined(base, one), joined(data.draw(edited(base, 4)), two)
    target = joined(data.draw(edited(base, 3)), three)
    assume(before != after)
    assume(target)
    diff = unified(before, after, context)
    found = apply_file(only(diff), target)
    succeeds, content = patched(diff, target)
    assert (not found.failed) == succeeds
    if succeeds:
        assert (found.content or b"") == content


@needs_patch
@given(
    st.lists(st.binary(max_size=4).map(lambda n: n.replace(b"\n", b"")), max_size=8),
    st.lists(st.binary(max_size=4).map(lambda n: n.replace(b"\n", b"")), max_size=8),
)
def test_what_a_diff_says_becomes_true_and_can_be_taken_back(
    old: list[bytes], new: list[bytes]
) -> None:
    before, after = b"\n".join(old), b"\n".join(new)
    assume(before != after)
    file = only(unified(before, after, 3))
    forth, back = apply_file(file, before), apply_file(file, after, reverse=True)
    assert (forth.content, set(forth.offsets)) == (after, {0})
    assert (back.content, set(back.offsets)) == (before, {0})


FIX = only(b"--- a/f\n+++ b/f\n@@ -2,3 +2,3 @@\n a\n-b\n+B\n c\n@@ -9,2 +9,3 @@\n x\n+X\n y\n")


def test_offsets_and_failures_are_told_apart() -> None:
    found = apply_file(FIX, b"0\n0\n0\n0\na\nb\nc\n1\n2\n")
    assert (found.offsets, found.failed) == ((3, None), (2,))
    assert found.content == b"0\n0\n0\n0\na\nB\nc\n1\n2\n"


def test_a_file_that_is_not_there() -> None:
    found = apply_file(FIX, None)
    assert (found.content, found.failed) == (None, (1, 2))


CREATED = b"--- /dev/null\n+++ b/f\n@@ -0,0 +1,2 @@\n+a\n+b\n"
DELETED = b"--- a/f\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n"


def test_a_file_is_created_and_deleted() -> None:
    created, deleted = only(CREATED), only(DELETED)
    assert apply_file(created, None).content == b"a\nb\n"
    assert apply_file(created, b"").content == b"a\nb\n"
    assert apply_file(created, b"a\nb\n", reverse=True).content is None
    assert apply_file(deleted, b"a\nb\n").content is None
    assert apply_file(deleted, None, reverse=True).content == b"a\nb\n"


@needs_patch
@pytest.mark.parametrize(
    ("diff", "content"),
    [
        (CREATED, b"other\n"),
        (CREATED, b"a\nb\n"),
        (DELETED, b"a\nb\nc\n"),
        (DELETED, b"0\na\nb\n"),
        (DELETED, b"a\nx\n"),
    ],
)
def test_a_file_with_other_content_is_neither_created_nor_deleted(
    diff: bytes, content: bytes
) -> None:
    assert not patched(diff, content)[0]
    found = apply_file(only(diff), content)
    assert (found.content, found.failed) == (content, (1,))


@needs_patch
@pytest.mark.parametrize("content", [b"other\n", b"a\nb\nc\n", b"a\nb\n"])
@pytest.mark.parametrize("diff", [CREATED, DELETED])
def test_without_dev_null_it_is_a_change_of_a_file(diff: bytes, content: bytes) -> None:
    plain = diff.replace(b"--- /dev/null", b"--- a/f").replace(b"+++ /dev/null", b"+++ b/f")
    succeeds, expected = patched(plain, content)
    found = apply_file(only(plain), content)
    assert (not found.failed, found.content) == (succeeds, expected)
