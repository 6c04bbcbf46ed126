"""`debpatch check-conflicts`."""

from __future__ import annotations

from pathlib import Path

import click

from debpatch.cli import options
from debpatch.cli.app import app
from debpatch.cli.options import Format


@app.command("check-conflicts")
@options.revisions
@options.onto
@click.option(
    "--regions",
    is_flag=True,
    help="Show the conflicting lines, and the commits that last touched them.",
)
@options.repository
@options.base
@options.format_
@options.output
def check_conflicts(
    revisions: str,
    onto: str | None,
    regions: bool,
    repo: str | None,
    update: bool,
    base: str | None,
    format_: Format,
    output: Path | None,
) -> int:
    """Cherry-pick commits in memory, and show the conflicts.

    Each commit is picked alone, and all of them in order.

    Exits with 0 if the commits apply cleanly in order, with 1 if one of them conflicts.
    """
    from debpatch.cli.output import deliver_as, note_merges, watching
    from debpatch.commands import check_conflicts as check
    from debpatch.package.upstream import Inputs
    from debpatch.render import conflicts

    with watching() as watcher:
        inputs = Inputs(repo, None, base, update, watcher.progress)
        found = check(revisions, onto, inputs, blame=regions)
    note_merges(revisions, found.merges)
    deliver_as(
        format_,
        output,
        json=lambda: conflicts.document(found),
        text=lambda look: conflicts.as_text(found, look, regions=regions),
    )
    return int(any(trial.conflicts_for_good for trial in found.stacked))
