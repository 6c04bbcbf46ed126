"""A target for coverage-guided fuzzing of the mail reader; see ``campaign``."""

from __future__ import annotations

from debpatch.errors import DebpatchError
from debpatch.formats.mail import read_mail, split_mailbox

SEEDS = (
    b"""From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001
From: a@b.c

x
From a@b.c Mon Sep 17 00:00:00 2001
Subject: y

>From z
""",
    b"""From: a@b.c
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain
Content-Transfer-Encoding: base64

eA==
--b
Content-Type: message/rfc822

Subject: in

y
--b--
""",
    b"Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\n\na \n b\n>c \n-- \nd\n",
    b"""Content-Type: text/x-diff; name*=utf-8''x.patch
Content-Transfer-Encoding: quoted-printable

=3D=

""".replace(b"\n", b"\r\n"),
)
"""What to begin with."""


def check(data: bytes) -> None:
    """Whatever the bytes are: one clear line, or mails whose parts are texts."""
    try:
        mails = split_mailbox(data, "mbox")
        assert mails
        if len(mails) == 1:
            assert mails == (data,)
        for mail in mails:
            for read in read_mail(mail, "mbox"):
                assert read.head.endswith(b"\n")
                for part in read.parts:
                    assert part.text in part.readings
    except DebpatchError as error:
        if "mbox" not in str(error):
            raise
