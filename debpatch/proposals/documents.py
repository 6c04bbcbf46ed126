"""The documents of a proposal: mails from templates, the debdiff, the changelog entry."""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from pathlib import Path

from debpatch.errors import DebpatchError
from debpatch.proposals.proposal import Proposal
from debpatch.proposals.request import Uploader
from debpatch.proposals.self_check import Objection
from debpatch.proposals.templates import Questions, render

REQUEST = "request.mail"
CONTROL = "control.mail"


@dataclass(frozen=True)
class Documents:
    """Finished ``files`` by name, the ``proposal`` that they are about, and what is left to do.

    ``open`` are the questions to a person that they hold, by name; ``merges`` those of the range
    that the user named, which cannot be picked.
    """

    proposal: Proposal
    files: Mapping[str, bytes]
    open: Mapping[str, str]
    objections: tuple[Objection, ...]
    merges: tuple[str, ...] = ()


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
                f"proposals/{template}.txt: {line!r} is not a header field of a mail; correct "
                "the template"
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


# -- mails as files: for git-am(1), git-send-email(1), `mutt -H` and reportbug ---------------------

_LONGEST = 990  # bytes; RFC 5322 allows 998, and a transport may add a few
_POSTMARK = "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001"
"""The line with which git-format-patch(1) begins, for a patch that is no commit yet."""


def write_mail(fields: Sequence[tuple[str, str]], body: bytes, *, postmark: bool = False) -> bytes:
    """Write a mail with these ``fields``, in this order, and a ``body`` in UTF-8.

    Fields are ASCII afterwards (RFC 2047). The body stays as it is where a mail can hold that, and
    is quoted-printable (RFC 2045) where it has lines too long, carriage returns, or lines that a
    mailbox would take for the next mail.
    """
    lines = [_POSTMARK] if postmark else []
    lines += [f"{name}: {_encoded(name, value)}" for name, value in fields]
    needs_quoting = (
        max(map(len, body.split(b"\n")), default=0) > _LONGEST
        or b"\r" in body
        or re.search(rb"^From ", body, re.MULTILINE) is not None
    )
    if needs_quoting:
        # Line by line: as a whole, line ends of both kinds in one text would be made equal.
        quoted = b"\n".join(b2a_qp(line, istext=False) for line in body.split(b"\n"))
        body = re.sub(rb"^From ", b"=46rom ", quoted, flags=re.MULTILINE)
    if needs_quoting or not body.isascii():
        encoding = "quoted-printable" if needs_quoting else "8bit"
        lines += [
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=UTF-8",
            f"Content-Transfer-Encoding: {encoding}",
        ]
    return "\n".join([*lines, "", ""]).encode() + body


def _encoded(name: str, value: str) -> str:
    """A field's value for a mail: people's names encoded apart from their addresses."""
    value = " ".join(value.split())
    if value.isascii():
        return Header(value, "us-ascii", header_name=name).encode()
    person, address = parseaddr(value)
    if address and value.endswith(f"<{address}>"):
        return formataddr((person, address))
    return Header(value, "utf-8", header_name=name).encode()
