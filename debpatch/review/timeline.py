"""When what happened on which branch: the forks and releases since the package's base.

Only what a picture of the branches needs; where the fix stands is said by ``Backports``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from debpatch.git.branches import Branch, is_prerelease
from debpatch.git.history import History, read_history
from debpatch.git.releases import known_releases
from debpatch.git.repository import Repository
from debpatch.landings.backports import Backports, State


@dataclass(frozen=True, slots=True)
class Released:
    """A release's tag and commit, and the date of that commit in Unix seconds."""

    tag: str
    sha: str
    date: int
    is_prerelease: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """A branch, from where it left the one above to its newest commit, in Unix seconds.

    ``forked`` is None where that was before the timeline begins. ``releases`` are those that are on
    this branch and on none above it, oldest first.
    """

    branch: str
    forked: int | None
    newest: int
    releases: tuple[Released, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The branches that a fix matters to, the main one first.

    ``base`` is the release that the package is built from, None where that is not known.
    """

    lanes: tuple[Lane, ...]
    base: Released | None


def timeline(repository: Repository, backports: Sequence[Backports], base: str | None) -> Timeline:
    """Tell of the branches of ``backports``, those that do not need the fix left out.

    It begins with ``base``, the package's upstream revision, or else with the oldest of the fixes.
    """
    branches = _concerned(backports)
    start = repository.commit(repository.resolve(base)) if base else None
    oldest = start or min((b.commit for b in backports), key=lambda commit: commit.date)
    tags = repository.tag_commits
    history = read_history(repository, [branch.tip for branch in branches], [oldest.sha])
    bits = {branch: 1 << number for number, branch in enumerate(branches)}
    reached = history.reached(_starts(branches))
    known = {release.tag: tags[release.tag] for release in known_releases(repository)}
    lanes = []
    for number, branch in enumerate(branches):
        above = (1 << number) - 1
        own = [
            Released(tag, sha, history.commits[sha].date, is_prerelease(tag))
            for tag, sha in known.items()
            if reached[sha] & bits[branch] and not reached[sha] & above and sha in history.commits
        ]
        newest = repository.commit(branch.tip).date
        forked = _fork(history, branch.tip, reached, above) if number else None
        lanes.append(Lane(branch.name, forked, newest, tuple(sorted(own, key=lambda r: r.date))))
    first = Released(base, start.sha, start.date, is_prerelease(base)) if base and start else None
    return Timeline(tuple(lanes), first)


def _concerned(backports: Sequence[Backports]) -> list[Branch]:
    """The main branch, the package's own, and all that have the fix or need it."""
    kept: dict[Branch, None] = {}
    for found in backports:
        for number, state in enumerate(found.branches):
            is_own = state.branch.name == found.own
            if number == 0 or is_own or state.state is not State.UNAFFECTED:
                kept[state.branch] = None
    return list(kept)


def _starts(branches: Iterable[Branch]) -> dict[str, int]:
    starts: dict[str, int] = {}
    for number, branch in enumerate(branches):
        starts[branch.tip] = starts.get(branch.tip, 0) | 1 << number
    return starts


def _fork(history: History, tip: str, reached: Mapping[str, int], above: int) -> int | None:
    """When the branch left those above: the newest commit of its own line that they have too."""
    sha = tip
    while (commit := history.commits.get(sha)) and not reached[sha] & above:
        sha = commit.parents[0] if commit.parents else ""
    return commit.date if commit else None
