"""Conflicts by file: which commit conflicts where, as a table, and the places themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

from debpatch.backport.conflicts import ConflictCheck, PlacedConflict, Trial
from debpatch.backport.regions import Side
from debpatch.git.repository import Commit
from debpatch.package.target import Carrier

_MOST_LINES = 60
"""A side of a region beyond so many lines is cut."""


@dataclass(frozen=True, slots=True)
class Column:
    """A commit, picked alone and upon those before it in its series."""

    commit: Commit
    alone: Trial
    stacked: Trial


@dataclass(frozen=True, slots=True)
class Cut:
    """Lines of a region with the number of the first, and how many more there are.

    Each line has with it whether it is not as before the commit.
    """

    start: int
    lines: tuple[tuple[str, bool], ...]
    more: int


@dataclass(frozen=True, slots=True)
class RegionView:
    """A place in conflict: before the commit, in the target, after the commit."""

    base: Cut
    ours: Cut
    theirs: Cut
    touched_ours: tuple[Carrier, ...]
    touched_theirs: tuple[Carrier, ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """A file, and each commit with the conflict that it has there, None where it has none."""

    path: str
    cells: tuple[tuple[Commit, PlacedConflict | None], ...]


@dataclass(frozen=True, slots=True)
class ConflictsView:
    """Files by commits, files with most conflicts first."""

    target: str
    columns: tuple[Column, ...]
    files: tuple[FileView, ...]


def conflicts_view(checks: Sequence[ConflictCheck]) -> ConflictsView | None:
    """What to show of ``checks``; None where no commit was tried."""
    columns = tuple(
        Column(alone.commit, alone, stacked)
        for check in checks
        for alone, stacked in zip(check.alone, check.stacked, strict=True)
    )
    if not columns:
        return None
    paths = dict.fromkeys(c.conflict.path for column in columns for c in column.alone.conflicts)
    files = [
        FileView(path, tuple((column.commit, _in_file(column, path)) for column in columns))
        for path in paths
    ]
    files.sort(key=lambda file: (-sum(found is not None for _, found in file.cells), file.path))
    return ConflictsView(checks[0].target.name, columns, tuple(files))


def _in_file(column: Column, path: str) -> PlacedConflict | None:
    return next((c for c in column.alone.conflicts if c.conflict.path == path), None)


def regions(found: PlacedConflict) -> list[RegionView]:
    """The places of a conflict, for its details."""
    return [
        RegionView(
            _cut(place.region.base, place.region.base),
            _cut(place.region.ours, place.region.base),
            _cut(place.region.theirs, place.region.base),
            place.touched.ours if place.touched else (),
            place.touched.theirs if place.touched else (),
        )
        for place in found.places
    ]


def _cut(side: Side, base: Side) -> Cut:
    lines = side.lines[:_MOST_LINES]
    kept = {
        number
        for code in LCSseq.opcodes(base.lines, lines)
        if code.tag == "equal"
        for number in range(code.dest_start, code.dest_end)
    }
    shown = tuple((line, number not in kept) for number, line in enumerate(lines))
    return Cut(side.start, shown, len(side.lines) - len(lines))
