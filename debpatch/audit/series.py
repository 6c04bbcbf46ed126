"""The patches of a series, and how each applies after those before it.

A patch that does not apply is left out, and the next ones are tried without it: dpkg-source would
stop there, but somebody who mends a series wants to know of all that is broken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from debpatch.errors import DebpatchError
from debpatch.inputs.apply import apply_file, reversed_file
from debpatch.inputs.diff import FileDiff, parse_diff
from debpatch.inputs.series import SeriesEntry
from debpatch.inputs.source_package import SourcePackage
from debpatch.inputs.tree import Edit, Failure, Tree


@dataclass(frozen=True, slots=True)
class SeriesPatch:
    """One entry of a series and its file.

    ``files`` are what applying it changes, turned round already where the series says ``-R``.
    ``problem`` says why it cannot be read; then there are no files. ``repeats`` is the line of the
    series that has it already.
    """

    entry: SeriesEntry
    data: bytes
    files: tuple[FileDiff, ...]
    problem: str | None = None
    repeats: int | None = None

    @property
    def name(self) -> str:
        """Its path below ``debian/patches``."""
        return self.entry.name

    @property
    def paths(self) -> frozenset[str]:
        """The files that it changes, by their names before and after."""
        return frozenset(p for file in self.files for p in (file.old_path, file.new_path) if p)


Why = Literal["file-absent", "there-already", "no-place"]
"""Why a hunk does not apply: its file is not there; the file reads as afterwards already; neither
the lines before nor those after are in it."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A hunk that does not apply; ``hunk`` is its number in its file's part of the patch."""

    path: str
    hunk: int
    why: Why


@dataclass(frozen=True, slots=True)
class Application:
    """What became of one patch: ``before`` is what it was applied to, not written yet."""

    before: Edit
    obstacles: tuple[Obstacle, ...]


def read_series(package: SourcePackage) -> tuple[SeriesPatch, ...]:
    """All patches of the package's series, in its order; what is wrong with one is told of it."""
    first: dict[str, int] = {}
    patches = []
    for entry in package.series:
        patch = _read(package, entry)
        if entry.name in first:
            patch = replace(patch, repeats=first[entry.name])
        first.setdefault(entry.name, entry.line)
        patches.append(patch)
    return tuple(patches)


def _read(package: SourcePackage, entry: SeriesEntry) -> SeriesPatch:
    data = package.read(entry.path)
    if data is None:
        return SeriesPatch(entry, b"", (), f"{entry.path} is not there")
    try:
        files = parse_diff(data, strip=entry.strip, where=entry.path).files
    except DebpatchError as error:
        return SeriesPatch(entry, data, (), str(error))
    if entry.reverse:
        files = tuple(map(reversed_file, files))
    return SeriesPatch(entry, data, files)


def apply_in_turn(start: Tree, patches: Sequence[SeriesPatch]) -> Iterator[Application]:
    """Apply ``patches`` one upon the other as dpkg-source(1) does, without fuzz."""
    changes: Mapping[str, tuple[str, bytes] | None] = {}
    for patch in patches:
        before, after = Edit(start, dict(changes)), Edit(start, dict(changes))
        failures = after.apply(patch.files)
        yield Application(before, tuple(_obstacles(before, patch, failures)))
        if not failures:
            changes = after.changes


def _obstacles(before: Edit, patch: SeriesPatch, failures: Sequence[Failure]) -> Iterator[Obstacle]:
    tree = before.write("the series so far") if failures else before.tree
    for failure in failures:
        file = next(file for file in patch.files if file.path == failure.path)
        yield Obstacle(failure.path, failure.hunk, _why(tree, file, failure.hunk))


def _why(tree: Tree, file: FileDiff, hunk: int) -> Why:
    if file.old_path and tree.read(file.old_path) is None:
        return "there-already" if file.new_path is None else "file-absent"
    offsets = apply_file(file, tree.read(file.path), reverse=True).offsets
    return "there-already" if offsets[hunk - 1] is not None else "no-place"


def is_there(tree: Tree, patch: SeriesPatch) -> bool:
    """Whether the tree reads as after the whole patch, so that it can be taken back."""
    return bool(patch.files) and not Edit.of(tree).apply(patch.files, reverse=True)
