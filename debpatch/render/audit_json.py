"""`audit-series` for machines; the names are those of docs/schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from debpatch.audit.audit import Audit, Later, PatchAudit
from debpatch.audit.droppable import Outcome
from debpatch.audit.identity import Identity
from debpatch.audit.series import Obstacle
from debpatch.inputs.releases import Release
from debpatch.inputs.repository import Commit
from debpatch.render.follow_ups_json import follow_up
from debpatch.render.json import dump

_Json = Mapping[str, Any]


def render(audit: Audit) -> str:
    """The audit as a JSON document."""
    return dump(
        "audit-series",
        {
            "package": audit.package.name,
            "version": str(audit.package.version),
            "base": audit.base,
            "base_unknown": audit.unknown,
            "newest_release": _tag(audit.newest),
            "onto": audit.onto,
            "patches": [_patch(patch) for patch in audit.patches],
            "series_findings": [
                {"rule": f.rule, "severity": f.severity, "message": f.message}
                for f in audit.findings
            ],
        },
    )


def _patch(patch: PatchAudit) -> _Json:
    return {
        "name": patch.patch.name,
        "problem": patch.patch.problem,
        "repeats_line": patch.patch.repeats,
        "applies": patch.applies,
        "obstacles": [_obstacle(each) for each in patch.application.obstacles],
        "findings": {name: patch.count(name) for name in ("error", "warning", "info")},
        "upstream": _identity(patch.identity, patch.released_in) if patch.identity else None,
        "unproved": [_commit(commit) for commit in patch.unproved],
        "droppable_from": _tag(patch.droppable.own),
        "droppable_from_newest_line": _tag(patch.droppable.newest),
        "droppable_by": patch.droppable.proof,
        "droppable_sure": patch.droppable.sure if patch.droppable.own else None,
        "follow_ups": [_later(later) for later in patch.follow_ups],
        "onto": _outcome(patch.outcome) if patch.outcome else None,
    }


def _identity(identity: Identity, released_in: Release | None) -> _Json:
    return {
        **_commit(identity.commits[0]),
        "match": identity.match.value,
        "released_in": _tag(released_in),
        "commits": [_commit(commit) for commit in identity.commits],
        "carried": {"lines": identity.carried[0], "of": identity.carried[1]},
        "own": {"lines": identity.own[0], "of": identity.own[1]},
        "left_out": list(identity.left_out),
        "evidence": [sign.value for sign in identity.signs],
        "confidence": round(identity.confidence, 3),
    }


def _commit(commit: Commit) -> _Json:
    return {"sha": commit.sha, "subject": commit.subject}


def _later(later: Later) -> _Json:
    return {
        **follow_up(later.follow_up),
        "released_in": _tag(later.released_in),
        "carried_by": later.carried_by,
    }


def _outcome(outcome: Outcome) -> _Json:
    return {
        "fate": outcome.fate.value,
        "droppable_by": outcome.proof,
        "sure": outcome.sure,
        "obstacles": [_obstacle(each) for each in outcome.obstacles],
    }


def _obstacle(obstacle: Obstacle) -> _Json:
    return {"path": obstacle.path, "hunk": obstacle.hunk, "why": obstacle.why}


def _tag(release: Release | None) -> str | None:
    return release.tag if release else None
