"""`check-conflicts` for machines; the names are those of docs/schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from debpatch.inputs.repository import Commit
from debpatch.picks.conflicts import ConflictCheck, Place, PlacedConflict, Trial
from debpatch.picks.regions import Side
from debpatch.picks.touched import Touched
from debpatch.render.json import dump

_Json = Mapping[str, Any]


def render(check: ConflictCheck) -> str:
    """The check as a JSON document."""
    target = check.target
    return dump(
        "check-conflicts",
        {
            "onto": target.name,
            "base": target.base,
            "alone": [_trial(trial) for trial in check.alone],
            "stacked": [_trial(trial) for trial in check.stacked],
        },
    )


def _trial(trial: Trial) -> _Json:
    return {
        "sha": trial.commit.sha,
        "subject": trial.commit.subject,
        "outcome": trial.outcome,
        "carried_by": named(trial.carried_by),
        "conflicts": [conflict(item) for item in trial.conflicts],
    }


def named(what: str | Commit | None) -> _Json | None:
    """A patch of the series, or a commit."""
    if what is None:
        return None
    if isinstance(what, str):
        return {"patch": what, "sha": None, "subject": None}
    return {"patch": None, "sha": what.sha, "subject": what.subject}


def conflict(item: PlacedConflict) -> _Json:
    """A conflict with its regions."""
    return {
        "path": item.conflict.path,
        "other_paths": list(item.conflict.others),
        "kind": item.conflict.kind,
        "regions": [_region(place) for place in item.places],
        "touched": _touched(item.touched),
    }


def _region(place: Place) -> _Json:
    region = place.region
    return {
        "base": _side(region.base),
        "ours": _side(region.ours),
        "theirs": _side(region.theirs),
        "touched": _touched(place.touched),
    }


def _side(side: Side) -> _Json:
    return {"start": side.start, "lines": list(side.lines)}


def _touched(touched: Touched | None) -> _Json | None:
    if touched is None:
        return None
    return {"ours": _all(touched.ours), "theirs": _all(touched.theirs)}


def _all(commits: Iterable[str | Commit]) -> list[_Json | None]:
    return [named(commit) for commit in commits]
