"""The index: facts of commits, kept in the user's cache for the next run.

What a commit says and changes never changes, so what Git has once said of it need not be asked
again. A fact is found by the full id of what it is about, or by a question that names all objects
by their full ids, and is true by itself: whatever else is lost, it holds. So the index is never
needed. Where the disk cannot keep it, where somebody else might have written it, or where it is
broken, everything is asked of Git, as it is without it.

It is an SQLite database a project, named after the commit that the project began with, so that all
clones of a project share it. Facts are gathered during a run and written at its end, in one
transaction. One that is broken, or was written by another version of debpatch or with another Git,
is removed, and the next begins anew.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from debpatch.caching import cached_while_open
from debpatch.errors import DebpatchError
from debpatch.folders import cache_folder
from debpatch.git import WITHOUT_INDEX
from debpatch.git.command import GitCommandError
from debpatch.git.repository import Repository

if TYPE_CHECKING:
    import sqlite3

VERSION = 1
"""To be raised when a fact gets another form, or another meaning."""

Kind = Literal["graph", "keys", "changes", "paths", "answers"]
Key = int | bytes
_TABLES: Mapping[Kind, str] = {
    "graph": "INTEGER",
    "keys": "INTEGER",
    "changes": "BLOB",
    "paths": "BLOB",
    "answers": "BLOB",
}
_PATIENCE = 2.0
"""Seconds to wait for another process that writes."""
_AT_ONCE = 500
_PASSING = {"BUSY", "LOCKED", "READONLY", "CANTOPEN", "PERM", "FULL", "IOERR", "NOMEM", "AUTH"}
"""Errors that the disk is to blame for, or another process, and not what is in the file."""


class Index:
    """The facts of one project; without a ``place`` there is none, and nothing is kept."""

    def __init__(self, place: Path | None, version: int) -> None:
        self.place = place
        self._version = version
        self._new: dict[Kind, dict[Key, bytes | None]] = {kind: {} for kind in _TABLES}
        self._guard: list[Key] | None = None  # the rows of the graph that others build on
        self._connection: sqlite3.Connection | None = None
        if place is not None and os.path.lexists(place):
            self._connect()

    # -- facts -------------------------------------------------------------------------------------

    def get(self, kind: Kind, key: Key) -> bytes | None:
        """The fact of this kind with this key; None where it is not known."""
        return self.get_all(kind, [key]).get(key)

    def get_all(self, kind: Kind, keys: Iterable[Key]) -> dict[Key, bytes]:
        """The facts with these keys, as far as they are known."""
        new = self._new[kind]
        wanted = list(keys)
        found = {key: _unpacked(kind, key, fact) for key in wanted if (fact := new.get(key))}
        asked = [key for key in wanted if key not in new] if self._connection else []
        for at in range(0, len(asked), _AT_ONCE):
            part = asked[at : at + _AT_ONCE]
            marks = ",".join("?" * len(part))
            found.update(self._read(kind, f"WHERE key IN ({marks})", part))
        return found

    def rows(self, kind: Kind) -> list[tuple[Key, bytes]]:
        """All facts of this kind by their keys, in the order of these."""
        rows = self._read(kind, "ORDER BY key", ())
        if kind == "graph":
            self._guard = list(rows)
        return list(rows.items())

    def has_any(self, kind: Kind) -> bool:
        """Whether there are facts of this kind."""
        return bool(self._read(kind, "LIMIT 1", ()))

    def put(self, kind: Kind, key: Key, data: bytes | None) -> None:
        """Note a fact, to be kept when the index is saved; None for one that is to go."""
        if self.place is not None:
            self._new[kind][key] = None if data is None else _packed(kind, key, data)

    def _read(self, kind: Kind, condition: str, keys: Iterable[Key]) -> dict[Key, bytes]:
        if self._connection is None:
            return {}
        query = f"SELECT key, data FROM {kind} {condition}"  # noqa: S608 - words of this module
        with self._guarded():
            rows = self._connection.execute(query, tuple(keys)).fetchall()
            return {key: _unpacked(kind, key, data) for key, data in rows}
        return {}

    # -- the file ----------------------------------------------------------------------------------

    def save(self) -> None:
        """Keep what is new; where that fails it is forgotten.

        Another process may have read more commits meanwhile. Then numbers mean something else in
        its facts than in ours, which are left out.
        """
        if self.place is None or not any(self._new.values()):
            return
        if self._connection is None:
            self._connect(create=True)
        new, self._new = self._new, {kind: {} for kind in _TABLES}
        if self._connection is None:
            return
        with self._guarded(), _transaction(self._connection) as execute:
            if self._guard not in (None, _keys_of_graph(execute)):
                return
            for kind, facts in new.items():
                for key, fact in facts.items():
                    if fact is None:
                        execute(f"DELETE FROM {kind} WHERE key = ?", (key,))  # noqa: S608
                    else:
                        query = f"INSERT OR REPLACE INTO {kind} VALUES (?, ?)"  # noqa: S608
                        execute(query, (key, fact))
            self._guard = _keys_of_graph(execute)

    def size(self) -> int:
        """How many bytes the file has."""
        return sum(path.lstat().st_size for path in _files(self.place) if os.path.lexists(path))

    def written(self) -> int:
        """When the file was written last, in Unix seconds; 0 where there is none."""
        times = [p.lstat().st_mtime for p in _files(self.place) if os.path.lexists(p)]
        return int(max(times, default=0))

    def close(self) -> None:
        """Let the file go; what was not saved is forgotten."""
        if self._connection is not None:
            with suppress(Exception):
                self._connection.close()
            self._connection = None

    def give_up(self) -> None:
        """Begin anew, since what is in the file and in the repository do not fit."""
        self.close()
        self._remove()
        self._guard = []

    def _connect(self, *, create: bool = False) -> None:
        import sqlite3

        place = self.place
        if place is None or not _is_ours(place, create=create):
            self.place = None
            return
        with self._guarded():
            self._connection = sqlite3.connect(place, timeout=_PATIENCE, isolation_level=None)
            self._connection.execute("PRAGMA synchronous = OFF")  # every fact has a checksum
            if _version_of(self._connection) == 0:
                self._connection.execute("PRAGMA journal_mode = WAL")
                with _transaction(self._connection) as execute:
                    if _version_of(self._connection) == 0:
                        for kind, key in _TABLES.items():
                            execute(f"CREATE TABLE {kind} (key {key} PRIMARY KEY, data BLOB)", ())
                        execute(f"PRAGMA user_version = {self._version}", ())
            if _version_of(self._connection) != self._version:
                raise sqlite3.DatabaseError("of another version")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Do without the index where something of it fails; what is broken is removed."""
        import sqlite3

        try:
            yield
        except (sqlite3.Error, ValueError, zlib.error) as error:
            self.close()
            name = str(getattr(error, "sqlite_errorname", "")).removeprefix("SQLITE_")
            if not any(name.startswith(passing) for passing in _PASSING):
                self._remove()
            else:
                self.place = None

    def _remove(self) -> None:
        for path in _files(self.place):
            with suppress(OSError):
                path.unlink()

    def remove(self) -> None:
        """Remove the file, and do without one in this run.

        Raises OSError where that fails.
        """
        self.close()
        for path in _files(self.place):
            path.unlink(missing_ok=True)
        self.place = None


def _files(place: Path | None) -> list[Path]:
    """The database, and what SQLite has beside it."""
    if place is None:
        return []
    return [place, *(place.with_name(f"{place.name}{end}") for end in ("-wal", "-shm"))]


_Execute = Callable[[str, tuple[object, ...]], Iterable[tuple[Key]]]


def _keys_of_graph(execute: _Execute) -> list[Key]:
    return [key for (key,) in execute("SELECT key FROM graph ORDER BY key", ())]


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[_Execute]:
    """What is executed is done as a whole, or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection.execute
    except BaseException:
        with suppress(Exception):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _packed(kind: Kind, key: Key, data: bytes) -> bytes:
    """A fact as it is written: a checksum of all of it, and the data, compressed."""
    return _checksum(kind, key, data) + zlib.compress(data, 1)


def _unpacked(kind: Kind, key: Key, packed: bytes) -> bytes:
    data = zlib.decompress(packed[4:])
    if packed[:4] != _checksum(kind, key, data):
        raise ValueError("wrong checksum")
    return data


def _checksum(kind: Kind, key: Key, data: bytes) -> bytes:
    return zlib.crc32(data, zlib.crc32(f"{kind} {key!r}".encode())).to_bytes(4, "big")


def _is_ours(place: Path, *, create: bool) -> bool:
    """Whether nobody else can have written the file at ``place``; it is made if that is wanted.

    Where root acts for a user, root's files do not belong into that user's cache.
    """
    folder, user = place.parent, os.geteuid()
    try:
        if create:
            above = next(path for path in folder.parents if path.exists())
            if user == 0 and above.stat().st_uid != 0:
                return False
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        states = (folder.stat(), place.lstat())
    except OSError:
        return False
    is_file = stat.S_ISREG(states[1].st_mode)
    return is_file and all(s.st_uid == user and not s.st_mode & 0o022 for s in states)


# -- the index of a repository ---------------------------------------------------------------------


@cached_while_open()
def open_index(repository: Repository) -> Index:
    """The index of the project that ``repository`` is a clone of; it is saved as that is closed."""
    git = ".".join(map(str, repository.git_version))
    version = zlib.crc32(f"{VERSION} {sys.byteorder} {git}".encode()) >> 1 or 1
    index = Index(None if os.environ.get(WITHOUT_INDEX) else place_of(repository), version)

    def end(*, is_good: bool) -> None:
        if is_good:
            index.save()
        index.close()

    repository.at_close.append(end)
    return index


def place_of(repository: Repository) -> Path | None:
    """Where the index of the project is, or would be; None where it can have none.

    A shallow clone has none: there, commits have fewer parents than they have elsewhere.
    """
    if repository.shallow:
        return None
    try:
        first = repository.oldest_tag or next((ref.sha for ref in repository.refs), None)
        if first is None:
            return None
        output = repository.run("rev-list", "--max-parents=0", f"{first}^{{commit}}")
        return cache_folder() / "index" / f"{min(output.decode().split())}.sqlite"
    except (DebpatchError, GitCommandError, RuntimeError):  # the last, where nobody has a home
        return None


def recall(repository: Repository, question: Iterable[str], work_out: Callable[[], bytes]) -> bytes:
    """The answer to ``question``, which names all objects by their full ids.

    It is only worked out where the index does not have it.
    """
    index = open_index(repository)
    text = "\0".join(question).encode("utf-8", "surrogateescape")
    key = hashlib.sha256(text).digest()[:20]
    answer = index.get("answers", key)
    if answer is None:
        answer = work_out()
        if len(answer) <= _LONGEST:
            index.put("answers", key, answer)
    return answer


_LONGEST = 4_000_000
"""An answer of more bytes is not kept."""


def ask(
    repository: Repository, *command: str, ids: Iterable[str | None], or_none: bool = False
) -> bytes:
    """As ``repository.run``; only once where ``ids``, all objects that it names, are full ids.

    With ``or_none`` the exit status 1 says that there is none (b"").
    """

    def run() -> bytes:
        return (repository.run_or_none(*command) or b"") if or_none else repository.run(*command)

    are_full = all(sha is None or _FULL.fullmatch(sha) for sha in ids)
    return recall(repository, command, run) if are_full else run()


_FULL = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
