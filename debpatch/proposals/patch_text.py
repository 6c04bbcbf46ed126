"""A quilt patch's text: a header in one of DEP-3's two layouts, then the diff."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import takewhile
from pathlib import PurePosixPath
from typing import Literal

from debpatch.errors import DebpatchError
from debpatch.formats.dep3_fields import is_dep3, key_of
from debpatch.formats.dep3_header import Field, Header, read_header
from debpatch.formats.patch import Patch
from debpatch.git.repository import Commit

Layout = Literal["git", "deb822"]
"""``git`` is a mail of Git's with DEP-3's fields below its message, which DEP-3 recommends since
its revision of 2026; ``deb822`` has the fields first."""

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Description:
    """What a header says in prose: who made the change, when, and the message."""

    author: str
    date: int
    text: MessageText

    @classmethod
    def of(cls, commit: Commit, text: MessageText) -> Description:
        """The description of an upstream commit."""
        return cls(commit.author, commit.author_date, text)


def usual_layout(patches: Iterable[bytes]) -> Layout:
    """The layout that most of a package's ``patches`` have; Git's where it is no other."""
    counts = Counter(read_header(data).layout for data in patches)
    return "deb822" if counts["deb822"] > counts["git"] + counts["git-dep3"] else "git"


def compose(layout: Layout, description: Description, fields: Fields, diff: bytes) -> bytes:
    """Write the patch; ``diff`` may begin with a diffstat."""
    lines = _git(description, fields) if layout == "git" else _deb822(description, fields)
    return "\n".join(lines).encode("utf-8", "replace") + b"\n---\n" + diff


def _git(description: Description, fields: Fields) -> list[str]:
    text = description.text
    date = format_datetime(datetime.fromtimestamp(description.date, UTC))
    lines = [f"From: {description.author}", f"Date: {date}", f"Subject: {text.subject}", ""]
    if text.body:
        lines += [*text.body, *([] if text.ends_in_trailers else [""])]
    return lines + [f"{name}: {value}" for name, value in fields]


def _deb822(description: Description, fields: Fields) -> list[str]:
    text = description.text
    lines = [f"Description: {text.subject}", *(f" {line or '.'}" for line in text.body)]
    written = [*fields[:1], ("Author", description.author), *fields[1:]]  # DEP-3's own order
    return lines + [f"{name}: {value}" for name, value in written]


# -- an upstream commit's message as the text of a patch's header ----------------------------------

_OF_REVIEW = {"reviewed-by", "acked-by"}  # true as they stand
_DIFF = re.compile(
    r"-{3}|\+{3} |diff |Index: |={3,}\s*$|@@ |Binary files |From [0-9a-f]{7,}|GIT binary patch"
)
_FIELD = re.compile(r"([A-Za-z][\w-]*)[ \t]*:")
_TRAILER = re.compile(r"[A-Za-z][\w-]*: |\(.*\)$|\[.*\]$")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

# How a message names the bug that it fixes, or else one that it is about.
_FIXES = r"\b(?:fix(?:es|ed)?|clos(?:es|ed?)|resolv(?:es|ed?))(?::\s*|\s+)"
_CONCERNS = r"^(?:bug|bug-url|bugzilla|issue|github|gitlab|gh):[^\n]*?"
_BUG = r"(?:(?P<url>https?://[^\s<>\"']+)|(?P<project>[\w.-]+/[\w.-]+)?#(?P<number>\d+)\b)"
_DEBIAN = re.compile(r"https?://bugs\.debian\.org/(?:cgi-bin/bugreport\.cgi\?bug=)?(\d+)")


@dataclass(frozen=True, slots=True)
class MessageText:
    """A message for a header: its subject on one line, its body's lines, the bugs that it fixes.

    ``bugs`` are URLs, ``debian_bugs`` numbers in Debian's tracker. ``ends_in_trailers`` says that
    the last paragraph is one of Git's trailers, which fields can join.
    """

    subject: str
    body: tuple[str, ...]
    bugs: tuple[str, ...]
    debian_bugs: tuple[int, ...]
    ends_in_trailers: bool


def message_text(message: str, subject: str, tracker: str | None = None) -> MessageText:
    """Take apart the ``message`` of a commit; ``tracker`` is the address of upstream's issues."""
    rest = message.strip().partition("\n\n")[2].strip("\n")
    body = tuple(map(_harmless, rest.split("\n"))) if rest else ()
    debian = tuple(dict.fromkeys(map(int, _DEBIAN.findall(message))))
    return MessageText(
        _CONTROLS.sub(" ", subject).strip(),
        body,
        tuple(dict.fromkeys(_bugs(message, tracker))),
        debian,
        bool(split_trailers(body)[1]),
    )


def split_trailers(body: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The body without the paragraph of trailers at its end, and that paragraph."""
    last = tuple(takewhile(bool, reversed(body)))[::-1]
    if not last or not all(_TRAILER.match(line) for line in last):
        return tuple(body), ()
    return tuple(body[: len(body) - len(last)]), last


def without_diff(line: str) -> str:
    """The line of prose, quoted if it would be read as part of a diff or as a new mail."""
    line = _CONTROLS.sub(" ", line).rstrip()
    return f"> {line}" if _DIFF.match(line.lstrip()) else line


def _harmless(line: str) -> str:
    line = without_diff(line)
    field = _FIELD.match(line)
    key = key_of(field[1]) if field else ""
    return f"> {line}" if is_dep3(key) and key not in _OF_REVIEW else line


def _bugs(message: str, tracker: str | None) -> Iterator[str]:
    """The addresses of upstream's bugs; a number alone counts where the tracker is known."""
    flags = re.IGNORECASE | re.MULTILINE
    found = list(re.finditer(_FIXES + _BUG, message, flags))
    for bug in found or re.finditer(_CONCERNS + _BUG, message, flags):
        if bug["url"] and not _DEBIAN.match(bug["url"]):
            yield bug["url"].rstrip(".,;)")
        elif bug["project"]:
            yield f"https://github.com/{bug['project']}/issues/{bug['number']}"
        elif bug["number"] and tracker:
            yield f"{tracker}/{bug['number']}"


# -- what a patch's header says in prose, as the message of a commit: without DEP-3's fields -------

_OF_REVIEW = {"reviewed-by", "acked-by"}
_IN_BODY = re.compile(r"(?:From|Date|Subject):", re.IGNORECASE)  # git-am(1) would take these over


@dataclass(frozen=True, slots=True)
class Prose:
    """A subject on one line, and the lines below it."""

    subject: str
    body: tuple[str, ...]


def require_utf8(patch: Patch) -> None:
    """Raise DebpatchError where the header is no UTF-8, as what a mail says would be a guess."""
    try:
        patch.header.decode()
    except UnicodeDecodeError as error:
        line = patch.header.count(b"\n", 0, error.start) + 1
        raise DebpatchError(
            f"{patch.name}: line {line} of its header is not UTF-8; convert the text before the "
            "diff, for instance with iconv(1)"
        ) from error


def read_prose(header: Header, name: str) -> Prose:
    """The prose of the header of the patch called ``name``, which stands in where it has none."""
    lines = _tidy(_lines(header))
    subject = header.synopsis
    if not subject and lines and len(lines[0]) <= 100:
        subject, lines = lines[0].rstrip("."), _tidy(lines[1:])
    elif not subject:
        subject = re.sub(r"[-_]+", " ", PurePosixPath(name).stem)
    if lines and _IN_BODY.match(lines[0]):
        lines[0] = f"> {lines[0]}"
    return Prose(" ".join(subject.split()), tuple(lines))


def _lines(header: Header) -> Iterator[str]:
    hidden = {line.number for field in header.fields if _is_hidden(header, field)
              for line in field.lines}  # fmt: skip
    description = header.first("description")
    told = {line.number for line in description.lines[1:]} if description else set()
    for line in header.lines:
        if line.number in told:
            text = line.text.strip() if line.text.strip() == "." else line.text[1:]
            yield "" if text == "." else without_diff(text)
        elif line.kind in {"text", "blank", "field", "continuation"} and line.number not in hidden:
            yield without_diff(line.text)


def _is_hidden(header: Header, field: Field) -> bool:
    """Whether a field is no part of the message: DEP-3's, and those at the head of a mail."""
    is_mail = header.layout in {"git", "git-dep3"}
    if is_mail and field.block == header.fields[0].block:
        return True
    return is_dep3(field.key) and field.key not in _OF_REVIEW


def _tidy(lines: Iterable[str]) -> list[str]:
    """Without empty lines at the ends, and never two of them together."""
    text = "\n".join(line.rstrip() for line in lines).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", text).split("\n") if text else []
