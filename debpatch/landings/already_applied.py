"""What a target has already: the commit itself, or what carries it under another name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from debpatch.caching import cached_while_open
from debpatch.git.changes import read_whole_changes
from debpatch.git.file_lines import CommitLines
from debpatch.git.history import History, is_ancestor, merge_base, read_history
from debpatch.git.merge import pick
from debpatch.git.repository import Commit, Repository
from debpatch.landings.evidence import Fix, confidence
from debpatch.package.target import Carrier, Target


class AlreadyApplied:
    """Tells what in ``target`` carries a commit."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._repository = target.repository
        self._found = cache(self._find)
        self._changes: dict[str, CommitLines] = {}

    def of(self, commit: Commit) -> Carrier | None:
        """What has the change of ``commit``: itself, what says so, or what changes the same lines.

        Something like it is not enough: a plan that left it out would be wrong.
        """
        return self._found(commit)

    def _since(self, sha: str) -> str | None:
        """Where the commit's history and the target's parted."""
        base = self._target.upstream
        if base and is_ancestor(self._repository, base, sha):
            return base
        return merge_base(self._repository, sha, self._target.commit)

    def read_ahead(self, commits: Iterable[Commit]) -> None:
        """Read at once what ``of`` will need to know of these."""
        new = [commit.sha for commit in commits if commit.sha not in self._changes]
        read = read_whole_changes(self._repository, new)
        self._changes.update({sha: read.get(sha, {}) for sha in new})

    def _find(self, commit: Commit) -> Carrier | None:
        since = self._since(commit.sha)
        if since == commit.sha:
            return Carrier.of(commit)
        own = _read_own(self._repository, self._target.commit, since)
        fix = Fix((commit,))
        for sha, other in own.history.commits.items():
            if confidence(fix.signs(other), None) >= _SURE:
                return self._target.stands_for(sha)
        self.read_ahead([commit])
        twin = own.by_lines.get(_key(self._changes[commit.sha]))
        return self._target.stands_for(twin) if twin else None

    def of_empty(self, commit: Commit) -> Carrier | None:
        """As ``of``, for a commit whose pick leaves nothing to change.

        What has it then may also be a patch of the series that has more in it. None where the
        lines just read so already.
        """
        return self.of(commit) or next(
            (
                what
                for sha, what in self._target.own.items()
                if pick(self._repository, commit, sha).outcome == "already-applied"
            ),
            None,
        )


_SURE = 0.99


@dataclass(frozen=True, slots=True)
class _Own:
    """What the target has and the commit's line does not; the commits by the lines they change."""

    history: History
    by_lines: Mapping[_Key, str]


@cached_while_open(most=4)
def _read_own(repository: Repository, tip: str, since: str | None) -> _Own:
    history = read_history(repository, [tip], [since] if since else [])
    plain = [sha for sha, commit in history.commits.items() if len(commit.parents) < 2]
    changes = read_whole_changes(repository, plain)
    return _Own(history, {_key(lines): sha for sha, lines in changes.items() if lines})


_Key = frozenset[tuple[bytes, frozenset[tuple[bytes, int]]]]


def _key(lines: CommitLines) -> _Key:
    return frozenset((path, frozenset(file.changed.items())) for path, file in lines.items())
