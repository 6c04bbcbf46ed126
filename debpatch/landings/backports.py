"""Whether there is a backport of a fix for a branch, and whether it is complete.

Every branch of releases gets a state. What a landing leaves out counts only where the branch has
the code to change; where it never had that code, there is nothing to fix.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from debpatch.compare.absence import Reason
from debpatch.compare.alternative import Alternative, moved_paths, read_alternative
from debpatch.compare.change import Change
from debpatch.compare.comparison import compare
from debpatch.errors import DebpatchError
from debpatch.formats.references import named_commits
from debpatch.formats.versions import read_release, releases
from debpatch.git.branches import Branch, branch_version, release_branches, tag_branches
from debpatch.git.history import History, is_ancestor, read_history
from debpatch.git.repository import Commit, Repository
from debpatch.git.tree import Tree
from debpatch.landings.affected import affected, is_trivia, significant
from debpatch.landings.evidence import Fix, Sign, confidence
from debpatch.landings.repairs import FollowUp, follow_ups
from debpatch.landings.search import (
    CLAIMED,
    SUSPECTED,
    Candidate,
    find_landings,
    origins,
    renamed_on,
)
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
class Landing:
    """A commit that has the fix on some branch.

    ``patch`` is its name where it is a patch of a package's series. ``released_in`` is the oldest
    version that has it; ``reverted_by`` the commit that took it back there, if one did.
    """

    commit: Commit
    signs: tuple[Sign, ...]
    confidence: float
    similarity: float | None
    released_in: str | None
    patch: str | None = None
    reverted_by: Commit | None = None


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
    landings: tuple[Landing, ...]
    lacks: tuple[Change, ...] = ()
    carried: tuple[int, int] | None = None
    cause: Commit | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """A follow-up, the oldest version that has it, and the names of the branches that do."""

    follow_up: FollowUp
    released_in: str | None
    branches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Backports:
    """Where the fix ``commit`` stands.

    ``branches`` are the main branch, then the others, newest version first. ``own`` is the branch
    that the package is built from, ``package`` the package itself, with its series as commits, and
    ``location`` where that is; None where no package was named.
    """

    commit: Commit
    origins: tuple[Commit, ...]
    released_in: str | None
    branches: tuple[BranchState, ...]
    follow_ups: tuple[Later, ...]
    package: BranchState | None = None
    own: str | None = None
    location: str | None = None


def find_backports(
    repository: Repository,
    commit: Commit,
    globs: Sequence[str] = (),
    package: Target | None = None,
) -> Backports:
    """Find where the fix ``commit`` stands, on the branches that match ``globs`` or on all.

    Raises DebpatchError where no branch matches, and for a commit that changes nothing.
    """
    branches = list(release_branches(repository, globs))
    tags = {tag: sha for tag, sha in repository.tag_commits.items() if read_release(tag)}
    own = Branch(package.name, package.commit) if package else None
    tips = [*(branch.tip for branch in branches), *([own.tip] if own else []), *tags.values()]
    history = read_history(repository, tips, [commit.sha])
    if not globs:
        branches += tag_branches(history, branches, tags)
    survey = _Survey.of(repository, commit, [*branches, *([own] if own else [])], history, tags)
    if not survey.change.changes:
        raise DebpatchError(f"{commit.short} changes nothing; name the commit that has the fix")
    states = {branch: _state(survey, branch, package) for branch in survey.branches}
    return Backports(
        commit,
        survey.fix.commits[1:],
        survey.released[commit.sha],
        tuple(states[branch] for branch in branches),
        survey.later(),
        states[own] if own else None,
        _branch_of(package, branches) if package else None,
        package.package if package else None,
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


@dataclass(frozen=True)
class _Survey:
    """What is known of a fix on all ``branches``, before it is judged.

    ``has`` and ``reached`` give for each commit the bits of the branches that have it.
    """

    repository: Repository
    fix: Fix
    branches: Sequence[Branch]
    history: History
    having: Set[Branch]
    candidates: Mapping[Branch, tuple[Candidate, ...]]
    follow_ups: tuple[FollowUp, ...]
    released: Mapping[str, str | None]
    reached: Mapping[str, int]
    change: Alternative

    @cached_property
    def significant(self) -> Sequence[Change]:
        """The hunks of the fix that count."""
        return significant(self.change.changes)

    @cached_property
    def causes(self) -> Mapping[str, Commit]:
        """The commits that the fix says brought the bug, by the ids of what may be their copies."""
        message = self.fix.commits[0].message.encode("utf-8", "replace")
        named = [reference.sha for reference in named_commits(message) if reference.kind == "cause"]
        found = {self.repository.resolve(sha) for sha in named if self.repository.has(sha)}
        causes = [self.repository.commit(sha) for sha in found]
        copies = {cause.sha: cause for cause in causes}
        for cause in causes:
            known = Fix((cause,))
            for sha, commit in self.history.commits.items():
                if confidence(known.signs(commit), None) >= SUSPECTED:
                    copies[sha] = cause
        return copies

    @classmethod
    def of(
        cls,
        repository: Repository,
        commit: Commit,
        branches: Sequence[Branch],
        history: History,
        tags: Mapping[str, str],
    ) -> _Survey:
        """Search the ``history`` of ``branches``; ``tags`` are releases by name."""
        fix = Fix((commit, *origins(repository, commit)))
        has = history.inherited({commit.sha: 1})
        having = {branch for branch in branches if has[branch.tip]}
        lacking = [branch for branch in branches if branch not in having]
        tips = [commit.sha, *(branch.tip for branch in having)]
        found = find_landings(repository, fix, lacking, tips, history)
        landed = {
            candidate.commit.sha: candidate.commit
            for candidates in found.values()
            for candidate in candidates
            if candidate.confidence >= CLAIMED
        }
        later = follow_ups([*fix.commits, *landed.values()], history)
        undone = follow_ups([f.commit for f in later if f.kind == "reverts"], history)
        later += tuple(follow for follow in undone if follow.kind == "reverts")
        later = tuple(follow for follow in later if not _is_ours(follow.commit))
        shas = {commit.sha, *landed, *(follow.commit.sha for follow in later)}
        bits: dict[str, int] = defaultdict(int)
        for number, branch in enumerate(branches):
            bits[branch.tip] |= 1 << number
        return cls(
            repository,
            fix,
            branches,
            history,
            having,
            found,
            later,
            first_releases(history, tags, shas),
            history.reached(bits),
            read_alternative(repository, [commit]),
        )

    def in_order(self, landings: Iterable[Landing]) -> tuple[Landing, ...]:
        """The landings as they were made, parents first: so they would be picked."""
        return tuple(sorted(landings, key=lambda each: self._order[each.commit.sha]))

    @cached_property
    def _order(self) -> Mapping[str, int]:
        return {sha: number for number, sha in enumerate(reversed(list(self.history.commits)))}

    def is_on(self, sha: str, branch: Branch) -> bool:
        """Whether the branch has the commit, one that the fix does not have."""
        return bool(self.reached[sha] >> self.branches.index(branch) & 1)

    def has(self, sha: str, branch: Branch) -> bool:
        """Whether the branch has the commit, which may be any."""
        if sha in self.history.commits:
            return self.is_on(sha, branch)
        return is_ancestor(self.repository, sha, branch.tip)

    def reverted_by(self, sha: str, branch: Branch) -> Commit | None:
        """The commit on ``branch`` that took ``sha`` back and was not taken back itself."""
        for follow in self.follow_ups:
            if follow.kind == "reverts" and follow.of.sha == sha:
                on_branch = self.is_on(follow.commit.sha, branch)
                if on_branch and not self.reverted_by(follow.commit.sha, branch):
                    return follow.commit
        return None

    def later(self) -> tuple[Later, ...]:
        """The follow-ups with what has them."""
        return tuple(
            Later(
                follow,
                self.released[follow.commit.sha],
                tuple(b.name for b in self.branches if self.is_on(follow.commit.sha, b)),
            )
            for follow in self.follow_ups
        )


def _is_ours(commit: Commit) -> bool:
    """Whether a commit stands for a patch of the package."""
    return commit.author == "debpatch <>"


def first_releases(
    history: History, tags: Mapping[str, str], shas: Iterable[str]
) -> Mapping[str, str | None]:
    """For each commit the tag of the lowest version that has it; None where none does."""
    wanted = {sha: 1 << number for number, sha in enumerate(shas)}
    bits = history.inherited(wanted)
    first: dict[str, str | None] = {}
    for sha, bit in wanted.items():
        known = releases(tag for tag, tagged in tags.items() if bits[tagged] & bit)
        first[sha] = known[0].tag if known else None
    return first


# -- states ----------------------------------------------------------------------------------------


def _state(survey: _Survey, branch: Branch, package: Target | None) -> BranchState:
    """Judge one branch."""
    commit = survey.fix.commits[0]
    if branch in survey.having:
        reverted = survey.reverted_by(commit.sha, branch)
        itself = Landing(commit, (Sign.ANCESTRY,), 1.0, 1.0, survey.released[commit.sha],
                         reverted_by=reverted)  # fmt: skip
        return BranchState(branch, State.MISSING if reverted else State.PRESENT, (itself,))
    candidates = survey.candidates[branch]
    landings = tuple(_landing(survey, c, branch, package) for c in candidates)
    claimed = survey.in_order(each for each in landings if each.confidence >= CLAIMED)
    if standing := [landing for landing in claimed if not landing.reverted_by]:
        lacks, carried = _left_out(survey, standing)
        state = State.PARTIAL if lacks else State.PORTED
        return BranchState(branch, state, claimed, lacks, carried)
    tree = Tree(survey.repository, survey.repository.tree(branch.tip), branch.name)
    found = affected(survey.significant, tree, {})
    if found.share < _HARDLY and (moved := renamed_on(survey.repository, commit, branch)):
        found = affected(survey.significant, tree, moved)
    cause = _absent_cause(survey, branch)
    if found.is_fixed:
        return BranchState(branch, State.PORTED, claimed)
    if cause or found.share < _HARDLY:
        return BranchState(branch, State.UNAFFECTED, claimed, cause=cause)
    is_sure = found.share >= _MOSTLY and len(landings) == len(claimed)
    state = State.MISSING if is_sure else State.UNKNOWN
    return BranchState(branch, state, landings, found.lacks)


_HARDLY = 0.25  # a branch that has so little of the code that the fix changes does not need it
_MOSTLY = 0.5  # from so much on it does


def _landing(
    survey: _Survey, candidate: Candidate, branch: Branch, package: Target | None
) -> Landing:
    sha = candidate.commit.sha
    what = package.own.get(sha) if package else None
    return Landing(
        candidate.commit,
        tuple(sorted(candidate.signs, key=list(Sign).index)),
        candidate.confidence,
        candidate.similarity,
        survey.released.get(sha),
        what if isinstance(what, str) else None,
        survey.reverted_by(sha, branch),
    )


def _left_out(
    survey: _Survey, landings: Sequence[Landing]
) -> tuple[tuple[Change, ...], tuple[int, int] | None]:
    """The hunks that the landings together leave out, and how many lines they carry, of how many.

    The lines are None where the landing is the same change.
    """
    if any(Sign.PATCH_ID in landing.signs for landing in landings):
        return (), None
    repository, fix = survey.repository, survey.change
    commits = sorted((landing.commit for landing in landings), key=lambda each: each.date)
    port = read_alternative(repository, commits)
    base = Tree(repository, port.befores[0], "before the landing")
    comparison = compare(fix.changes, port.changes, base, moved_paths(fix, base))
    lacks = (h.upstream for h in comparison.hunks if h.reason is Reason.NOT_CARRIED and h.upstream)
    return tuple(change for change in lacks if not is_trivia(change)), comparison.carried


def _absent_cause(survey: _Survey, branch: Branch) -> Commit | None:
    """The commit that the fix says brought the bug, where the branch does not have it."""
    copies = survey.causes
    if not copies or any(survey.has(sha, branch) for sha in copies):
        return None
    return next(iter(copies.values()))
