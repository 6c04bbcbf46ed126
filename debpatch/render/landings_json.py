"""`find-backports` for machines; the names are those of docs/schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from debpatch.picks.backports import Backports, BranchState, Landing, Later
from debpatch.render.follow_ups_json import follow_up
from debpatch.render.json import dump

_Json = Mapping[str, Any]


def render(found: Backports) -> str:
    """The survey as a JSON document."""
    return dump(
        "find-backports",
        {
            "sha": found.commit.sha,
            "subject": found.commit.subject,
            "released_in": found.released_in,
            "origins": [{"sha": c.sha, "subject": c.subject} for c in found.origins],
            "package": _package(found),
            "branches": [_branch(branch) for branch in found.branches],
            "follow_ups": [_later(later) for later in found.follow_ups],
        },
    )


def _package(found: Backports) -> _Json | None:
    if found.package is None:
        return None
    return {"name": found.package.branch.name, "built_from": found.own, **_state(found.package)}


def _branch(branch: BranchState) -> _Json:
    return {"branch": branch.branch.name, "is_tag": branch.branch.is_tag, **_state(branch)}


def _state(branch: BranchState) -> _Json:
    lines = branch.carried
    return {
        "state": branch.state.value,
        "landings": [_landing(landing) for landing in branch.landings],
        "carried": {"lines": lines[0], "of": lines[1]} if lines else None,
        "lacks": [
            {"path": change.path, "number": change.hunk.number, "section": change.hunk.section}
            for change in branch.lacks
        ],
        "bug_introduced_by": branch.cause.sha if branch.cause else None,
    }


def _landing(landing: Landing) -> _Json:
    reverted = landing.reverted_by
    alike = landing.similarity
    return {
        "sha": None if landing.patch else landing.commit.sha,
        "patch": landing.patch,
        "subject": landing.commit.subject,
        "evidence": [sign.value for sign in landing.signs],
        "confidence": round(landing.confidence, 3),
        "similarity": None if alike is None else round(alike, 3),
        "released_in": landing.released_in,
        "reverted_by": reverted.sha if reverted else None,
    }


def _later(later: Later) -> _Json:
    return {
        **follow_up(later.follow_up),
        "released_in": later.released_in,
        "branches": list(later.branches),
    }
