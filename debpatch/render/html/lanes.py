"""The picture of where a fix lives: branches as lanes, from left to right over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from debpatch.git.repository import Commit
from debpatch.landings.backports import Backports, BranchState
from debpatch.render.html.timescale import LabelRows, Scale
from debpatch.review.timeline import Lane, Released, Timeline

EventKind = Literal["fix", "landing", "fixes", "reverts"]

WIDTH = 1080
_LEFT, _RIGHT = 168.0, 1040.0  # where time begins and ends
_ROW = 15.0  # the height of a row of labels
_MOST_LANES = 9  # the table below has them all


@dataclass(frozen=True, slots=True)
class Label:
    """A text, centred at its mark, and how far above or below."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on a lane: what, where, what is written beside it, and a sentence about it."""

    kind: EventKind | Literal["release", "prerelease", "base", "patch"]
    x: float
    title: str
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class LaneView:
    """A lane: its name, the state of the fix, where it runs, and what is on it.

    It begins at ``x``, coming from the height ``forks_from`` where it left another lane; up to
    ``changes_at`` it does not have that state yet.
    """

    name: str
    state: str
    y: float
    x: float
    end: float
    changes_at: float
    forks_from: float | None
    marks: tuple[Mark, ...]
    version: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """From a commit to what came of it, from place to place."""

    kind: EventKind
    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def path(self) -> str:
        """A curve: below the lane where both are on one, else leaving and arriving along it."""
        x1, y1, x2, y2 = (round(place, 1) for place in (self.x1, self.y1, self.x2, self.y2))
        if y1 == y2:
            middle = round((x1 + x2) / 2, 1)
            return f"M{x1} {y1 + 7}Q{middle} {y1 + 22} {x2} {y2 + 8}"
        reach = round(max(24.0, (x2 - x1) / 2), 1)
        return f"M{x1} {y1}C{x1 + reach:.1f} {y1} {x2 - reach:.1f} {y2} {x2} {y2}"


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole picture, in units of the SVG; ``hidden`` are branches that it has no room for."""

    height: float
    months: tuple[tuple[float, str], ...]
    lanes: tuple[LaneView, ...]
    arrows: tuple[Arrow, ...]
    hidden: int


def picture(timeline: Timeline, backports: Sequence[Backports], patch: str) -> Picture | None:
    """Draw ``timeline``, and on it what ``backports``, at least one, tell of a fix.

    The package, where they know of one, gets a lane of its own below the others, which ends with
    ``patch``. None where there is nothing to draw.
    """
    lanes = timeline.lanes[:_MOST_LANES]
    found = events(backports, [lane.branch for lane in lanes])
    if not found:
        return None
    scale = _scale(lanes, found, timeline.base)
    views: list[LaneView] = []
    y = 34.0
    for lane in lanes:
        state = next(s for s in backports[0].branches if s.branch.name == lane.branch)
        base = timeline.base if lane.branch == backports[0].own else None
        own = [each for each in found if each.branch == lane.branch]
        over, below = LabelRows(4), LabelRows(3)
        marks = (*_commits(own, scale, over), *_releases(lane, base, found, scale, below))
        y += 12 + _ROW * len(over.rows)
        trunk = views[0].y if views else None
        views.append(replace(_lane(lane, state, own, scale, trunk), y=y, marks=marks))
        y += 22 + _ROW * len(below.rows)
    if package := backports[0].package:
        y += 12 + _ROW
        above = next((view.y for view in views if view.name == backports[0].own), None)
        views.append(replace(_package(package, timeline.base, scale, patch, above), y=y))
        y += 14
    return Picture(
        y + 12,
        tuple(scale.months()),
        tuple(views),
        tuple(_arrows(found, views, scale)),
        len(timeline.lanes) - len(lanes),
    )


def _scale(lanes: Sequence[Lane], found: Sequence[Event], base: Released | None) -> Scale:
    releases = [release for lane in lanes for release in lane.releases if not release.is_prerelease]
    dates = [
        *(event.commit.date for event in found),
        *(release.date for release in (*releases, *([base] if base else []))),
        *(lane.newest for lane in lanes),
    ]
    return Scale.of(dates, _LEFT, _RIGHT)


# -- what is on a lane -----------------------------------------------------------------------------


def _commits(own: Sequence[Event], scale: Scale, above: LabelRows) -> list[Mark]:
    marks = []
    for event in sorted(own, key=lambda each: each.commit.date):
        commit, x = event.commit, scale(event.commit.date)
        row = above.place(x, commit.sha[:8])
        label = Label(-14 - _ROW * row, commit.sha[:8]) if row is not None else None
        marks.append(Mark(event.kind, x, f"{commit.short} {commit.subject}", label))
    return marks


def _releases(
    lane: Lane, base: Released | None, found: Sequence[Event], scale: Scale, below: LabelRows
) -> list[Mark]:
    """The releases of a lane; those that matter are named first, others where there is room."""
    telling = {event.released_in for event in found}
    marks = []
    for release in sorted(
        (*([base] if base else []), *lane.releases),
        key=lambda each: (each is not base, each.tag not in telling, each.date),
    ):
        is_telling = release is base or release.tag in telling
        x = scale(release.date)
        row = below.place(x, release.tag) if is_telling or not release.is_prerelease else None
        label = Label(22 + _ROW * row, release.tag) if row is not None else None
        kind: Literal["base", "release", "prerelease"] = "release"
        if release is base:
            kind = "base"
        elif release.is_prerelease:
            kind = "prerelease"
        title = f"{release.tag}, which the package is built from" if base else release.tag
        marks.append(Mark(kind, x, title if release is base else release.tag, label))
    return marks


# -- lanes -----------------------------------------------------------------------------------------


def _lane(
    lane: Lane,
    state: BranchState,
    own: Sequence[Event],
    scale: Scale,
    trunk: float | None,
) -> LaneView:
    """A lane, which may come from the height ``trunk``; its own height and marks are not yet."""
    forks_from = trunk if lane.forked is not None else None
    x = scale(lane.forked) if forks_from is not None and lane.forked else _LEFT
    came = [scale(one.commit.date) for one in own if one.kind in ("fix", "landing")]
    changes_at = min(came, default=x)
    end = scale(lane.newest)
    return LaneView(lane.branch, state.state.value, 0.0, x, end, changes_at, forks_from, ())


def _package(
    package: BranchState,
    base: Released | None,
    scale: Scale,
    patch: str,
    above: float | None,
) -> LaneView:
    """The package's lane, which comes from the one at the height ``above``; its own is not yet."""
    x = scale(base.date) if base else _LEFT
    name, _, version = package.branch.name.partition(" ")
    mark = Mark("patch", _RIGHT - 40, patch, Label(-14, "this patch"))
    forks_from = above if base else None
    state = package.state.value
    return LaneView(name, state, 0.0, x, _RIGHT - 40, x, forks_from, (mark,), version)


def _arrows(found: Sequence[Event], views: Sequence[LaneView], scale: Scale) -> list[Arrow]:
    heights = {view.name: view.y for view in views}
    places = {each.commit.sha: (scale(each.commit.date), heights[each.branch]) for each in found}
    return [
        Arrow(each.kind, *places[each.of], *places[each.commit.sha])
        for each in found
        if each.of in places
    ]


# -- what happened to a fix, each commit once: the fix, its landings, what came afterwards ---------


@dataclass(frozen=True, slots=True)
class Event:
    """A commit on a branch; ``of`` is the id of the one that it ports, repairs or takes back."""

    kind: EventKind
    branch: str
    commit: Commit
    of: str | None
    released_in: str | None


def events(backports: Sequence[Backports], branches: Sequence[str]) -> tuple[Event, ...]:
    """Each commit on the first of ``branches`` that has it."""
    found: dict[str, Event] = {}
    for one in backports:
        for event in (*_landings(one), *_later(one, branches)):
            if event.branch in branches:
                found.setdefault(event.commit.sha, event)
    return tuple(found.values())


def _landings(one: Backports) -> Iterator[Event]:
    fix = one.commit.sha
    for state in one.branches:
        for landing in state.landings:
            sha, branch, release = landing.commit.sha, state.branch.name, landing.released_in
            if sha == fix:
                yield Event("fix", branch, landing.commit, None, release)
            else:
                yield Event("landing", branch, landing.commit, fix, release)


def _later(one: Backports, branches: Sequence[str]) -> Iterator[Event]:
    for later in one.follow_ups:
        follow = later.follow_up
        branch = next((branch for branch in branches if branch in later.branches), None)
        if follow.kind != "mentions" and branch:
            yield Event(follow.kind, branch, follow.commit, follow.of.sha, later.released_in)
