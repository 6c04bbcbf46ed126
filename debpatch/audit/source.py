"""What of a package's source its series is about, on top of upstream's base.

The rest of a source is not read into the repository: for a series that changes fifty files of five
thousand that would take longer than all else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from debpatch.audit.series import SeriesPatch
from debpatch.errors import DebpatchError
from debpatch.inputs.objects import blob_id
from debpatch.inputs.repository import Repository
from debpatch.inputs.source_package import SourcePackage
from debpatch.inputs.tree import Edit, Tree

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
