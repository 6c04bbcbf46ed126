"""A source package as a tree: upstream's source with its quilt series, as the compiler sees it.

``debian/`` itself is left out, so that the tree compares with upstream's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from debpatch.errors import DebpatchError
from debpatch.inputs.diff import FileDiff, parse_diff
from debpatch.inputs.repository import Repository
from debpatch.inputs.series import SeriesEntry
from debpatch.inputs.source_package import SourcePackage
from debpatch.inputs.tree import Edit, Failure, Tree


def package_tree(repository: Repository, package: SourcePackage, before: str | None = None) -> Tree:
    """The package's source with its series applied, up to but not including the patch ``before``.

    Raises DebpatchError where the series does not apply without fuzz, or lists what is not there.
    """
    source = Tree(repository, repository.import_tree(None, _source(package)), "the package")
    edit, wanted = Edit.of(source), _wanted(package, before)
    applied = _applied(package, source)
    for entry in reversed(applied[len(wanted) :]):
        _apply(package, entry, edit, undo=True)
    for entry in wanted[len(applied) :]:
        _apply(package, entry, edit)
    count = len(wanted)
    patches = "1 patch" if count == 1 else f"{count} patches"
    return edit.write(f"{package.name} {package.version} with {patches} applied")


def series_trees(repository: Repository, package: SourcePackage) -> tuple[Tree, ...]:
    """The package's source without its series, then with each of its patches in turn.

    Raises DebpatchError as ``package_tree`` does.
    """
    source = Tree(repository, repository.import_tree(None, _source(package)), "the package")
    edit = Edit.of(source)
    for entry in reversed(_applied(package, source)):
        _apply(package, entry, edit, undo=True)
    trees = [edit.write(f"{package.name} {package.version} without patches")]
    for entry in package.series:
        edit = Edit.of(trees[-1])
        _apply(package, entry, edit)
        trees.append(edit.write(f"{package.name} {package.version} up to {entry.name}"))
    return tuple(trees)


def series_patch(package: SourcePackage, entry: SeriesEntry) -> tuple[FileDiff, ...]:
    """What a patch of the series changes; raises DebpatchError where the file is not there."""
    data = package.read(entry.path)
    if data is None:
        raise DebpatchError(
            f"{package.location}: the series names {entry.name} (line {entry.line}), "
            f"but {entry.path} is not there; mend the series"
        )
    return parse_diff(data, strip=entry.strip, where=entry.path).files


def _source(package: SourcePackage) -> Iterator[tuple[str, tuple[str, bytes]]]:
    for file in package.files():
        if not file.path.startswith("debian/"):
            yield file.path, (file.mode, file.data)


def _wanted(package: SourcePackage, before: str | None) -> Sequence[SeriesEntry]:
    names = [entry.name for entry in package.series]
    return package.series[: names.index(before)] if before in names else package.series


def _applied(package: SourcePackage, source: Tree) -> Sequence[SeriesEntry]:
    """The patches that the source already has: what quilt says, else what trying tells."""
    if package.applied is not None:
        return package.series[: len(package.applied)]
    if not package.series:
        return ()
    first = package.series[0]
    is_unapplied = not _try(package, first, Edit.of(source), undo=False)
    return () if is_unapplied else package.series


def _apply(package: SourcePackage, entry: SeriesEntry, edit: Edit, *, undo: bool = False) -> None:
    failures = _try(package, entry, edit, undo=undo)
    if failures:
        where = ", ".join(f"{failure.path} hunk {failure.hunk}" for failure in failures[:3])
        verb = "be taken back" if undo else "apply"
        raise DebpatchError(
            f"{package.location}: {entry.name} of the series does not {verb} without fuzz "
            f"({where}); refresh it with quilt"
        )


def _try(package: SourcePackage, entry: SeriesEntry, edit: Edit, *, undo: bool) -> list[Failure]:
    return edit.apply(series_patch(package, entry), reverse=entry.reverse != undo)
