"""`export-patch` for machines; the names are those of docs/schema."""

from __future__ import annotations

from collections.abc import Sequence

from debpatch.proposals.export_patch import Export
from debpatch.render.json import dump


def render(export: Export, files: Sequence[str]) -> str:
    """The export as a JSON document."""
    return dump(
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
