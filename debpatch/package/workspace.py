"""The three inputs together: the upstream repository, the source package, the tree to patch.

What the user does not say is found where it stands: the package around the patch or the current
folder, the repository that the package or the patch names, the base by the package's version or by
the version in the patch's own paths. Each find says where it came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from debpatch.errors import DebpatchError
from debpatch.formats.apply import reversed_file
from debpatch.formats.diff import parse_diff
from debpatch.formats.patch import Patch, stripped
from debpatch.formats.references import alternatives, named_commits
from debpatch.formats.series import SeriesEntry
from debpatch.git.clone import Progress, clone, is_url
from debpatch.git.repository import Repository
from debpatch.git.tree import Tree
from debpatch.package.base import find_base, tag_formats
from debpatch.package.package_tree import package_tree
from debpatch.package.source_directory import find_package_root
from debpatch.package.source_package import SourcePackage, open_package
from debpatch.package.upstream import candidates


@dataclass(frozen=True)
class Workspace:
    """What a command works with; ``tree`` is what the patch applies to, None where unknown.

    ``patch`` is read as the series says (``-p``, ``-R``) where it is one of the package's, and as
    its paths are where they are those of the tree only whole (``-p0``). ``base`` is the upstream
    revision that the tree is built from, and ``found`` says by what the tree was found. ``unknown``
    says why there is no tree, ``notice`` why it is that of the base and not the package's.
    ``entry`` is the patch's name in the package's series, None where it is not one of them.
    """

    repository: Repository
    package: SourcePackage | None
    patch: Patch
    base: str | None
    tree: Tree | None
    found: str | None = None
    unknown: str | None = None
    notice: str | None = None
    entry: str | None = None


@contextmanager
def open_workspace(
    patch: Patch,
    *,
    repo: str | None = None,
    package: str | None = None,
    base: str | None = None,
    update: bool = False,
    progress: Progress | None = None,
) -> Iterator[Workspace]:
    """Open what the options name or, without them, what can be found.

    Raises DebpatchError where the repository is not found, or where something named is not there.
    """
    source, found = _package(package, patch)
    where = repo or _named_repository(source, patch)
    path = clone(where, update=update, progress=progress) if is_url(where) else Path(where)
    with Repository(path) as repository:
        if base is not None:
            repository.resolve(base)  # what is not there is an error, whatever it is needed for
        if source is None or (base is not None and package is None):
            yield _upstream_workspace(repository, source, base, patch)
        else:
            yield _package_workspace(repository, source, base, patch, found)


def _package(named: str | None, patch: Patch) -> tuple[SourcePackage | None, str]:
    """The package, and by what it was found."""
    if named:
        return open_package(named), "--package"
    root = find_package_root(Path(patch.name).parent)
    if root is not None:
        return open_package(root), "the package around the patch"
    root = find_package_root(Path())
    if root is not None and _is_for(patch, source := open_package(root)):
        return source, "the package around the current folder"
    return None, ""


def _is_for(patch: Patch, package: SourcePackage) -> bool:
    """Whether ``package`` has a file that the patch changes, or packaging alone and no files."""
    paths = [
        file.old_path for as_is in (patch, stripped(patch, 0)) for file in as_is.files
        if file.old_path
    ]  # fmt: skip
    if not paths or any(package.read(path) is not None for path in paths):
        return True
    return all(file.path.startswith("debian/") for file in package.files())


def _named_repository(package: SourcePackage | None, patch: Patch) -> str:
    found = candidates(package, patch.header)
    if not found:
        raise DebpatchError(
            "neither the package nor the patch names the upstream repository; "
            "give it with --repo (a clone's folder or a URL)"
        )
    return found[0].url


def _upstream_workspace(
    repository: Repository, package: SourcePackage | None, base: str | None, patch: Patch
) -> Workspace:
    """Onto the upstream revision that ``base`` or the patch itself names."""
    found = "--base"
    if base is None:
        base, why = _base_in_prefix(repository, patch)
        found = "the version in the patch's paths"
        if base is None:
            return Workspace(repository, package, patch, None, None, unknown=why)
    tree = _tree(repository, base)
    return Workspace(repository, package, _by_its_paths(patch, tree), base, tree, found)


def _package_workspace(
    repository: Repository, package: SourcePackage, base: str | None, patch: Patch, found: str
) -> Workspace:
    """Onto the package, as its series leaves it before the patch."""
    try:
        known = base or package_base(repository, package)
    except DebpatchError:
        known = None  # a package has its own tree, so its base is only good to know
    entry = find_in_series(package, patch)
    name = entry.name if entry else None
    meant = by_the_series(patch, entry) if entry else patch
    try:
        commit = repository.resolve(known) if known else None
        tree = package_tree(repository, package, name, commit)
        notice = None
    except DebpatchError as error:
        if known is None:
            return Workspace(repository, package, meant, None, None, unknown=str(error), entry=name)
        tree, notice = _tree(repository, known), str(error)
        found = "--base" if base else "the package's version"
    meant = meant if entry else _by_its_paths(patch, tree)
    return Workspace(repository, package, meant, known, tree, found, notice=notice, entry=name)


def _tree(repository: Repository, revision: str) -> Tree:
    return Tree(repository, repository.tree(repository.resolve(revision)), revision)


def by_the_series(patch: Patch, entry: SeriesEntry) -> Patch:
    """The patch as its entry in a series says: so many components off its paths, and in reverse."""
    patch = stripped(patch, entry.strip)
    return replace(patch, files=tuple(map(reversed_file, patch.files))) if entry.reverse else patch


def _by_its_paths(patch: Patch, tree: Tree) -> Patch:
    """The patch, with its paths left whole where only so they are the tree's."""
    if _is_of(patch, tree):
        return patch
    whole = stripped(patch, 0)
    return whole if _is_of(whole, tree) else patch


def _is_of(patch: Patch, tree: Tree) -> bool:
    return any(file.old_path in tree.paths for file in patch.files if file.old_path)


def named_alternatives(repository: Repository, patch: Patch) -> tuple[str, ...]:
    """The commits that the patch itself names and the repository has, one alternative each.

    Raises DebpatchError where there is none, and for an abbreviation that is of several.
    """
    named = named_commits(patch.header)
    for reference in named:
        meant = repository.abbreviated(reference.sha)
        if len(meant) > 1:
            raise DebpatchError(
                f"{patch.name}: it names {reference.sha}, which is ambiguous: "
                f"{', '.join(sha[:12] for sha in meant)}; name the commit with --upstream"
            )
    here = [reference for reference in named if repository.has(reference.sha)]
    found = alternatives(here)
    if found:
        return found
    if named:
        shas = ", ".join(dict.fromkeys(reference.sha[:12] for reference in named))
        raise DebpatchError(
            f"{patch.name}: it names {shas}, which {repository.location} does not have; "
            "git fetch there, or name the commit with --upstream"
        )
    raise DebpatchError(f"{patch.name}: it names no upstream commit; name it with --upstream")


def package_base(repository: Repository, package: SourcePackage) -> str:
    """The upstream tag that ``package`` is built from; raises DebpatchError if none or several."""
    formats = tag_formats(package.read("debian/gbp.conf") or b"")
    return find_base(package.upstream_version, package.name, repository.tags, formats)


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


def _base_in_prefix(repository: Repository, patch: Patch) -> tuple[str | None, str]:
    """The base by what quilt wrote before the patch's paths: ``openvpn-2.6.14``."""
    named = re.fullmatch(r"(.+?)-(\d[^/]*)", patch.prefix or "")
    if named is None:
        return None, "no package is given, and the patch's paths name no version; use --base"
    try:
        return find_base(named[2], named[1], repository.tags), ""
    except DebpatchError as error:
        return None, str(error)
