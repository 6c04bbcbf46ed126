"""The search for the smallest series that applies cleanly.

A series is replayed; where a pick conflicts, blame of the conflicting lines names what it may need;
that is added in the order of history, and the series replayed again. Where blame of the very lines
does not help, it is asked of the lines around them, and at last all earlier changes of the file are
tried. In the end whatever is not needed is dropped, for only a replay proves that something is.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Literal

from debpatch.backport.conflicts import Blame
from debpatch.backport.regions import read_ahead, regions
from debpatch.git.history import path_log, read_history
from debpatch.git.merge import Pick, pick
from debpatch.git.repository import Commit, Repository
from debpatch.landings.already_applied import AlreadyApplied
from debpatch.package.target import Target

Bound = Literal["commits", "seconds"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long to search: so many commits tried as prerequisites, so many seconds."""

    commits: int = 200
    seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """A series, how it replays, and in how many places it conflicts."""

    series: tuple[Commit, ...]
    replay: Replay
    left: int

    @property
    def price(self) -> tuple[int, int]:
        """The lower the better."""
        return self.left, len(self.series)


class Search:
    """Searches for series onto ``target``, within ``bounds`` for all searches together.

    ``applied`` tells what the target has already. ``bound`` names the bound that ended a search too
    early, ``tried`` are the commits considered, and ``needs`` tells for each of them, by its id,
    what may need it.
    """

    def __init__(
        self, target: Target, applied: AlreadyApplied, bounds: Bounds, tell: Callable[[str], None]
    ) -> None:
        self.replayer = Replayer(target.repository, target.commit)
        self.needs: dict[str, list[Need]] = defaultdict(list)
        self.tried: dict[str, Commit] = {}
        self.bound: Bound | None = None
        self.target = target
        self.applied = applied
        self._prerequisites = Prerequisites(target)
        self._bounds = bounds
        self._end = time.monotonic() + bounds.seconds
        self._tell = tell
        self._reach: dict[str, Reach] = {}

    def solve(self, wanted: Sequence[Commit]) -> Attempt:
        """The smallest series found that has ``wanted`` in it, in this order where that works."""
        ages = self._ages(wanted)
        by_age = sorted(wanted, key=lambda commit: ages[commit.sha])
        best = min((self._attempt(wanted), self._attempt(by_age)), key=lambda a: a.left)
        wanted = best.series
        attempt = best
        while attempt.left and self._learn(attempt, wanted) and not self._is_over():
            attempt = self._attempt(self._arranged(wanted, ages))
            best = min(best, attempt, key=lambda a: a.price)
        return self._shrunk(best, wanted)

    def _attempt(self, series: Sequence[Commit]) -> Attempt:
        replay = self.replayer.replay(series)
        self._tell(f"{len(series)} commits in the series, {self.replayer.made} picks made")
        return Attempt(tuple(series), replay, self.replayer.left(replay))

    def _is_over(self) -> bool:
        if time.monotonic() > self._end:
            self.bound = "seconds"
        return self.bound is not None

    # -- what a series lacks -----------------------------------------------------------------------

    def _learn(self, attempt: Attempt, wanted: Sequence[Commit]) -> bool:
        """Find what the first conflict needs that tells anything new; False where none does."""
        shas = {commit.sha for commit in wanted}
        return any(self._learn_from(picked, shas) for picked in attempt.replay.conflicting)

    def _learn_from(self, picked: Pick, wanted: Set[str]) -> bool:
        sha = picked.commit.sha
        for reach in list(Reach)[self._reach.get(sha, Reach.LINES) :]:
            self._reach[sha] = reach
            news = [
                need
                for need in self._prerequisites.of(picked, reach)
                if need.commit.sha not in wanted
                and need not in self.needs[need.commit.sha]
                and not self.applied.of(need.commit)
            ]
            for need in news:
                self._try(need)
            if news:
                return True
        return False

    def _try(self, need: Need) -> None:
        sha = need.commit.sha
        if sha not in self.tried and len(self.tried) >= self._bounds.commits:
            self.bound = "commits"
        else:
            self.tried[sha] = need.commit
            self.needs[sha].append(need)

    # -- order -------------------------------------------------------------------------------------

    def _ages(self, wanted: Sequence[Commit]) -> Mapping[str, int]:
        """Places in history, older commits first, for all that can be part of a series."""
        history = read_history(
            self.target.repository, [commit.sha for commit in wanted], [self.target.commit]
        )
        ages = {sha: number for number, sha in enumerate(reversed(list(history.commits)))}
        return defaultdict(int, ages)

    def _arranged(self, wanted: Sequence[Commit], ages: Mapping[str, int]) -> list[Commit]:
        """All that was tried, each before the first wanted commit that needs it at some remove."""
        places = {commit.sha: number for number, commit in enumerate(wanted)}
        last = len(wanted)
        for _ in self.tried:
            for sha, needs in self.needs.items():
                users = [places.get(need.by.sha, last) for need in needs]
                places[sha] = min([places.get(sha, last), *users])
        added = [commit for sha, commit in self.tried.items() if places.get(sha, last) < last]
        own = {commit.sha for commit in wanted}
        return sorted(
            [*wanted, *added],
            key=lambda commit: (places[commit.sha], commit.sha in own, ages[commit.sha]),
        )

    # -- what a series has too much ----------------------------------------------------------------

    def _shrunk(self, attempt: Attempt, wanted: Sequence[Commit]) -> Attempt:
        """Drop what no pick gets worse without: many at a time first, then one by one."""
        own = {commit.sha for commit in wanted}
        chunk = len(attempt.series)
        while chunk and not self._is_over():
            extra = [commit.sha for commit in attempt.series if commit.sha not in own]
            before = len(extra)
            # From the newest on, for what is newer may need what is older.
            for end in range(len(extra), 0, -chunk):
                dropped = set(extra[max(0, end - chunk) : end])
                less = self._attempt([c for c in attempt.series if c.sha not in dropped])
                if less.left <= attempt.left:
                    attempt = less
            if chunk > 1:
                chunk //= 2
            elif before == sum(commit.sha not in own for commit in attempt.series):
                chunk = 0
        return attempt


# -- which earlier commits a pick that conflicts may need ------------------------------------------


class Reach(IntEnum):
    """How far around a conflict to look."""

    LINES = 0
    """Who last touched the very lines."""
    SURROUNDINGS = 1
    """Who last touched some lines around them, for what was deleted there leaves none."""
    FILE = 2
    """Who changed the file at all."""


@dataclass(frozen=True, slots=True)
class Need:
    """A commit that brought what ``by`` changes at ``path``."""

    commit: Commit
    by: Commit
    path: str


_AROUND = 5  # lines


class Prerequisites:
    """Finds what picks onto ``target`` may need."""

    def __init__(self, target: Target) -> None:
        self._repository: Repository = target.repository
        self._blame = Blame(target)
        self._changed = cache(self._read_changed)

    def of(self, pick: Pick, reach: Reach) -> Iterator[Need]:
        """The commits before ``pick`` that the target lacks and that touched the same places.

        Merges are no candidates, since they cannot be picked.
        """
        for conflict in pick.conflicts:
            found: list[Commit | None] = []
            places = regions(self._repository, pick, conflict)
            if reach is Reach.FILE:
                paths = (conflict.path, *conflict.others)
                for parent in pick.commit.parents[:1]:
                    found += self._changed(parent, self._blame.ancestor(pick), paths)
            elif places:
                around = _AROUND if reach is Reach.SURROUNDINGS else 0
                for region in places:
                    touched = self._blame.before(pick, conflict, region, around)
                    found += (each.commit for each in touched)
            else:
                found += (each.commit for each in self._blame.file(pick, conflict).theirs)
            for commit in found:
                if commit and len(commit.parents) < 2:
                    yield Need(commit, pick.commit, conflict.path)

    def _read_changed(
        self, parent: str, since: str | None, paths: tuple[str, ...]
    ) -> Sequence[Commit]:
        shas = path_log(self._repository, parent, since, paths)
        return [self._repository.commit(sha) for sha in shas]


# -- a series of picks, done in memory one upon the other ------------------------------------------


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of each pick, and the tree at the end.

    Picks that conflict are left out, and the next ones are made without them.
    """

    picks: tuple[Pick, ...]
    tree: str

    @property
    def conflicting(self) -> tuple[Pick, ...]:
        """The picks that did not apply."""
        return tuple(picked for picked in self.picks if picked.outcome == "conflict")


class Replayer:
    """Replays series onto one tree; a pick that was made once is not made again."""

    def __init__(self, repository: Repository, onto: str) -> None:
        self.repository = repository
        self.onto = repository.tree(onto)
        self._made: dict[tuple[str, str], Pick] = {}
        self._left: dict[tuple[str, str], int] = {}

    @property
    def made(self) -> int:
        """How many picks were made."""
        return len(self._made)

    def replay(self, commits: Iterable[Commit]) -> Replay:
        """Pick ``commits`` in order."""
        tree = self.onto
        picks = []
        for commit in commits:
            key = (tree, commit.sha)
            if key not in self._made:
                self._made[key] = pick(self.repository, commit, tree)
            picks.append(self._made[key])
            if picks[-1].outcome == "clean":
                tree = picks[-1].tree
        return Replay(tuple(picks), tree)

    def left(self, replay: Replay) -> int:
        """How many places are in conflict: regions, or one for a conflict that has none."""
        read_ahead(self.repository, replay.conflicting)
        return sum(self._places(picked) for picked in replay.conflicting)

    def _places(self, picked: Pick) -> int:
        key = (picked.onto, picked.commit.sha)
        if key not in self._left:
            self._left[key] = sum(
                max(1, len(regions(self.repository, picked, conflict)))
                for conflict in picked.conflicts
            )
        return self._left[key]
