"""`debpatch index`."""

from __future__ import annotations

from pathlib import Path

import click

from debpatch.cli import options
from debpatch.cli.app import app
from debpatch.cli.options import Format


@app.command("index")
@click.option("--state", is_flag=True, help="Show what the index contains, and do not fill it.")
@click.option("--clear", is_flag=True, help="Remove the index.")
@options.repository
@options.package
@options.format_
@options.output
def index(
    state: bool,
    clear: bool,
    repo: str | None,
    update: bool,
    package: str | None,
    format_: Format,
    output: Path | None,
) -> int:
    """Read upstream's commits in advance, to make other commands faster.

    All commands keep what they read of commits in an index in the cache. This command reads the
    rest, which takes a little longer than git log -p. Exits with 0.
    """
    from debpatch.cli.output import deliver_as, watching
    from debpatch.commands import index as run
    from debpatch.package.upstream import Inputs
    from debpatch.render import index as show

    if state and clear:
        raise click.UsageError("--state and --clear cannot be used together")
    with watching() as watcher:
        inputs = Inputs(repo, package, None, update, watcher.progress)
        found = run(inputs, "clear" if clear else "state" if state else "fill")
    deliver_as(
        format_,
        output,
        json=lambda: show.document(found),
        text=lambda look: show.as_text(found, look),
    )
    return 0
