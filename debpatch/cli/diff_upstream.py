"""`debpatch diff-upstream`."""

from __future__ import annotations

from typing import Annotated

import typer

from debpatch.cli.app import app
from debpatch.cli.complete import complete_revision
from debpatch.cli.options import (
    Base,
    Format,
    FormatOption,
    Output,
    Package,
    PatchFile,
    Repo,
    Update,
)


@app.command("diff-upstream")
def diff_upstream(
    patch: PatchFile,
    upstream: Annotated[
        list[str] | None,
        typer.Option(
            "--upstream",
            metavar="REVS",
            autocompletion=complete_revision,
            help="Compare with these commits: A, A,B,C (a series, read as one) or A..B. "
            "May be given several times. Default: the commits that the patch names.",
        ),
    ] = None,
    repo: Repo = None,
    update: Update = False,
    package: Package = None,
    base: Base = None,
    unified: Annotated[
        bool, typer.Option("--unified", help="Show every hunk whole, equal ones too.")
    ] = False,
    format_: FormatOption = Format.TEXT,
    output: Output = None,
) -> None:
    """Compare a patch with the upstream commits that it comes from, hunk by hunk.

    Exits with 0 if the patch carries all that can be carried, in whatever words, and adds nothing;
    with 1 if anything differs.
    """
    from debpatch.cli.output import cloning, deliver_as, note
    from debpatch.compare.comparison import Verdict
    from debpatch.compare.report import report
    from debpatch.landings.origin import read_alternatives
    from debpatch.package.patch_file import read_patch
    from debpatch.package.workspace import open_workspace
    from debpatch.render import comparison
    from debpatch.render.words import instead

    what = read_patch(patch)
    with (
        cloning() as progress,
        open_workspace(
            what, repo=repo, package=package, base=base, update=update, progress=progress
        ) as workspace,
    ):
        commits, identity = read_alternatives(workspace, upstream or ())
        found = report(
            workspace.repository,
            workspace.patch,
            workspace.tree,
            commits,
            workspace.unknown,
            workspace.found,
        )
    if workspace.notice:
        note(instead(workspace.notice, workspace.base))
    deliver_as(
        format_,
        output,
        json=lambda: comparison.document(found, identity),
        text=lambda look: comparison.as_text(found, look, identity, unified=unified),
    )
    equal = {Verdict.IDENTICAL, Verdict.EQUIVALENT}
    differs = any(item.comparison.verdict not in equal for item in found.alternatives)
    does_not_apply = found.failures and not found.is_applied
    raise typer.Exit(int(bool(differs or found.residual or found.markers or does_not_apply)))
