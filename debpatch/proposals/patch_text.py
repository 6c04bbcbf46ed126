"""A quilt patch's text: a header in one of DEP-3's two layouts, then the diff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Literal

from debpatch.dep3.header import read_header
from debpatch.inputs.repository import Commit
from debpatch.proposals.commit_message import MessageText

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
