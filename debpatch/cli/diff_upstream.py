"""`debpatch diff-upstream`."""

from __future__ import annotations

from typing import Annotated

import typer

from debpatch.cli.app import app
from debpatch.cli.options import Base, Format, FormatOption, Output, Package, Repo, Update


@app.command("diff-upstream")
def diff_upstream(
    patch: Annotated[str, typer.Argument(metavar="PATCH", help="A patch file, or - for stdin.")],
    upstream: Annotated[
        list[str] | None,
        typer.Option(
            "--upstream",
            metavar="REVS",
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
    from debpatch.cli.output import deliver, note
    from debpatch.cli.progress import cloning
    from debpatch.compare.comparison import Verdict
    from debpatch.compare.report import report
    from debpatch.inputs.patch import read_patch
    from debpatch.inputs.revisions import merges_in, read_revisions
    from debpatch.inputs.workspace import named_alternatives, open_workspace
    from debpatch.render.page import Look

    what = read_patch(patch)
    with (
        cloning() as progress,
        open_workspace(
            what, repo=repo, package=package, base=base, update=update, progress=progress
        ) as workspace,
    ):
        revisions = upstream or named_alternatives(workspace.repository, what)
        commits = [read_revisions(workspace.repository, text) for text in revisions]
        found = report(
            workspace.repository,
            workspace.patch,
            workspace.tree,
            commits,
            workspace.unknown,
            workspace.found,
        )
        merges = [merges_in(workspace.repository, text) for text in revisions]
    for text, left_out in zip(revisions, merges, strict=True):
        if left_out:
            note(f"{text}: merges are left out: {', '.join(sha[:12] for sha in left_out)}")
    if workspace.notice:
        note(workspace.notice)
    if format_ is Format.JSON:
        from debpatch.render.comparison_json import render as render_json

        deliver(render_json(found), output)
    else:
        from debpatch.render.comparison_text import render as render_text

        look = Look() if output else Look.of_terminal()
        deliver(render_text(found, look, unified=unified), output)
    equal = {Verdict.IDENTICAL, Verdict.EQUIVALENT}
    differs = any(item.comparison.verdict not in equal for item in found.alternatives)
    raise typer.Exit(
        int(differs or bool(found.residual) or bool(found.failures and not found.is_applied))
    )
