"""What happened to a fix, each commit once: the fix, its landings, what came afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from debpatch.inputs.repository import Commit
from debpatch.picks.backports import Backports

Kind = Literal["fix", "landing", "fixes", "reverts"]


@dataclass(frozen=True, slots=True)
class Happening:
    """A commit on a branch; ``of`` is the id of the one that it ports, repairs or takes back."""

    kind: Kind
    branch: str
    commit: Commit
    of: str | None
    released_in: str | None


def happenings(backports: Sequence[Backports], branches: Sequence[str]) -> tuple[Happening, ...]:
    """Each commit on the first of ``branches`` that has it."""
    found: dict[str, Happening] = {}
    for one in backports:
        for happening in (*_landings(one), *_later(one, branches)):
            if happening.branch in branches:
                found.setdefault(happening.commit.sha, happening)
    return tuple(found.values())


def _landings(one: Backports) -> Iterator[Happening]:
    fix = one.commit.sha
    for state in one.branches:
        for landing in state.landings:
            sha, branch, release = landing.commit.sha, state.branch.name, landing.released_in
            if sha == fix:
                yield Happening("fix", branch, landing.commit, None, release)
            else:
                yield Happening("landing", branch, landing.commit, fix, release)


def _later(one: Backports, branches: Sequence[str]) -> Iterator[Happening]:
    for later in one.follow_ups:
        follow = later.follow_up
        branch = next((branch for branch in branches if branch in later.branches), None)
        if follow.kind != "mentions" and branch:
            yield Happening(follow.kind, branch, follow.commit, follow.of.sha, later.released_in)
