"""The commits that were read from a repository: their graph, what they say, and their keys."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from itertools import islice
from zlib import crc32

from debpatch.git.commit_graph import CommitGraph
from debpatch.git.repository import COMMIT_FORMAT, Commit, Repository, read_commit, seconds

_FIELDS = 7
_MOST_KEPT = 64_000_000
"""So many bytes of what commits say are kept; what else is asked for is read again."""
_AT_ONCE = 4096
_FEW = 20
"""So many commits are read one by one sooner than by a process of their own."""


class KnownCommits:
    """The commits of a repository that were read, by their numbers in the ``graph``."""

    def __init__(self, repository: Repository) -> None:
        self.graph = CommitGraph()
        self._repository = repository
        self._said: dict[int, Commit | bytes] = {}
        self._room = _MOST_KEPT
        self._keys = KeyTable()

    def put(self, commit: Commit) -> int:
        """Take in a commit that was read; give its number."""
        numbers, _ = self.graph.add([commit.sha], [" ".join(commit.parents)], [commit.date])
        self._said[numbers[0]] = commit
        return numbers[0]

    # -- reading -----------------------------------------------------------------------------------

    def read(self, revisions: Iterable[str], *options: str) -> list[int]:
        """Read commits, one ``git log``; give the numbers of those that are new, as they come.

        ``revisions`` are full ids, those not wanted with a ``^`` before them.
        """
        log = _Log(self)
        stdin = "".join(f"{revision}\n" for revision in revisions).encode()
        if stdin:  # where there is none Git would begin at HEAD
            self._repository.run_into(
                log, "log", "--stdin", "-z", f"--format={COMMIT_FORMAT}", *options, stdin=stdin
            )
        return log.new

    def take_in(self, fields: Sequence[bytes]) -> list[int]:
        """Take in commits as Git prints them; give the numbers of those that are new."""
        ids, parents, dates = (fields[at::_FIELDS] for at in range(3))
        numbers, new = self.graph.add(
            b" ".join(ids).decode().split(" "),
            b"\0".join(parents).decode().split("\0"),
            list(map(seconds, dates)),
        )
        if self._room > 0:
            parts = zip(*(fields[at::_FIELDS] for at in range(3, _FIELDS)), strict=True)
            for number, said in zip(numbers, map(b"\0".join, parts), strict=True):
                self._said.setdefault(number, said)
                self._room -= len(said)
        return new

    # -- what they say -----------------------------------------------------------------------------

    def commit(self, number: int) -> Commit:
        """The commit with a number; DebpatchError where the clone lacks it."""
        said = self._said.get(number)
        if isinstance(said, Commit):
            return said
        sha, parents = self.graph.ids[number], self.graph.parent_ids(number)
        if said is None:
            commit = replace(self._repository.commit(sha), parents=parents)
        else:
            commit = read_commit(sha, parents, self.graph.dates[number], said.split(b"\0"))
        self._said[number] = commit
        return commit

    def commits(self, numbers: Iterable[int]) -> Iterator[Commit]:
        """The commits with these numbers; what was not read or kept is read many at once."""
        rest = iter(numbers)
        while part := list(islice(rest, _AT_ONCE)):
            lacking = [number for number in part if number not in self._said]
            if len(lacking) > _FEW:
                self._room = max(self._room, _MOST_KEPT // 8)
                self.read((self.graph.ids[number] for number in lacking), "--no-walk=unsorted")
            yield from map(self.commit, part)

    # -- their keys --------------------------------------------------------------------------------

    def matching(self, keys: Set[str], order: Sequence[int]) -> list[int]:
        """The numbers in ``order`` of all commits with one of ``keys``, and few others."""
        if lacking := self._keys.lacking(order):
            for at in range(0, len(lacking), _PORTION):
                part = lacking[at : at + _PORTION]
                said = zip(part, self.commits(part), strict=True)
                self._keys.add(part, ((number, commit.keys) for number, commit in said))
        return sorted(self._keys.find(keys))


class _Log:
    """Takes what ``git log -z`` prints with the format of this module, in pieces."""

    def __init__(self, known: KnownCommits) -> None:
        self.new: list[int] = []
        self._known = known
        self._rest = b""

    def write(self, data: bytes) -> None:
        fields = (self._rest + data).split(b"\0")
        end = (len(fields) - 1) // _FIELDS * _FIELDS
        self._rest = b"\0".join(fields[end:])
        if end:
            self.new += self._known.take_in(fields[:end])


# -- keys -> commits -------------------------------------------------------------------------------

_PORTION = 100_000


class KeyTable:
    """Which commits have a key: sorted pairs of a key's checksum and a commit's number.

    Two keys may have one checksum, so that a few commits are found that have none of the keys.
    """

    def __init__(self) -> None:
        self._parts: list[array[int]] = []
        self._done = bytearray()

    def lacking(self, numbers: Sequence[int]) -> list[int]:
        """Those of ``numbers`` of which nothing is known here."""
        done = self._done
        done.extend(bytes(max(0, max(numbers, default=-1) + 1 - len(done))))
        return [number for number in numbers if not done[number]]

    def add(self, numbers: Iterable[int], keys: Iterable[tuple[int, Iterable[str]]]) -> None:
        """Note all keys of some commits."""
        self._parts.append(
            array("Q", sorted(_checksum(key) << 32 | at for at, own in keys for key in own))
        )
        for number in numbers:
            self._done[number] = 1

    def find(self, keys: Iterable[str]) -> set[int]:
        """The numbers of the commits that have one of ``keys``, and few others."""
        found = set()
        for checksum in set(map(_checksum, keys)):
            for part in self._parts:
                at = bisect_left(part, checksum << 32)
                while at < len(part) and part[at] >> 32 == checksum:
                    found.add(part[at] & 0xFFFFFFFF)
                    at += 1
        return found


def _checksum(key: str) -> int:
    return crc32(key.encode("utf-8", "surrogatepass"))
