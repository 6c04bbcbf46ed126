"""What a commit says of itself, as keys: commits that are about the same thing have one in common.

A key is a short text that never changes for a commit, so that commits can be looked up by it. Keys
only narrow a search: whether two commits that share one belong together is judged elsewhere.
"""

from __future__ import annotations

import re

_DECORATION = re.compile(
    r"^(?:\[[^]]*\]|\([^)]*\)|back-?port:|cherry-?pick:)\s*"
    r"|\s*(?:\(#\d+\)|[\[(][^\[\]()]*(?:\d\.\d|\d-stable|back-?port|release|stable)[^\[\]()]*[\])])$",
    re.IGNORECASE,
)
_ID = re.compile(r"[0-9a-f]{7,}")
_MAIL = re.compile(r"^Message-Id: *<([^<>\s]+)>", re.MULTILINE | re.IGNORECASE)
_CVE = re.compile(r"CVE(?:-|:\s*)(\d{4}-\d{4,})", re.IGNORECASE)
# Python finds what begins with one certain letter at once, and tries all others at every letter.
_ISSUES = tuple(
    re.compile(rf"{start}(\d+)") for start in ("#", "!", "/(?:issues|pull|merge_requests)/")
)
_SHORTEST = 7


def bare_subject(text: str) -> str:
    """A subject without what is put around it on a stable branch, in small letters.

    Such are ``[2.6]``, ``(release/2.6)``, ``(#123)`` and ``backport:``.
    """
    # Hardly a subject has any, and it takes long to see that by the pattern.
    if "(" in text or "[" in text or text[:1] in {"b", "B", "c", "C"}:
        while (shorter := _DECORATION.sub("", text)) != text:
            text = shorter
    return text.strip(" .").lower()


def id_key(sha: str) -> str:
    """The key of a commit's id (Git's abbreviation of it): what names it and what it is have it."""
    return sha[:_SHORTEST].lower()


def subject_key(subject: str) -> str:
    """The key of a subject, bare."""
    return f"subject {bare_subject(subject)}"


def author_key(author: str, seconds: int) -> str:
    """The key of an author and the second at which they wrote."""
    return f"author {author} {seconds}"


def mail_key(message_id: str) -> str:
    """The key of a mail's ``Message-Id``, without the angle brackets."""
    return f"mail {message_id}"


def cve_key(number: str) -> str:
    """The key of a CVE by its number, ``2026-1234``."""
    return f"cve {number}"


def issue_key(number: str) -> str:
    """The key of an issue, or of a request to merge, by its number."""
    return f"issue {number}"


def keys_of(sha: str, author: str, seconds: int, subject: str, message: str) -> frozenset[str]:
    """All keys of a commit: what it is, who wrote it and when, and all that its message names."""
    keys = {id_key(sha), subject_key(subject), author_key(author, seconds)}
    keys.update(found[:_SHORTEST] for found in _ID.findall(message))
    for issue in _ISSUES:
        keys.update(map(issue_key, issue.findall(message)))
    words = message.lower()
    if "cve" in words:
        keys.update(map(cve_key, _CVE.findall(message)))
    if "message-id" in words:
        keys.update(map(mail_key, _MAIL.findall(message)))
    return frozenset(keys)
