"""Residual references: what a patch stops defining and the rest of the tree still uses.

The whole tree is searched, not only what one platform compiles: a function renamed in a header is
still defined under its old name in the file for another operating system, and nobody's build there
was run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from pathlib import PurePosixPath

from debpatch.compare.change import Change
from debpatch.compare.lexer import definitions, lex, lexer_for, may_define
from debpatch.formats.diff import FileDiff, Line, Sign
from debpatch.git.tree import Tree, grep


@dataclass(frozen=True, slots=True)
class ResidualReference:
    """A use (or leftover definition) of an identifier that nothing the patch touches declares."""

    identifier: str
    path: str
    line: int


def residual_references(files: Sequence[FileDiff], after: Tree) -> tuple[ResidualReference, ...]:
    """Find what ``files`` stop defining and ``after``, the tree with the patch applied, still uses.

    An identifier counts where a removed line defined or declared it as a function, class, type or
    macro, and no file that the patch touches does so any more. Names local to one file (C's
    ``static``) are left out.
    """
    gone = {name for file in files for name in _undefined(file)}
    touched = {file.new_path for file in files if file.new_path}
    gone = gone.difference(*(_definitions_in(after, path, gone) for path in touched))
    found = [
        ResidualReference(name, path, line)
        for path, line, text in grep(after.repository, after.sha, sorted(gone))
        for name in sorted(gone)
        if _uses(text, name, path)
    ]
    return tuple(sorted(found, key=lambda use: (use.identifier, use.path, use.line)))


def _undefined(file: FileDiff) -> Set[str]:
    """What the removed lines of ``file`` define and its added lines do not."""
    removed = {name for hunk in file.hunks for name in _defined(hunk.old, "-", file.path)}
    if not removed:  # as with most files, so spare the lexer the other side
        return removed
    return removed.difference(*(_defined(hunk.new, "+", file.path) for hunk in file.hunks))


def _defined(lines: Sequence[Line], sign: Sign, path: str) -> set[str]:
    """The names that lines with ``sign`` define for other files, lexed with their context."""
    if not any(line.sign == sign and may_define(line.text) for line in lines):
        return set()  # and no need for a lexer
    texts = [line.text for line in lines]
    return {
        name
        for at, names in enumerate(definitions(texts, path))
        if names and lines[at].sign == sign and not _is_local(texts[max(at - 1, 0) : at + 1], path)
        for name in names
    }


_STATIC = re.compile(r"\s*static\b")


def _is_local(lines: Sequence[str], path: str) -> bool:
    """Whether C's ``static``, on the line of the name or above it, keeps it inside its file."""
    suffix = PurePosixPath(path).suffix
    return suffix in {".c", ".cc", ".cpp", ".cxx", ".m"} and any(map(_STATIC.match, lines))


def _definitions_in(tree: Tree, path: str, names: Set[str]) -> Set[str]:
    """Which of ``names`` the file at ``path`` defines."""
    text = (tree.read(path) or b"").decode("utf-8", "surrogateescape")
    if not any(name in text for name in names):
        return set()
    return names & _defined([Line(" ", line) for line in text.split("\n")], " ", path)


def _uses(text: str, name: str, path: str) -> bool:
    """Whether the code on a line uses ``name``; prose, comments and strings do not."""
    if lexer_for(path) is None:
        return False
    (tokens,) = lex([text], path)
    word = re.compile(rf"\b{re.escape(name)}\b")
    return any(token.kind == "name" and word.search(token.text) for token in tokens)


# -- what a merge left behind: markers of a conflict among the lines that a patch adds -------------

_MARKER = re.compile(r"(<{7}|>{7}|\|{7})(\s|$)")


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker of a conflict that the patch adds, in a hunk of the file at ``path``."""

    path: str
    hunk: int
    text: str


def markers(files: Sequence[FileDiff], upstream: Iterable[Change]) -> tuple[Marker, ...]:
    """The markers that ``files`` add and ``upstream`` does not: a test of merges has its own."""
    theirs = {line for change in upstream for line in change.hunk.added}
    return tuple(
        Marker(file.path, hunk.number, line)
        for file in files
        for hunk in file.hunks
        for line in hunk.added
        if _MARKER.match(line) and line not in theirs
    )
