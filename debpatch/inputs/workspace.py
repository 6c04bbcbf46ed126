"""The three inputs together: the upstream repository, the source package, the tree to patch.

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
from debpatch.inputs.base import find_base
from debpatch.inputs.clone import Progress, clone, is_url
from debpatch.inputs.gbp_conf import tag_formats
from debpatch.inputs.package_tree import package_tree
from debpatch.inputs.patch import Patch
from debpatch.inputs.references import alternatives, named_commits
from debpatch.inputs.repository import Repository
from debpatch.inputs.source_directory import find_package_root
from debpatch.inputs.source_package import SourcePackage, open_package
from debpatch.inputs.tree import Tree
from debpatch.inputs.upstream_location import candidates


@dataclass(frozen=True)
class Workspace:
    """What a command works with; ``tree`` is what the patch applies to, None where unknown.

    ``base`` is the upstream revision that the tree is built from. ``unknown`` says why there is no
    tree.
    """

    repository: Repository
    package: SourcePackage | None
    base: str | None
    tree: Tree | None
    unknown: str | None = None


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
    source = open_package(package) if package else _package_around(patch)
    where = repo or _named_repository(source, patch)
    path = clone(where, update=update, progress=progress) if is_url(where) else Path(where)
    with Repository(path) as repository:
        yield _workspace(repository, source, base, patch)


def _package_around(patch: Patch) -> SourcePackage | None:
    for start in (Path(patch.name).parent, Path()):
        root = find_package_root(start)
        if root is not None:
            return open_package(root)
    return None


def _named_repository(package: SourcePackage | None, patch: Patch) -> str:
    found = candidates(package, patch.header)
    if not found:
        raise DebpatchError(
            "neither the package nor the patch names the upstream repository; "
            "give it with --repo (a clone's folder or a URL)"
        )
    return found[0].url


def _workspace(
    repository: Repository, package: SourcePackage | None, base: str | None, patch: Patch
) -> Workspace:
    if package is not None:
        try:
            known = base or package_base(repository, package)
        except DebpatchError:
            known = None  # a package has its own tree, so its base is only good to know
        tree = package_tree(repository, package, _name_in_series(package, patch))
        return Workspace(repository, package, known, tree)
    if base is None:
        base, why = _base_in_prefix(repository, patch)
        if base is None:
            return Workspace(repository, None, None, None, why)
    commit = repository.resolve(base)
    return Workspace(repository, None, base, Tree(repository, repository.tree(commit), base))


def named_alternatives(repository: Repository, patch: Patch) -> tuple[str, ...]:
    """The commits that the patch itself names and the repository has, one alternative each.

    Raises DebpatchError where there is none.
    """
    named = named_commits(patch.header)
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


def _name_in_series(package: SourcePackage, patch: Patch) -> str | None:
    """The patch's name in the package's series, found by its diff, as headers get rewritten."""
    diff = patch.data.removeprefix(patch.header)
    return next(
        (
            entry.name
            for entry in package.series
            if (package.read(entry.path) or b"").endswith(diff)
        ),
        None,
    )


def _base_in_prefix(repository: Repository, patch: Patch) -> tuple[str | None, str]:
    """The base by what quilt wrote before the patch's paths: ``openvpn-2.6.14``."""
    named = re.fullmatch(r"(.+?)-(\d[^/]*)", patch.prefix or "")
    if named is None:
        return None, "no package is given, and the patch's paths name no version; use --base"
    try:
        return find_base(named[2], named[1], repository.tags), ""
    except DebpatchError as error:
        return None, str(error)
