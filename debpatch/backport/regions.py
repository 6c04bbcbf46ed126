"""The places in a file where the two sides of a pick changed the same lines.

Git's markers give no line numbers, and older versions of it no base. So the regions are found as
xdiff's merge finds them (git, ``xdiff/xmerge.c``): both sides are compared with the base by the
algorithm that the ``ort`` strategy uses, and changes that overlap or touch form one region.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from debpatch.git.differences import blob_diff, read_blob_diffs
from debpatch.git.merge import Conflict, Pick
from debpatch.git.repository import Repository


@dataclass(frozen=True, slots=True)
class Side:
    """One side's lines of a region.

    ``start`` is the number, from 1, of the first of them; where there are none, that of the line
    before which they would stand.
    """

    start: int
    lines: tuple[str, ...]

    @property
    def numbers(self) -> range:
        """The numbers of the lines."""
        return range(self.start, self.start + len(self.lines))


@dataclass(frozen=True, slots=True)
class Region:
    """What stands in the same place at the commit's parent, in the target and after the commit."""

    base: Side
    ours: Side
    theirs: Side


def regions(repository: Repository, pick: Pick, conflict: Conflict) -> tuple[Region, ...]:
    """The regions of ``conflict``; none where it is not about lines, as when a file is deleted."""
    blobs = _blobs(pick, conflict)
    if not blobs:
        return ()
    contents = {number: _lines(repository.blob(sha)) for number, sha in blobs.items()}
    ours, theirs = contents[2], contents[3]
    if 1 not in blobs:
        return tuple(_without_base(repository, blobs[2], blobs[3], ours, theirs))
    mine = _edits(repository, blobs[1], blobs[2])
    yours = _edits(repository, blobs[1], blobs[3])
    found = (
        Region(
            _side(contents[1], start, end),
            _side(ours, _moved(mine, start), _moved(mine, end, after=True)),
            _side(theirs, _moved(yours, start), _moved(yours, end, after=True)),
        )
        for start, end in _touching(mine, yours)
    )
    return tuple(region for region in found if region.ours.lines != region.theirs.lines)


def read_ahead(repository: Repository, picks: Iterable[Pick]) -> None:
    """Read at once what ``regions`` needs for all conflicts of ``picks``."""
    stages = [_blobs(pick, conflict) for pick in picks for conflict in pick.conflicts]
    sides = ((blobs[1], blobs[side]) for blobs in stages if 1 in blobs for side in (2, 3))
    read_blob_diffs(repository, sides)


def _blobs(pick: Pick, conflict: Conflict) -> dict[int, str]:
    """The three versions of a text in conflict by their stages; none where it is not about lines.

    There is no version 1 where both sides added the file.
    """
    blobs = {s.number: s.sha for s in pick.merge.stages if s.path == conflict.path}
    modes = {s.mode[:2] for s in pick.merge.stages if s.path == conflict.path}
    is_text = {2, 3} <= blobs.keys() and modes == {"10"} and conflict.kind != "binary"
    return blobs if is_text else {}


def _lines(content: bytes) -> list[str]:
    return content.decode("utf-8", "surrogateescape").split("\n")


def _side(lines: Sequence[str], start: int, end: int) -> Side:
    return Side(start + 1, tuple(lines[start:end]))


# -- both sides' changes ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Edit:
    """Lines ``start`` to ``end`` of the old file, counted from 0, become so many more or fewer."""

    start: int
    end: int
    growth: int


_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? ")


def _edits(repository: Repository, old: str, new: str) -> list[_Edit]:
    edits = []
    at = removed = added = 0
    for line in [*blob_diff(repository, old, new).split(b"\n"), b" "]:
        hunk = _HUNK.match(line)
        if (hunk or line[:1] == b" ") and removed + added:
            edits.append(_Edit(at, at + removed, added - removed))
            at, removed, added = at + removed, 0, 0
        if hunk:
            at = int(hunk[1]) - (hunk[2] != b"0")  # without lines Git names the one before
        else:
            at += line[:1] == b" "
            removed += line[:1] == b"-"
            added += line[:1] == b"+"
    return edits


def _moved(edits: Sequence[_Edit], line: int, *, after: bool = False) -> int:
    """Where the new file has the gap before ``line``; ``after`` what was inserted in that gap."""
    return line + sum(
        edit.growth
        for edit in edits
        if edit.end < line or (edit.end == line and (after or edit.start < line))
    )


def _touching(mine: Sequence[_Edit], yours: Sequence[_Edit]) -> Iterator[tuple[int, int]]:
    """The stretches of the base that both sides change, neighbours included."""
    marked = sorted([(e, "mine") for e in mine] + [(e, "yours") for e in yours],
                    key=lambda pair: (pair[0].start, pair[0].end))  # fmt: skip
    start, end, sides = 0, -1, set[str]()
    for edit, side in marked:
        if edit.start > end:
            if len(sides) == 2:
                yield start, end
            start, end, sides = edit.start, edit.end, set()
        end = max(end, edit.end)
        sides.add(side)
    if len(sides) == 2:
        yield start, end


def _without_base(
    repository: Repository, ours: str, theirs: str, mine: Sequence[str], yours: Sequence[str]
) -> Iterator[Region]:
    """Both sides add the file: every difference between the two is a region."""
    growth = 0
    for edit in _edits(repository, ours, theirs):
        start = edit.start + growth
        growth += edit.growth
        yield Region(
            Side(1, ()),
            _side(mine, edit.start, edit.end),
            _side(yours, start, edit.end + growth),
        )
