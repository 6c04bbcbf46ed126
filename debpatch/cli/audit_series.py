"""`debpatch audit-series`."""

from __future__ import annotations

from pathlib import Path

import click

from debpatch.cli import options
from debpatch.cli.app import app
from debpatch.cli.options import Format, complete_revision


@app.command("audit-series")
@options.argument(
    "package",
    "[PACKAGE]",
    "The source package: DIR, DSC or apt:NAME. Default: the one that the current directory is in.",
    required=False,
)
@click.option(
    "--onto",
    metavar="VERSION",
    shell_complete=complete_revision,
    help="Show what happens to each patch on this upstream version or revision.",
)
@options.repository
@options.base
@options.format_
@options.output
def audit_series(
    package: str | None,
    onto: str | None,
    repo: str | None,
    update: bool,
    base: str | None,
    format_: Format,
    output: Path | None,
) -> int:
    """Check all patches of a package, and which can be dropped.

    For each patch: whether its header is true, whether it applies, which upstream commit it is, and
    from which release on it is not needed.

    Exits with 0 if there is nothing to do. Exits with 1 if a patch does not apply, if a header has
    errors or warnings, if upstream repaired or reverted what a patch carries, or if a patch can be
    dropped or does not apply on VERSION.
    """
    from debpatch.cli.output import deliver_as, watching
    from debpatch.commands import audit_series as audit
    from debpatch.package.upstream import Inputs
    from debpatch.render import audit as show

    with watching() as watcher:
        found = audit(Inputs(repo, package, base, update, watcher.progress), onto, watcher.tell)
    deliver_as(
        format_,
        output,
        json=lambda: show.document(found),
        text=lambda look: show.as_text(found, look),
    )
    return int(found.has_work)
