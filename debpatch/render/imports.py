"""`import-commits`: a document with the names of docs/schema for machines, a text for people."""

from __future__ import annotations

from debpatch.proposals.import_commits import ImportedCommit
from debpatch.proposals.package_update import Imported
from debpatch.render.json import Json, document_of
from debpatch.render.page import Look, Page, count
from debpatch.render.safe import one_line


def document(found: Imported) -> Json:
    """The import as a document."""
    update = found.update
    upload = update.upload if update.entry else None
    return document_of(
        "import-commits",
        {
            "package": found.package.name,
            "from_version": str(found.package.version),
            "version": str(upload.version) if upload else None,
            "distribution": upload.distribution if upload else None,
            "because": list(upload.because) if upload else [],
            "written": found.written,
            "commits": [_commit_json(commit) for commit in found.imported.commits],
            "changelog": update.entry,
            "files": sorted(update.changes),
        },
    )


def _commit_json(commit: ImportedCommit) -> Json:
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


# -- `import-commits` for people -------------------------------------------------------------------

_FATES = {
    "written": "written",
    "already-applied": "already in the package",
    "conflict": "conflicts",
    "left": "skipped, because it comes after a conflict",
}


def as_text(found: Imported, look: Look) -> str:
    """Say what became of each commit, and what the upload is; or else give the diff."""
    if not found.written:
        return found.diff.decode("utf-8", "surrogateescape")
    imported, update = found.imported, found.update
    page = Page(look)
    patches = count(len(imported.patches), "patch", "patches")
    if not update.changes:
        page.line("Nothing to write: the package already has all of it.")
    elif imported.patches:
        page.line((f"Written: {patches}, {update.upload.version} for ", "bold"),
                  (update.upload.distribution, "bold"))  # fmt: skip
        for reason in update.upload.because:
            page.paragraph(reason, 2, hanging=2)
    for commit in imported.commits:
        page.blank()
        _commit(page, commit)
    if update.entry:
        page.heading("debian/changelog")
        for line in update.entry.rstrip("\n").split("\n"):
            page.line(f"  {line}" if line else "")
    return str(page)


def _commit(page: Page, commit: ImportedCommit) -> None:
    page.line((commit.commit.short, "yellow"), f" {one_line(commit.commit.subject)}")
    if commit.patch and commit.fate == "written":
        page.line(f"  debian/patches/{one_line(commit.patch.name)}")
        for key in ("origin", "applied-upstream"):
            if value := commit.field(key):
                page.paragraph(f"{key.title()}: {one_line(value)}", 4, hanging=2)
    else:
        page.line(f"  {_FATES[commit.fate]}")
    for conflict in commit.conflicts:
        page.line(f"    {one_line(conflict.path)} ({conflict.kind})")
    if commit.patch and commit.fate == "conflict":
        page.line(f"    with conflict markers, not in the series: {one_line(commit.patch.name)}")
    for path in commit.left_out:
        page.line(f"    left out, because the package does not have it: {one_line(path)}")
    for path in commit.modes:
        page.line(f"    its mode changes, which a quilt patch cannot express: {one_line(path)}")
    for finding in commit.findings:
        if finding.severity != "info":
            page.paragraph(
                f"{finding.severity}: {one_line(finding.message)} [{finding.rule}]", 4, hanging=2
            )
