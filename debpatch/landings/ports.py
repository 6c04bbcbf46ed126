"""What upstream has ported to the target's own line itself, after the target was released."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from debpatch.formats.versions import Release
from debpatch.git.branches import release_branches
from debpatch.git.history import is_ancestor
from debpatch.git.repository import Commit, Repository
from debpatch.landings.backports import Backports, BranchState, find_backports
from debpatch.landings.landings import Landing, landings_on
from debpatch.package.target import Target


@dataclass(frozen=True, slots=True)
class Port:
    """On ``branch``, which goes on from the target's base, ``commit`` is there as ``landings``.

    They are in the order of the branch's history.
    """

    commit: Commit
    branch: str
    landings: tuple[Commit, ...]


def find_ports(target: Target, commits: Iterable[Commit]) -> tuple[Port, ...]:
    """The ports of ``commits`` ahead of ``target``; none where its base is not known."""
    base, repository = target.upstream, target.repository
    if base is None:
        return ()
    ahead = [
        branch
        for branch in release_branches(repository)
        if branch.tip != base and is_ancestor(repository, base, branch.tip)
    ]
    return tuple(
        Port(commit, branch.name, landed)
        for commit in commits
        for branch, found in landings_on(repository, commit.sha, ahead).items()
        if (landed := _after(repository, base, commit, found))
    )


def _after(
    repository: Repository, base: str, commit: Commit, found: Iterable[Landing]
) -> tuple[Commit, ...]:
    """The landings that ``base`` does not have, oldest first; none where ``commit`` is there."""
    landed = [each.commit for each in found if each.is_claimed]
    if any(each.sha == commit.sha for each in landed):
        return ()
    return tuple(c for c in reversed(landed) if not is_ancestor(repository, c.sha, base))


# -- what upstream made of a fix on the release line that a package is built from ------------------


def find_series(
    target: Target, fixes: Iterable[Commit], line: Sequence[Release]
) -> tuple[Commit, ...]:
    """What upstream made of ``fixes`` on the line of ``target``, and the fixes where it made none.

    In the order of history, each commit once; ``line`` are the releases there, oldest first.
    """
    repository = target.repository
    end = repository.resolve(line[-1].tag) if line else None
    found: list[Commit] = []
    for fix in fixes:
        if end and is_ancestor(repository, fix.sha, end):
            found.append(fix)
        else:
            survey = find_backports(repository, fix, package=target)
            found += own_series(repository, [survey]) or [fix]
    return in_order(repository, found)


def own_series(repository: Repository, surveys: Iterable[Backports]) -> tuple[Commit, ...]:
    """The landings of all fixes on the package's own branch, in the order of its history.

    Landings that were reverted there, or that may be none, do not count.
    """
    branches = (own_branch(survey) for survey in surveys)
    landed = (
        landing.commit
        for branch in branches
        for landing in (branch.landings if branch else ())
        if landing.stands
    )
    return in_order(repository, landed)


def own_branch(survey: Backports) -> BranchState | None:
    """How the fix stands on the branch that the package is built from."""
    return next((each for each in survey.branches if each.branch.name == survey.own), None)


def in_order(repository: Repository, commits: Iterable[Commit]) -> tuple[Commit, ...]:
    """Each commit once, those that others build upon before these."""
    ordered: list[Commit] = []
    each = {commit.sha: commit for commit in commits}.values()
    for commit in sorted(each, key=lambda each: each.date):
        later = (
            at for at, other in enumerate(ordered) if is_ancestor(repository, commit.sha, other.sha)
        )
        ordered.insert(next(later, len(ordered)), commit)
    return tuple(ordered)
