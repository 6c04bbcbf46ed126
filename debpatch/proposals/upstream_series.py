"""What upstream made of a fix on the release line that a package is built from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from debpatch.inputs.history import is_ancestor
from debpatch.inputs.releases import Release
from debpatch.inputs.repository import Commit, Repository
from debpatch.picks.backports import Backports, BranchState, find_backports
from debpatch.picks.landings import CLAIMED
from debpatch.picks.target import Target


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

    Landings that were taken back there, or that may be none, do not count.
    """
    branches = (own_branch(survey) for survey in surveys)
    landed = (
        landing.commit
        for branch in branches
        for landing in (branch.landings if branch else ())
        if landing.confidence >= CLAIMED and landing.reverted_by is None
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
