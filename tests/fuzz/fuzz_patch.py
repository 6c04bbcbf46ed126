"""A target for coverage-guided fuzzing of the patch reader; see ``campaign``."""

from __future__ import annotations

from collections.abc import Sequence

from debpatch.errors import DebpatchError
from debpatch.formats.apply import apply_file, reversed_file
from debpatch.formats.diff import FileDiff, Hunk
from debpatch.formats.patch import parse_patch, stripped
from debpatch.formats.paths import is_inside

SEEDS = (
    b"Description: x\n--- a/x.c\t2024-01-01 00:00:00\n+++ b/x.c\n@@ -1,2 +1,2 @@ f\n a\n-b\n+c\n",
    b"""diff --git a/x b/y
similarity index 90%
rename from x
rename to y
index 1234567..89abcde 100644
--- a/x
+++ b/y
@@ -1 +1 @@
-a
\\ No newline at end of file
+b
""",
    b"diff --git a/n b/n\nnew file mode 100755\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+a\n",
    b"diff --git a/z b/z\ndeleted file mode 100644\nBinary files a/z and /dev/null differ\n",
    b"Index: x\n=====\n--- x.orig/x\n+++ x/x\n@@ -1,3 +1,2 @@\n-a\n b\n\n",
    b'diff --git "a/\\303\\244" "b/\\303\\244"\nold mode 100644\nnew mode 100755\n',
    b"""From: a@b.c
Content-Transfer-Encoding: quoted-printable

--- a/x
+++ b/x
@@ -1 +1 @@
-a=3D
+b=

""",
)
"""What to begin with."""


def check(data: bytes) -> None:
    """Whatever the bytes are: one clear line, or patches that stay in the tree."""
    try:
        patches = parse_patch(data, "x.patch")
    except DebpatchError as error:
        if "x.patch" not in str(error):
            raise
        return
    assert patches
    for patch in patches:
        assert patch.data.startswith(patch.header)
        for file in patch.files:
            _check_file(file)
        try:
            stripped(patch, 0)
        except DebpatchError:
            continue  # a path that is inside only without its first part


def _check_file(file: FileDiff) -> None:
    assert file.path
    for path in (file.old_path, file.new_path):
        assert path is None or is_inside(path), path
    for hunk in file.hunks:
        assert (hunk.old_count, hunk.new_count) == (len(hunk.old), len(hunk.new))
    before = "".join(f"{line.text}\n" for hunk in file.hunks for line in hunk.old)
    content = before.encode("utf-8", "surrogateescape") or None
    applied = apply_file(file, content)
    if not applied.failed and not file.copied and _is_coherent(file.hunks):
        assert not apply_file(reversed_file(file), applied.content).failed


def _is_coherent(hunks: Sequence[Hunk]) -> bool:
    """Whether the headers say where the hunks go; patch(1) looks elsewhere, but not in reverse.

    A hunk with context on one side alone is at that end of its file if its header says so, and one
    that ends without a line break is the last.
    """
    growth, settled = 0, 1
    for hunk in hunks:
        old, new = (
            start + (not count)  # where nothing is, the line before it is named
            for start, count in (
                (hunk.old_start, hunk.old_count), (hunk.new_start, hunk.new_count),
            )
        )  # fmt: skip
        has_no_line = any(not (line.text or line.newline) for line in hunk.lines)
        ends_early = hunk is not hunks[-1] and not all(line.newline for line in hunk.lines)
        if old < settled or new - old != growth or has_no_line or ends_early:
            return False
        growth += hunk.new_count - hunk.old_count
        settled = old + hunk.old_count
    return bool(hunks)
