"""`import-commits` for machines; the names are those of docs/schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from debpatch.inputs.source_package import SourcePackage
from debpatch.proposals.import_commits import Import, ImportedCommit
from debpatch.proposals.package_update import PackageUpdate
from debpatch.render.json import dump


def render(
    package: SourcePackage, imported: Import, update: PackageUpdate, *, written: bool
) -> str:
    """The import as a JSON document."""
    upload = update.upload if update.entry else None
    return dump(
        "import-commits",
        {
            "package": package.name,
            "from_version": str(package.version),
            "version": str(upload.version) if upload else None,
            "distribution": upload.distribution if upload else None,
            "because": list(upload.because) if upload else [],
            "written": written,
            "commits": [_commit(commit) for commit in imported.commits],
            "changelog": update.entry,
            "files": sorted(update.changes),
        },
    )


def _commit(commit: ImportedCommit) -> Mapping[str, Any]:
    return {
        "sha": commit.commit.sha,
        "subject": commit.commit.subject,
        "outcome": commit.fate,
        "patch": commit.patch.name if commit.patch else None,
        "origin": commit.field("origin"),
        "applied_upstream": commit.field("applied-upstream"),
        "left_out": list(commit.left_out),
        "modes": list(commit.modes),
        "conflicts": [{"path": c.path, "kind": c.kind} for c in commit.conflicts],
        "findings": [
            {"rule": f.rule, "severity": f.severity, "line": f.line, "message": f.message}
            for f in commit.findings
        ],
    }
