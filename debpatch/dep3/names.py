"""The names of fields, as DEP-3 gives them and as people misspell them."""

from __future__ import annotations

import re
from functools import lru_cache

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
