"""What came after a commit and is about it: repairs, reverts, later mentions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from debpatch.caching import cached_while_open
from debpatch.formats.commit_keys import id_key, subject_key
from debpatch.formats.references import named_commits
from debpatch.git.history import is_ancestor, whole_history
from debpatch.git.repository import Commit, Repository
from debpatch.landings.evidence import Fix, Sign
from debpatch.landings.landings import is_on_line

FollowUpKind = Literal["fixes", "reverts", "mentions"]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A ``commit`` that repairs, reverts or mentions the commit ``of``."""

    commit: Commit
    kind: FollowUpKind
    of: Commit


def follow_ups(repository: Repository, commits: Iterable[Commit]) -> tuple[FollowUp, ...]:
    """The follow-ups of ``commits`` on upstream's lines of development, oldest first.

    What reverts a revert is among them. A commit that says that it is a backport of another is a
    landing of that, and no follow-up; neither is one of ``commits`` of another.
    """
    wanted = {commit.sha: commit for commit in commits}
    found = [later for sha in wanted for later in _about(repository, sha)]
    reverts = {later.commit.sha for later in found if later.kind == "reverts"}
    undone = [later for sha in sorted(reverts - wanted.keys()) for later in _about(repository, sha)]
    found += [later for later in undone if later.kind == "reverts"]
    ages = whole_history(repository).ages
    found.sort(key=lambda later: ages[later.commit.sha])
    return tuple(dict.fromkeys(each for each in found if each.commit.sha not in wanted))


@cached_while_open()
def _about(repository: Repository, sha: str) -> tuple[FollowUp, ...]:
    """What names the commit ``sha``, or says to revert it by its subject, and came after it."""
    commit = repository.commit(sha)
    reverted = f'revert "{commit.subject}"'.lower()
    key = id_key(sha)
    found = []
    for other in whole_history(repository).matching({key, subject_key(reverted)}):
        is_named = key in other.message and other.sha != sha
        is_revert = _REVERT.match(other.message.lstrip()) and other.subject.lower() == reverted
        kind = _kind(other, commit) if is_named else "reverts" if is_revert else None
        if (
            kind
            and is_on_line(repository, other.sha)
            and not is_ancestor(repository, other.sha, sha)
        ):
            found.append(FollowUp(other, kind, commit))
    return tuple(found)


def _kind(other: Commit, commit: Commit) -> FollowUpKind | None:
    """What ``other`` names ``commit`` for; None where it does not, or as what it comes from."""
    kinds: set[FollowUpKind] = set()
    for reference in named_commits(other.message.encode("utf-8", "replace")):
        if commit.sha.startswith(reference.sha.lower()):
            is_cause = reference.kind == "cause"
            is_revert = is_cause and _REVERT.search(reference.text)
            kinds.add("reverts" if is_revert else "fixes" if is_cause else "mentions")
    if kinds == {"mentions"} and Fix((commit,)).signs(other) & {Sign.TRAILER, Sign.NAMED}:
        return None
    return next((kind for kind in _FIRST if kind in kinds), None)


_FIRST: Sequence[FollowUpKind] = ("reverts", "fixes", "mentions")
_REVERT = re.compile(r"\brevert", re.IGNORECASE)
