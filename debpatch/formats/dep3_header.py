"""The text before a patch's diff, as DEP-3 reads it: fields and prose, each with its place.

DEP-3 allows two sets of fields with prose between and after them, Git's mails as they are, and
dpatch's comments, so a parser for control files loses most headers in Debian. This reader goes by
line, keeps every byte, and never fails: whatever is no field is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from typing import Literal

from debpatch.formats.dep3_fields import is_dep3, is_known, key_of

LIMIT = 1 << 18
"""Bytes of a header that are read; the longest of 2,800 in Debian has 9,095."""

Layout = Literal["deb822", "git", "git-dep3", "dpatch", "partial", "free-text", "none"]
"""``git`` is a mail with the fields that Git writes, ``git-dep3`` one with more of DEP-3's;
``partial`` has fields of DEP-3 but no description."""

LineKind = Literal["blank", "lead", "field", "continuation", "text", "separator", "after"]
"""What a line is; ``lead`` stands before the first field (a shebang, Git's ``From`` line), and
``after`` below the ``---`` that ends the header."""


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """One line: number from 1, its bytes' span in the file, its text without the line's end."""

    number: int
    start: int
    end: int
    text: str
    kind: LineKind


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name as written, the key it means, its lines.

    ``value`` has the lines of the value, the blanks that fold them removed, encoded words
    (RFC 2047) decoded. ``opens`` is false where the field stands inside of a paragraph of prose,
    and ``block`` counts the paragraphs, from 0.
    """

    name: str
    key: str
    value: str
    lines: tuple[HeaderLine, ...]
    block: int
    opens: bool = True

    @property
    def line(self) -> int:
        """The number of its first line."""
        return self.lines[0].number

    @property
    def text(self) -> str:
        """The value on one line."""
        return " ".join(self.value.split())


@dataclass(frozen=True, slots=True)
class Header:
    """A patch's header, ``data`` being its bytes.

    ``fields`` are those that count, ``late`` those after the ``---``. ``mails`` are the lines on
    which mails of git-format-patch(1) begin, in the whole file. ``has_diff`` is false where no diff
    follows, ``truncated`` true where the header was longer than LIMIT and only that was read.
    """

    data: bytes
    layout: Layout
    lines: tuple[HeaderLine, ...]
    fields: tuple[Field, ...]
    late: tuple[Field, ...]
    mails: tuple[int, ...]
    has_diff: bool
    truncated: bool

    def all(self, *keys: str) -> tuple[Field, ...]:
        """The fields with one of these keys, in order."""
        return tuple(field for field in self.fields if field.key in keys)

    def first(self, *keys: str) -> Field | None:
        """The first field with one of these keys."""
        return next((field for field in self.fields if field.key in keys), None)

    @property
    def bugs(self) -> tuple[Field, ...]:
        """``Bug`` and ``Bug-<Vendor>``, in order."""
        return tuple(f for f in self.fields if f.key.startswith("bug") and is_dep3(f.key))

    @property
    def synopsis(self) -> str:
        """The short description: the first line of Description, or Subject without its tags."""
        description = self.first("description")
        if description and description.value.strip():
            return description.value.strip().split("\n", 1)[0].strip()
        subject = self.first("subject")
        return _TAGS.sub("", subject.text) if subject else ""


def read_header(data: bytes) -> Header:
    """Read the header of the patch in ``data``, the bytes of the whole file."""
    end = _diff_start(data[:LIMIT])
    head = data[: LIMIT if end is None else end]
    lines = tuple(_lines(head))
    fields = tuple(_fields(lines))
    return Header(
        head,
        _layout(head, lines, fields),
        lines,
        fields,
        tuple(_late_fields(lines)),
        _mails(data),
        end is not None,
        end is None and len(data) > LIMIT,
    )


_TAGS = re.compile(r"^(?:\[[^]]*\]\s*)+(?=\S)")

# -- where the header ends -------------------------------------------------------------------------

_DIFF = re.compile(
    rb"""
    \n (?: ---\ [^\n]*\n \+\+\+\ [^\n]*\n @@\ -
      | diff\ --git\ [^\n]*\n
        (?: ---\ | index\ | (?:old|new|deleted\ file)\ mode | (?:dis)?similarity | copy | rename )
      | Binary\ files\ [^\n]+\ differ\r?(?:\n|\Z) )
    """,
    re.VERBOSE,
)
_DECORATION = re.compile(rb"(?:Index: |diff |=+\r?\Z)")


def _diff_start(data: bytes) -> int | None:
    """Where the first section of the diff begins, the lines that decorate it included."""
    found = _DIFF.search(b"\n" + data)
    if found is None:
        return None
    start = found.start()
    while start:
        before = data.rfind(b"\n", 0, start - 1) + 1
        if not _DECORATION.match(data[before : start - 1]):
            break
        start = before
    return start


_POSTMARK = re.compile(rb"^From [0-9a-f]{40,64} Mon Sep 17 00:00:00 2001\r?$", re.MULTILINE)


def _mails(data: bytes) -> tuple[int, ...]:
    """The lines with the date that git-format-patch(1) gives all its mails."""
    if b" Mon Sep 17 00:00:00 2001" not in data:
        return ()
    lines = []
    line, counted_to = 1, 0
    for postmark in _POSTMARK.finditer(data):
        line += data.count(b"\n", counted_to, postmark.start())
        counted_to = postmark.start()
        lines.append(line)
    return tuple(lines)


# -- what each line is -----------------------------------------------------------------------------

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_COMMENT = re.compile(rb"\s*#")
_COMMENT_MARK = re.compile(r"^\s*(?:#+ DP:|#+)(?: |$)")
_LEAD = re.compile(r"From \S+ .*\d:\d\d|#!|commit [0-9a-f]{7,64}\b")
_POSTMARK_TEXT = re.compile(r"From [0-9a-f]{40,64} Mon Sep 17 00:00:00 2001")
_SEPARATOR = re.compile(r"---\s*$")
_NAME = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)[ \t]*:(?![:/])[ \t]*(.*)")
_REMARK = re.compile(r"\(.*\)\s*$|\[.*\]\s*$")
# Inside of prose, a name that is no word of it or a value that says so makes a field.
_UNMISTAKABLE = re.compile(
    r"(?:Bug-[A-Z][a-z]+|Forwarded|Last-Update|Applied-Upstream)[ \t]*:(?!:)"
    r"|(?:Bug|Origin)[ \t]*:[ \t]*(?:https?://|(?:upstream|backport|vendor|other),)"
)


def _lines(head: bytes) -> Iterator[HeaderLine]:
    """Say of every line what it is; together they are the whole header."""
    raws = _LINE.findall(head)
    texts = [raw.rstrip(b"\r\n").decode("utf-8", "surrogateescape") for raw in raws]
    if _COMMENT.match(head):
        texts = [_COMMENT_MARK.sub("", text, count=1) for text in texts]
    start = 0
    for number, (raw, text, kind) in enumerate(zip(raws, texts, _kinds(texts), strict=True), 1):
        yield HeaderLine(number, start, start + len(raw), text, kind)
        start += len(raw)


def _kinds(texts: Iterable[str]) -> Iterator[LineKind]:
    kind: LineKind = "blank"
    paragraph = 0
    fields_only = True  # so far, in this paragraph
    indented = False  # the prose before this line
    for text in texts:
        if kind in {"separator", "after"}:
            kind = "after"
        elif not text.strip():
            kind, fields_only, indented = "blank", True, False
        elif _SEPARATOR.match(text):
            kind = "separator"
        elif text[0] in " \t" and kind in {"field", "continuation"}:
            kind = "continuation"
        elif _POSTMARK_TEXT.match(text) or (paragraph == 0 and _LEAD.match(text)):
            kind, fields_only = "lead", True
        else:
            paragraph += kind in {"blank", "lead"}
            in_run = fields_only and kind not in {"blank", "lead"}
            if _is_field(text, fields_only, in_run, paragraph == 1 or indented):
                kind = "field"
            else:
                kind, indented = "text", text[0] in " \t"
                fields_only = fields_only and is_among_trailers(text)
        yield kind


def _is_field(text: str, may_open: bool, in_run: bool, amid_fields: bool) -> bool:
    """Tell a field from prose with a colon by its name and by the lines around it."""
    name = _NAME.match(text)
    if name is None:
        return False
    key = key_of(name[1])
    if in_run or (may_open and is_known(key)):
        return True
    return (amid_fields and is_dep3(key)) or _UNMISTAKABLE.match(text) is not None


def is_among_trailers(text: str) -> bool:
    """Whether a line is a remark as Git and its users put it between trailers."""
    return _REMARK.match(text) is not None


# -- fields ----------------------------------------------------------------------------------------


def _fields(lines: Iterable[HeaderLine]) -> Iterator[Field]:
    block, opens = 0, True
    group: list[HeaderLine] = []
    for line in lines:
        if line.kind == "continuation":
            group.append(line)
            continue
        if group:
            yield _field(group, block, opens)
            group = []
        if line.kind == "field":
            group = [line]
        elif line.kind == "blank":
            block, opens = block + 1, True
        elif line.kind == "text":
            opens = opens and is_among_trailers(line.text)
    if group:
        yield _field(group, block, opens)


def _late_fields(lines: Iterable[HeaderLine]) -> Iterator[Field]:
    for line in lines:
        name = _NAME.match(line.text) if line.kind == "after" else None
        # From and Subject are there where a second mail follows.
        if name and is_dep3(key_of(name[1])) and name[1] not in {"From", "Subject"}:
            yield _field([line], -1, False)


def _field(lines: list[HeaderLine], block: int, opens: bool) -> Field:
    name = _NAME.match(lines[0].text)
    assert name is not None  # noqa: S101 - it is what made the line a field
    value = "\n".join([name[2].strip(), *(line.text.strip() for line in lines[1:])])
    return Field(name[1], key_of(name[1]), _decoded(value), tuple(lines), block, opens)


def _decoded(value: str) -> str:
    """Decode encoded words (RFC 2047); as it stands where they are damaged."""
    if "=?" not in value:
        return value
    try:
        return str(make_header(decode_header(value)))
    except (MessageError, LookupError, ValueError):
        return value


_OF_MAILS = {"from", "subject", "reviewed-by", "acked-by"}


def _layout(head: bytes, lines: Sequence[HeaderLine], fields: Sequence[Field]) -> Layout:
    keys = {field.key for field in fields}
    ours = {key for key in keys if is_dep3(key)}
    if not any(line.text.strip() for line in lines):
        return "none"
    if ours and _COMMENT.match(head):
        return "dpatch"
    is_mail = any(line.kind == "lead" and line.text.startswith("From ") for line in lines)
    if is_mail or ("subject" in keys and keys & {"from", "date"}):
        return "git-dep3" if ours - _OF_MAILS else "git"
    if ours & {"description", "subject"}:
        return "deb822"
    return "partial" if ours else "free-text"
