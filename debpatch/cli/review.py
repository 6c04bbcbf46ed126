"""`debpatch review`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from debpatch.cli import options
from debpatch.cli.app import app
from debpatch.cli.options import Format, Kind, complete_revision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debpatch.review.review import Review


@app.command("review")
@options.patch_file
@click.option(
    "--output",
    "-o",
    metavar="DIR",
    type=options.PATH,
    help="The directory to create for the report and the documents. Default: review-NAME in "
    "the current directory.",
)
@click.option("--force", is_flag=True, help="Replace an older review in that directory.")
@click.option(
    "--upstream",
    metavar="REVS",
    multiple=True,
    shell_complete=complete_revision,
    help="The upstream commits that the patch comes from: A, or A,B,C or A..B. May be given "
    "several times. Default: the commits that the patch names.",
)
@click.option(
    "--kind",
    type=click.Choice(get_args(Kind)),
    help="Whom to ask. Default: pu (the release team) for stable, security for LTS, else "
    "maintainer.",
)
@options.suite
@options.unstable
@options.closes
@options.repository
@options.package
@options.base
@options.format_
def review(
    patch: str,
    output: Path | None,
    force: bool,
    upstream: tuple[str, ...],
    kind: Kind | None,
    suite: str | None,
    unstable: str | None,
    closes: tuple[str, ...],
    repo: str | None,
    update: bool,
    package: str | None,
    base: str | None,
    format_: Format,
) -> int:
    """Review a backport: verdict, next steps, documents.

    Writes a report of all that debpatch knows about the patch, and the documents to send.

    Exits with 0 if the patch can go in as it is, with 1 if not.
    """
    from debpatch.cli.output import deliver_as, watching
    from debpatch.commands import review_patch
    from debpatch.errors import DebpatchError
    from debpatch.files import write_folder
    from debpatch.package.upstream import Inputs
    from debpatch.proposals.bugs import read_bugs
    from debpatch.proposals.request import read_clock, read_uploader
    from debpatch.proposals.templates import own_folder
    from debpatch.render import review
    from debpatch.review.gather import Wishes

    folder = output or Path(f"review-{Path(patch).stem.strip('-') or 'patch'}")
    _require_place(folder, force)
    try:
        uploader = read_uploader(os.environ)
    except DebpatchError:
        uploader = None
    wishes = Wishes(
        str(folder),
        read_clock(os.environ),
        uploader,
        kind,
        suite,
        read_bugs((), closes),
        own_folder(None, os.environ),
        unstable,
    )
    with watching() as watcher:
        inputs = Inputs(repo, package, base, update, watcher.progress)
        found = review_patch(patch, inputs, wishes, upstream, watcher.tell)
    files = _files(found)
    _require_place(folder, force)  # somebody else may have come first
    write_folder(folder, files)
    deliver_as(
        format_,
        None,
        json=lambda: review.document(found),
        text=lambda look: review.as_text(found, folder, files, look),
    )
    return int(found.verdict != "ready")


_REPORT = "report.json"
"""The file that every review has."""


def _require_place(folder: Path, force: bool) -> None:
    """Raise DebpatchError where something is that is no older review, or no ``force`` replaces."""
    from debpatch.errors import DebpatchError

    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise DebpatchError(f"{folder}: is a file; give a directory with --output")
    is_review = (folder / _REPORT).is_file()
    if any(folder.iterdir()) and not (force and is_review):
        hint = "; replace it with --force, or" if is_review else ", and is not a review;"
        raise DebpatchError(f"{folder}: exists{hint} give another directory with --output")


def _files(found: Review) -> Mapping[str, bytes]:
    """The folder's files by their paths in it."""
    from debpatch.render import report_html, review
    from debpatch.render.json import dump

    return {
        _REPORT: dump(review.document(found)).encode(),
        "report.html": report_html.render(found).encode(),
        **found.documents,
    }
