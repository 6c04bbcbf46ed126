"""The documents of a proposal: mails from templates, the debdiff, the changelog entry."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from pathlib import Path

from debpatch.errors import DebpatchError
from debpatch.proposals.mail import write_mail
from debpatch.proposals.proposal import Proposal
from debpatch.proposals.templates import Questions, render
from debpatch.proposals.uploader import Uploader

REQUEST = "request.mail"
CONTROL = "control.mail"


def compose(
    proposal: Proposal,
    questions: Questions,
    uploader: Uploader,
    now: datetime,
    own_templates: Path | None = None,
) -> dict[str, bytes]:
    """The documents by the names of their files.

    ``own_templates`` is a folder whose templates win over ours. Raises DebpatchError for a template
    that is wrong, and for an answer that nothing asks for.
    """
    facts = {"p": proposal, "uploader": uploader, "date": now}

    def mail(template: str) -> bytes:
        text = render(f"proposals/{template}.txt", facts, questions, own_templates)
        return _as_mail(text, template, now)

    documents = {REQUEST: mail(proposal.kind)}
    if proposal.bugs.debian and proposal.kind != "upstream":
        documents[CONTROL] = mail("control")
    questions.require_used()
    documents[debdiff_name(proposal)] = proposal.debdiff.data
    documents["changelog"] = proposal.entry.encode("utf-8", "replace")
    return documents


def debdiff_name(proposal: Proposal) -> str:
    """What the debdiff's file is called: with the version, without an epoch."""
    version = str(proposal.version).rpartition(":")[2]
    return f"{proposal.source}_{version}.debdiff"


def _as_mail(text: str, template: str, now: datetime) -> bytes:
    """A rendered document as a mail: fields, an empty line, the body."""
    head, _, body = text.lstrip("\n").partition("\n\n")
    fields = []
    for line in head.split("\n"):
        name, colon, value = line.partition(": ")
        if not colon or not name.replace("-", "").isalpha():
            raise DebpatchError(
                f"proposals/{template}.txt: {line!r} is no field of a mail; mend the template"
            )
        fields.append((name, value))
    fields.insert(1, ("Date", format_datetime(now)))
    return write_mail(fields, _tidy(body).encode("utf-8", "replace"))


def _tidy(text: str) -> str:
    """Without blanks at line ends, and never two empty lines together."""
    lines: list[str] = []
    for line in text.strip("\n").split("\n"):
        stripped = line.rstrip()
        if stripped or (lines and lines[-1]):
            lines.append(stripped)
    return "\n".join(lines) + "\n"
