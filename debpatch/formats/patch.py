"""Patch files, in all the containers that patches come in.

A plain diff, a quilt patch, ``git format-patch`` output, a mail, a mailbox, each possibly
compressed. The bytes of the text stay as they are; only what a transport did to them is undone.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BufferedIOBase, BytesIO

from debpatch.errors import DebpatchError
from debpatch.formats.diff import FileDiff, parse_diff, strip_file
from debpatch.formats.limits import HUNKS, PATCH, limit, most_bytes, require_bytes
from debpatch.formats.mail import Mail, Part, read_mail, split_mailbox


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch under review.

    ``name`` is the file as the user called it, with the mail or the attachment in parentheses where
    the file held several. ``data`` is the patch's text: the file byte for byte, unless it had to be
    decompressed, split or decoded. ``data`` begins with ``header``, which ends where the first
    section of the diff begins. ``prefix`` is the first component of the old paths where it says
    more than ``a``, such as ``openvpn-2.6.14``.
    """

    name: str
    data: bytes
    header: bytes
    files: tuple[FileDiff, ...]
    prefix: str | None


def parse_patch(data: bytes, name: str) -> tuple[Patch, ...]:
    """Read the patches in ``data``; at least one.

    ``name`` is what messages call the file. Paths are those of ``patch -p1``; see ``stripped``.
    Mails without a diff, such as cover letters and replies, are passed over. Raises DebpatchError
    where there is no diff at all, where one is cut short or damaged, where compressed data are
    damaged, and where there is more than ``limits`` allow.
    """
    if not data.strip():
        raise DebpatchError(f"{name} is empty; give a file with a unified diff")
    data = _decompressed(data, name)
    require_bytes(PATCH, len(data), name)
    mails = split_mailbox(data, name)
    patches: list[Patch] = []
    for number, mail in enumerate(mails, 1):
        label = name if len(mails) == 1 else f"{name} (mail {number})"
        patches += _from_mail(mail, label)
    if not patches:
        raise DebpatchError(
            f"{name} has no diff; give a file with a unified diff, as quilt and Git write it"
        )
    if sum(len(file.hunks) for patch in patches for file in patch.files) > limit(HUNKS):
        raise DebpatchError(f"{name}: more than {limit(HUNKS)} hunks; raise the limit with {HUNKS}")
    return tuple(patches)


def stripped(patch: Patch, strip: int) -> Patch:
    """``patch`` with ``strip`` leading components taken from each path that it writes.

    Raises DebpatchError where one then leads out of the tree.
    """
    return replace(patch, files=tuple(strip_file(f, strip, patch.name) for f in patch.files))


def commits_in(patch: Patch) -> tuple[Patch, ...]:
    """The commits of which a patch consists, where git-format-patch(1) wrote several into it.

    Else the patch itself. Paths are those of ``patch -p1``.
    """
    texts = split_mailbox(patch.data, patch.name, apart=True)
    if len(texts) == 1:
        return (patch,)
    names = [f"{patch.name} (mail {number})" for number in range(1, len(texts) + 1)]
    each = (_from_text(text, name, name) for text, name in zip(texts, names, strict=True))
    return tuple(commit for commit in each if commit.files)


_OPEN: dict[bytes, Callable[[BytesIO], BufferedIOBase]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"\xfd7zXZ\0": lzma.LZMAFile,
    b"BZh": bz2.BZ2File,
}


def _decompressed(data: bytes, name: str) -> bytes:
    for magic, open_ in _OPEN.items():
        if data.startswith(magic):
            try:
                with open_(BytesIO(data)) as file:
                    return file.read(most_bytes(PATCH))
            except (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error) as error:
                raise DebpatchError(
                    f"cannot decompress {name}: {error}; download it again"
                ) from error
    return data


def _from_mail(text: bytes, name: str) -> Iterator[Patch]:
    mails = read_mail(text, name)
    if mails:
        for mail in mails:
            yield from _from_parts(mail, name)
    else:
        patch = _from_text(text, name, name)
        if patch.files:
            yield patch


def _from_parts(mail: Mail, name: str) -> Iterator[Patch]:
    """Give the patch that each part of ``mail`` holds.

    An attached file with a header of its own is complete. Any other diff has its header in the mail
    and in the texts before it, as with ``git format-patch --attach``.
    """
    said = mail.head
    for part in mail.parts:
        label = f"{name} ({part.name})" if part.name else name
        patch = _from_part(part, label)
        is_complete = part.name is not None and patch.header.strip()
        if patch.files and is_complete:
            yield patch
        elif patch.files:
            yield replace(patch, data=said + patch.data, header=said + patch.header)
        elif part.name is None:
            said += patch.data if patch.data.endswith(b"\n") else patch.data + b"\n"


def _from_part(part: Part, name: str) -> Patch:
    where = f"{name}, decoded"
    *others, as_it_stands = part.readings
    for reading in others:
        with suppress(DebpatchError):
            patch = _from_text(reading, name, where)
            if patch.files:
                return patch
    return _from_text(as_it_stands, name, where)


def _from_text(text: bytes, name: str, where: str) -> Patch:
    # Lines that all end in CRLF say how the file was saved or sent, not what the diff changes.
    is_crlf = text.count(b"\n") == text.count(b"\r\n")
    diff = parse_diff(text.replace(b"\r\n", b"\n") if is_crlf else text, where=where)
    length = len(diff.preamble) + (diff.preamble.count(b"\n") if is_crlf else 0)
    return Patch(name, text, text[:length], diff.files, diff.prefix)
