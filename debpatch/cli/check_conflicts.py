"""`debpatch check-conflicts`."""

from __future__ import annotations

from typing import Annotated

import typer

from debpatch.cli.app import app
from debpatch.cli.options import Base, Format, FormatOption, Onto, Output, Repo, Revisions, Update


@app.command("check-conflicts")
def check_conflicts(
    revisions: Revisions,
    onto: Onto = None,
    regions: Annotated[
        bool,
        typer.Option("--regions", help="Show the lines in conflict, and who last touched them."),
    ] = False,
    repo: Repo = None,
    update: Update = False,
    base: Base = None,
    format_: FormatOption = Format.TEXT,
    output: Output = None,
) -> None:
    """Try cherry-picks without a work tree: each commit alone, and all of them in order.

    Exits with 0 if the commits apply cleanly in order, with 1 if any of them conflicts there.
    """
    from debpatch.backport.conflicts import check_conflicts as check
    from debpatch.cli.options import read_revisions
    from debpatch.cli.output import cloning, deliver_as
    from debpatch.package.target import open_target
    from debpatch.render import conflicts

    with (
        cloning() as progress,
        open_target(onto, repo=repo, base=base, update=update, progress=progress) as target,
    ):
        commits = read_revisions(target.repository, revisions)
        found = check(target, commits, blame=regions)
    deliver_as(
        format_,
        output,
        json=lambda: conflicts.document(found),
        text=lambda look: conflicts.as_text(found, look, regions=regions),
    )
    raise typer.Exit(int(any(trial.conflicts_for_good for trial in found.stacked)))
