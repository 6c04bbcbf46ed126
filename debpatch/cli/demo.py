"""`debpatch demo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from debpatch.cli.app import app

if TYPE_CHECKING:
    from debpatch.demo import Demo


@app.command("demo")
def demo(
    folder: Annotated[
        Path, typer.Argument(help="A folder to make; it is left for you to play with.")
    ] = Path("debpatch-demo"),
) -> None:
    """Make a small project, its Debian package and a hand-made backport, and look at it.

    Everything is made on this machine from what debpatch ships; nothing is downloaded.
    """
    import shlex

    from debpatch.demo import build_demo

    made = build_demo(folder)
    typer.echo(
        f"Upstream's repository:  {made.repository}\n"
        f"The Debian package:     {made.package}\n"
        f"The patch to look at:   {made.patch}"
    )
    for explanation, arguments in _tour(made):
        typer.echo(f"\n{explanation}\n\n$ debpatch {shlex.join(arguments)}\n")
        app(arguments, standalone_mode=False)
    typer.echo(f"\nAll of it is in {folder}; run the commands above again, or others.")


def _tour(made: Demo) -> list[tuple[str, list[str]]]:
    """What to show, each with a sentence that says why."""
    given = ["--repo", str(made.repository), "--package", str(made.package)]
    series = ",".join(made.commits[name][:12] for name in ("s1", "s2", "s3"))
    return [
        (
            "What does the backport carry of the fix that it names?",
            ["diff-upstream", *given, str(made.patch)],
        ),
        (
            "Is its DEP-3 header true?",
            ["validate-dep3", *given, str(made.patch)],
        ),
        (
            "Upstream backported that fix itself, as a series of three. How far apart are they?",
            ["diff-upstream", *given, "--upstream", series, str(made.patch)],
        ),
        (
            "That series does not apply to the package. What is the shortest one that does?",
            [
                "plan-backport",
                series,
                "--repo",
                str(made.repository),
                "--onto",
                str(made.package),
                "--with-follow-ups",
            ],
        ),
    ]
