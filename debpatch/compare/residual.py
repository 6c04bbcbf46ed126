"""Residual references: what a patch stops defining and the rest of the tree still uses.

The whole tree is searched, not only what one platform compiles: a function renamed in a header is
still defined under its old name in the file for another operating system, and nobody's build there
was run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from pygments.token import Comment, Name

from debpatch.compare.lexer import lex, lexer_for
from debpatch.inputs.diff import FileDiff, Line
from debpatch.inputs.tree import Tree


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
    gone -= {name for path in touched if gone for name in _definitions_in(after, path, gone)}
    found = [
        ResidualReference(name, path, line)
        for path, line, text in after.repository.grep(after.sha, sorted(gone))
        for name in sorted(gone)
        if _uses(text, name, path)
    ]
    return tuple(sorted(found, key=lambda use: (use.identifier, use.path, use.line)))


def _undefined(file: FileDiff) -> Set[str]:
    """What the removed lines of ``file`` define and its added lines do not."""
    removed: set[str] = set()
    added: set[str] = set()
    for hunk in file.hunks:
        removed |= _defined(hunk.old, "-", file.path)
        added |= _defined(hunk.new, "+", file.path)
    return removed - added


_MACRO = re.compile(r"\s*#\s*define\s+(\w+)")
_STATIC = re.compile(r"\s*static\b(?!.*\binline\b)")


def _defined(lines: Sequence[Line], sign: str, path: str) -> set[str]:
    """The names that lines with ``sign`` define, each side lexed with its context."""
    lexer = lexer_for(path)
    if lexer is None:
        return set()
    names = set()
    row = 0
    for kind, value in lexer.get_tokens("\n".join(line.text for line in lines)):
        if row < len(lines) and lines[row].sign == sign:
            if kind in Name.Function or kind in Name.Class:
                if not _is_local(lines, row, path):
                    names.add(value.strip())
            elif kind in Comment.Preproc and (macro := _MACRO.match(lines[row].text)):
                names.add(macro[1])
        row += value.count("\n")
    return names


def _is_local(lines: Sequence[Line], row: int, path: str) -> bool:
    """Whether C's ``static``, on the line or the one above, keeps the name inside its file."""
    if path.endswith((".h", ".hh", ".hpp")):
        return False
    above = [line.text for line in lines[max(row - 1, 0) : row + 1]]
    return any(_STATIC.match(text) for text in above)


def _definitions_in(tree: Tree, path: str, names: Set[str]) -> Iterator[str]:
    """Which of ``names`` the file at ``path`` defines."""
    text = (tree.read(path) or b"").decode("utf-8", "surrogateescape")
    wanted = {name for name in names if name in text}
    if wanted:
        lines = [Line(" ", line) for line in text.split("\n")]
        yield from wanted & _defined(lines, " ", path)


def _uses(text: str, name: str, path: str) -> bool:
    """Whether the code on a line uses ``name``; prose, comments and strings do not."""
    if lexer_for(path) is None:
        return False
    (tokens,) = lex([text], path)
    word = re.compile(rf"\b{re.escape(name)}\b")
    return any(token.kind == "name" and word.search(token.text) for token in tokens)
