"""The picture of a plan: its commits one below the other, and arcs for what needs what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from debpatch.backport.plan import Plan, Role
from debpatch.git.differences import Size
from debpatch.git.repository import Commit
from debpatch.render.conflicts import carrier
from debpatch.render.plan import because
from debpatch.render.words import VERBS
from debpatch.review.review import Neighbour

ROW = 60
"""The height of a row."""
NODE = 66
"""How far from the left the commits stand."""

ArcKind = Literal["needs", "repairs"]


@dataclass(frozen=True, slots=True)
class StepView:
    """A row: a commit of the plan, with its ``number`` in it, or one that is not part of it."""

    kind: Role | Literal["carried", "offered"]
    number: int | None
    commit: Commit
    because: str
    size: Size | None
    conflicts: bool

    @property
    def changed(self) -> int:
        """How many lines it adds and removes."""
        return self.size.insertions + self.size.deletions if self.size else 0


@dataclass(frozen=True, slots=True)
class Arc:
    """From a commit to one that it needs, or that it repairs."""

    kind: ArcKind
    path: str
    title: str


@dataclass(frozen=True, slots=True)
class PlanView:
    """The rows of a plan from top to bottom, and the arcs beside them; ``most`` is the largest."""

    steps: tuple[StepView, ...]
    arcs: tuple[Arc, ...]
    most: int

    @property
    def height(self) -> int:
        """The height of all rows."""
        return ROW * len(self.steps)


def plan_view(plan: Plan, neighbours: Sequence[Neighbour]) -> PlanView:
    """What to show of ``plan``: what is there already, the series, what could follow.

    Of the ``neighbours`` those that the package carries.
    """
    steps = (*_carried(neighbours), *_steps(plan))
    most = max((step.changed for step in steps), default=0)
    return PlanView(steps, tuple(_arcs(plan, steps)), most)


def _carried(neighbours: Sequence[Neighbour]) -> Iterator[StepView]:
    for one in neighbours:
        if one.carried_by is not None:
            text = f"already applied: {carrier(one.commit, one.carried_by)}"
            yield StepView("carried", None, one.commit, text, None, False)


def _steps(plan: Plan) -> Iterator[StepView]:
    carried = [step for step in plan.steps if step.outcome == "already-applied"]
    for step in carried:
        yield StepView("carried", None, step.commit, because(step), None, False)
    for number, step in enumerate(plan.series, 1):
        conflicts = step.outcome == "conflict"
        yield StepView(step.role, number, step.commit, because(step), step.size, conflicts)
    for follow in plan.offered:
        if follow.kind != "mentions":
            text = f"not in the plan; {VERBS[follow.kind]} {follow.of.short}"
            yield StepView("offered", None, follow.commit, text, None, False)


def _arcs(plan: Plan, steps: Sequence[StepView]) -> Iterator[Arc]:
    rows = {step.commit.sha: number for number, step in enumerate(steps)}
    needs = {(need.by.sha, step.commit.sha) for step in plan.steps for need in step.needs}
    follows = [step.follows for step in plan.steps if step.follows]
    repairs = {(each.commit.sha, each.of.sha) for each in (*follows, *plan.offered)}
    kinds: tuple[tuple[ArcKind, set[tuple[str, str]]], ...] = (
        ("needs", needs),
        ("repairs", repairs),
    )
    for kind, pairs in kinds:
        for user, other in sorted(pair for pair in pairs if rows.keys() >= {*pair}):
            yield _arc(kind, rows[user], rows[other], f"{user[:12]} {kind} {other[:12]}")


def _arc(kind: ArcKind, user: int, other: int, title: str) -> Arc:
    """From row to row; the farther, the wider."""
    start, end = (ROW * row + ROW / 2 for row in (user, other))
    reach = NODE - 12 - min(42, 14 * abs(user - other))
    edge = NODE - 9
    return Arc(kind, f"M{edge} {start} C{reach} {start} {reach} {end} {edge} {end}", title)
