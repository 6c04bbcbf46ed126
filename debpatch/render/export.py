"""`export-patch`: a document with the names of docs/schema for machines, a text for people."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from debpatch.proposals.export_patch import Export
from debpatch.render.json import Json, document_of
from debpatch.render.page import Look, Page
from debpatch.render.safe import one_line


def document(export: Export, files: Sequence[str]) -> Json:
    """The export as a document."""
    return document_of(
        "export-patch",
        {
            "onto": export.onto,
            "sha": export.sha,
            "applies": export.applies,
            "patches": [
                {
                    "name": patch.name,
                    "subject": patch.subject,
                    "author": patch.author,
                    "author_from": patch.author_from,
                    "body": list(patch.body),
                    "commits": [
                        {
                            "sha": one.commit.sha,
                            "subject": one.commit.subject,
                            "same_lines": one.is_same,
                            "verdict": one.comparison.verdict.value,
                        }
                        for one in patch.ancestors
                    ],
                    "failed": [{"path": f.path, "hunk": f.hunk} for f in patch.failures],
                }
                for patch in export.patches
            ],
            "files": list(files),
        },
    )


# -- `export-patch` for people ---------------------------------------------------------------------


def explain(export: Export) -> str:
    """Which hunks of which patches find no place."""
    page = Page(Look())
    for patch in export.patches:
        if not patch.failures:
            continue
        page.line(f"{one_line(patch.name)} does not apply to {one_line(export.onto)}:")
        hunks: dict[str, list[int]] = defaultdict(list)
        for failure in patch.failures:
            hunks[failure.path].append(failure.hunk)
        for path, numbers in hunks.items():
            noun = "hunk" if len(numbers) == 1 else "hunks"
            page.line(f"  {one_line(path)}: {noun} {', '.join(map(str, numbers))}")
    page.paragraph(
        "No mail was written. See with check-conflicts what upstream has in their place."
    )
    return str(page)


def written(export: Export, folder: Path, names: Iterable[str]) -> str:
    """What was written, and the command that sends it."""
    page = Page(Look())
    for name in names:
        page.line(f"{folder / name}")
    for patch in export.patches:
        page.line(
            f"{one_line(patch.name)}: author {one_line(patch.author)}, from {patch.author_from}"
        )
    page.blank()
    page.line("Try it:   git am --signoff " + shlex.quote(str(folder)) + "/000[1-9]*.patch")
    page.line("Send it:  git send-email " + shlex.quote(str(folder)) + "/*.patch")
    return str(page)
