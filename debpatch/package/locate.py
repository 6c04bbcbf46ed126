"""Where a patch belongs: the source package, the upstream repository, the base, the tree to patch.

What the user does not say is found where it stands: the package around the patch or the current
folder, the repository that the package or the patch names, the base by the package's version or by
the version in the patch's own paths. Each find says where it came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from debpatch.errors import DebpatchError
from debpatch.formats.patch import Patch, stripped
from debpatch.git.repository import Repository
from debpatch.git.tree import Tree
from debpatch.package.base import find_base, package_base
from debpatch.package.package_tree import package_tree
from debpatch.package.patch_series import by_the_series, find_in_series
from debpatch.package.source_package import SourcePackage, open_package
from debpatch.package.source_tree import find_package_root
from debpatch.package.upstream import Inputs, candidates, open_repository


@dataclass(frozen=True)
class Located:
    """A patch where it belongs; ``tree`` is what it applies to, None where unknown.

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
def locate(patch: Patch, inputs: Inputs) -> Iterator[Located]:
    """Open what ``inputs`` name or, without them, what can be found.

    Raises DebpatchError where the repository is not found, or where something named is not there.
    """
    package, found = _package(inputs.package, patch)
    base = inputs.base
    where = inputs.repo or _named_repository(package, patch)
    with open_repository(where, inputs, package) as repository:
        if base is not None:
            repository.resolve(base)  # what is not there is an error, whatever it is needed for
        if package is None or (base is not None and inputs.package is None):
            yield _in_upstream(repository, package, base, patch)
        else:
            yield _in_package(repository, package, base, patch, found)


def _package(named: str | None, patch: Patch) -> tuple[SourcePackage | None, str]:
    """The package, and by what it was found."""
    if named:
        return open_package(named), "--package"
    root = find_package_root(Path(patch.name).parent)
    if root is not None:
        return open_package(root), "the package around the patch"
    root = find_package_root(Path())
    if root is not None and _is_for(patch, source := open_package(root)):
        return source, "the package around the current directory"
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
            "neither the package nor the patch names the upstream repository; give it with "
            "--repo (a directory or a URL)"
        )
    return found[0].url


def _in_upstream(
    repository: Repository, package: SourcePackage | None, base: str | None, patch: Patch
) -> Located:
    """Onto the upstream revision that ``base`` or the patch itself names."""
    found = "--base"
    if base is None:
        base, why = _base_in_prefix(repository, patch)
        found = "the version in the patch's paths"
        if base is None:
            return Located(repository, package, patch, None, None, unknown=why)
    tree = _tree(repository, base)
    return Located(repository, package, _by_its_paths(patch, tree), base, tree, found)


def _in_package(
    repository: Repository, package: SourcePackage, base: str | None, patch: Patch, found: str
) -> Located:
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
            return Located(repository, package, meant, None, None, unknown=str(error), entry=name)
        tree, notice = _tree(repository, known), str(error)
        found = "--base" if base else "the package's version"
    meant = meant if entry else _by_its_paths(patch, tree)
    return Located(repository, package, meant, known, tree, found, notice=notice, entry=name)


def _tree(repository: Repository, revision: str) -> Tree:
    return Tree(repository, repository.tree(repository.resolve(revision)), revision)


def _by_its_paths(patch: Patch, tree: Tree) -> Patch:
    """The patch, with its paths left whole where only so they are the tree's."""
    if _is_of(patch, tree):
        return patch
    whole = stripped(patch, 0)
    return whole if _is_of(whole, tree) else patch


def _is_of(patch: Patch, tree: Tree) -> bool:
    return any(file.old_path in tree.paths for file in patch.files if file.old_path)


def _base_in_prefix(repository: Repository, patch: Patch) -> tuple[str | None, str]:
    """The base by what quilt wrote before the patch's paths: ``openvpn-2.6.14``."""
    named = re.fullmatch(r"(.+?)-(\d[^/]*)", patch.prefix or "")
    if named is None:
        return None, "no package is given, and the patch's paths name no version; give --base"
    try:
        return find_base(named[2], named[1], repository.tags), ""
    except DebpatchError as error:
        return None, str(error)
