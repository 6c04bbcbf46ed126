"""A series of picks, done in memory one upon the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from debpatch.inputs.merge import Pick, pick
from debpatch.inputs.repository import Commit, Repository
from debpatch.picks.regions import read_ahead, regions


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
