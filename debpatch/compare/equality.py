"""Levels of equality: the lowest one on which two hunks meet.

Each level folds away one more thing that may differ without changing what a hunk does; a hunk that
climbs past the last one is `adapted`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from debpatch.compare.change import Change, same_but_for_white_space
from debpatch.compare.lexer import MEMBER, LexedLine, Token, layout, lexed_sides
from debpatch.formats.diff import Line


class Status(StrEnum):
    """How an upstream hunk and a hunk of the patch compare; the last two have no counterpart."""

    IDENTICAL = "identical"
    CONTEXT = "context"
    FORMATTING = "formatting"
    RENAMED = "renamed"
    ADAPTED = "adapted"
    MISSING = "missing"
    ADDED = "added"


def level_of(upstream: Change, patch: Change, renames: Mapping[str, str]) -> Status:
    """The lowest level on which ``upstream`` and ``patch`` are equal.

    ``renames`` maps upstream's names and member chains to the patch's, for the whole comparison.
    """
    if upstream.hunk.body == patch.hunk.body:
        return Status.IDENTICAL
    if upstream.text == patch.text:
        return Status.CONTEXT
    if upstream.is_huge or patch.is_huge:
        is_same = same_but_for_white_space(upstream, patch)
        return Status.FORMATTING if is_same else Status.ADAPTED
    if folded([upstream]) == folded([patch]):
        return Status.FORMATTING
    if renames and folded([upstream], renames) == folded([patch]):
        return Status.RENAMED
    return Status.ADAPTED


def folded(changes: Sequence[Change], renames: Mapping[str, str] | None = None) -> list[str]:
    """What ``changes`` together remove and add, token by token, without idle white space.

    A run of comments folds to one mark: words may differ, but a comment that changes is not one
    that stays. Where nothing but comments change, their words are all there is, and they are kept.

    What is removed stands before what is added, as a port may mix them otherwise; but where code
    moves, their order stays: code that moves up is not code that moves down.
    """
    lines = [(line, change.path) for change in changes for line in change.lines]
    if not _moves_code([line for line, _ in lines]):
        lines.sort(key=lambda item: item[0].sign, reverse=True)
    words_matter = all(change.is_comment for change in changes)
    tokens: list[str] = []
    for line, path in lines:
        if words_matter:
            tokens += (line.sign + word for token in line.tokens for word in token.text.split())
        elif not line.is_comment or tokens[-1:] != [line.sign + _COMMENT]:
            tokens += (line.sign + text for text in _line_tokens(line, path, renames or {}))
    return tokens


def _moves_code(lines: Sequence[LexedLine]) -> bool:
    """Whether a line that says something is removed in one place and added in another."""
    sides: dict[str, set[str]] = {"-": set(), "+": set()}
    for line in lines:
        if not line.is_comment and any(token.kind == "name" for token in line.tokens):
            sides[line.sign].add("".join(line.text.split()))
    return bool(sides["-"] & sides["+"])


def is_trivial(change: Change) -> bool:
    """Whether ``change`` leaves all code as it is: nothing but comments and white space change.

    Nothing is said of what is huge, and so not looked into.
    """
    if change.is_huge:
        return False
    old, new = lexed_sides(change.hunk, change.path)
    return _code(change.hunk.old, old, change.path) == _code(change.hunk.new, new, change.path)


def _code(lines: Sequence[Line], rows: Iterable[tuple[Token, ...]], path: str) -> list[str]:
    """The code of one side of a hunk, its context included, without comments."""
    return [
        text
        for line, tokens in zip(lines, rows, strict=True)
        for text in _line_tokens(LexedLine(" ", line.text, tokens), path, {})
        if text != _COMMENT
    ]


def line_key(line: LexedLine, path: str, renames: Mapping[str, str]) -> tuple[str, ...]:
    """What makes two changed lines equal but for white space and ``renames``."""
    if line.is_comment:
        return (line.sign, *(token.text for token in line.tokens))
    return (line.sign, *_line_tokens(line, path, renames))


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


def _line_tokens(line: LexedLine, path: str, renames: Mapping[str, str]) -> Iterator[str]:
    """A line's tokens in the patch's words, with what white space has a meaning."""
    if line.is_comment:
        yield _COMMENT
        return
    if not line.tokens:
        return
    how = layout(path)
    if how == "exact":
        yield line.text.rstrip()
        return
    if how == "indented":
        yield line.text[: len(line.text) - len(line.text.lstrip())]
    for token in line.tokens:
        if token.kind == "comment":
            yield _COMMENT
        else:
            yield renamed(token.text, renames) if token.kind == "name" else token.text
