"""What speaks for one commit being another's landing: what their messages and authors say.

Every sign has a weight, the logarithm of how much likelier it makes a landing (naive Bayes); what
all signs together come to is the confidence. A sign that is nearly proof on its own, such as the
trailer that ``git cherry-pick -x`` writes, weighs more than any doubt; a subject alone does not,
for subjects repeat.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from debpatch.formats.commit_keys import (
    author_key,
    bare_subject,
    id_key,
    mail_key,
    subject_key,
)
from debpatch.formats.references import ReferenceKind, named_commits
from debpatch.git.repository import Commit


class Sign(StrEnum):
    """Something that speaks for a landing."""

    ANCESTRY = "ancestry"
    """It is the commit itself."""
    TRAILER = "trailer"
    """``cherry picked from commit``, ``commit ... upstream``, ``Upstream commit``; in the header
    of a patch ``Origin``, ``Applied-Upstream``, and Git's ``From`` line."""
    NAMED = "named"
    """The message says in its own words that it ports the commit."""
    MENTION = "mention"
    """The message has the commit's id."""
    CHANGE_ID = "change-id"
    """The same Gerrit ``Change-Id``."""
    MESSAGE_ID = "message-id"
    """The same mail, by its ``Message-Id``."""
    AUTHOR_DATE = "author-date"
    """The same author, to the second, which a cherry-pick keeps."""
    SUBJECT = "subject"
    """The same subject, but for tags and numbers in brackets, once on the branch."""
    REPEATED_SUBJECT = "repeated-subject"
    """The same, more than once on the branch."""
    AUTHOR = "author"
    """The same author."""
    PATCH_ID = "patch-id"
    """The same changed lines in the same context."""
    CONTENT = "content"
    """Changed lines in common."""


_WEIGHTS = {
    Sign.TRAILER: 12.0,
    Sign.NAMED: 10.0,
    Sign.MENTION: 2.0,
    Sign.CHANGE_ID: 9.0,
    Sign.MESSAGE_ID: 9.0,
    Sign.AUTHOR_DATE: 7.0,
    Sign.SUBJECT: 4.0,
    Sign.REPEATED_SUBJECT: 1.0,
    Sign.AUTHOR: 1.0,
    Sign.PATCH_ID: 12.0,
}
_PRIOR = -5.0
_CONTENT = 13.0  # times the similarity: 0.4 alone is as good as not
_NOTHING_ALIKE = -3.0


def confidence(signs: Iterable[Sign], similarity: float | None) -> float:
    """How sure it is, from 0 to 1, that a commit with these signs is a landing.

    ``similarity`` is that of the contents, None where they were not compared.
    """
    total = _PRIOR + sum(_WEIGHTS.get(sign, 0.0) for sign in signs)
    if similarity is not None:
        total += _CONTENT * similarity if similarity > 0.05 else _NOTHING_ALIKE
    return 1 / (1 + math.exp(-total))


# -- messages --------------------------------------------------------------------------------------

_CHANGE_ID = re.compile(r"^Change-Id: *(I[0-9a-f]{40})\s*$", re.MULTILINE)
_MESSAGE_ID = re.compile(r"^Message-Id: *<([^<>\s]+)>", re.MULTILINE | re.IGNORECASE)
_NAMED_BY: Mapping[ReferenceKind, Sign] = {"ported": Sign.NAMED, "mentioned": Sign.MENTION}


@dataclass(frozen=True)
class Fix:
    """A fix as it is known so far: the commit asked for, and those that it was picked from."""

    commits: tuple[Commit, ...]

    @cached_property
    def keys(self) -> Set[str]:
        """Keys of which every commit has one that more speaks for than its author's name."""
        return {
            key
            for commit in self.commits
            for key in (
                id_key(commit.sha),
                author_key(commit.author, commit.author_date),
                *(subject_key(subject) for subject in self.subjects),
                *map(id_key, self.ported_from),
                *(id_key(change_id[1:]) for change_id in self._change_ids),
                *map(mail_key, self._message_ids),
            )
        }

    def signs(self, other: Commit) -> frozenset[Sign]:
        """What speaks for ``other`` being a landing of the fix, the contents apart."""
        found = self._named(other)
        if other.sha in self.shas:
            found.add(Sign.TRAILER)
        if any(other.sha.startswith(sha.lower()) for sha in self.ported_from):
            found.add(Sign.NAMED)
        if any(key in other.message for key in self._change_ids):
            found.add(Sign.CHANGE_ID)
        # A mail may be mentioned as well, as one that this answers.
        mails = (key for key in self._message_ids if key in other.message)
        if any(key in _MESSAGE_ID.findall(other.message) for key in mails):
            found.add(Sign.MESSAGE_ID)
        if other.author in self._authors:
            found.add(Sign.AUTHOR)
            if (other.author, other.author_date) in self._authorships:
                found.add(Sign.AUTHOR_DATE)
        start = other.message[:_LONGEST].lower()
        if any(s in start for s in self.subjects) and bare_subject(other.subject) in self.subjects:
            found.add(Sign.SUBJECT)
        return frozenset(found)

    def _named(self, other: Commit) -> set[Sign]:
        """How the message of ``other`` names the fix; as the cause of a bug does not count."""
        if not any(sha[:_SHORTEST] in other.message for sha in self.shas):
            return set()
        found: set[Sign] = set()
        for reference in named_commits(other.message.encode("utf-8", "replace")):
            if reference.kind == "cause" or not self.has(reference.sha):
                continue
            found.add(_NAMED_BY.get(reference.kind, Sign.TRAILER))
        return found

    @cached_property
    def ported_from(self) -> Set[str]:
        """The ids, as written, of the commits that the fix's own message says it ports."""
        message = self.commits[0].message
        references = named_commits(message.encode("utf-8", "replace"))
        return {found.sha for found in references if found.kind == "ported"}

    def has(self, sha: str) -> bool:
        """Tell whether ``sha``, which may be abbreviated, is one of the commits."""
        return any(own.startswith(sha.lower()) for own in self.shas)

    @cached_property
    def shas(self) -> Set[str]:
        """The ids of the commits."""
        return {commit.sha for commit in self.commits}

    @cached_property
    def subjects(self) -> Set[str]:
        """The subjects of the commits, bare."""
        return {bare_subject(commit.subject) for commit in self.commits} - {""}

    @cached_property
    def _change_ids(self) -> Set[str]:
        return {key for commit in self.commits for key in _CHANGE_ID.findall(commit.message)}

    @cached_property
    def _message_ids(self) -> Set[str]:
        return {key for commit in self.commits for key in _MESSAGE_ID.findall(commit.message)}

    @cached_property
    def _authors(self) -> Set[str]:
        return {commit.author for commit in self.commits}

    @cached_property
    def _authorships(self) -> Set[tuple[str, int]]:
        return {(commit.author, commit.author_date) for commit in self.commits}


_SHORTEST = 7
"""Digits of the shortest abbreviation of an id that counts."""
_LONGEST = 400
"""Letters in which a message's subject ends."""


def picked_from(commit: Commit) -> tuple[str, ...]:
    """The ids, as written, of the commits that a message says its commit was cherry-picked from."""
    references = named_commits(commit.message.encode("utf-8", "replace"))
    return tuple(found.sha for found in references if found.kind == "cherry-picked")
