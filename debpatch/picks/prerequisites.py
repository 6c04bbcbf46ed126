"""Which earlier commits a pick that conflicts may need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from debpatch.inputs.lineage import path_log
from debpatch.inputs.merge import Pick
from debpatch.inputs.repository import Commit, Repository
from debpatch.picks.regions import regions
from debpatch.picks.target import Target
from debpatch.picks.touched import Blame


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
            found: list[str | Commit] = []
            places = regions(self._repository, pick, conflict)
            if reach is Reach.FILE:
                paths = (conflict.path, *conflict.others)
                for parent in pick.commit.parents[:1]:
                    found += self._changed(parent, self._blame.ancestor(pick), paths)
            elif places:
                around = _AROUND if reach is Reach.SURROUNDINGS else 0
                for region in places:
                    found += self._blame.before(pick, conflict, region, around)
            else:
                found += self._blame.file(pick, conflict).theirs
            for commit in found:
                if isinstance(commit, Commit) and len(commit.parents) < 2:
                    yield Need(commit, pick.commit, conflict.path)

    def _read_changed(
        self, parent: str, since: str | None, paths: tuple[str, ...]
    ) -> Sequence[Commit]:
        shas = path_log(self._repository, parent, since, paths)
        return [self._repository.commit(sha) for sha in shas]
