"""`propose-update`: a document with the names of docs/schema for machines, a text for people."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from debpatch.git.differences import Size
from debpatch.proposals.bugs import Answer, BugReport
from debpatch.proposals.commit_facts import InUnstable
from debpatch.proposals.documents import CONTROL, REQUEST, Documents, debdiff_name
from debpatch.proposals.options import Option
from debpatch.proposals.proposal import Proposal
from debpatch.proposals.templates import say
from debpatch.render.json import Json, document_of
from debpatch.render.page import Look, Page, count
from debpatch.render.safe import one_line


def document(written: Documents) -> Json:
    """The proposal as a document."""
    proposal = written.proposal
    there = proposal.unstable
    return document_of(
        "propose-update",
        {
            "kind": proposal.kind,
            "package": proposal.source,
            "from_version": str(proposal.current),
            "version": str(proposal.version),
            "suite": proposal.suite.codename,
            "distribution": proposal.distribution,
            "base": proposal.base,
            "unstable": str(there.version) if there else None,
            "bugs": {
                "debian": list(proposal.bugs.debian),
                "upstream": list(proposal.upstream_bugs),
            },
            "bug_reports": _reports(proposal.tracker),
            "source": _size(proposal.size),
            "patches": [
                {"name": patch.name, "synopsis": patch.synopsis, **_size(patch.size)}
                for patch in proposal.patches
            ],
            "commits": [
                {
                    "sha": commit.sha,
                    "subject": commit.subject,
                    "released_in": commit.released_in,
                    "cause": commit.cause.sha if commit.cause else None,
                    "in_unstable": _standing(commit.in_unstable),
                }
                for commit in proposal.commits
            ],
            "options": [option(each) for each in proposal.options],
            "findings": [
                {"rule": o.rule, "severity": o.severity, "message": o.message}
                for o in written.objections
            ],
            "todo": [{"name": name, "question": text} for name, text in written.open.items()],
            "documents": sorted(written.files),
        },
    )


def _size(size: Size) -> Mapping[str, int]:
    return {"files": size.files, "insertions": size.insertions, "deletions": size.deletions}


def _reports(answer: Answer | None) -> Sequence[Json] | None:
    return [asdict(report) for report in answer.reports] if answer and not answer.problem else None


def _standing(found: InUnstable | None) -> Json | None:
    if found is None:
        return None
    return {
        "state": found.state,
        "sha": found.commit.sha if found.commit else None,
        "because": say("because", found),
    }


def option(way: Option) -> Json:
    """One of the ways to the same end."""
    later = way.later
    return {
        "name": way.name,
        "commits": [{"sha": c.sha, "subject": c.subject} for c in way.commits],
        "parts": [
            {
                "sha": part.commit.sha,
                "role": part.role,
                "of": [commit.sha for commit in part.of],
                "released_in": part.released_in,
            }
            for part in way.parts
        ],
        "diffstat": _size(way.size) if way.size else None,
        "differs": say("differs", way),
        "follow_ups": [
            {"sha": f.sha, "subject": f.subject, "of": f.of, "released_in": f.released_in}
            for f in way.missing
        ],
        "later": {
            "release": later.release,
            "commits": later.commits,
            "conflicts": later.conflicts,
            "without": later.without,
        }
        if later
        else None,
    }


# -- `propose-update` for people -------------------------------------------------------------------


def as_text(written: Documents, folder: Path, look: Look) -> str:
    """What was written to ``folder``, what it lacks, what there is to object to, how to send it."""
    proposal = written.proposal
    page = Page(look)
    page.line((f"{proposal.source} {proposal.current} -> {proposal.version}", "bold"),
              f" for {proposal.distribution}")  # fmt: skip
    for name in written.files:
        page.line(f"  {folder / name}")
    if proposal.tracker and proposal.tracker.reports:
        page.heading("Debian bugs")
    for bug in proposal.tracker.reports if proposal.tracker else ():
        page.paragraph(_bug(bug), 2, hanging=4)
    if written.objections:
        page.heading("Self-check")
    for found in written.objections:
        page.paragraph(f"{found.severity}: {one_line(found.message)} [{found.rule}]", 2, hanging=2)
    if written.open:
        page.heading(f"{count(len(written.open), 'question')} that only you can answer (--answers)")
    for name, question in written.open.items():
        page.paragraph(f"{name}: {one_line(question)}", 2, hanging=2)
    page.heading("To send it, once it is finished")
    for command in _commands(proposal, folder, written.files):
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
