"""What commits are picked onto: an upstream revision, or a source package.

A package becomes a line of commits of our own on top of the base: upstream's source as Debian ships
it, then one commit a patch of the series, with the patch's header as its message. So it has a
history as an upstream branch has, and what can be asked of commits can be asked of patches as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import takewhile
from pathlib import Path

from debpatch.caching import cached_while_open
from debpatch.errors import DebpatchError
from debpatch.formats.diff import parse_diff
from debpatch.git.history import is_ancestor
from debpatch.git.merge import Pick
from debpatch.git.objects import TreeEntry
from debpatch.git.repository import Commit, Repository
from debpatch.package.base import package_base
from debpatch.package.package_tree import series_trees
from debpatch.package.source_package import APT, SourcePackage, open_package
from debpatch.package.source_tree import find_package_root
from debpatch.package.upstream import Inputs, open_upstream


@dataclass(frozen=True, slots=True)
class Carrier:
    """What carries a change: a commit, or a patch by its ``name``; a commit's is its short id."""

    name: str
    commit: Commit | None = None

    @classmethod
    def of(cls, commit: Commit) -> Carrier:
        """The commit as what carries its change."""
        return cls(commit.short, commit)

    @property
    def sha(self) -> str | None:
        """The commit's full id; None for a patch."""
        return self.commit.sha if self.commit else None


@dataclass(frozen=True, slots=True)
class TargetName:
    """How to speak of a target.

    ``base`` is the upstream revision that it is built from, None where that is not known.
    ``package`` is what the user called the package, None for a revision; ``unpacked`` the folder
    that it will be once it is unpacked, None where it is; ``source`` the source package's name, or
    nothing.
    """

    name: str
    base: str | None
    package: str | None = None
    unpacked: str | None = None
    source: str = ""


@dataclass(frozen=True)
class Target:
    """A commit to pick onto, in an open repository, and how to speak of it.

    ``own`` are the commits that are of our making, from oldest to newest, with what each stands
    for: the source as the package ships it, a patch, a commit that was picked.
    """

    repository: Repository
    called: TargetName
    commit: str
    own: Mapping[str, Carrier] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.called.name

    @property
    def base(self) -> str | None:
        """The upstream revision that it is built from, None where that is not known."""
        return self.called.base

    @cached_property
    def tree(self) -> str:
        """The tree to pick onto."""
        return self.repository.tree(self.commit)

    def with_pick(self, picked: Pick) -> Target:
        """The target with a commit picked onto it."""
        message = picked.commit.message.encode("utf-8", "replace")
        commit = self.repository.write_commit(picked.tree, [self.commit], message)
        return replace(self, commit=commit, own={**self.own, commit: Carrier.of(picked.commit)})

    def has(self, commit: Commit) -> bool:
        """Whether the commit itself is in the target's history."""
        newest = self.upstream or self.commit  # what is above it is of our making
        return commit.sha in self.own or is_ancestor(self.repository, commit.sha, newest)

    def stands_for(self, sha: str) -> Carrier:
        """What a commit of the target's history stands for: a patch, or itself."""
        return self.own.get(sha) or Carrier.of(self.repository.commit(sha))

    @cached_property
    def upstream(self) -> str | None:
        """The id of the newest upstream commit that it has; None where it has none."""
        return self.repository.resolve(self.base) if self.base else None


@contextmanager
def open_target(onto: str | None, inputs: Inputs) -> Iterator[Target]:
    """Open the repository and in it what the user calls ``onto``.

    Without it the package around the current folder is meant. Raises DebpatchError where there is
    no such revision or package, or no repository.
    """
    if onto is None and find_package_root(Path()) is None:
        raise DebpatchError("no target; give a revision or a package with --onto")
    place = onto if onto is not None else "."
    package = open_package(place) if names_package(place) else None
    with open_upstream(inputs, package) as repository:
        if package is None:
            yield revision_target(repository, place)
        else:
            yield package_target(repository, package, inputs.base)


def names_package(text: str) -> bool:
    """Tell whether a user's TARGET is a package: ``apt:NAME``, a ``.dsc``, a package's folder."""
    if text.startswith(APT):
        return True
    path = Path(text)
    return path.is_file() if path.suffix == ".dsc" else path.is_dir() and _is_in_package(path)


def _is_in_package(path: Path) -> bool:
    return find_package_root(path) is not None


def revision_target(repository: Repository, revision: str) -> Target:
    """The upstream revision as a target; raises DebpatchError where there is no such commit."""
    return Target(repository, TargetName(revision, revision), repository.resolve(revision))


def package_target(
    repository: Repository,
    package: SourcePackage,
    base: str | None = None,
    before: str | None = None,
) -> Target:
    """The package, with its series applied up to but not including the patch ``before``.

    ``base`` names the upstream revision; without it the package's version does, and where it does
    not, the package stands alone. Files of upstream's that the package's source leaves out, such as
    those of its CI, count as they are at the base: no pick of theirs can matter to the package. So
    does all of the source where there is nothing but ``debian/``. Raises DebpatchError where the
    series does not apply, or the package and its base do not have a single file in common.
    """
    name = f"{package.name} {package.version}"
    try:
        revision = base or package_base(repository, package)
    except DebpatchError:
        revision = None
    commits = _package_commits(repository, package, revision)
    own = {
        commit: Carrier(what) for commit, what in takewhile(lambda each: each[1] != before, commits)
    }
    name = f"{name} before {before}" if before else name
    called = TargetName(name, revision, package.location, package.unpacked, package.name)
    return Target(repository, called, list(own)[-1], own)


@cached_while_open(most=8)
def _package_commits(
    repository: Repository, package: SourcePackage, revision: str | None
) -> Sequence[tuple[str, str]]:
    """Commits of the package's source and of each patch on the one before, with their names."""
    name = f"{package.name} {package.version}"
    parent = repository.resolve(revision) if revision else None
    trees = [tree.sha for tree in series_trees(repository, package, parent)]
    if parent:
        _require_common(repository, (name, trees[0]), (str(revision), parent))
        left_out = _only_in(repository, repository.tree(parent), trees[0])
        trees = [_with(repository, tree, left_out) for tree in trees]
    commits = []
    patches = ((f"the source of {name}", b""), *_patches(package))
    for tree, (what, header) in zip(trees, patches, strict=True):
        parent = repository.write_commit(tree, [parent] if parent else [], header)
        commits.append((parent, what))
    return commits


def check_related(target: Target, commits: Sequence[Commit]) -> None:
    """Raise DebpatchError where a commit and the target do not have a single file in common."""
    for commit in commits[:1]:
        ours, theirs = (target.name, target.tree), (commit.short, commit.sha)
        _require_common(target.repository, ours, theirs)


def _require_common(repository: Repository, ours: tuple[str, str], theirs: tuple[str, str]) -> None:
    """Each side is what to call it, and a tree or commit; one without files is like any other."""
    one, other = (repository.entries(repository.tree(sha)).keys() for _, sha in (ours, theirs))
    if one and one.isdisjoint(other):
        raise DebpatchError(
            f"{ours[0]} and {theirs[0]} have no file in common; is this the right repository?"
        )


def _patches(package: SourcePackage) -> Iterator[tuple[str, bytes]]:
    """Name and header of each patch of the series."""
    for entry in package.series:
        data = package.read(entry.path) or b""
        yield entry.name, parse_diff(data, strip=entry.strip, where=entry.path).preamble


def _only_in(repository: Repository, tree: str, other: str) -> Mapping[str, TreeEntry]:
    """The files of ``tree`` that ``other`` does not have."""
    have = repository.entries(other)
    return {path: file for path, file in repository.entries(tree).items() if path not in have}


def _with(repository: Repository, tree: str, files: Mapping[str, TreeEntry]) -> str:
    have = repository.entries(tree)
    return repository.write_tree(tree, {p: file for p, file in files.items() if p not in have})
