"""`debpatch import-commits`."""

from __future__ import annotations

from pathlib import Path

import click

from debpatch.cli import options
from debpatch.cli.app import app
from debpatch.cli.options import Format


@app.command("import-commits")
@options.revisions
@options.package
@options.repository
@options.base
@options.suite
@click.option("--security", is_flag=True, help="Upload to the security archive.")
@options.closes
@options.bug
@click.option(
    "--dry-run", is_flag=True, help="Print what would change as a diff, and write nothing."
)
@click.option(
    "--conflicts",
    is_flag=True,
    help="At a conflict, write the commits before it into the series, and the commit itself, "
    "with conflict markers, to a file that is not in the series.",
)
@options.format_
@options.output
def import_commits(
    revisions: str,
    package: str | None,
    repo: str | None,
    update: bool,
    base: str | None,
    suite: str | None,
    security: bool,
    closes: tuple[str, ...],
    bug: tuple[str, ...],
    dry_run: bool,
    conflicts: bool,
    format_: Format,
    output: Path | None,
) -> int:
    """Import upstream commits as quilt patches.

    Writes patches with true DEP-3 headers, the series and a changelog entry, or nothing at all.
    Exits with 1 if a commit conflicts, or if a header has errors or warnings.
    """
    import os

    from debpatch.cli.output import deliver_as, note_merges, watching
    from debpatch.commands import ImportWishes
    from debpatch.commands import import_commits as imported_by
    from debpatch.package.upstream import Inputs
    from debpatch.proposals.bugs import read_bugs
    from debpatch.proposals.request import read_clock, read_uploader
    from debpatch.render import imports

    now, uploader = read_clock(os.environ), read_uploader(os.environ)
    wishes = ImportWishes(
        uploader,
        now,
        suite,
        read_bugs(bug, closes),
        security,
        conflicts,
        dry_run,
    )
    with watching() as watcher:
        inputs = Inputs(repo, package, base, update, watcher.progress)
        found = imported_by(revisions, inputs, wishes)
    note_merges(revisions, found.merges)
    deliver_as(
        format_,
        output,
        json=lambda: imports.document(found),
        text=lambda look: imports.as_text(found, look),
    )
    return int(found.imported.is_doubtful)
