"""Would these commits apply? Each alone, and all of them in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from debpatch.backport.blame import Blame, Blamed
from debpatch.backport.regions import Region, read_ahead, regions
from debpatch.git.merge import Conflict, Outcome, Pick, pick, pick_each
from debpatch.git.repository import Commit
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
