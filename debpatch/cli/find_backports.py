"""`debpatch find-backports`."""

from __future__ import annotations

from pathlib import Path

import click

from debpatch.cli import options
from debpatch.cli.app import app
from debpatch.cli.options import Format, complete_revision


@app.command("find-backports")
@options.argument(
    "revision",
    "REV",
    "The fix: a revision, a CVE id, or an issue (#919 or its URL).",
    shell_complete=complete_revision,
)
@click.option(
    "--branch",
    metavar="GLOB",
    multiple=True,
    help="Look at the branches that match GLOB. May be given several times. Default: the main "
    "branch and all release branches.",
)
@options.repository
@options.package
@options.base
@options.format_
@options.output
def find_backports(
    revision: str,
    branch: tuple[str, ...],
    repo: str | None,
    update: bool,
    package: str | None,
    base: str | None,
    format_: Format,
    output: Path | None,
) -> int:
    """Find where a fix has landed, and what repairs it.

    Exits with 0 if no branch lacks the fix or a part of it, with 1 if one does or if that is not
    known. With a package, only the package counts.
    """
    from debpatch.cli.output import deliver_as, note, watching
    from debpatch.commands import find_backports as find
    from debpatch.package.upstream import Inputs
    from debpatch.render import landings

    with watching() as watcher:
        found = find(revision, Inputs(repo, package, base, update, watcher.progress), branch)
    if found.left_out:
        note(f"ignoring the package here: {found.left_out}")
    deliver_as(
        format_,
        output,
        json=lambda: landings.document(found),
        text=lambda look: landings.as_text(found, look),
    )
    judged = [found.package] if found.package else found.branches
    return int(any(each.state in {"partial", "missing", "unknown"} for each in judged))
