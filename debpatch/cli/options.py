"""Options that several commands share, so that they mean the same everywhere."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from debpatch.cli.complete import complete_patch, complete_revision

if TYPE_CHECKING:
    from debpatch.git.repository import Commit, Repository

Repo = Annotated[
    str | None,
    typer.Option(
        "--repo",
        metavar="PATH|URL",
        envvar="DEBPATCH_REPO",
        help="The upstream repository. Default: what the package or the patch names.",
    ),
]
Update = Annotated[
    bool,
    typer.Option("--update", help="Fetch anew into the cached clone of a repository given by URL."),
]
Package = Annotated[
    str | None,
    typer.Option(
        "--package",
        metavar="DIR|DSC|apt:NAME",
        help="The source package. Default: the one around the current folder.",
    ),
]
PatchFile = Annotated[
    str,
    typer.Argument(
        metavar="PATCH", autocompletion=complete_patch, help="A patch file, or - for stdin."
    ),
]
Base = Annotated[
    str | None,
    typer.Option(
        "--base",
        metavar="REV",
        autocompletion=complete_revision,
        help="The upstream revision the package is built from. Default: its version's tag.",
    ),
]
Onto = Annotated[
    str | None,
    typer.Option(
        "--onto",
        metavar="TARGET",
        autocompletion=complete_revision,
        help="An upstream revision, or a package (DIR, DSC or apt:NAME) with its series applied. "
        "Default: the package around the current folder.",
    ),
]
Revisions = Annotated[
    str,
    typer.Argument(
        metavar="REVS",
        autocompletion=complete_revision,
        help="The commits, in order: A, A,B,C or A..B.",
    ),
]
Suite = Annotated[
    str | None,
    typer.Option(
        "--suite", metavar="SUITE", help="Where it shall go. Default: where the last upload went."
    ),
]
Unstable = Annotated[
    str | None,
    typer.Option(
        "--unstable",
        metavar="VERSION",
        help="The version in unstable. Default: what this machine's apt knows.",
    ),
]
Closes = Annotated[
    list[str] | None,
    typer.Option("--closes", metavar="N", help="A bug in Debian's tracker that this fixes."),
]
UpstreamBug = Annotated[
    list[str] | None,
    typer.Option("--bug", metavar="URL", help="A bug in upstream's tracker."),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write there instead of to the terminal."),
]


class Format(StrEnum):
    """How to print a result."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to print the result.")]


def read_revisions(repository: Repository, text: str) -> tuple[Commit, ...]:
    """The commits that REVS names; which merges are not among them is told the user."""
    from debpatch.cli.output import note
    from debpatch.landings import revisions

    commits = revisions.read_revisions(repository, text)
    if merges := revisions.merges_in(repository, text):
        note(f"{text}: merges are left out: {', '.join(sha[:12] for sha in merges)}")
    return commits
