"""The equality ladder: the lowest rung on which two hunks meet.

Each rung folds away one more thing that may differ without changing what a hunk does; a hunk that
climbs past the last one is `adapted`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import PurePosixPath

from debpatch.compare.change import Change
from debpatch.compare.lexer import MEMBER, LexedLine
from debpatch.inputs.diff import Sign


class Status(StrEnum):
    """How an upstream hunk and a hunk of the patch compare; the last two have no counterpart."""

    IDENTICAL = "identical"
    CONTEXT = "context"
    FORMATTING = "formatting"
    RENAMED = "renamed"
    ADAPTED = "adapted"
    MISSING = "missing"
    ADDED = "added"


def rung(upstream: Change, patch: Change, renames: Mapping[str, str]) -> Status:
    """The lowest rung on which ``upstream`` and ``patch`` are equal.

    ``renames`` maps upstream's names and member chains to the patch's, for the whole comparison.
    """
    if upstream.hunk.lines == patch.hunk.lines:
        return Status.IDENTICAL
    if upstream.text == patch.text:
        return Status.CONTEXT
    if folded(upstream) == folded(patch):
        return Status.FORMATTING
    if renames and folded(upstream, renames) == folded(patch):
        return Status.RENAMED
    return Status.ADAPTED


def folded(
    change: Change, renames: Mapping[str, str] | None = None, *, part: bool = False
) -> tuple[list[str], list[str]]:
    """What ``change`` removes and adds, as texts of tokens, without white space.

    A run of comments folds to one mark: words may differ, but a comment that changes is not one
    that stays. Where nothing but comments change, their words are all there is, and they are kept,
    unless the hunk is a ``part`` of something bigger.
    """
    keep = change.is_comment and not part
    return (
        list(_stream(change, "-", renames or {}, keep)),
        list(_stream(change, "+", renames or {}, keep)),
    )


def is_white_space(change: Change) -> bool:
    """Whether ``change`` does nothing but move code about in white space."""
    removed, added = folded(change)
    return removed == added


def line_key(line: LexedLine, renames: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """What makes two changed lines equal but for white space and ``renames``."""
    tokens = (
        renamed(token.text, renames) if renames and token.kind == "name" else token.text
        for token in line.tokens
    )
    return (line.sign, *tokens)


def renamed(name: str, renames: Mapping[str, str]) -> str:
    """``name``, or a member chain, as the patch calls it: the whole chain first, then its parts."""
    if name in renames:
        return renames[name]
    parts = MEMBER.split(name)
    joints = [*MEMBER.findall(name), ""]
    return "".join(
        renames.get(part, part) + joint for part, joint in zip(parts, joints, strict=True)
    )


_COMMENT = "/* */"
# Where white space at a line's start has a meaning, it is not folded away.
_INDENTED = {
    ".py",
    ".pyi",
    ".pyx",
    ".yml",
    ".yaml",
    ".nim",
    ".hs",
    ".coffee",
    ".sass",
    ".mk",
    ".am",
}


def _stream(
    change: Change, sign: Sign, renames: Mapping[str, str], keep_comments: bool
) -> Iterator[str]:
    path = PurePosixPath(change.path)
    indented = path.suffix in _INDENTED or path.name.lower().startswith("makefile")
    margin: int | None = None
    previous = ""
    for line in change.lines:
        if line.sign != sign:
            continue
        if indented and not line.is_comment:
            depth = len(line.text) - len(line.text.lstrip())
            margin = depth if margin is None else margin
            yield f"\n{depth - margin}"
        for token in line.tokens:
            text = renamed(token.text, renames) if token.kind == "name" else token.text
            if token.kind != "comment":
                yield text
            elif keep_comments:
                yield from text.split()
            elif previous != "comment":
                yield _COMMENT
            previous = token.kind
