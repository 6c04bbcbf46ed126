"""The values of DEP-3's fields, taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

CATEGORIES = ("upstream", "backport", "vendor", "other")

URL = re.compile(r"\b(?:https?|ftp|git|file)://[^\s<>\"']+", re.IGNORECASE)
_COMMIT = re.compile(r"\bcommit:\s*([0-9a-fA-F]{7,64})\b")

Forwarding = Literal["no", "not-needed", "yes"]


@dataclass(frozen=True, slots=True)
class Origin:
    """An ``Origin``: one of CATEGORIES or None; ``stranger`` is a word in a category's place."""

    category: str | None
    stranger: str | None


def parse_origin(value: str) -> Origin:
    """Read an ``Origin``: a category and a comma, both optional, then where the patch is from."""
    word = re.match(r"\s*([A-Za-z][A-Za-z-]*)\s*(,|:?\s|$)", value)
    if word is None:
        return Origin(None, None)
    category = word[1].lower()
    if category in CATEGORIES:
        return Origin(category, None)
    is_in_place = word[2] == "," or not value[word.end() :].strip()
    return Origin(None, word[1] if is_in_place and category != "commit" else None)


def parse_forwarded(value: str) -> Forwarding:
    """Read a ``Forwarded``: "any value other than no or not-needed" says that it was."""
    word = value.strip().lower()
    return "no" if word == "no" else "not-needed" if word == "not-needed" else "yes"


# How people say "no" and "not needed" in other words, brackets aside.
_MEANT: tuple[tuple[Forwarding, re.Pattern[str]], ...] = (
    (
        "not-needed",
        re.compile(r"(?:not?|non|un)[ _-]*(?:needed|need|necessary|required)|n/?a|not-needded"),
    ),
    ("no", re.compile(r"none|never|not|not[ _-]*(?:yet|forwarded)(?:[ _-]*yet)?|nope|todo|false")),
)
_REMARK = re.compile(r"(not[ _-]?needed|no)\b\W*\s\W*\w")


def meant_forwarded(value: str) -> Forwarding | None:
    """What a value means that is no keyword of DEP-3's but was clearly meant for one."""
    word = value.strip().lower().strip("<>()[]\"'.,;: ")
    if value.strip().lower() in {"no", "not-needed"}:
        return None
    if word in {"no", "not-needed"}:
        return parse_forwarded(word)
    return next((meant for meant, pattern in _MEANT if pattern.fullmatch(word)), None)


def remarked_forwarded(value: str) -> Forwarding | None:
    """The keyword that a ``Forwarded`` begins with where more than the keyword follows."""
    remark = _REMARK.match(value.strip().lower())
    if remark is None or URL.search(value):
        return None
    return "no" if remark[1] == "no" else "not-needed"


def parse_date(value: str) -> date | None:
    """Read ``YYYY-MM-DD``; None for anything else."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return None


_LOOSE_DATE = re.compile(r"(\d{4})[-/. ]?(\d{1,2})[-/. ]?(\d{1,2})(?:[T ].*)?")


def loose_date(value: str) -> date | None:
    """The date that a value means where year, month and day are there in this order."""
    found = _LOOSE_DATE.fullmatch(value.strip())
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def commits_in(value: str) -> tuple[str, ...]:
    """The ids that follow ``commit:`` in an ``Origin`` or ``Applied-Upstream``."""
    return tuple(_COMMIT.findall(value))


def urls_in(value: str) -> tuple[str, ...]:
    """The URLs in a value."""
    return tuple(url.rstrip(".,;)") for url in URL.findall(value))


_DEBIAN_BUG = re.compile(
    r"(?:https?://)?bugs\.debian\.org/(?:cgi-bin/bugreport\.cgi\?(?:archive=\w+[;&])?bug=)?"
    r"(?P<number>\d{3,})(?P<more>\S*)"
)
_NUMBER = re.compile(r"(?:(?:bug|closes|debian|lp)\s*:?\s*)?#?(\d{2,})", re.IGNORECASE)


def debian_bug(url: str) -> tuple[int, bool] | None:
    """The number of a bug in Debian's tracker, and whether the URL points at more than the bug."""
    found = _DEBIAN_BUG.match(url.strip())
    return (int(found["number"]), bool(found["more"].rstrip("/"))) if found else None


def bare_number(value: str) -> int | None:
    """The number of a bug that stands where a URL belongs: ``123``, ``#123``, ``bug #123``."""
    found = _NUMBER.fullmatch(value.strip())
    return int(found[1]) if found else None


_NEGATIVE = re.compile(r"(?:no|not|none|never|n/a|rejected|won't|wontfix)\b", re.IGNORECASE)


def says_not_applied(value: str) -> bool:
    """Whether an ``Applied-Upstream`` says that upstream did not apply the patch."""
    return _NEGATIVE.match(value.strip()) is not None


_PLACEHOLDER = re.compile(
    r"""
    < (?: (?:short|long)\ (?:summary|description) | (?:patch|commit)-(?:url|id) | commit-id
        | (?:upstream-|vendor-)?bugtracker-url | bugnumber | patch-forwarded-url
        | url\ (?:of|in|to)\ | name\ and\ email | yyyy-mm-dd | (?:\w|-)+\| ) [^<>]* >
    | <[^<>@]*\b(?:optional|required)\b[^<>@]*>
    | \(upstream\|backport\|vendor\|other\) | \(no\|not-needed\|
    | \bTODO:\ Put\ a\ short\ summary
    """,
    re.VERBOSE | re.IGNORECASE,
)


def placeholder_in(text: str) -> str | None:
    """What is left of the templates of ``dpkg-source --commit`` and ``quilt header --dep3``."""
    found = _PLACEHOLDER.search(text)
    return found[0] if found else None
