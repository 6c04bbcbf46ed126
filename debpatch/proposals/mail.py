"""Mails as files: for git-am(1), git-send-email(1), `mutt -H` and reportbug."""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Sequence
from email.header import Header
from email.utils import formataddr, parseaddr

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
