"""A plan: which commits to pick, in which order, and why each of them.

``search`` finds the series; here it is told what each commit in it is there for, what the target
has already, and what upstream did later about the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from typing import Literal

from debpatch.backport.conflicts import Blame, PlacedConflict, placed
from debpatch.backport.execute import Run
from debpatch.backport.search import Attempt, Bound, Bounds, Need, Replayer, Search
from debpatch.formats.commit_keys import bare_subject
from debpatch.git.differences import Size, diffstat
from debpatch.git.history import is_ancestor
from debpatch.git.merge import Outcome, Pick
from debpatch.git.repository import Commit, Repository
from debpatch.landings.already_applied import AlreadyApplied
from debpatch.landings.landings import origins
from debpatch.landings.ports import Port, find_ports
from debpatch.landings.repairs import FollowUp, follow_ups
from debpatch.package.target import Carrier, Target, TargetName, check_related

Role = Literal["wanted", "prerequisite", "follow-up"]


@dataclass(frozen=True, slots=True)
class Step:
    """A commit of a plan, in its place.

    ``needs`` are the commits that need a prerequisite and where, ``follows`` says what a follow-up
    is about. ``carried_by`` is what in the target has the change already.
    ``size`` is what the pick changes and ``tree`` what it gives, None where it conflicts or changes
    nothing.
    """

    commit: Commit
    role: Role
    outcome: Outcome
    needs: tuple[Need, ...] = ()
    follows: FollowUp | None = None
    carried_by: Carrier | None = None
    size: Size | None = None
    tree: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A series for ``target`` and what it comes to.

    ``left`` are the conflicts that remain, by the commit that has them; a plan with none is clean.
    ``ports`` are upstream's own ports of what could not be picked. ``offered`` are follow-ups that
    are not part of the plan. ``tried`` is how many commits were
    considered, ``picks`` how many picks were made; ``bound`` names the bound that ended the search
    too early, if one did. ``merges`` are those of the range that the user named, which cannot be
    picked; ``runs`` is what came of a command after each step.
    """

    target: TargetName
    steps: tuple[Step, ...]
    left: tuple[tuple[Commit, tuple[PlacedConflict, ...]], ...]
    ports: tuple[Port, ...]
    offered: tuple[FollowUp, ...]
    tree: str
    size: Size
    tried: int
    picks: int
    bound: Bound | None = None
    merges: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether every step applies."""
        return not self.left

    @property
    def series(self) -> tuple[Step, ...]:
        """The steps that there is something to do for."""
        return tuple(step for step in self.steps if step.outcome != "already-applied")


Tell = Callable[[str], None]
"""Told what the search does now."""


def plan_backport(
    target: Target,
    wanted: Sequence[Commit],
    *,
    bounds: Bounds | None = None,
    with_follow_ups: bool = False,
    tell: Tell = lambda _: None,
) -> Plan:
    """Find the smallest series that brings ``wanted`` to ``target``.

    What the target carries already is left out. Later commits that repair what the plan has are
    offered or, ``with_follow_ups``, made part of it, with what they need. Without ``bounds`` the
    search is a long one, or a short one where upstream has its own port of what conflicts. Raises
    DebpatchError for a merge commit, and where the target has nothing in common with the commits.
    """
    check_related(target, wanted)
    applied = AlreadyApplied(target)
    carried = {commit.sha: what for commit in wanted if (what := applied.of(commit))}
    todo = [commit for commit in wanted if commit.sha not in carried]
    ports_of = cache(lambda commit: find_ports(target, [commit]))
    search = Search(target, applied, bounds or _usual_bounds(target, todo, ports_of), tell)
    found = search.solve(todo)
    follows = _follow_ups(target, applied, [*wanted, *found.series])
    taken: dict[str, FollowUp] = {}
    ours = {commit.sha for commit in (*wanted, *found.series)}
    while with_follow_ups and (more := _repairs(follows, ours, taken.keys())):
        taken |= {follow.commit.sha: follow for follow in more}
        found = search.solve([*todo, *(follow.commit for follow in taken.values())])
        follows = _follow_ups(target, applied, [*wanted, *found.series])
        ours |= {commit.sha for commit in found.series}
    offered = tuple(follow for follow in follows if follow.commit.sha not in taken)
    steps = [
        *(Step(c, "wanted", "already-applied", carried_by=carried[c.sha]) for c in wanted
          if c.sha in carried),
        *_steps(search, found, {commit.sha for commit in wanted}, taken),
    ]  # fmt: skip
    left = tuple((picked.commit, _left(target, picked)) for picked in found.replay.conflicting)
    size = diffstat(target.repository, target.tree, found.replay.tree)
    ports = tuple(port for commit, _ in left if commit in wanted for port in ports_of(commit))
    return Plan(
        target.called, tuple(steps), left, ports, offered, found.replay.tree, size,
        len(search.tried), search.replayer.made, search.bound,
    )  # fmt: skip


_SHORT = Bounds(commits=20, seconds=10)


def _usual_bounds(
    target: Target, commits: Sequence[Commit], ports_of: Callable[[Commit], Sequence[Port]]
) -> Bounds:
    conflicting = Replayer(target.repository, target.commit).replay(commits).conflicting
    return _SHORT if any(ports_of(picked.commit) for picked in conflicting) else Bounds()


def _left(target: Target, picked: Pick) -> tuple[PlacedConflict, ...]:
    blame = Blame(target)
    return tuple(placed(target, picked, each, blame) for each in picked.conflicts)


def _steps(
    search: Search, found: Attempt, wanted: Set[str], taken: Mapping[str, FollowUp]
) -> Iterator[Step]:
    for picked in found.replay.picks:
        commit = picked.commit
        is_empty = picked.outcome == "already-applied"
        is_clean = picked.outcome == "clean"
        follows = taken.get(commit.sha)
        in_series = {each.sha for each in found.series}
        yield Step(
            commit,
            "wanted" if commit.sha in wanted else "follow-up" if follows else "prerequisite",
            picked.outcome,
            tuple(need for need in search.needs[commit.sha] if need.by.sha in in_series),
            follows,
            search.applied.of_empty(commit) if is_empty else None,
            diffstat(search.target.repository, picked.onto, picked.tree) if is_clean else None,
            picked.tree if is_clean else None,
        )


# -- what came afterwards --------------------------------------------------------------------------


def _follow_ups(
    target: Target, applied: AlreadyApplied, commits: Sequence[Commit]
) -> tuple[FollowUp, ...]:
    """What is about ``commits``, or about what they were picked from, and not in the target."""
    repository = target.repository
    shas = [commit.sha for commit in commits]
    sources = [origin for commit in commits for origin in origins(repository, commit)]
    family = {commit.sha: commit for commit in (*commits, *sources)}
    # The same repair on several branches counts once, best as what came after the commit itself.
    found: dict[tuple[str, str], FollowUp] = {}
    for follow in follow_ups(repository, family.values()):
        commit = follow.commit
        is_far = follow.kind == "mentions" and follow.of.sha not in shas
        is_revert_of_revert = follow.of.sha not in family
        if is_far or is_revert_of_revert or len(commit.parents) > 1 or applied.of(commit):
            continue
        key = bare_subject(commit.subject), follow.kind
        if key not in found or (
            _is_after(repository, family, commit)
            and not _is_after(repository, family, found[key].commit)
        ):
            found[key] = follow
    return tuple(found.values())


def _is_after(repository: Repository, shas: Iterable[str], commit: Commit) -> bool:
    return any(is_ancestor(repository, sha, commit.sha) for sha in shas)


def _repairs(follows: Iterable[FollowUp], wanted: Set[str], known: Set[str]) -> list[FollowUp]:
    """The follow-ups that a plan should have: those that repair a commit of the plan itself."""
    return [
        follow
        for follow in follows
        if follow.kind == "fixes" and follow.of.sha in wanted and follow.commit.sha not in known
    ]
