"""What a patch's header says in prose, as the message of a commit: without DEP-3's fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from debpatch.dep3.header import Field, Header
from debpatch.dep3.names import is_dep3
from debpatch.errors import DebpatchError
from debpatch.inputs.patch import Patch
from debpatch.proposals.commit_message import without_diff

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
