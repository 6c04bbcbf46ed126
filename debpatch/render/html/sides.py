"""An upstream hunk and the patch's beside each other, line for line."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Literal

from rapidfuzz.distance import LCSseq

from debpatch.compare.change import Change
from debpatch.compare.comparison import HunkComparison
from debpatch.formats.diff import Line, Sign, lines_of
from debpatch.render.hunk_text import Pieces, marked

RowKind = Literal["same", "near", "upstream", "patch"]
"""What a row shows: the same on both sides, one in the place of the other, or one side alone."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One side of a row; ``number`` is the line's, after the change unless it is removed."""

    number: int
    sign: Sign
    pieces: Pieces
    newline: bool


@dataclass(frozen=True, slots=True)
class Row:
    """Lines beside each other; a side is None where it has nothing there."""

    kind: RowKind
    upstream: Cell | None
    patch: Cell | None


def rows(hunk: HunkComparison, most: int) -> tuple[list[Row], int]:
    """The lines of both hunks, or of the only one, in an order that reads like a diff.

    After the first ``most`` the others are only counted. Of huge hunks the lines that differ.
    """
    if hunk.is_huge:
        total = len(hunk.lines) or sum(c.size for c in (hunk.upstream, hunk.patch) if c)
        return list(islice(_unmatched(hunk), most)), max(0, total - most)
    found = _beside(hunk)
    return found[:most], max(0, len(found) - most)


def _beside(hunk: HunkComparison) -> list[Row]:
    left, right = list(_numbered(hunk.upstream)), list(_numbered(hunk.patch))
    keys = _keys(hunk)
    found: list[Row] = []
    at = 0, 0
    for code in LCSseq.opcodes(*keys):
        if code.tag != "equal":  # LCS opcodes give what belongs together in two pieces
            continue
        found += _apart(left[at[0] : code.src_start], right[at[1] : code.dest_start])
        pairs = zip(
            left[code.src_start : code.src_end], right[code.dest_start : code.dest_end], strict=True
        )
        found += [_together(ours, theirs) for ours, theirs in pairs]
        at = code.src_end, code.dest_end
    return [*found, *_apart(left[at[0] :], right[at[1] :])]


_Numbered = tuple[int, Line]


def _numbered(change: Change | None) -> Iterator[_Numbered]:
    if change is None:
        return
    old, new = change.hunk.old_start, change.hunk.new_start
    for line in lines_of(change.hunk.body):
        yield old if line.sign == "-" else new, line
        old += line.sign != "+"
        new += line.sign != "-"


def _unmatched(hunk: HunkComparison) -> Iterator[Row]:
    """The pairs of lines of two huge hunks that differ, or the changed lines of one."""
    if not (hunk.upstream and hunk.patch):
        for numbered in _numbered(hunk.upstream or hunk.patch):
            if numbered[1].sign != " ":
                yield _alone("upstream" if hunk.upstream else "patch", numbered)
        return
    ours = _at(hunk.upstream, {pair.upstream.place for pair in hunk.lines if pair.upstream})
    theirs = _at(hunk.patch, {pair.patch.place for pair in hunk.lines if pair.patch})
    for pair in hunk.lines:
        if pair.upstream and pair.patch:
            yield _together(ours[pair.upstream.place], theirs[pair.patch.place])
        elif pair.upstream:
            yield _alone("upstream", ours[pair.upstream.place])
        elif pair.patch:
            yield _alone("patch", theirs[pair.patch.place])


def _at(change: Change, places: Set[int]) -> Mapping[int, _Numbered]:
    return {place: line for place, line in enumerate(_numbered(change)) if place in places}


def _keys(hunk: HunkComparison) -> tuple[list[Hashable], list[Hashable]]:
    """What makes lines stand beside each other: that the comparison paired them, or their text."""
    sides = [_text_keys(change) for change in (hunk.upstream, hunk.patch)]
    if hunk.upstream and hunk.patch:
        for number, pair in enumerate(hunk.lines):
            if pair.upstream and pair.patch:
                sides[0][pair.upstream.place] = number
                sides[1][pair.patch.place] = number
    return sides[0], sides[1]


def _text_keys(change: Change | None) -> list[Hashable]:
    lines = change.hunk.lines if change else ()
    return [(line.sign, "".join(line.text.split())) for line in lines]


def _together(ours: _Numbered, theirs: _Numbered) -> Row:
    if ours[1].text == theirs[1].text:
        return Row("same", _cell(ours), _cell(theirs))
    left, right = marked(ours[1].text, theirs[1].text)
    return Row("near", _cell(ours, left), _cell(theirs, right))


def _apart(left: Sequence[_Numbered], right: Sequence[_Numbered]) -> Iterator[Row]:
    """Lines without a counterpart; context beside context, for it is no change of either side."""
    if all(line.sign == " " for _, line in (*left, *right)):
        for ours, theirs in zip_longest(left, right):
            both = ours is not None and theirs is not None
            kind: RowKind = "near" if both else "upstream" if ours else "patch"
            yield Row(kind, ours and _cell(ours), theirs and _cell(theirs))
        return
    yield from (_alone("upstream", ours) for ours in left)
    yield from (_alone("patch", theirs) for theirs in right)


def _alone(kind: Literal["upstream", "patch"], line: _Numbered) -> Row:
    return Row(kind, *((_cell(line), None) if kind == "upstream" else (None, _cell(line))))


def _cell(numbered: _Numbered, pieces: Pieces | None = None) -> Cell:
    number, line = numbered
    return Cell(number, line.sign, pieces or ((line.text, False),), line.newline)
