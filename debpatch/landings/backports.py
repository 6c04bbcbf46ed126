"""Whether there is a backport of a fix for a branch, and whether it is complete.

Every branch of releases gets a state. What a landing leaves out counts only where the branch has
the code to change; where it never had that code, there is nothing to fix.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from debpatch.compare.absence import Reason
from debpatch.compare.alternative import Alternative, moved_paths, read_alternative
from debpatch.compare.change import Change
from debpatch.compare.comparison import compare
from debpatch.errors import DebpatchError
from debpatch.formats.references import named_commits
from debpatch.formats.versions import read_release
from debpatch.git.branches import Branch, branch_version, release_branches
from debpatch.git.history import is_ancestor, whole_history
from debpatch.git.releases import first_release
from debpatch.git.repository import Commit, Repository
from debpatch.git.tree import Tree
from debpatch.landings.affected import affected, is_trivia, significant
from debpatch.landings.evidence import Sign
from debpatch.landings.landings import (
    Landing,
    landings_in,
    landings_on,
    lines,
    origins,
    possible_copies,
    renamed_on,
)
from debpatch.landings.repairs import FollowUp, follow_ups
from debpatch.package.target import Target


class State(StrEnum):
    """How a fix stands on a branch."""

    PRESENT = "present"
    """The branch has the commit itself."""
    PORTED = "ported"
    """The branch has all of it that it has code for, as other commits."""
    PARTIAL = "partial"
    """The branch has a part of it, and code for more."""
    MISSING = "missing"
    """The branch has the code that the fix changes, and not the fix."""
    UNAFFECTED = "unaffected"
    """The branch does not have the code that the fix changes."""
    UNKNOWN = "unknown"
    """A commit may be the fix, and may not; or the branch has but a part of the code."""


@dataclass(frozen=True, slots=True)
class LandingOnBranch:
    """A landing of the fix as it is on one branch.

    ``patch`` is its name where it is a patch of a package's series. ``released_in`` is the oldest
    release that has the commit; ``reverted_by`` what reverted it on the branch.
    """

    landing: Landing
    released_in: str | None
    patch: str | None = None
    reverted_by: Commit | None = None

    @property
    def commit(self) -> Commit:
        """The commit that brought the fix."""
        return self.landing.commit

    @property
    def confidence(self) -> float:
        """How sure it is that this is a landing, from 0 to 1."""
        return self.landing.confidence

    @property
    def signs(self) -> tuple[Sign, ...]:
        """What speaks for it, the strongest first."""
        return tuple(sorted(self.landing.signs, key=list(Sign).index))

    @property
    def stands(self) -> bool:
        """Whether the branch has the fix by it: it is a landing, and was not reverted."""
        return self.landing.is_claimed and self.reverted_by is None


@dataclass(frozen=True, slots=True)
class BranchState:
    """How the fix stands on ``branch``.

    ``landings`` are in the order in which they were made; where none is certain, the likeliest
    comes first. ``lacks`` are the fix's hunks that the branch has code for and that none carries;
    ``carried`` how many changed lines the landings carry, of how many that there are to carry, None
    where nobody counted. ``cause`` is the commit that brought the bug, where the branch never had
    that. A branch that is ported without landings has the code by some other way.
    """

    branch: Branch
    state: State
    landings: tuple[LandingOnBranch, ...]
    lacks: tuple[Change, ...] = ()
    carried: tuple[int, int] | None = None
    cause: Commit | None = None


@dataclass(frozen=True, slots=True)
class FollowUpOnBranches:
    """A follow-up, the oldest version that has it, and the names of the branches that do."""

    follow_up: FollowUp
    released_in: str | None
    branches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Backports:
    """Where the fix ``commit`` stands.

    ``branches`` are the main branch, then the others, newest version first. ``own`` is the branch
    that the package is built from, ``package`` the package itself, with its series as commits, and
    ``location`` where that is; None where no package was named. ``left_out`` says why a package
    that is at hand does not count.
    """

    commit: Commit
    origins: tuple[Commit, ...]
    released_in: str | None
    branches: tuple[BranchState, ...]
    follow_ups: tuple[FollowUpOnBranches, ...]
    package: BranchState | None = None
    own: str | None = None
    location: str | None = None
    left_out: str | None = None


def find_backports(
    repository: Repository,
    commit: Commit,
    globs: Sequence[str] = (),
    package: Target | None = None,
) -> Backports:
    """Find where the fix ``commit`` stands, on the branches that match ``globs`` or on all.

    Raises DebpatchError where no branch matches, and for a commit that changes nothing.
    """
    change = read_alternative(repository, [commit])
    if not change.changes:
        raise DebpatchError(f"{commit.short} changes nothing; name the commit that has the fix")
    branches = release_branches(repository, globs) if globs else lines(repository)
    survey = _Survey(repository, commit, change, branches, package)
    states = {branch: survey.state(branch, found) for branch, found in survey.landings.items()}
    return Backports(
        commit,
        origins(repository, commit),
        survey.released_in(commit),
        tuple(states.values()),
        survey.later(),
        survey.package_state(),
        _branch_of(package, branches) if package else None,
        package.called.package if package else None,
    )


def _branch_of(package: Target, branches: Iterable[Branch]) -> str | None:
    """The branch that the package's base is a release of: the one with the longest version."""
    base = read_release(package.base or "")
    numbers = base.version.numbers if base else ()
    fitting = {
        version: branch.name
        for branch in branches
        if (version := branch_version(branch.name)) and numbers[: len(version)] == version
    }
    return fitting[max(fitting, key=len)] if fitting else None


class _Survey:
    """What is known of a fix on all ``branches`` and in ``package``, and how that is judged."""

    def __init__(
        self,
        repository: Repository,
        commit: Commit,
        change: Alternative,
        branches: Sequence[Branch],
        package: Target | None,
    ) -> None:
        self.repository = repository
        self.commit = commit
        self.change = change
        self.package = package
        self.landings = landings_on(repository, commit.sha, branches)
        self.in_package = landings_in(package, commit.sha) if package else ()
        known = {each.commit.sha: each for found in self.landings.values() for each in found}
        landed = [each.commit for each in known.values() if each.is_claimed]
        fix = (commit, *origins(repository, commit))
        self.follow_ups = follow_ups(repository, [*fix, *landed])

    @cached_property
    def significant(self) -> Sequence[Change]:
        """The hunks of the fix that count."""
        return significant(self.change.changes)

    @cached_property
    def causes(self) -> Mapping[str, Commit]:
        """The commits that the fix says brought the bug, by the ids of what may be their copies."""
        message = self.commit.message.encode("utf-8", "replace")
        named = [reference.sha for reference in named_commits(message) if reference.kind == "cause"]
        shas = {self.repository.resolve(sha) for sha in named if self.repository.has(sha)}
        causes = [self.repository.commit(sha) for sha in sorted(shas)]
        return {
            copy: cause for cause in causes for copy in possible_copies(self.repository, cause.sha)
        }

    def released_in(self, commit: Commit) -> str | None:
        """The oldest release that has the commit; None for a patch of the package's."""
        return None if self._is_own(commit) else first_release(self.repository, commit.sha)

    def _is_own(self, commit: Commit) -> bool:
        return self.package is not None and commit.sha in self.package.own

    def later(self) -> tuple[FollowUpOnBranches, ...]:
        """The follow-ups with what has them."""
        return tuple(
            FollowUpOnBranches(
                follow,
                self.released_in(follow.commit),
                tuple(b.name for b in self.landings if self._has(b, follow.commit.sha)),
            )
            for follow in self.follow_ups
        )

    def _has(self, branch: Branch, sha: str) -> bool:
        return is_ancestor(self.repository, sha, branch.tip)

    def _reverted_by(self, sha: str, branch: Branch) -> Commit | None:
        """The commit on ``branch`` that reverted ``sha`` and was not reverted itself."""
        for follow in self.follow_ups:
            if follow.kind == "reverts" and follow.of.sha == sha:
                is_here = self._has(branch, follow.commit.sha)
                if is_here and not self._reverted_by(follow.commit.sha, branch):
                    return follow.commit
        return None

    # -- states ------------------------------------------------------------------------------------

    def package_state(self) -> BranchState | None:
        """How the fix stands in the package; None where none was named."""
        if self.package is None:
            return None
        return self.state(Branch(self.package.name, self.package.commit), self.in_package)

    def state(self, branch: Branch, found: Sequence[Landing]) -> BranchState:
        """Judge one branch by what was found on it."""
        ages = whole_history(self.repository).ages
        own = {sha: n for n, sha in enumerate(self.package.own)} if self.package else {}
        landings = [self._on_branch(each, branch) for each in found]
        claimed = [each for each in landings if each.landing.is_claimed]
        # As they were made, parents first: so they would be picked. Patches come last.
        claimed.sort(key=lambda each: (each.commit.sha in own, own.get(each.commit.sha, 0),
                                       ages.get(each.commit.sha, 0)))  # fmt: skip
        itself = [each for each in claimed if Sign.ANCESTRY in each.signs]
        if itself:
            state = State.MISSING if itself[0].reverted_by else State.PRESENT
            return BranchState(branch, state, tuple(itself))
        if standing := [each for each in claimed if each.stands]:
            lacks, carried = self._left_out(standing)
            state = State.PARTIAL if lacks else State.PORTED
            return BranchState(branch, state, tuple(claimed), lacks, carried)
        return self._without_landing(branch, landings, tuple(claimed))

    def _without_landing(
        self,
        branch: Branch,
        landings: Sequence[LandingOnBranch],
        claimed: tuple[LandingOnBranch, ...],
    ) -> BranchState:
        """Judge a branch that has no landing which stands by its code."""
        tree = Tree(self.repository, self.repository.tree(branch.tip), branch.name)
        found = affected(self.significant, tree, {})
        if found.share < _HARDLY and (moved := renamed_on(self.repository, self.commit, branch)):
            found = affected(self.significant, tree, moved)
        cause = self._absent_cause(branch)
        if found.is_fixed:
            return BranchState(branch, State.PORTED, claimed)
        if cause or found.share < _HARDLY:
            return BranchState(branch, State.UNAFFECTED, claimed, cause=cause)
        is_sure = found.share >= _MOSTLY and len(landings) == len(claimed)
        state = State.MISSING if is_sure else State.UNKNOWN
        likeliest = sorted(landings, key=lambda each: (-each.confidence, each.commit.date))
        return BranchState(branch, state, tuple(likeliest), found.lacks)

    def _on_branch(self, landing: Landing, branch: Branch) -> LandingOnBranch:
        what = self.package.own.get(landing.commit.sha) if self.package else None
        return LandingOnBranch(
            landing,
            self.released_in(landing.commit),
            what.name if what and what.commit is None else None,
            self._reverted_by(landing.commit.sha, branch),
        )

    def _left_out(
        self, landings: Sequence[LandingOnBranch]
    ) -> tuple[tuple[Change, ...], tuple[int, int] | None]:
        """The hunks that the landings together leave out; how many lines they carry, of how many.

        The lines are None where the landing is the same change.
        """
        if any(Sign.PATCH_ID in landing.signs for landing in landings):
            return (), None
        commits = sorted((landing.commit for landing in landings), key=lambda each: each.date)
        backport = read_alternative(self.repository, commits)
        base = Tree(self.repository, backport.befores[0], "before the landing")
        moved = moved_paths(self.change, base)
        comparison = compare(self.change.changes, backport.changes, base, moved)
        lacks = (h.upstream for h in comparison.hunks if h.reason is Reason.NOT_CARRIED)
        kept = tuple(change for change in lacks if change and not is_trivia(change))
        return kept, comparison.carried

    def _absent_cause(self, branch: Branch) -> Commit | None:
        """The commit that the fix says brought the bug, where the branch does not have it."""
        if not self.causes or any(self._has(branch, sha) for sha in self.causes):
            return None
        return next(iter(self.causes.values()))


_HARDLY = 0.25  # a branch that has so little of the code that the fix changes does not need it
_MOSTLY = 0.5  # from so much on it does
