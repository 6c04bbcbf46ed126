"""Which commits made the two sides of a conflict differ.

The target and the picked commit's parent have an ancestor in common, and only what happened on
either side since then can conflict. Blame of the conflicting lines, since that ancestor, names the
commits; where a side has no lines there, those around the gap are asked about. Where a file came,
went or moved, the commits that did it are named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from debpatch.backport.regions import Region, Side
from debpatch.git.history import blame, merge_base, path_log
from debpatch.git.merge import Conflict, Pick
from debpatch.git.repository import Repository
from debpatch.package.target import Carrier, Target


@dataclass(frozen=True, slots=True)
class Blamed:
    """What last touched a place, in the target and before the pick."""

    ours: tuple[Carrier, ...]
    theirs: tuple[Carrier, ...]


@dataclass(frozen=True)
class Blame:
    """Asks who touched what, for picks onto ``target``."""

    target: Target
    _ancestors: dict[str, str | None] = field(default_factory=dict)

    def region(self, pick: Pick, conflict: Conflict, region: Region) -> Blamed:
        """Who touched the lines of ``region``."""
        blob = _blobs(pick, conflict).get(2)
        ours = self._lines(self.target.commit, self.ancestor(pick), conflict, blob, region.ours)
        return Blamed(ours, self.before(pick, conflict, region))

    def before(
        self, pick: Pick, conflict: Conflict, region: Region, around: int = 0
    ) -> tuple[Carrier, ...]:
        """Who touched the lines of ``region``, and so many around it, before the picked commit."""
        if not pick.commit.parents:
            return ()
        base = region.base
        start = max(1, base.start - around)
        wide = Side(start, ("",) * (base.start - start + len(base.lines) + around))
        blob = _blobs(pick, conflict).get(1)
        return self._lines(pick.commit.parents[0], self.ancestor(pick), conflict, blob, wide)

    def file(self, pick: Pick, conflict: Conflict) -> Blamed:
        """Who added, removed or renamed the file (and the others that the conflict is about)."""
        since = self.ancestor(pick)
        paths = (conflict.path, *conflict.others)
        parent = pick.commit.parents[0] if pick.commit.parents else None
        repository = self.target.repository
        return Blamed(
            self._all(path_log(repository, self.target.commit, since, paths, "ADR")),
            self._all(path_log(repository, parent, since, paths, "ADR") if parent else ()),
        )

    def ancestor(self, pick: Pick) -> str | None:
        """The commit that the target and the picked commit's parent have in common."""
        sha = pick.commit.sha
        if sha not in self._ancestors:
            parent = pick.commit.parents[:1]
            self._ancestors[sha] = (
                merge_base(self.target.repository, self.target.commit, parent[0])
                if parent
                else None
            )
        return self._ancestors[sha]

    def _lines(
        self, commit: str, since: str | None, conflict: Conflict, blob: str | None, side: Side
    ) -> tuple[Carrier, ...]:
        repository = self.target.repository
        path = _path_of(repository, commit, conflict.path, blob) if blob else None
        if blob is None or path is None:
            return ()
        last = len(repository.blob(blob).splitlines())
        around = (side.start - 1, side.start)
        numbers = [n for n in side.numbers or around if 1 <= n <= last]
        return self._all(dict.fromkeys(blame(repository, commit, path, numbers, since).values()))

    def _all(self, shas: Iterable[str]) -> tuple[Carrier, ...]:
        return tuple(self.target.stands_for(sha) for sha in shas)


def _blobs(pick: Pick, conflict: Conflict) -> dict[int, str]:
    return {stage.number: stage.sha for stage in pick.merge.stages if stage.path == conflict.path}


def _path_of(repository: Repository, commit: str, path: str, blob: str) -> str | None:
    """Where ``commit`` has ``blob``: Git names a conflict by the path that the merge gives."""
    entries = repository.entries(repository.tree(commit))
    if path in entries and entries[path].sha == blob:
        return path
    return next((name for name, entry in entries.items() if entry.sha == blob), None)
