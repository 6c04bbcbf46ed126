"""A source package as a tree: upstream's source with its quilt series, as the compiler sees it.

``debian/`` itself is left out, so that the tree compares with upstream's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from debpatch.caching import cached_while_open
from debpatch.errors import DebpatchError
from debpatch.formats.diff import FileDiff, parse_diff
from debpatch.formats.series import SeriesEntry
from debpatch.git.repository import Repository
from debpatch.git.tree import Edit, Failure, Tree
from debpatch.package.source_package import SourcePackage


def package_tree(
    repository: Repository,
    package: SourcePackage,
    before: str | None = None,
    base: str | None = None,
) -> Tree:
    """The package's source with its series applied, up to but not including the patch ``before``.

    Where there is nothing but ``debian/``, as in a checkout of the packaging alone, the source is
    that of the upstream commit ``base``. Raises DebpatchError where the series does not apply
    without fuzz, or lists what is not there.
    """
    source, applied = _source(repository, package, base)
    edit, wanted = Edit.of(source), _wanted(package, before)
    for entry in reversed(applied[len(wanted) :]):
        _apply(package, entry, edit, undo=True)
    for entry in wanted[len(applied) :]:
        _apply(package, entry, edit)
    count = len(wanted)
    patches = "1 patch" if count == 1 else f"{count} patches"
    return edit.write(f"{package.name} {package.version} with {patches} applied")


def series_trees(
    repository: Repository, package: SourcePackage, base: str | None = None
) -> tuple[Tree, ...]:
    """The package's source without its series, then with each of its patches in turn.

    ``base`` and what it raises are as with ``package_tree``. The same package is not read twice.
    """
    needed = None if _shipped(repository, package).paths else base
    return tuple(Tree(repository, *each) for each in _series_trees(repository, package, needed))


@cached_while_open(most=8)
def _series_trees(
    repository: Repository, package: SourcePackage, base: str | None
) -> Sequence[tuple[str, str]]:
    """The ids and the names of the trees."""
    source, applied = _source(repository, package, base)
    edit = Edit.of(source)
    for entry in reversed(applied):
        _apply(package, entry, edit, undo=True)
    trees = [edit.write(f"{package.name} {package.version} without patches")]
    for entry in package.series:
        edit = Edit.of(trees[-1])
        _apply(package, entry, edit)
        trees.append(edit.write(f"{package.name} {package.version} up to {entry.name}"))
    return [(tree.sha, tree.name) for tree in trees]


def series_patch(package: SourcePackage, entry: SeriesEntry) -> tuple[FileDiff, ...]:
    """What a patch of the series changes; raises DebpatchError where the file is not there."""
    data = package.read(entry.path)
    if data is None:
        raise DebpatchError(
            f"{package.location}: the series names {entry.name} (line {entry.line}), but "
            f"{entry.path} does not exist; correct the series"
        )
    return parse_diff(data, strip=entry.strip, where=entry.path).files


def _source(
    repository: Repository, package: SourcePackage, base: str | None = None
) -> tuple[Tree, Sequence[SeriesEntry]]:
    """The source as it stands, and the patches of the series that it has."""
    source = _shipped(repository, package)
    if not source.paths:
        if base:
            return Tree(repository, repository.tree(base), base), ()
        if package.series:
            raise DebpatchError(
                f"{package.location}: has only debian/, and no upstream tag is known for "
                f"{package.version}; give one with --base, or unpack the source"
            )
    return source, _applied(package, source)


def _shipped(repository: Repository, package: SourcePackage) -> Tree:
    return Tree(repository, _imported(repository, package.source or package), "the package")


@cached_while_open(most=8)
def _imported(repository: Repository, package: SourcePackage) -> str:
    return repository.import_tree(None, _files(package))


def _files(package: SourcePackage) -> Iterator[tuple[str, tuple[str, bytes]]]:
    for file in package.files():
        if not file.path.startswith("debian/"):
            yield file.path, (file.mode, file.data)


def _wanted(package: SourcePackage, before: str | None) -> Sequence[SeriesEntry]:
    names = [entry.name for entry in package.series]
    return package.series[: names.index(before)] if before in names else package.series


def _applied(package: SourcePackage, source: Tree) -> Sequence[SeriesEntry]:
    """The patches that the source already has: what quilt says, else what trying tells.

    That is none where the series applies, else as many of its first as can be taken back so that it
    does: a new patch may stand behind those that a patches-applied branch has.
    """
    series = package.series
    if package.applied is not None:
        for name, entry in zip_longest(package.applied, series[: len(package.applied)]):
            if entry is None or name != entry.name:
                place = f"{entry.name} there" if entry else "nothing there"
                raise DebpatchError(
                    f"{package.location}: quilt has applied {name}, but the series has {place}; "
                    "run quilt pop -a, or correct the series"
                )
        return series[: len(package.applied)]
    forwards = Edit.of(source)
    try:
        for entry in series:
            _apply(package, entry, forwards)
    except DebpatchError:
        for count in range(len(series), 0, -1):
            if _begins_with(package, source, count):
                return series[:count]
        raise
    return ()


def _begins_with(package: SourcePackage, source: Tree, count: int) -> bool:
    """Whether the first ``count`` patches can be taken back, and the whole series applied then."""
    edit, series = Edit.of(source), package.series
    back = (_try(package, entry, edit, undo=True) for entry in reversed(series[:count]))
    return not any(back) and not any(_try(package, entry, edit, undo=False) for entry in series)


def _apply(package: SourcePackage, entry: SeriesEntry, edit: Edit, *, undo: bool = False) -> None:
    failures = _try(package, entry, edit, undo=undo)
    if failures:
        where = ", ".join(f"{failure.path} hunk {failure.hunk}" for failure in failures[:3])
        what = "does not apply in reverse" if undo else "does not apply"
        raise DebpatchError(
            f"{package.location}: {entry.name} of the series {what} without fuzz ({where}); "
            "refresh it with quilt"
        )


def _try(package: SourcePackage, entry: SeriesEntry, edit: Edit, *, undo: bool) -> list[Failure]:
    return edit.apply(series_patch(package, entry), reverse=entry.reverse != undo)
