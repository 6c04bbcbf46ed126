"""Would these commits apply? Each alone, and all of them in order; and who made them conflict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from debpatch.backport.regions import Region, Side, read_ahead, regions
from debpatch.git.history import blame, merge_base, path_log
from debpatch.git.merge import Conflict, Outcome, Pick, pick, pick_each
from debpatch.git.repository import Commit, Repository
from debpatch.landings.already_applied import AlreadyApplied
from debpatch.package.target import Carrier, Target, TargetName, check_related


@dataclass(frozen=True, slots=True)
class Place:
    """A region in conflict; ``touched`` is None where nobody asked."""

    region: Region
    touched: Blamed | None = None


@dataclass(frozen=True, slots=True)
class PlacedConflict:
    """A conflict and its regions.

    ``touched`` tells who brought about a conflict without regions, which is about a whole file.
    """

    conflict: Conflict
    places: tuple[Place, ...]
    touched: Blamed | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What comes of one pick; ``carried_by`` is the patch or commit that has the change already.

    A commit that is in the target itself may conflict, with what came after it.
    """

    commit: Commit
    outcome: Outcome
    conflicts: tuple[PlacedConflict, ...]
    carried_by: Carrier | None

    @property
    def conflicts_for_good(self) -> bool:
        """Whether there is a conflict, and not because the target has the commit already."""
        return self.outcome == "conflict" and self.carried_by is None


@dataclass(frozen=True, slots=True)
class ConflictCheck:
    """All picks: each ``alone`` on the target, and ``stacked`` one upon the other.

    A pick that conflicts is left out of the stack, and the next ones are tried without it.
    ``merges`` are those of the range that the user named; they cannot be picked.
    """

    target: TargetName
    alone: tuple[Trial, ...]
    stacked: tuple[Trial, ...]
    merges: tuple[str, ...] = ()


def check_conflicts(
    target: Target, commits: Sequence[Commit], *, blame: bool = False
) -> ConflictCheck:
    """Pick ``commits`` onto ``target``; with ``blame`` find who touched the conflicting lines.

    Raises DebpatchError for a merge commit, and where target and commits have nothing in common.
    """
    check_related(target, commits)
    alone = pick_each(target.repository, commits, target.commit)
    read_ahead(target.repository, alone)
    return ConflictCheck(
        target.called,
        tuple(_trial(picked, target, blame=blame) for picked in alone),
        tuple(_trial(picked, below, blame=blame) for picked, below in _stack(target, commits)),
    )


def _stack(target: Target, commits: Sequence[Commit]) -> Iterator[tuple[Pick, Target]]:
    """Each pick, and what it was picked onto: the target and the commits below, as its patches."""
    for commit in commits:
        picked = pick(target.repository, commit, target.commit)
        yield picked, target
        if picked.outcome == "clean":
            target = target.with_pick(picked)


def _trial(picked: Pick, target: Target, *, blame: bool) -> Trial:
    asked = Blame(target) if blame else None
    conflicts = (placed(target, picked, c, asked) for c in picked.conflicts)
    return Trial(picked.commit, picked.outcome, tuple(conflicts), _carried_by(picked, target))


def _carried_by(picked: Pick, target: Target) -> Carrier | None:
    if picked.outcome == "already-applied":
        return AlreadyApplied(target).of_empty(picked.commit)
    is_there = picked.outcome == "conflict" and target.has(picked.commit)
    return Carrier.of(picked.commit) if is_there else None


def placed(target: Target, picked: Pick, conflict: Conflict, blame: Blame | None) -> PlacedConflict:
    """The conflict of a pick with its regions and, with ``blame``, who touched them."""
    found = regions(target.repository, picked, conflict)
    if blame is None:
        return PlacedConflict(conflict, tuple(Place(region) for region in found))
    places = (Place(region, blame.region(picked, conflict, region)) for region in found)
    return PlacedConflict(conflict, tuple(places), None if found else blame.file(picked, conflict))


# -- which commits made the two sides of a conflict differ -----------------------------------------

# The target and the picked commit's parent have an ancestor in common, and only what happened on
# either side since then can conflict. Blame of the conflicting lines, since that ancestor, names
# the commits; where a side has no lines there, those around the gap are asked about. Where a file
# came, went or moved, the commits that did it are named.


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
