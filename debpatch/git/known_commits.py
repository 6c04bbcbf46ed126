"""The commits that are known of a repository: their graph, what they say, and their keys.

What the index has of them is not read again. What a commit says it does not have: few commits are
ever asked for that, and Git has it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import replace
from itertools import chain, islice
from zlib import crc32

from debpatch.git.commit_graph import CommitGraph
from debpatch.git.index import Key, open_index
from debpatch.git.repository import COMMIT_FORMAT, Commit, Repository, read_commit, seconds

_FIELDS = 7
_MOST_KEPT = 32_000_000
"""So many bytes of what commits say are kept; what else is asked for is read again."""
_AT_ONCE = 4096
_FEW = 20
"""So many commits are read one by one sooner than by a process of their own."""
_PORTION = 100_000
"""Of so many commits at most the facts are made ready at once."""
_ROWS = 16
"""When there are so many more rows in the index than needed they become one."""


class KnownCommits:
    """The commits of a repository, by their numbers in the ``graph``.

    In the index commits have the same numbers, but only those below ``indexed`` are there.
    """

    def __init__(self, repository: Repository) -> None:
        self.graph = CommitGraph()
        self.indexed = 0
        self._repository = repository
        self._said: dict[int, Commit | bytes] = {}
        self._room = _MOST_KEPT
        self._keys: KeyTable | None = None

    # -- reading -----------------------------------------------------------------------------------

    def read_all(self, tips: Sequence[str]) -> None:
        """Read all that ``tips`` have, and whatever else of the project the index has.

        Raises DebpatchError where the clone lacks some of it.
        """
        index = open_index(self._repository)
        rows, start = self.load(), len(self.graph)
        if lacking := [tip for tip in tips if self.graph.number(tip) is None]:
            known = (f"^{sha}" for sha in self.graph.heads())
            self.read([*lacking, *known], *(["--ignore-missing"] if rows else []))
        if not self.graph.is_whole or any(self.graph.number(tip) is None for tip in lacking):
            # The index and the clone do not fit.
            index.give_up()
            self.graph, rows, start = CommitGraph(), [], 0
            self.read(tips)
        if len(rows) > _ROWS + len(self.graph) // _PORTION:
            start = 0
            for key in rows:
                index.put("graph", key, None)
        for at in range(start, len(self.graph), _PORTION):
            index.put("graph", at, self.graph.pack(at, at + _PORTION))
        self.indexed = len(self.graph)

    def load(self) -> list[Key]:
        """Take in what the index has, and give the keys of its rows."""
        index = open_index(self._repository)
        rows = index.rows("graph")
        try:
            for _, data in rows:
                self.graph.load(data)
        except ValueError:
            index.give_up()
            self.graph, rows = CommitGraph(), []
        return [key for key, _ in rows]

    def read(self, revisions: Iterable[str], *options: str) -> None:
        """Read commits, by one ``git log``.

        ``revisions`` are full ids, those not wanted with a ``^`` before them.
        """
        self._log(self._take_in, revisions, *options)

    def _log(
        self, take: Callable[[list[bytes]], object], revisions: Iterable[str], *options: str
    ) -> None:
        stdin = "".join(f"{revision}\n" for revision in revisions).encode()
        if stdin:  # where there is none Git would begin at HEAD
            command = ("log", *options, "--stdin", "-z", f"--format={COMMIT_FORMAT}")
            self._repository.run_into(_Fields(take), *command, stdin=stdin)

    def _take_in(self, fields: Sequence[bytes]) -> None:
        """Take in commits as Git prints them."""
        ids, parents, dates = (fields[at::_FIELDS] for at in range(3))
        numbers = self.graph.add(
            b" ".join(ids).decode().split(" "),
            b"\0".join(parents).decode().split("\0"),
            list(map(seconds, dates)),
        )
        if self._room > 0:
            self._said.update(zip(numbers, _said(fields), strict=True))
            self._room -= sum(map(len, fields))

    def put(self, commit: Commit) -> int:
        """Take in a commit that was read; give its number."""
        numbers = self.graph.add([commit.sha], [" ".join(commit.parents)], [commit.date])
        self._said[numbers[0]] = commit
        return numbers[0]

    # -- what they say -----------------------------------------------------------------------------

    def commit(self, number: int) -> Commit:
        """The commit with a number; DebpatchError where the clone lacks it."""
        said = self._said.get(number)
        if said is None:
            commit = self._repository.commit(self.graph.ids[number])
            self._said[number] = replace(commit, parents=self.graph.parent_ids(number))
        elif isinstance(said, bytes):
            self._said[number] = self._understood(number, said)
        return self.commit(number) if not isinstance(said, Commit) else said

    def commits(self, numbers: Iterable[int]) -> Iterator[Commit]:
        """The commits with these numbers; what was not read or kept is read many at once."""
        rest = iter(numbers)
        while part := list(islice(rest, _AT_ONCE)):
            said: dict[int, Commit | bytes] = {}

            def take(fields: Sequence[bytes], said: dict[int, Commit | bytes] = said) -> None:
                ids = (self.graph.number(sha.decode()) for sha in fields[::_FIELDS])
                said.update(
                    (n, s) for n, s in zip(ids, _said(fields), strict=True) if n is not None
                )

            lacking = [number for number in part if number not in self._said]
            if len(lacking) > _FEW:
                self._log(take, (self.graph.ids[n] for n in lacking), "--no-walk=unsorted")
            for number in part:
                known = self._said.get(number) or said.get(number)
                if isinstance(known, bytes):
                    yield self._understood(number, known)
                else:
                    yield known or self.commit(number)

    def read_ahead(self, numbers: Iterable[int]) -> None:
        """Read at once what these commits say, as far as there is room for it."""
        lacking = [number for number in numbers if number not in self._said]
        if len(lacking) > _FEW:
            self._log(self._take_in, (self.graph.ids[n] for n in lacking), "--no-walk=unsorted")

    def _understood(self, number: int, said: bytes) -> Commit:
        graph = self.graph
        parents, date = graph.parent_ids(number), graph.dates[number]
        return read_commit(graph.ids[number], parents, date, said.split(b"\0"))

    # -- their keys --------------------------------------------------------------------------------

    def matching(self, keys: Set[str], order: Sequence[int]) -> list[int]:
        """The numbers in ``order`` of all commits with one of ``keys``, and a few others."""
        self.read_keys(order)
        return sorted(self.keys().find(keys))

    def read_keys(self, numbers: Sequence[int]) -> None:
        """Read the keys of the commits with these numbers, and put them into the index."""
        table, index = self.keys(), open_index(self._repository)
        if table.commits == len(self.graph) or not (lacking := table.lacking(numbers)):
            return
        ours = [number for number in lacking if number >= self.indexed]
        theirs = [number for number in lacking if number < self.indexed]
        for part in (ours, *(theirs[n : n + _PORTION] for n in range(0, len(theirs), _PORTION))):
            if part:
                row = table.add(part, array("Q", sorted(self._pairs(part))))
                if part is not ours:
                    index.put("keys", len(table), row)

    def _pairs(self, numbers: Sequence[int]) -> Iterator[int]:
        for number, commit in zip(numbers, self.commits(numbers), strict=True):
            for key in commit.keys:
                yield _checksum(key) << 32 | number

    def keys(self) -> KeyTable:
        """The keys of commits, as far as they are known."""
        if self._keys is None:
            index = open_index(self._repository)
            rows = index.rows("keys")
            self._keys = KeyTable.of(data for _, data in rows)
            if len(rows) > _ROWS + len(self.graph) // _PORTION:
                for key, _ in rows:
                    index.put("keys", key, None)
                index.put("keys", 0, self._keys.merged())
        return self._keys


class _Fields:
    """Takes what ``git log -z`` prints, and passes it on in whole commits."""

    def __init__(self, take: Callable[[list[bytes]], object]) -> None:
        self._take = take
        self._rest = b""

    def write(self, data: bytes) -> None:
        fields = (self._rest + data).split(b"\0")
        end = (len(fields) - 1) // _FIELDS * _FIELDS
        self._rest = b"\0".join(fields[end:])
        if end:
            self._take(fields[:end])


def _said(fields: Sequence[bytes]) -> Iterator[bytes]:
    """What each commit says, as ``read_commit`` takes it."""
    parts = (fields[at::_FIELDS] for at in range(3, _FIELDS))
    return map(b"\0".join, zip(*parts, strict=True))


# -- keys -> commits -------------------------------------------------------------------------------


class KeyTable:
    """Which commits have a key: sorted pairs of a key's checksum and a commit's number.

    Two keys may have one checksum, so that a few commits are found that have none of the keys.
    """

    def __init__(self) -> None:
        self._parts: list[array[int]] = []
        self._done = bytearray()

    def __len__(self) -> int:
        """How many parts it has."""
        return len(self._parts)

    @property
    def commits(self) -> int:
        """How many commits it has the keys of."""
        return self._done.count(1)

    @classmethod
    def of(cls, rows: Iterable[bytes]) -> KeyTable:
        """The table that ``add`` made of several, from what it gave."""
        table = cls()
        for row in rows:
            length = int.from_bytes(row[:4], "little")
            pairs = array("Q")
            pairs.frombytes(row[4 + length :])
            table._note(row[4 : 4 + length], pairs)
        return table

    def lacking(self, numbers: Sequence[int]) -> list[int]:
        """Those of ``numbers`` of which nothing is known here."""
        done = self._done
        done.extend(bytes(max(0, max(numbers, default=-1) + 1 - len(done))))
        return [number for number in numbers if not done[number]]

    def add(self, numbers: Iterable[int], pairs: array[int]) -> bytes:
        """Note all pairs of some commits; give them as bytes."""
        done = bytearray(max(numbers := list(numbers)) + 1)
        for number in numbers:
            done[number] = 1
        self._note(done, pairs)
        return len(done).to_bytes(4, "little") + done + pairs.tobytes()

    def _note(self, done: bytes | bytearray, pairs: array[int]) -> None:
        self._parts.append(pairs)
        width = max(len(self._done), len(done))
        both = int.from_bytes(self._done, "little") | int.from_bytes(done, "little")
        self._done = bytearray(both.to_bytes(width, "little"))

    def merged(self) -> bytes:
        """All of it as one part."""
        self._parts = [array("Q", sorted(chain.from_iterable(self._parts)))]
        done = bytes(self._done)
        return len(done).to_bytes(4, "little") + done + self._parts[0].tobytes()

    def find(self, keys: Iterable[str]) -> set[int]:
        """The numbers of the commits that have one of ``keys``, and a few others."""
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
