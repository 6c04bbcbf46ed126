"""What a target has already: the commit itself, or what carries it under another name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from debpatch.inputs.changes import CommitLines, read_whole_changes
from debpatch.inputs.history import History, read_history
from debpatch.inputs.lineage import merge_base
from debpatch.inputs.merge import pick
from debpatch.inputs.repository import Commit
from debpatch.picks.evidence import Fix, confidence
from debpatch.picks.target import Target


class Carriers:
    """Tells what in ``target`` carries a commit: a patch by its name, or a commit."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._repository = target.repository
        self._since = cache(self._read_since)
        self._found = cache(self._find)

    def of(self, commit: Commit) -> str | Commit | None:
        """What has the change of ``commit``: itself, what says so, or what changes the same lines.

        Something like it is not enough: a plan that left it out would be wrong.
        """
        return self._found(commit)

    def _find(self, commit: Commit) -> str | Commit | None:
        since = merge_base(self._repository, commit.sha, self._target.commit)
        if since == commit.sha:
            return commit
        own = self._since(since)
        fix = Fix((commit,))
        for sha, other in own.history.commits.items():
            if confidence(fix.signs(other), None) >= _SURE:
                return self._target.stands_for(sha)
        lines = read_whole_changes(self._repository, [commit.sha]).get(commit.sha, {})
        twin = own.by_lines.get(_key(lines))
        return self._target.stands_for(twin) if twin else None

    def of_empty(self, commit: Commit) -> str | Commit | None:
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

    def _read_since(self, since: str | None) -> _Own:
        history = read_history(self._repository, [self._target.commit], [since] if since else [])
        plain = [sha for sha, commit in history.commits.items() if len(commit.parents) < 2]
        changes = read_whole_changes(self._repository, plain)
        return _Own(history, {_key(lines): sha for sha, lines in changes.items() if lines})


_SURE = 0.99


@dataclass(frozen=True, slots=True)
class _Own:
    """What the target has and the commit's line does not; the commits by the lines they change."""

    history: History
    by_lines: Mapping[_Key, str]


_Key = frozenset[tuple[bytes, frozenset[tuple[bytes, int]]]]


def _key(lines: CommitLines) -> _Key:
    return frozenset((path, frozenset(file.changed.items())) for path, file in lines.items())
