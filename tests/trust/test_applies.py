"""Whether a patch applies: debpatch, ``patch -F0`` and ``git apply`` say the same.

Generated trees, a patch of several files from Git, and a tree that has moved on. The files have
lines that occur once, and ends that nobody edits: of a line that occurs twice, and of a hunk that
reaches the end of its file, git-apply(1) thinks otherwise than patch(1), which dpkg-source(1) uses
and the tests of ``formats.apply`` follow there.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from debpatch.formats.apply import apply_file
from debpatch.formats.diff import parse_diff
from trust.faults import LONG

pytestmark = [
    pytest.mark.hypothesis,
    pytest.mark.skipif(not shutil.which("patch"), reason="patch is not installed"),
]

Tree = Mapping[str, list[str]]
STARTS, ENDS = ([f"{name} {number}" for number in range(4)] for name in ("start", "end"))


@st.composite
def edited(draw: st.DrawFn, lines: list[str], mark: str) -> list[str]:
    """The lines with some taken away, some changed and some new, none of them twice."""
    done = []
    for number, line in enumerate(lines):
        kind = draw(st.sampled_from(("keep", "keep", "keep", "keep", "drop", "change", "add")))
        if kind in ("keep", "add"):
            done.append(line)
        if kind in ("change", "add"):
            done.append(f"{mark} {number}")
    return done


@st.composite
def trees(draw: st.DrawFn) -> tuple[Tree, Tree, Tree]:
    """A tree, the same after a patch, and the one that the patch is tried on."""
    base, after, onto = {}, {}, {}
    for name in ("a.c", "sub/b.c", "new.c"):
        lines = [f"{name} {number}" for number in range(draw(st.integers(0, 25)))]
        was, becomes = draw(st.sampled_from(((1, 1), (1, 1), (1, 1), (0, 1), (1, 0), (0, 0))))
        moves = draw(st.sampled_from(("same", "edited", "gone" if was else "there")))
        if was:
            base[name] = lines
        if becomes:
            after[name] = draw(edited(lines, "patched")) if was else lines
        if was and moves != "gone":
            onto[name] = draw(edited(lines, "moved")) if moves == "edited" else lines
        if not was and moves == "there":
            onto[name] = lines
    return base, after, onto


def written(folder: Path, tree: Tree) -> Path:
    folder.mkdir()
    for name, lines in tree.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(encoded(lines))
    return folder


def encoded(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in (*STARTS, *lines, *ENDS)).encode()


def succeeds(folder: Path, *command: str) -> bool:
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert done.returncode in (0, 1), done
    return done.returncode == 0


@settings(max_examples=1000) if LONG else settings()
@given(trees())
def test_all_three_say_the_same(trees: tuple[Tree, Tree, Tree]) -> None:
    base, after, onto = trees
    with TemporaryDirectory() as name:
        place = Path(name)
        written(place / "a", base)
        written(place / "b", after)
        diff = subprocess.run(
            ["git", "diff", "--no-index", "--no-prefix", "--no-renames", "a", "b"], cwd=place,
            capture_output=True, check=False,
        ).stdout  # fmt: skip
        if not diff:
            return
        (place / "p.patch").write_bytes(diff)
        tried = written(place / "onto", onto)
        applied = {
            file.path: apply_file(file, encoded(onto[file.path]) if file.path in onto else None)
            for file in parse_diff(diff).files
        }
        ours = not any(each.failed for each in applied.values())
        event(f"applies: {ours}")
        assert succeeds(tried, "git", "apply", "--check", str(place / "p.patch")) == ours
        theirs = ("patch", "-p1", "-F0", "-N", "-t", "-s", "-r-", "-i", str(place / "p.patch"))
        assert succeeds(tried, *theirs) == ours
        if ours:
            for path, each in applied.items():
                there = (tried / path).read_bytes() if (tried / path).exists() else None
                assert there == each.content, path
