from __future__ import annotations

import base64
import mailbox
import subprocess
from binascii import b2a_qp
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debpatch.errors import DebpatchError
from debpatch.formats.mail import Part, read_mail, split_mailbox

COMMIT = b"3f2a9c81d04b5e67f8091a2b3c4d5e6f70819a2b"
GIT_MAIL = b"From " + COMMIT + b" Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>\nSubject: one\n"


def mail(encoding: str, body: bytes, kind: str = "text/plain; charset=utf-8") -> bytes:
    return (
        b"From: Ann <ann@example.org>\nSubject: a patch\nMIME-Version: 1.0\n"
        + f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n".encode()
        + body
    )


def test_what_git_writes_has_nothing_to_decode() -> None:
    assert read_mail(GIT_MAIL + b"\nbody\n") == ()
    assert read_mail(mail("8bit", b"gr\xfc\xdfe\n")) == ()
    assert read_mail(b"Description: x\n\nContent-Transfer-Encoding: base64\n") == ()
    assert read_mail(b"") == ()


@given(st.binary())
def test_base64_gives_back_every_byte(text: bytes) -> None:
    kind = "application/octet-stream"
    (read,) = read_mail(mail("base64", base64.encodebytes(text) or b"\n", kind)) or (None,)
    if read is not None:
        (part,) = read.parts
        every_line_is_crlf = text.count(b"\n") == text.count(b"\r\n")
        assert part.text == (text.replace(b"\r\n", b"\n") if every_line_is_crlf else text)


@given(st.lists(st.binary(max_size=120).map(lambda line: line.replace(b"\n", b""))))
def test_quoted_printable_gives_back_every_line(lines: list[bytes]) -> None:
    text = b"".join(line + b"\n" for line in [b"=\xff", *lines])
    encoded = b"".join(b2a_qp(line, istext=False) + b"\n" for line in [b"=\xff", *lines])
    (read,) = read_mail(mail("quoted-printable", encoded))
    assert read.parts == (Part(None, text),)


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
def test_a_field_that_is_not_true_is_passed_over(encoding: str) -> None:
    assert read_mail(mail(encoding, b"-if (a == b)\n+if (a = c)\n")) == ()


def test_the_head_suits_decoded_text() -> None:
    encoded = mail("base64", base64.encodebytes(b"text\n"), "text/plain; charset=iso-8859-1")
    (read,) = read_mail(encoded)
    assert read.head == (
        b"From: Ann <ann@example.org>\nSubject: a patch\nMIME-Version: 1.0\n"
        b"Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\n"
    )
    assert read_mail(read.head + read.parts[0].text) == ()


def test_folded_and_raw_fields_stay_as_they_are() -> None:
    fields = b"From: Gr\xfcn <g@example.org>\nSubject: =?utf-8?q?=C3=BC?=\n and more\n"
    (read,) = read_mail(fields + b"Content-Transfer-Encoding: base64\n\nYQ==\n")
    assert read.head == fields + b"\n"


def test_a_mail_as_it_travels_has_crlf() -> None:
    encoded = mail("quoted-printable", b"a =3D b\nc\n").replace(b"\n", b"\r\n")
    (read,) = read_mail(encoded)
    assert read.parts[0].text == b"a = b\nc\n"
    assert b"\r" not in read.head


def test_carriage_returns_that_were_encoded_belong_to_the_text() -> None:
    encoded = mail("quoted-printable", b"+a=0D\n-b\n").replace(b"\n", b"\r\n")
    assert read_mail(encoded)[0].parts[0].text == b"+a\r\n-b\n"


def test_a_multipart_gives_its_texts_and_files() -> None:
    message = EmailMessage()
    message["Subject"] = "see the file"
    message.set_content("Hello\n", cte="quoted-printable")
    message.add_alternative("<p>Hello", subtype="html")
    message.add_attachment(b"a\r\nb\xff\n", "text", "x-diff", filename="f.patch", cte="base64")
    (read,) = read_mail(bytes(message))
    assert read.parts == (Part(None, b"Hello\n"), Part("f.patch", b"a\r\nb\xff\n"))


def test_an_attached_mail_keeps_its_own_head() -> None:
    inner = EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content("inside\n")
    outer = EmailMessage()
    outer["Subject"] = "outer"
    outer.set_content("outside\n")
    outer.add_attachment(inner)
    first, second = read_mail(bytes(outer))
    assert (b"outer" in first.head, [part.text for part in first.parts]) == (True, [b"outside\n"])
    assert (b"inner" in second.head, [part.text for part in second.parts]) == (True, [b"inside\n"])


def test_parts_without_end_end_in_one_line() -> None:
    depth = 5000
    data = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
        for level in range(depth)
    )
    with pytest.raises(DebpatchError, match=r"deep\.eml: cannot decode the mail"):
        read_mail(data, "deep.eml")


# -- format=flowed ---------------------------------------------------------------------------------


def flow(text: bytes) -> bytes:
    """Encode as RFC 3676, section 4.2, says: stuff, then break lines after a blank."""
    lines = []
    for line in text.split(b"\n"):
        stuffed = b" " + line if line.startswith((b" ", b">", b"From ")) else line
        at = stuffed.find(b" ", 30)
        if at > 0 and not stuffed.startswith(b">"):
            rest = stuffed[at + 1 :]
            lines.append(stuffed[: at + 1])
            lines.append(b" " + rest if rest.startswith((b" ", b">", b"From ")) else rest)
        else:
            lines.append(stuffed)
    return b"\n".join(lines)


fixed_lines = st.text("ab >+-\t", max_size=60).map(lambda line: line.rstrip(" ").encode())


@given(st.lists(fixed_lines.filter(lambda line: not line.startswith(b">")), min_size=1))
def test_flowed_text_is_set_again(lines: list[bytes]) -> None:
    text = b"\n".join(lines)
    part = Part(None, flow(text), flowed=True)
    assert part.readings[0] == text
    assert part.readings[-1] == part.text


def test_delsp_takes_the_blank_away() -> None:
    assert Part(None, b"a long wo \nrd\n", True, delete_space=True).readings[0] == b"a long word\n"


def test_a_signature_and_quotes_do_not_flow() -> None:
    assert Part(None, b"> a \nb\n-- \nc\n", True).readings[0] == b"> a \nb\n-- \nc\n"


def test_flowed_is_read_from_the_field() -> None:
    kind = "text/plain; charset=utf-8;\n DelSp=Yes; format=Flowed"
    (read,) = read_mail(mail("7bit", b"a \nb\n", kind))
    assert read.parts == (Part(None, b"a \nb\n", True, delete_space=True),)


# -- mailboxes -------------------------------------------------------------------------------------


def test_a_mailbox_is_split(tmp_path: Path) -> None:
    bodies = [b"one\n\nFrom here on\nall\n", b"two\n", b"three\n\n>From quoted\n"]
    box = mailbox.mbox(tmp_path / "box")
    for body in bodies:
        box.add(b"Subject: x\n\n" + body)
    box.close()
    mails = split_mailbox((tmp_path / "box").read_bytes())
    assert len(mails) == len(bodies)
    assert b"\n\nFrom here on\nall\n" in mails[0]
    # mboxo, as Python writes it, does not quote what is quoted; mboxrd does, and is what we undo.
    assert mails[2].rstrip(b"\n").endswith(b"\nFrom quoted")


def test_git_mails_in_one_file_stay_together() -> None:
    data = GIT_MAIL + b"\n---\n a | 1 +\n\n" + GIT_MAIL + b"\nmore\n"
    assert split_mailbox(data) == (data,)


def test_git_mails_that_must_be_decoded_are_split() -> None:
    encoded = GIT_MAIL + b"Content-Transfer-Encoding: base64\n\nYQ==\n\n"
    assert split_mailbox(encoded * 2) == (encoded, encoded)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"From \n",
        b"Description: x\n\nFrom ann@example.org Tue Jan  2 10:00:00 2024\nFrom: x\n",
        b"From ann@example.org Tue Jan  2 10:00:00 2024\nSubject: x\n\n>From the start\n",
        b"From ann@example.org Tue Jan  2 10:00:00 2024\nSubject: x\n\nFrom what I see at 10:00\n",
    ],
)
def test_what_is_no_mailbox_stays_whole(data: bytes) -> None:
    assert split_mailbox(data) == (data,)


@given(st.lists(st.binary(max_size=60), min_size=2, max_size=5))
def test_a_mailbox_splits_as_git_splits_it(bodies: list[bytes]) -> None:
    postmark = b"From ann@example.org Tue Jan  2 10:00:00 2024\n"
    data = b"".join(postmark + b"Subject: x\n\n" + body + b"\n\n" for body in bodies)
    assert len(split_mailbox(data)) == len(bodies)


def test_git_mailsplit_agrees(tmp_path: Path) -> None:
    postmark = b"From ann@example.org Tue Jan  2 10:00:00 2024\n"
    parts = [b"Subject: a\n\n>From me\n>>From you\n\n", b"Subject: b\n\nb\n\n"]
    data = b"".join(postmark + part for part in parts)
    (tmp_path / "box").write_bytes(data)
    arguments = ["--mboxrd", f"-o{tmp_path}", str(tmp_path / "box")]
    subprocess.run(["git", "mailsplit", *arguments], check=True, capture_output=True)
    by_git = [(tmp_path / f"000{number}").read_bytes() for number in (1, 2)]
    assert [text.removeprefix(postmark) for text in split_mailbox(data)] == [
        text.removeprefix(postmark) for text in by_git
    ]
