"""`propose-update` for people."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from debpatch.inputs.bug_tracker import BugReport
from debpatch.proposals.compose import CONTROL, REQUEST, debdiff_name
from debpatch.proposals.proposal import Proposal
from debpatch.proposals.self_check import Objection
from debpatch.render.page import Look, Page, count
from debpatch.render.safe import one_line


def render(
    proposal: Proposal,
    objections: Sequence[Objection],
    questions: Mapping[str, str],
    folder: Path,
    documents: Iterable[str],
    look: Look,
) -> str:
    """What was written, what it lacks, what there is to object to, and how to send it."""
    page = Page(look)
    page.line((f"{proposal.source} {proposal.current} -> {proposal.version}", "bold"),
              f" for {proposal.distribution}")  # fmt: skip
    for name in documents:
        page.line(f"  {folder / name}")
    if proposal.tracker and proposal.tracker.reports:
        page.heading("Debian bugs")
    for bug in proposal.tracker.reports if proposal.tracker else ():
        page.paragraph(_bug(bug), 2, hanging=4)
    if objections:
        page.heading("Self-check")
    for found in objections:
        page.paragraph(f"{found.severity}: {one_line(found.message)} [{found.rule}]", 2, hanging=2)
    if questions:
        page.heading(f"{count(len(questions), 'thing')} that only you can say (--answers)")
    for name, question in questions.items():
        page.paragraph(f"{name}: {one_line(question)}", 2, hanging=2)
    page.heading("To send, when it is finished")
    for command in _commands(proposal, folder, documents):
        page.line(f"  {command}")
    return str(page)


def _bug(bug: BugReport) -> str:
    versions = [
        f"{said} in {', '.join(there)}"
        for said, there in (("found", bug.found), ("fixed", bug.fixed))
        if there
    ]
    return one_line("; ".join([f"#{bug.number} ({bug.severity}) {bug.title}", *versions]))


def _commands(proposal: Proposal, folder: Path, documents: Iterable[str]) -> list[str]:
    place = shlex.quote(str(folder))
    if proposal.kind == "upstream":
        mails = [f"git send-email {place}/0*.patch"] if _has_mails(documents) else []
        return [f"mutt -H {place}/{REQUEST}", *mails]
    diff = shlex.quote(debdiff_name(proposal))
    commands = [f"mutt -H {place}/{REQUEST} -a {place}/{diff}"]
    if CONTROL in documents:
        commands.append(f"mutt -H {place}/{CONTROL}")
    return commands


def _has_mails(documents: Iterable[str]) -> bool:
    return any(name.endswith(".patch") for name in documents)
