"""The names of fields, as DEP-3 gives them and as people misspell them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

DEP3 = {
    name.lower(): name
    for name in (
        "Description",
        "Subject",
        "Origin",
        "Bug",
        "Forwarded",
        "Author",
        "From",
        "Reviewed-by",
        "Acked-by",
        "Last-Update",
        "Applied-Upstream",
    )
}
"""DEP-3's fields by their keys (lower case), without ``Bug-<Vendor>``."""

ACCEPT = "x-debpatch-accept"
"""The field with which a maintainer accepts findings: rule ids, then why."""

# What people write for a field of DEP-3; near misses in spelling need not stand here.
_ALIASES = {
    "authors": "author",
    "bug-upstream": "bug",
    "bugs": "bug",
    "bugs-debian": "bug-debian",
    "debian-bug": "bug-debian",
    "debian-bugs": "bug-debian",
    "ubuntu-bug": "bug-ubuntu",
    "upstream-bug": "bug",
    "forward": "forwarded",
    "forwarded-to": "forwarded",
    "forwarded-upstream": "forwarded",
    "last-updated": "last-update",
    "last-modified": "last-update",
    "upstream-applied": "applied-upstream",
    "origins": "origin",
}

# Fields of mails and trailers of Git: nobody who writes one of these meant a field of DEP-3.
_OTHERS = frozenset(
    """
    backported-by backported-from bcc cc change-id cherry-picked-from closes co-authored-by commit
    content-disposition content-language content-transfer-encoding content-type conflicts cve date
    fixes fixed-by forwarded-by found-by from-commit gbp-dch gbp-pq gbp-pq-topic git-dch github
    helped-by in-reply-to index link merge message-id mime-version note original parent
    references refs related reported-by reported-on resolves reviewed-on reviewers see sender
    signed-off-by sponsored-by suggested-by tags tested-by tested-on thanks to upstream url version
    """.split()  # noqa: SIM905 - words read best as words
)
_NEAR = 2  # letters swapped, left out, put in or changed
_SHORT = 5  # names below this length have too many neighbours

# Any vendor, but not the names that bug reports have in their templates.
_BUG_VENDOR = re.compile(
    r"bug-(?!.*\b(?:date|description|fix|id|issue|link|list|number|pull|report(?:ed|er)?|status"
    r"|tracker|url)\b)[a-z][a-z0-9-]*"
)
_TRACKERS = ("bug-debian", "bug-ubuntu", "bug-upstream")


@lru_cache(maxsize=1024)
def key_of(name: str) -> str:
    """The key of the field that ``name`` means: DEP-3's for its fields and slips, else its own."""
    key = name.lower().replace("_", "-")
    if key in DEP3 or key in _OTHERS or key.startswith("x-"):
        return key
    if key in _ALIASES:
        return _ALIASES[key]
    return _nearest(key) or key


def canonical(key: str) -> str:
    """How DEP-3 writes the field with this key; the vendor's case is free."""
    if key in DEP3:
        return DEP3[key]
    return "-".join(part.capitalize() for part in key.split("-"))


def is_dep3(key: str) -> bool:
    """Whether the key is one of DEP-3's fields, ``Bug-<Vendor>`` included."""
    return key in DEP3 or _BUG_VENDOR.fullmatch(key) is not None


def is_known(key: str) -> bool:
    """Whether a line that begins with this name is a field wherever it opens a paragraph."""
    return is_dep3(key) or key in _OTHERS or key.startswith("x-") or key.endswith("-by")


def _nearest(key: str) -> str | None:
    from rapidfuzz.distance import DamerauLevenshtein

    if len(key) < _SHORT or (key.endswith("-by") and not key.startswith(("rev", "ack"))):
        return None
    for known in (*DEP3, *_TRACKERS):
        is_near = DamerauLevenshtein.distance(key, known, score_cutoff=_NEAR) <= _NEAR
        if is_near and len(known) > _SHORT:
            return _ALIASES.get(known, known)
    return None


# -- the values of DEP-3's fields, taken apart -----------------------------------------------------

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
