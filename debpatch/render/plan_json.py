"""`plan-backport` for machines; the names are those of docs/schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from debpatch.picks.execute import Run
from debpatch.picks.plan import Plan, Size, Step
from debpatch.picks.ports import Port
from debpatch.render.conflicts_json import conflict, named
from debpatch.render.follow_ups_json import follow_up
from debpatch.render.json import dump
from debpatch.render.plan_text import because

_Json = Mapping[str, Any]


def render(plan: Plan, runs: Sequence[Run] = ()) -> str:
    """The plan, and how a command ran after each step, as a JSON document."""
    return dump(
        "plan-backport",
        {
            "onto": plan.target.name,
            "base": plan.target.base,
            "clean": plan.clean,
            "steps": [_step(step) for step in plan.steps],
            "diffstat": _size(plan.size),
            "left": [
                {"sha": commit.sha, **conflict(item)}
                for commit, items in plan.left
                for item in items
            ],
            "ports": [_port(port) for port in plan.ports],
            "follow_ups": [follow_up(follow) for follow in plan.offered],
            "search": {"commits_tried": plan.tried, "picks": plan.picks, "bound_hit": plan.bound},
            "runs": _runs(runs),
        },
    )


def _step(step: Step) -> _Json:
    return {
        "sha": step.commit.sha,
        "subject": step.commit.subject,
        "role": step.role,
        "outcome": step.outcome,
        "carried_by": named(step.carried_by),
        "because": because(step),
        "needed_by": [{"sha": need.by.sha, "path": need.path} for need in step.needs],
        "diffstat": _size(step.size) if step.size else None,
    }


def _port(port: Port) -> _Json:
    return {
        "sha": port.commit.sha,
        "branch": port.branch,
        "landings": [{"sha": each.sha, "subject": each.subject} for each in port.landings],
    }


def _size(size: Size) -> _Json:
    return dict(zip(("files", "insertions", "deletions"), size, strict=True))


def _runs(runs: Iterable[Run]) -> list[_Json]:
    return [
        {
            "sha": run.commit.sha,
            "status": run.status,
            "seconds": round(run.seconds, 3),
            "output": run.output,
        }
        for run in runs
    ]
