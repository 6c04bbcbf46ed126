"""From which release on a patch can be dropped, and what becomes of it on a new one.

Two things prove that a patch has nothing left to do: that a release has the commits that it
carries, or that its code reads as after the patch. The commits count even where the code has moved
on since; the code counts even where nobody knows how it got there.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from debpatch.formats.versions import Release
from debpatch.git.tree import Edit, Tree
from debpatch.landings.identity import Identity
from debpatch.landings.standing import has_all
from debpatch.landings.upstream import Upstream
from debpatch.package.patch_series import Application, Obstacle, SeriesPatch, apply_in_turn

Proof = Literal["commits", "content"]
"""What shows that a patch has nothing left to do."""


@dataclass(frozen=True, slots=True)
class Droppable:
    """The first releases on which a patch has nothing left to do, None where it always has.

    ``own`` is on the package's own line or, where that has none, the one from which on all versions
    have it. ``newest`` is on the line of the newest release, where that is another one. Where it is
    not ``sure``, the patch has lines of its own, or is not certainly what upstream has there.
    """

    own: Release | None = None
    newest: Release | None = None
    proof: Proof | None = None
    sure: bool = False


class Fate(StrEnum):
    """What becomes of a patch on a new release."""

    DROPPABLE = "droppable"
    APPLIES = "applies"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A patch's fate on a new release, what proves it droppable, which hunks find no place.

    ``sure`` is as in ``Droppable``.
    """

    fate: Fate
    proof: Proof | None = None
    obstacles: tuple[Obstacle, ...] = ()
    sure: bool = True


# -- from which release on -------------------------------------------------------------------------


def droppable(upstream: Upstream, patch: SeriesPatch, identity: Identity | None) -> Droppable:
    """Find the first releases on which ``patch`` has nothing left to do."""
    newest = newest_line(upstream)
    if identity and identity.explains:
        own = _first_having(upstream, identity, upstream.own_line)
        own = own or _first_having(upstream, identity, _later_releases(upstream))
        other = _first_having(upstream, identity, newest)
        if own or other:
            return Droppable(own or other, other, "commits", identity.is_whole)
    own = _first_reading(upstream, patch, upstream.own_line)
    other = _first_reading(upstream, patch, newest)
    return Droppable(own or other, other, "content", True) if own or other else Droppable()


def newest_line(upstream: Upstream) -> tuple[Release, ...]:
    """The releases of the newest line, if it is not the package's own."""
    newest = upstream.newest
    if newest is None or newest in upstream.own_line or upstream.commit_of(newest) == upstream.base:
        return ()
    packaged = _packaged(upstream) or newest
    length = max(1, len(packaged.version.numbers) - 1)
    line = newest.version.numbers[:length]
    return tuple(r for r in upstream.releases if r.version.numbers[:length] == line)


def _packaged(upstream: Upstream) -> Release | None:
    """The release that the package is built from."""
    return next((r for r in upstream.releases if upstream.commit_of(r) == upstream.base), None)


def _first_having(
    upstream: Upstream, identity: Identity, line: Sequence[Release]
) -> Release | None:
    """The release of the line from which on all have the commits."""
    first = None
    for release in reversed(line):
        if not has_all(upstream.repository, upstream.commit_of(release), identity.commits):
            break
        first = release
    return first


def _later_releases(upstream: Upstream) -> tuple[Release, ...]:
    """The releases with a higher version than the packaged one, on whatever line."""
    packaged = _packaged(upstream)
    return tuple(
        release
        for release in upstream.releases
        if packaged is None or release.version.key > packaged.version.key
    )


def _first_reading(
    upstream: Upstream, patch: SeriesPatch, line: Sequence[Release]
) -> Release | None:
    """The release of the line from which on the code reads as after the patch."""
    if not line or not reads_as_after(_tree(upstream, line[-1]), patch):
        return None
    return line[bisect_left(line, True, key=lambda r: reads_as_after(_tree(upstream, r), patch))]


def _tree(upstream: Upstream, release: Release) -> Tree:
    repository = upstream.repository
    return Tree(repository, repository.tree(upstream.commit_of(release)), release.tag)


def reads_as_after(tree: Tree, patch: SeriesPatch) -> bool:
    """Whether the tree has all of the patch: it can be taken back, and cannot be applied."""
    if not any(file.hunks for file in patch.files):
        return False
    can_be_taken_back = not Edit.of(tree).apply(patch.files, reverse=True)
    return can_be_taken_back and bool(Edit.of(tree).apply(patch.files))


# -- onto a new release ----------------------------------------------------------------------------


def outcomes(
    upstream: Upstream,
    patches: Sequence[tuple[SeriesPatch, Identity | None]],
    onto: str,
    generated: Set[str],
) -> Iterator[Outcome]:
    """What becomes of each of ``patches`` on the upstream commit ``onto``, in their order.

    Those that can be dropped are left out before the others are applied. ``generated`` are files
    that upstream's repository does not have.
    """
    tree = Tree(upstream.repository, upstream.repository.tree(onto), onto[:12])
    early = [_early(onto, tree, *each, generated) for each in patches]
    rest = [patch for (patch, _), outcome in zip(patches, early, strict=True) if not outcome]
    applied = apply_in_turn(tree, rest)
    for outcome in early:
        yield outcome or _applied(next(applied))


def _early(
    onto: str,
    tree: Tree,
    patch: SeriesPatch,
    identity: Identity | None,
    generated: Set[str],
) -> Outcome | None:
    """The fate of a patch that need not be applied to know it."""
    if patch.problem or not patch.files or patch.paths & generated - set(tree.paths):
        return Outcome(Fate.UNKNOWN)
    if reads_as_after(tree, patch):
        return Outcome(Fate.DROPPABLE, "content")
    # That the commits are there, and the patch still applies, is a contradiction to look at.
    has_commits = (
        identity and identity.explains and has_all(tree.repository, onto, identity.commits)
    )
    if identity and has_commits and Edit.of(tree).apply(patch.files):
        return Outcome(Fate.DROPPABLE, "commits", sure=identity.is_whole)
    return None


def _applied(application: Application) -> Outcome:
    fate = Fate.CONFLICT if application.obstacles else Fate.APPLIES
    return Outcome(fate, obstacles=application.obstacles)
