"""`debpatch plan-backport`."""

from __future__ import annotations

from pathlib import Path

import click

from debpatch.cli import options
from debpatch.cli.app import app
from debpatch.cli.options import Format


@app.command("plan-backport")
@options.revisions
@options.onto
@click.option(
    "--with-follow-ups",
    is_flag=True,
    help="Include repairs: later commits that fix those of the plan.",
)
@click.option(
    "--exec",
    "command",
    metavar="CMD",
    help="Run CMD in a shell after each step, in a directory with the source.",
)
@click.option(
    "--max-commits",
    type=click.IntRange(min=0),
    help="Try at most this many commits as prerequisites. Default: 200, or 20 if upstream has "
    "a backport of its own.",
)
@click.option(
    "--max-seconds",
    type=click.FloatRange(min=0),
    help="Stop searching after this many seconds. Default: 120, or 10 if upstream has a "
    "backport of its own.",
)
@options.repository
@options.base
@options.format_
@options.output
def plan_backport(
    revisions: str,
    onto: str | None,
    with_follow_ups: bool,
    command: str | None,
    max_commits: int | None,
    max_seconds: float | None,
    repo: str | None,
    update: bool,
    base: str | None,
    format_: Format,
    output: Path | None,
) -> int:
    """Find the smallest series of commits that applies cleanly.

    Finds the prerequisites of the given commits, and proves the series by replaying it.

    Exits with 0 if there is one (and CMD succeeds after each step), with 1 if conflicts are left.
    """
    from debpatch.backport.search import Bounds
    from debpatch.cli.output import deliver_as, note_merges, watching
    from debpatch.commands import PlanWishes
    from debpatch.commands import plan_backport as make_plan
    from debpatch.package.upstream import Inputs
    from debpatch.render import plan as show

    bounds = None
    if max_commits is not None or max_seconds is not None:
        usual = Bounds()
        bounds = Bounds(
            usual.commits if max_commits is None else max_commits,
            usual.seconds if max_seconds is None else max_seconds,
        )
    with watching() as watcher:
        inputs = Inputs(repo, None, base, update, watcher.progress)
        wishes = PlanWishes(bounds, with_follow_ups, command)
        plan = make_plan(revisions, onto, inputs, wishes, watcher.tell)
    note_merges(revisions, plan.merges)
    deliver_as(
        format_,
        output,
        json=lambda: show.document(plan, plan.runs),
        text=lambda look: show.as_text(plan, plan.runs, look),
    )
    return int(not plan.clean or any(run.status for run in plan.runs))
