"""`review` for machines: each part is the document of the command that it comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from debpatch.inputs.merge import Pick
from debpatch.inputs.repository import Commit
from debpatch.render import (
    comparison_json,
    conflicts_json,
    dep3_json,
    landings_json,
    plan_json,
)
from debpatch.render.conflicts_json import named
from debpatch.render.json import dump
from debpatch.render.proposal_json import option
from debpatch.review.review import Neighbour, NextStep, Review

_Json = Mapping[str, Any]


def render(review: Review) -> str:
    """The review as a JSON document; the names are those of docs/schema."""
    package, target = review.package, review.target
    return dump(
        "review",
        {
            "patch": review.patch.name,
            "package": package and {"name": package.name, "version": str(package.version)},
            "series_entry": review.entry,
            "base": review.base,
            "onto": target.name if target else None,
            "verdict": review.verdict.value,
            "summary": review.summary,
            "next_steps": [_step(step) for step in review.next_steps],
            "unknown": list(review.unknown),
            "fixes": [_commit(commit) for commit in review.fixes],
            "series": [_commit(commit) for commit in review.series],
            "picked": [_commit(commit) for commit in review.picked],
            "comparison": json.loads(comparison_json.render(review.comparison, review.identity)),
            "header": json.loads("".join(dep3_json.render([review.header]))),
            "backports": [json.loads(landings_json.render(each)) for each in review.backports],
            "neighbours": [_neighbour(each) for each in review.neighbours],
            "conflicts": [json.loads(conflicts_json.render(each)) for each in review.conflicts],
            "plan": json.loads(plan_json.render(review.plan)) if review.plan else None,
            "repairs": [_repair(repair) for repair in review.repairs],
            "options": [option(each) for each in review.options],
            "documents": sorted(review.documents),
        },
    )


def _commit(commit: Commit) -> _Json:
    return {"sha": commit.sha, "subject": commit.subject}


def _step(step: NextStep) -> _Json:
    return {"sentence": step.sentence, "evidence": list(step.evidence), "command": step.command}


def _repair(repair: Pick) -> _Json:
    paths = [conflict.path for conflict in repair.conflicts]
    return {**_commit(repair.commit), "outcome": repair.outcome, "conflicts": paths}


def _neighbour(neighbour: Neighbour) -> _Json:
    return {
        **_commit(neighbour.commit),
        "released_in": neighbour.released_in,
        "carried_by": named(neighbour.carried_by),
        "planned": neighbour.is_planned,
    }
