"""The patches of a series, and how each applies after those before it.

A patch that does not apply is left out, and the next ones are tried without it: dpkg-source would
stop there, but somebody who mends a series wants to know of all that is broken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from debpatch.errors import DebpatchError
from debpatch.formats.apply import apply_file, reversed_file
from debpatch.formats.diff import FileDiff, parse_diff
from debpatch.formats.patch import Patch, stripped
from debpatch.formats.series import SeriesEntry
from debpatch.git.objects import blob_id
from debpatch.git.repository import Repository
from debpatch.git.tree import Edit, Failure, Tree
from debpatch.package.source_package import SourcePackage


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


# -- a patch that may be one of a series ----------------------------------------------------------


def find_in_series(package: SourcePackage, patch: Patch) -> SeriesEntry | None:
    """The patch's place in the package's series, which an edited version of it takes as well.

    By its diff, as headers get rewritten and files renamed; else by the file's name.
    """
    same = (entry for entry in package.series if _changes_alike(package, entry, patch))
    if (entry := next(same, None)) is not None:
        return entry
    path = Path(patch.name)
    named = [entry for entry in package.series if Path(entry.name).name == path.name]
    exact = [entry for entry in named if path.absolute().as_posix().endswith(f"/{entry.path}")]
    found = exact or named
    return found[0] if len(found) == 1 else None


def _changes_alike(package: SourcePackage, entry: SeriesEntry, patch: Patch) -> bool:
    try:
        files = parse_diff(package.read(entry.path) or b"").files
    except DebpatchError:  # not this patch; whether it is in the way shows when it is applied
        return False
    return [(f.old_path, f.new_path, f.hunks) for f in files] == [
        (f.old_path, f.new_path, f.hunks) for f in patch.files
    ]


def by_the_series(patch: Patch, entry: SeriesEntry) -> Patch:
    """The patch as its entry in a series says: so many components off its paths, and in reverse."""
    patch = stripped(patch, entry.strip)
    return replace(patch, files=tuple(map(reversed_file, patch.files))) if entry.reverse else patch


# -- what of a package's source its series is about, on top of upstream's base ---------------------

_RELATED = 3
"""So many files in common are no coincidence, as that of a licence is."""


@dataclass(frozen=True, slots=True)
class Source:
    """The ``tree`` without the series; ``generated`` are files that only the package has.

    Those come with the release's tarball, and what upstream does to them nobody can tell from its
    repository.
    """

    tree: Tree
    generated: frozenset[str]


def read_source(
    repository: Repository,
    package: SourcePackage,
    patches: tuple[SeriesPatch, ...],
    base: str | None,
    near: str | None,
) -> Source:
    """The files of ``package`` that ``patches`` change, in the tree of the commit ``base``.

    Without ``base`` those files are all there is. ``near`` is a commit that the package should be
    like. Raises DebpatchError where it has no file in common with that.
    """
    wanted = frozenset(path for patch in patches for path in patch.paths)
    start = near or ("HEAD" if repository.has("HEAD") else None)
    known = repository.entries(repository.tree(start)) if start else {}
    total = alike = 0
    found: dict[str, tuple[str, bytes]] = {}
    for file in package.files():
        if file.path.startswith("debian/"):
            continue
        total += 1
        there = known.get(file.path)
        alike += there is not None and there.sha == blob_id(file.data, len(there.sha))
        if file.path in wanted:
            found[file.path] = (file.mode, file.data)
    if not total and base:  # a checkout of the packaging alone
        return Source(Tree(repository, repository.tree(base), base), frozenset())
    if known and alike < min(_RELATED, total):
        raise DebpatchError(
            f"{package.name} and {repository.location} have "
            f"{'no file' if not alike else f'{alike} of {total} files'} in common; "
            "is this the package's upstream repository? name the right one with --repo"
        )
    absent = dict.fromkeys(wanted & known.keys() - found.keys()) if base else {}
    tree = repository.write_tree(repository.tree(base) if base else None, {**found, **absent})
    source = Tree(repository, tree, f"{package.name} {package.version}")
    generated = frozenset(found.keys() - known.keys()) if base else frozenset[str]()
    return Source(_without_series(package, source, patches, base), generated)


def _without_series(
    package: SourcePackage, source: Tree, patches: tuple[SeriesPatch, ...], base: str | None
) -> Tree:
    """Take the patches back that the source has.

    Where quilt does not say which, trying tells: all of them, or so many of the first that the
    files which they change are the base's again. Without that a first patch that upstream has taken
    over would look like one that is applied.
    """
    if package.applied is not None:
        there = [p for p in patches if p.name in package.applied and p.repeats is None]
        return _taken_back(source, there) or source
    if all_back := _taken_back(source, patches):
        return all_back
    for count in range(len(patches) - 1, 0, -1) if base else ():
        tree = _taken_back(source, patches[:count])
        if tree and base and _is_as(tree, base, patches[:count]):
            return tree
    return source


def _taken_back(source: Tree, patches: Sequence[SeriesPatch]) -> Tree | None:
    """The source before ``patches``; None where it does not have them all."""
    edit = Edit.of(source)
    if any(edit.apply(patch.files, reverse=True) for patch in reversed(patches)):
        return None
    return edit.write("the source without its series")


def _is_as(tree: Tree, base: str, patches: Sequence[SeriesPatch]) -> bool:
    repository = tree.repository
    ours, theirs = (repository.entries(each) for each in (tree.sha, repository.tree(base)))
    return all(ours.get(path) == theirs.get(path) for patch in patches for path in patch.paths)
