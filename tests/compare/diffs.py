"""Diffs by real Git of files that a test or a strategy writes down."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hypothesis import strategies as st

from debpatch.compare.change import Change, changes
from debpatch.compare.comparison import Comparison, compare
from debpatch.formats.diff import Diff, parse_diff
from debpatch.git.tree import Tree

Files = Mapping[str, str]
UPSTREAM = "1" * 40


def git_diff(before: Files, after: Files) -> Diff:
    """What ``git diff`` says of two folders, without its guess at renames."""
    with tempfile.TemporaryDirectory(prefix="diffs-") as folder:
        for side, files in (("a", before), ("b", after)):
            root = Path(folder, side)
            root.mkdir()
            for name, text in files.items():
                place = root / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(text.encode("utf-8", "surrogateescape"))
        done = subprocess.run(
            ["git", "diff", "--no-index", "--no-renames", "--no-prefix", "--no-color", "a", "b"],
            cwd=folder,
            env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
            capture_output=True,
            check=False,
        )
    assert done.returncode == int(before != after), done.stderr
    return parse_diff(done.stdout)


def compared(upstream: Diff, patch: Diff, base: Tree | None = None, **moved: str) -> Comparison:
    """The comparison of two diffs; ``moved`` as for compare()."""
    return compare(changes(upstream.files, UPSTREAM), changes(patch.files, None), base, moved)


def without(diff: Diff, dropped: int) -> Diff:
    """``diff`` without its hunk number ``dropped``, counted from 0 over all files."""
    files, seen = [], 0
    for file in diff.files:
        kept = tuple(h for n, h in enumerate(file.hunks, seen) if n != dropped)
        seen += len(file.hunks)
        if kept:
            files.append(replace(file, hunks=kept))
    return replace(diff, files=tuple(files))


def place(change: Change | None) -> tuple[str, int] | None:
    """Path and number of a hunk."""
    return (change.path, change.hunk.number) if change else None


def rows(found: Comparison) -> list[tuple[str, tuple[str, int] | None, tuple[str, int] | None]]:
    """Status and both places of each hunk, in order."""
    return [(h.status.value, place(h.upstream), place(h.patch)) for h in found.hunks]


# -- C that a strategy makes up --------------------------------------------------------------------

NAMES = ("buffer", "client", "queue", "session", "socket", "window")
_STATEMENTS = (
    "    {0}_update({1}, {n});",
    "    if ({0}->state == STATE_{n})",
    "    {0} = {1}_new({n});",
    "    return {0}->next;",
    '    log_debug("step {n}");',
    "    {0}.count += {n};",
    "    free({0});",
    "    /* step {n} comes first */",
    "    for (size_t i = 0; i < {n}; i++) {0}[i] = 0;",
    "",
)

Function = Sequence[str]
"""A function as its lines."""


@st.composite
def statements(draw: st.DrawFn) -> str:
    """One line of C."""
    shape = draw(st.sampled_from(_STATEMENTS))
    first, second = draw(st.sampled_from(NAMES)), draw(st.sampled_from(NAMES))
    return shape.format(first, second, n=draw(st.integers(0, 99)))


@st.composite
def sources(draw: st.DrawFn) -> list[list[str]]:
    """A file of C: a licence, then functions, each with a first line that no other has."""
    count = draw(st.integers(1, 4))
    bodies = draw(
        st.lists(st.lists(statements(), min_size=8, max_size=10), min_size=count, max_size=count)
    )
    head = ["/* A made-up program;", " * it does nothing", " * at all.", " */", ""]
    functions = [
        ["", f"int do_{n}(struct session *session)", "{", *body, "    return 0;", "}"]
        for n, body in enumerate(bodies)
    ]
    return [head, *functions]


@st.composite
def edits(draw: st.DrawFn, source: Sequence[Function]) -> list[list[str]]:
    """``source`` after a line or two of some functions, well inside them, were changed."""
    edited = [list(function) for function in source]
    chosen = draw(st.sets(st.integers(1, len(source) - 1), min_size=1))
    for n in chosen:
        at = draw(st.integers(6, len(edited[n]) - 6))
        kind = draw(st.sampled_from(("insert", "remove", "replace")))
        new = draw(st.lists(statements(), min_size=1, max_size=3)) if kind != "remove" else []
        gone = 0 if kind == "insert" else draw(st.integers(1, 2))
        edited[n][at : at + gone] = new
    return edited


def text(source: Sequence[Function]) -> str:
    """The file's text."""
    return "".join(f"{line}\n" for function in source for line in function)


# -- diffs as a test writes them down --------------------------------------------------------------


def sketch(**files: str) -> Diff:
    """A diff from its changed and context lines; ``@@`` and a section open a further hunk.

    A file's name is written ``a_c`` for ``a.c``, ``src__a_c`` for ``src/a.c``.
    """
    sections = []
    for name, body in files.items():
        path = name.replace("__", "/").replace("_", ".")
        hunks = re.split(r"^@@(.*)\n", textwrap.dedent(body).strip("\n") + "\n", flags=re.M)
        found = [("", hunks[0]), *zip(hunks[1::2], hunks[2::2], strict=True)]
        sections.append(f"--- a/{path}\n+++ b/{path}\n")
        sections += [_hunk(n, section, text) for n, (section, text) in enumerate(found) if text]
    return parse_diff("".join(sections).encode())


def _hunk(number: int, section: str, text: str) -> str:
    lines = [line or " " for line in text.removesuffix("\n").split("\n")]
    signs = [line[0] for line in lines]
    start = 100 * number + 1
    old, new = (len(signs) - signs.count(sign) - signs.count("\\") for sign in "+-")
    return f"@@ -{start},{old} +{start},{new} @@{section}\n" + "".join(f"{n}\n" for n in lines)
