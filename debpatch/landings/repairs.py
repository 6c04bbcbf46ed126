"""What came after a commit and is about it: repairs, reverts, later mentions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from debpatch.formats.references import may_name, named_commits
from debpatch.git.history import History
from debpatch.git.repository import Commit
from debpatch.landings.evidence import Fix, Sign

FollowUpKind = Literal["fixes", "reverts", "mentions"]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A ``commit`` that repairs, takes back or mentions the commit ``of``."""

    commit: Commit
    kind: FollowUpKind
    of: Commit


def follow_ups(commits: Iterable[Commit], history: History) -> tuple[FollowUp, ...]:
    """The follow-ups of ``commits`` in ``history``, oldest first.

    A commit that says it is a port of another is its landing, not its follow-up.
    """
    wanted = {commit.sha: commit for commit in commits}
    if not wanted:
        return ()
    ids = {sha[:7] for sha in wanted}
    reverted = {f'revert "{commit.subject}"'.lower(): commit for commit in wanted.values()}
    found: list[FollowUp] = []
    for commit in reversed(list(history.commits.values())):
        if may_name(commit.message, ids) and commit.sha not in wanted:
            found += _named(commit, wanted)
        elif _REVERT.match(commit.message.lstrip()):
            of = reverted.get(commit.subject.lower())
            found += [FollowUp(commit, "reverts", of)] if of else []
    return tuple(found)


def _named(commit: Commit, wanted: Mapping[str, Commit]) -> Iterator[FollowUp]:
    kinds: dict[str, FollowUpKind] = {}
    for reference in named_commits(commit.message.encode("utf-8", "replace")):
        for sha in wanted:
            if sha.startswith(reference.sha.lower()):
                kind: FollowUpKind = "mentions"
                if reference.kind == "cause":
                    kind = "reverts" if _REVERT.search(reference.text) else "fixes"
                if kinds.get(sha, "mentions") == "mentions":
                    kinds[sha] = kind
    for sha, kind in kinds.items():
        is_port = Fix((wanted[sha],)).signs(commit) & {Sign.TRAILER, Sign.NAMED}
        if kind != "mentions" or not is_port:
            yield FollowUp(commit, kind, wanted[sha])


_REVERT = re.compile(r"\brevert", re.IGNORECASE)
