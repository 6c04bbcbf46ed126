"""An upstream commit's message as the text of a patch's header.

The text is upstream's, but it must not be read as something else: as the start of a diff, or as a
field of DEP-3. Lines that would be are quoted with ``> ``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from debpatch.dep3.names import is_dep3, key_of

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
