"""`diff-upstream` for machines; the names are those of docs/schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from debpatch.audit.identity import Identity
from debpatch.compare.change import Change
from debpatch.compare.comparison import HunkComparison
from debpatch.compare.renames import Renaming
from debpatch.compare.report import AlternativeReport, PatchReport, TreeDifference
from debpatch.render.json import dump

_Json = Mapping[str, Any]


def render(report: PatchReport, identity: Identity | None = None) -> str:
    """The report as a JSON document; ``identity`` says how the commits were found, if not named."""
    patch = report.patch
    return dump(
        "diff-upstream",
        {
            "patch": {
                "name": patch.name,
                "files": len(patch.files),
                "hunks": sum(len(file.hunks) for file in patch.files),
                "binary": [file.path for file in report.binaries],
            },
            "identified": identity
            and {
                "evidence": [sign.value for sign in identity.signs],
                "confidence": round(identity.confidence, 3),
            },
            "base": report.base.name if report.base else None,
            "base_from": report.base_from,
            "base_unknown": report.unknown,
            "already_applied": report.is_applied,
            "does_not_apply": [{"path": f.path, "hunk": f.hunk} for f in report.failures],
            "comparisons": [_comparison(item) for item in report.alternatives],
            "residual_references": None
            if report.residual is None
            else [
                {"identifier": use.identifier, "path": use.path, "line": use.line}
                for use in report.residual
            ],
            "conflict_markers": [
                {"path": marker.path, "hunk": marker.hunk, "text": marker.text}
                for marker in report.markers
            ],
        },
    )


def _comparison(item: AlternativeReport) -> _Json:
    commits = zip(item.alternative.commits, item.released_in, strict=True)
    lines, of = item.comparison.carried
    return {
        "commits": [
            {"sha": commit.sha, "subject": commit.subject, "released_in": release}
            for commit, release in commits
        ],
        "verdict": item.comparison.verdict.value,
        "carried": {"lines": lines, "of": of},
        "summary": {status.value: n for status, n in item.comparison.summary.items()},
        "hunks": [_hunk(hunk, item) for hunk in item.comparison.hunks],
        "identifiers": _identifiers(item.comparison.identifiers),
        "trees": _trees(item.trees) if item.trees else None,
    }


def _hunk(hunk: HunkComparison, item: AlternativeReport) -> _Json:
    lines, of = hunk.carried
    return {
        "status": hunk.status.value,
        "upstream": {"sha": hunk.upstream.sha, **_place(hunk.upstream)} if hunk.upstream else None,
        "patch": _place(hunk.patch) if hunk.patch else None,
        "carried": {"lines": lines, "of": of},
        "reason": hunk.reason.value if hunk.reason else None,
        "trivial": hunk.is_trivial,
        "identifiers": _identifiers(hunk.identifiers),
        "explained_by": [
            {"sha": origin.commit.sha, "subject": origin.commit.subject, "lines": origin.lines}
            for origin in (item.origins.get(hunk.patch, ()) if hunk.patch else ())
        ],
    }


def _place(change: Change) -> _Json:
    return {
        "path": change.path,
        "number": change.hunk.number,
        "section": change.hunk.section or None,
    }


def _identifiers(renamings: Sequence[Renaming]) -> list[_Json]:
    return [
        {"upstream": r.upstream, "patch": r.patch, "occurrences": r.occurrences} for r in renamings
    ]


def _trees(trees: TreeDifference) -> _Json:
    if trees.diff is None:
        return {"stopped_at": trees.stopped_at.sha if trees.stopped_at else None, "files": None}
    return {
        "stopped_at": None,
        "files": [
            {
                "path": file.path,
                "insertions": sum(len(hunk.added) for hunk in file.hunks),
                "deletions": sum(len(hunk.removed) for hunk in file.hunks),
            }
            for file in trees.diff.files
        ],
    }
