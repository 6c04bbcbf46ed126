"""Mails, from their bytes in transport to the text that the sender wrote.

Only transport is undone here: mailboxes are split (mbox(5)), transfer encodings decoded (RFC 2045),
multiparts taken apart (RFC 2046) and flowed text set again (RFC 3676). Text is never re-encoded,
since a diff's bytes belong to the files that it changes and not to the mail's charset.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from debpatch.errors import DebpatchError


@dataclass(frozen=True, slots=True)
class Part:
    """One text of a mail: the body, or a file attached to it under ``name``."""

    name: str | None
    text: bytes
    flowed: bool = False
    delete_space: bool = False

    @property
    def readings(self) -> tuple[bytes, ...]:
        """What the sender may have written, the likeliest first.

        Many programs that call their mails flowed leave the lines of a patch alone, or break them
        beyond mending, so the text as it stands is always the last of the readings.
        """
        if not self.flowed:
            return (self.text,)
        return (_unflowed(self.text, self.delete_space), _unstuffed(self.text), self.text)


@dataclass(frozen=True, slots=True)
class Mail:
    """A decoded mail: ``head`` holds its fields, as they suit decoded text, and an empty line."""

    head: bytes
    parts: tuple[Part, ...]


# -- mailboxes -------------------------------------------------------------------------------------

# A line with a sender and a date, then a header field. Git writes the commit's id for the sender.
_POSTMARK = re.compile(
    rb"(?:^|(?<=\n\n)|(?<=\n\r\n))From (\S+) [^\r\n]*\d:\d\d[^\r\n]*\r?\n(?=>?[A-Za-z][\w-]*[: ])"
)
_COMMIT_ID = re.compile(rb"[0-9a-f]{7,64}")


def split_mailbox(data: bytes, where: str = "mailbox", *, apart: bool = False) -> tuple[bytes, ...]:
    """Split a mailbox into its mails, their quoted ``>From `` lines restored.

    What ``git format-patch`` writes has the mailbox format too, with a commit's id in the postmark
    "to indicate that the file is output from format-patch rather than a real mailbox"
    (git-format-patch(1)). Several such mails in one file are one patch to patch(1), to quilt and
    to dpkg-source, and stay together, unless one has to be decoded before any of them can read it,
    or ``apart`` wants the commits.
    Data that is no mailbox, or a mailbox of one mail, comes back whole and unchanged.
    Raises DebpatchError as ``read_mail`` does.
    """
    postmarks = list(_POSTMARK.finditer(data))
    if not postmarks or postmarks[0].start() != 0:
        return (data,)
    by_git = _is_git(postmarks[0])
    starts = [postmark.start() for postmark in postmarks if _is_git(postmark) == by_git]
    if len(starts) == 1:
        return (data,)
    mails = [data[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
    if by_git:
        is_split = apart or any(read_mail(mail, where) for mail in mails)
        return tuple(mails) if is_split else (data,)
    return tuple(re.sub(rb"(?m)^>(>*From )", rb"\1", mail) for mail in mails)


def _is_git(postmark: re.Match[bytes]) -> bool:
    return _COMMIT_ID.fullmatch(postmark[1]) is not None


# -- MIME ------------------------------------------------------------------------------------------

_EMPTY_LINE = re.compile(rb"\n(\r?\n)")
_NEEDS_DECODING = re.compile(
    rb"^Content-(?:Transfer-Encoding:\s*[\"']?(?:quoted-printable|base64)"
    rb"|Type:\s*(?:multipart/|message/rfc822|[^\n]*(?:\n[ \t][^\n]*)*format=[\"']?flowed))",
    re.IGNORECASE | re.MULTILINE,
)
# What the email package raises on parameters that are damaged, or on parts without end.
_MIME_TROUBLE = (TypeError, ValueError, LookupError, AttributeError, RecursionError)


def read_mail(data: bytes, where: str = "mail") -> tuple[Mail, ...]:
    """Decode one mail: itself, then the mails attached to it; HTML is left out.

    Gives nothing where there is nothing to decode, and the data are the text already. That holds
    for what ``git format-patch`` writes, for patches that are no mails at all, and for those whose
    header tells of an encoding that the body has not: quilt keeps the header when it refreshes.
    Raises DebpatchError, naming ``where``, if the mail is too damaged to take apart.
    """
    head_end = _EMPTY_LINE.search(data)
    if not head_end or not _NEEDS_DECODING.search(data, 0, head_end.start()):
        return ()
    if head_end[1] == b"\r\n":
        data = data.replace(b"\r\n", b"\n")
    try:
        message = message_from_bytes(data)
        mails = tuple(_mails(message))
    except _MIME_TROUBLE as error:
        raise DebpatchError(
            f"{where}: cannot decode the mail, because its MIME fields are damaged ({error}); "
            "save the patch to a file of its own"
        ) from error
    parts = () if message.is_multipart() else mails[0].parts
    if parts and not parts[0].flowed and parts[0].text == _raw(message):
        return ()
    return mails


def _mails(message: Message) -> Iterator[Mail]:
    leaves = list(_leaves(message))
    texts = [leaf for leaf in leaves if not leaf.is_multipart()]
    parts = tuple(_part(leaf) for leaf in texts if leaf.get_content_type() != "text/html")
    yield Mail(_head(message), parts)
    for leaf in leaves:
        for attached in _children(leaf):
            yield from _mails(attached)


def _leaves(message: Message) -> Iterator[Message]:
    """The parts of ``message``, an attached mail being one."""
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for child in _children(message):
            yield from _leaves(child)
    else:
        yield message


def _children(message: Message) -> Iterator[Message]:
    if message.is_multipart():
        yield from (child for child in message.get_payload() if isinstance(child, Message))


def _part(leaf: Message) -> Part:
    flowed = str(leaf.get_param("format", "")).lower() == "flowed"
    delete_space = str(leaf.get_param("delsp", "")).lower() == "yes"
    return Part(leaf.get_filename(), _text(leaf), flowed, delete_space)


def _head(message: Message) -> bytes:
    """The fields of ``message``; where MIME's are, those that Git writes for plain 8bit text."""
    lines = [
        f"{name}: {value}"
        for name, value in message.raw_items()
        if not name.lower().startswith(("content-", "mime-"))
    ]
    if postmark := message.get_unixfrom():
        lines.insert(0, postmark.rstrip("\r\n"))
    if charset := message.get_content_charset():
        lines += [
            "MIME-Version: 1.0",
            f"Content-Type: text/plain; charset={charset}",
            "Content-Transfer-Encoding: 8bit",
        ]
    return "\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


# -- transfer encodings ----------------------------------------------------------------------------


def _text(leaf: Message) -> bytes:
    """The text of ``leaf``, decoded, its lines ended as on Unix if all of them end in CRLF."""
    raw = _raw(leaf)
    encoding = str(leaf.get("Content-Transfer-Encoding", "")).strip("\"' \t").lower()
    decoded = {"quoted-printable": _from_quoted_printable, "base64": _from_base64}
    text = decoded.get(encoding, bytes)(raw)
    return text.replace(b"\r\n", b"\n") if text.count(b"\n") == text.count(b"\r\n") else text


def _raw(leaf: Message) -> bytes:
    """The body of ``leaf`` as it was sent: the email package decodes by the field, so hide it."""
    encoding = leaf["Content-Transfer-Encoding"]
    del leaf["Content-Transfer-Encoding"]
    raw = leaf.get_payload(decode=True)
    if encoding is not None:
        leaf["Content-Transfer-Encoding"] = encoding
    return raw if isinstance(raw, bytes) else b""


def _from_quoted_printable(raw: bytes) -> bytes:
    is_plain = re.search(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?\n|[ \t]*\Z)", raw)
    return raw if is_plain else quopri.decodestring(raw)


def _from_base64(raw: bytes) -> bytes:
    try:
        return binascii.a2b_base64(b"".join(raw.split()), strict_mode=True)
    except binascii.Error:
        return raw


# -- format=flowed ---------------------------------------------------------------------------------


def _unflowed(text: bytes, delete_space: bool) -> bytes:
    """Join what RFC 3676 says is one line; quoted lines hold no diff and stay as they are."""
    pieces = []
    for line in text.split(b"\n"):
        written = line if line.startswith(b">") else line.removeprefix(b" ")
        if written.startswith(b">") or not written.endswith(b" ") or written == b"-- ":
            pieces += [written, b"\n"]
        else:
            pieces.append(written[:-1] if delete_space else written)
    return b"".join(pieces[:-1] if pieces[-1] == b"\n" else pieces)


def _unstuffed(text: bytes) -> bytes:
    """Take away the blank that flowed text has before a blank, and join nothing."""
    return re.sub(rb"(?m)^ ", b"", text)
