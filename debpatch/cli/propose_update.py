"""`debpatch propose-update`."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from debpatch.cli import options
from debpatch.cli.app import app
from debpatch.cli.options import PATH, Format, Kind, complete_patch, complete_revision


@app.command("propose-update")
@click.option(
    "--kind",
    type=click.Choice(get_args(Kind)),
    required=True,
    help="pu: an update of stable or oldstable; unblock: a migration to testing; security: an "
    "update by the security team; maintainer: a bug report with a patch; upstream: the "
    "patch, for upstream.",
)
@click.option(
    "--output",
    "-o",
    metavar="DIR",
    type=PATH,
    required=True,
    help="The directory to write the documents to.",
)
@options.package
@click.option("--proposed", metavar="DIR|DSC", help="The package with the update.")
@click.option(
    "--patch",
    metavar="PATCH",
    multiple=True,
    shell_complete=complete_patch,
    help="Instead: a patch to add to the package, unchanged.",
)
@click.option(
    "--plan",
    metavar="REVS",
    shell_complete=complete_revision,
    help="Instead: upstream commits to import. With --patch or --proposed: another option to "
    "compare with.",
)
@options.suite
@options.unstable
@options.closes
@options.bug
@click.option(
    "--look-up-bugs",
    is_flag=True,
    help="Ask bugs.debian.org for the severity, title and versions of the Debian bugs. Needs "
    "python3-debianbts.",
)
@click.option(
    "--author",
    metavar="'NAME <MAIL>'",
    help="The author, for --kind upstream, if neither the header nor the changelog names one.",
)
@click.option(
    "--answers",
    metavar="FILE",
    type=PATH,
    help="A TOML file with the answers that only you can give.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 as long as a TODO(human) is left.")
@click.option(
    "--templates",
    metavar="DIR",
    type=PATH,
    help="A directory with your own templates, which replace ours.",
)
@options.repository
@options.base
@options.format_
def propose_update(
    kind: Kind,
    output: Path,
    package: str | None,
    proposed: str | None,
    patch: tuple[str, ...],
    plan: str | None,
    suite: str | None,
    unstable: str | None,
    closes: tuple[str, ...],
    bug: tuple[str, ...],
    look_up_bugs: bool,
    author: str | None,
    answers: Path | None,
    strict: bool,
    templates: Path | None,
    repo: str | None,
    update: bool,
    base: str | None,
    format_: Format,
) -> int:
    """Write the documents that ask for an update. Nothing is sent.

    What only a person can answer is left as TODO(human). Exits with 1 if the self-check finds
    something.
    """
    import os

    from debpatch.cli.output import deliver_as, note_merges, watching
    from debpatch.commands import ProposalWishes
    from debpatch.commands import propose_update as propose
    from debpatch.files import write_documents
    from debpatch.package.upstream import Inputs
    from debpatch.proposals.bugs import read_bugs
    from debpatch.proposals.request import read_clock, read_uploader
    from debpatch.proposals.templates import Questions, own_folder, read_answers
    from debpatch.render import proposal

    now, uploader = read_clock(os.environ), read_uploader(os.environ)
    wishes = ProposalWishes(
        kind,
        uploader,
        now,
        suite,
        read_bugs(bug, closes),
        proposed,
        patch,
        plan,
        unstable,
        author,
        own_folder(templates, os.environ),
        look_up_bugs,
    )
    questions = read_answers(answers) if answers else Questions({})
    with watching() as watcher:
        inputs = Inputs(repo, package, base, update, watcher.progress)
        written = propose(inputs, wishes, questions)
    note_merges(plan or "", written.merges)
    write_documents(output, written.files)
    deliver_as(
        format_,
        None,
        json=lambda: proposal.document(written),
        text=lambda look: proposal.as_text(written, output, look),
    )
    is_doubtful = any(objection.severity != "info" for objection in written.objections)
    return int(is_doubtful or (strict and bool(written.open)))
