"""`debpatch propose-update`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from debpatch.cli.app import app
from debpatch.cli.complete import complete_patch, complete_revision
from debpatch.cli.options import (
    Base,
    Closes,
    Format,
    FormatOption,
    Package,
    Repo,
    Suite,
    Unstable,
    Update,
    UpstreamBug,
)


class KindOption(StrEnum):
    """Whom to ask for what."""

    PU = "pu"
    UNBLOCK = "unblock"
    SECURITY = "security"
    MAINTAINER = "maintainer"
    UPSTREAM = "upstream"


@app.command("propose-update")
def propose_update(
    kind: Annotated[
        KindOption,
        typer.Option(
            "--kind",
            help="pu: an update of (old)stable; unblock: into testing; security: to the security "
            "team; maintainer: a bug with a patch; upstream: the patch itself.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Where the documents go.")
    ],
    package: Package = None,
    proposed: Annotated[
        str | None,
        typer.Option("--proposed", metavar="DIR|DSC", help="The package as it will be."),
    ] = None,
    patch: Annotated[
        list[str] | None,
        typer.Option(
            "--patch",
            metavar="PATCH",
            autocompletion=complete_patch,
            help="Or a patch to add to it, as it is.",
        ),
    ] = None,
    plan: Annotated[
        str | None,
        typer.Option(
            "--plan",
            metavar="REVS",
            autocompletion=complete_revision,
            help="Or upstream commits to import; beside --patch or --proposed, an option to "
            "compare with.",
        ),
    ] = None,
    suite: Suite = None,
    unstable: Unstable = None,
    closes: Closes = None,
    bug: UpstreamBug = None,
    look_up_bugs: Annotated[
        bool,
        typer.Option(
            "--look-up-bugs",
            help="Ask bugs.debian.org for severity, title and versions of the Debian bugs; needs "
            "python-debianbts.",
        ),
    ] = False,
    author: Annotated[
        str | None,
        typer.Option(
            "--author",
            metavar="'NAME <MAIL>'",
            help="Who wrote the patch, for upstream, if nothing tells.",
        ),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option("--answers", metavar="FILE", help="TOML with what only you can say."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 while a TODO(human) is left.")
    ] = False,
    templates: Annotated[
        Path | None,
        typer.Option("--templates", metavar="DIR", help="Templates of your own, over ours."),
    ] = None,
    repo: Repo = None,
    update: Update = False,
    base: Base = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Write the documents that ask for an update, from the facts; nothing is sent.

    What only a person can say stays as TODO(human). Exits with 1 if the self-check objects.
    """
    import os
    from dataclasses import replace

    from debpatch.cli.options import read_revisions
    from debpatch.cli.output import cloning, deliver_as
    from debpatch.files import write_documents
    from debpatch.package.source_package import open_package
    from debpatch.package.upstream import open_upstream
    from debpatch.proposals.bugs import ask_tracker, read_bugs
    from debpatch.proposals.changelog import require_finished
    from debpatch.proposals.documents import compose
    from debpatch.proposals.patch_facts import check_headers
    from debpatch.proposals.proposal import gather
    from debpatch.proposals.request import Change, find_target, mails_for_upstream, proposed_by
    from debpatch.proposals.self_check import self_check
    from debpatch.proposals.templates import Questions, own_folder, read_answers
    from debpatch.proposals.uploader import read_clock, read_uploader
    from debpatch.render import proposal

    now, uploader = read_clock(os.environ), read_uploader(os.environ)
    bugs = read_bugs(bug or (), closes or ())
    own = own_folder(templates, os.environ)
    questions = read_answers(answers) if answers else Questions({})
    current = open_package(package or ".")
    require_finished(current)
    where = find_target(kind.value, suite or current.distribution, now.date())
    with (
        cloning() as progress,
        open_upstream(current, repo=repo, update=update, progress=progress) as repository,
    ):
        commits = read_revisions(repository, plan) if plan else ()
        change = Change(proposed, tuple(patch or ()), commits, bugs, base)
        new = proposed_by(repository, current, change, kind.value, where, uploader, now)
        found = gather(
            repository, current, new, kind.value, where,
            series=commits, base=base, unstable=unstable, bugs=bugs,
        )  # fmt: skip
        if look_up_bugs:
            found = replace(found, tracker=ask_tracker(found.bugs.debian))
        documents = compose(found, questions, uploader, now, own)
        if kind is KindOption.UPSTREAM:
            whose = new if proposed else current
            documents |= mails_for_upstream(repository, found, new, whose, uploader, now, author)
        headers = check_headers(repository, current, new, now.date(), base)
    objections = self_check(found, headers)
    write_documents(output, documents)
    deliver_as(
        format_,
        None,
        json=lambda: proposal.document(found, objections, questions.open, sorted(documents)),
        text=lambda look: proposal.as_text(
            found, objections, questions.open, output, documents, look
        ),
    )
    is_doubtful = any(objection.severity != "info" for objection in objections)
    raise typer.Exit(int(is_doubtful or (strict and bool(questions.open))))
