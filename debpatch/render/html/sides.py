"""An upstream hunk and the patch's beside each other, line for line."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from rapidfuzz.distance import LCSseq

from debpatch.compare.change import Change
from debpatch.compare.comparison import HunkComparison
from debpatch.inputs.diff import Line, Sign
from debpatch.render.words import Pieces, marked

Kind = Literal["same", "near", "upstream", "patch"]
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

    kind: Kind
    upstream: Cell | None
    patch: Cell | None


def rows(hunk: HunkComparison) -> list[Row]:
    """All lines of both hunks, or of the only one, in an order that reads like a diff."""
    left, right = _numbered(hunk.upstream), _numbered(hunk.patch)
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


def _numbered(change: Change | None) -> list[_Numbered]:
    if change is None:
        return []
    old, new = change.hunk.old_start, change.hunk.new_start
    numbered = []
    for line in change.hunk.lines:
        numbered.append((old if line.sign == "-" else new, line))
        old += line.sign != "+"
        new += line.sign != "-"
    return numbered


def _keys(hunk: HunkComparison) -> tuple[list[Hashable], list[Hashable]]:
    """What makes lines stand beside each other: that the comparison paired them, or their text."""
    sides = [_text_keys(change) for change in (hunk.upstream, hunk.patch)]
    if hunk.upstream and hunk.patch:
        ours, theirs = _places(hunk.upstream), _places(hunk.patch)
        for number, pair in enumerate(hunk.lines):
            if pair.upstream and pair.patch:
                sides[0][ours[id(pair.upstream)]] = number
                sides[1][theirs[id(pair.patch)]] = number
    return sides[0], sides[1]


def _text_keys(change: Change | None) -> list[Hashable]:
    lines = change.hunk.lines if change else ()
    return [(line.sign, "".join(line.text.split())) for line in lines]


def _places(change: Change) -> dict[int, int]:
    """Where in its hunk each lexed line stands, by the line's identity."""
    places: dict[int, int] = {}
    lexed = iter(change.lines)
    wanted = next(lexed, None)
    for number, line in enumerate(change.hunk.lines):
        if wanted and (line.sign, line.text) == (wanted.sign, wanted.text):
            places[id(wanted)] = number
            wanted = next(lexed, None)
    return places


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
            kind: Kind = "near" if both else "upstream" if ours else "patch"
            yield Row(kind, ours and _cell(ours), theirs and _cell(theirs))
        return
    yield from (Row("upstream", _cell(ours), None) for ours in left)
    yield from (Row("patch", None, _cell(theirs)) for theirs in right)


def _cell(numbered: _Numbered, pieces: Pieces | None = None) -> Cell:
    number, line = numbered
    return Cell(number, line.sign, pieces or ((line.text, False),), line.newline)
