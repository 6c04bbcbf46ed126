"""`debpatch diff-upstream`."""

from __future__ import annotations

from pathlib import Path

import click

from debpatch.cli import options
from debpatch.cli.app import app
from debpatch.cli.options import Format, complete_revision


@app.command("diff-upstream")
@options.patch_file
@click.option(
    "--upstream",
    metavar="REVS",
    multiple=True,
    shell_complete=complete_revision,
    help="Compare with these commits: A, or A,B,C or A..B, a series that is compared as a "
    "whole. May be given several times. Default: the commits that the patch names.",
)
@options.repository
@options.package
@options.base
@click.option("--unified", is_flag=True, help="Show every hunk in full, equal ones too.")
@options.format_
@options.output
def diff_upstream(
    patch: str,
    upstream: tuple[str, ...],
    repo: str | None,
    update: bool,
    package: str | None,
    base: str | None,
    unified: bool,
    format_: Format,
    output: Path | None,
) -> int:
    """Compare a patch with the upstream commits it comes from.

    Exits with 0 if the patch is identical or equivalent to upstream's change, with 1 if anything
    differs, is missing or was added.
    """
    from debpatch.cli.output import deliver_as, note, watching
    from debpatch.commands import compare_patch
    from debpatch.compare.comparison import Verdict
    from debpatch.package.upstream import Inputs
    from debpatch.render import comparison
    from debpatch.render.words import instead

    with watching() as watcher:
        inputs = Inputs(repo, package, base, update, watcher.progress)
        found = compare_patch(patch, inputs, upstream)
    if found.notice:
        note(instead(found.notice, found.base))
    deliver_as(
        format_,
        output,
        json=lambda: comparison.document(found),
        text=lambda look: comparison.as_text(found, look, unified=unified),
    )
    equal = {Verdict.IDENTICAL, Verdict.EQUIVALENT}
    differs = any(item.comparison.verdict not in equal for item in found.alternatives)
    does_not_apply = found.failures and not found.is_applied
    return int(bool(differs or found.residual or found.markers or does_not_apply))
