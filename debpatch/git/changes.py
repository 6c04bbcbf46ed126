"""What many commits changed; each is read from Git once.

The index keeps two things. For a commit, what it changed, in all files or in those that somebody
has asked for. For a path, which commits were looked at for it, and which of them changed it.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from debpatch.caching import cached_while_open
from debpatch.git.file_lines import CommitLines, Row, ask_changes, pack_row, unpack_row
from debpatch.git.history import History, read_history, whole_history
from debpatch.git.index import open_index
from debpatch.git.repository import Repository


def read_changes(
    repository: Repository, tips: Iterable[str], without: Iterable[str], paths: Iterable[str]
) -> Mapping[str, CommitLines]:
    """What the commits of ``tips`` that ``without`` do not have changed in ``paths``, by full id.

    The youngest first, as in a ``History``; only those that changed any. Merges are not read.
    Raises DebpatchError where the clone lacks objects.
    """
    history = read_history(repository, tips, without)
    wanted = {path.encode("utf-8", "surrogateescape") for path in paths if "\n" not in path}
    return _changes(repository).in_paths(history, wanted)


def read_whole_changes(repository: Repository, shas: Iterable[str]) -> Mapping[str, CommitLines]:
    """All that the commits ``shas`` changed, by full id; a merge against its first parent.

    Raises DebpatchError where the clone lacks objects.
    """
    return _changes(repository).whole(list(dict.fromkeys(shas)))


def fill_changes(repository: Repository, tell: Callable[[int, int], None]) -> None:
    """Put what all commits changed into the index, so that it need not be read any more.

    ``tell`` is told how many commits were looked at, of how many. Raises DebpatchError where the
    clone lacks objects.
    """
    _changes(repository).fill(tell)


def count_changes(repository: Repository) -> int:
    """Of how many commits the index has all changes."""
    return _changes(repository).count()


# -- what is known ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Path:
    """Which commits were looked at for a path, a byte for each number, and which touch it."""

    looked: bytearray
    touching: frozenset[int]


_AT_ONCE = 500


@cached_while_open()
def _changes(repository: Repository) -> _Changes:
    return _Changes(repository)


class _Changes:
    """All that is known of the changes of a repository's commits."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._index = open_index(repository)
        self._rows: dict[str, Row] = {}
        self._paths: dict[bytes, _Path] = {}
        self._masks: dict[bytes, bytearray] = {}

    # -- all that some commits changed -------------------------------------------------------------

    def whole(self, shas: Sequence[str]) -> Mapping[str, CommitLines]:
        """The changes of commits in all files."""
        self._load(shas)
        lacking = [sha for sha in shas if sha not in self._rows or not self._rows[sha].is_whole]
        if lacking:
            found = dict(ask_changes(self._repository, lacking))
            for sha in lacking:
                self._note(sha, Row(found.get(sha, {}), is_whole=True))
        return {sha: self._rows[sha].files for sha in shas}

    # -- what many commits changed in some files ---------------------------------------------------

    def in_paths(self, history: History, paths: Iterable[bytes]) -> Mapping[str, CommitLines]:
        """The changes of the commits of ``history`` in the files ``paths``."""
        graph = history.known.graph
        self._look_up(wanted := sorted(paths))
        alike: dict[int, list[bytes]] = defaultdict(list)
        for path in wanted:
            alike[id(self._paths[path].looked)].append(path)
        for together in alike.values():
            self._look_at(history, together)
        by_number: dict[int, list[bytes]] = defaultdict(list)
        for path in wanted:
            for number in self._paths[path].touching:
                by_number[number].append(path)
        touching = [number for number in history.order if number in by_number]
        ids = {number: graph.ids[number] for number in touching}
        self._load(ids.values())
        self._mend({ids[number]: by_number[number] for number in touching})
        return {
            sha: {path: files[path] for path in by_number[number] if path in files}
            for number, sha in ids.items()
            if (files := self._rows[sha].files)
        }

    def _look_at(self, history: History, paths: Sequence[bytes]) -> None:
        """Ask Git for changes in ``paths`` that were not looked at: the same for all of these."""
        graph, looked = history.known.graph, self._paths[paths[0]].looked
        looked.extend(bytes(len(graph) - len(looked)))
        lacking = [number for number in history.order if not looked[number]]
        if not lacking:
            return
        touching: dict[bytes, set[int]] = defaultdict(set)
        shas = [graph.ids[number] for number in lacking if number not in graph.others]
        for sha, files in ask_changes(self._repository, shas, paths):
            number = graph.number(sha)
            if number is not None:
                self._note_part(sha, files)
                for path in files:
                    touching[path].add(number)
        looked = looked.copy()
        for number in lacking:
            looked[number] = 1
        indexed = history.known.indexed
        runs = _runs(looked[:indexed]) if self._index.place else b""
        for path in paths:
            known = self._paths[path] = _Path(looked, self._paths[path].touching | touching[path])
            if runs:
                kept = (number for number in known.touching if number < indexed)
                self._index.put("paths", path, _packed_path(runs, kept))

    def _mend(self, touching: Mapping[str, Sequence[bytes]]) -> None:
        """Ask anew for changes that another process has written over."""
        lost = {
            sha: paths
            for sha, paths in touching.items()
            if sha not in self._rows
            or not (self._rows[sha].is_whole or self._rows[sha].files.keys() >= set(paths))
        }
        if lost:
            paths = sorted({path for each in lost.values() for path in each})
            for sha, files in ask_changes(self._repository, list(lost), paths):
                self._note_part(sha, files)

    # -- all that all commits changed --------------------------------------------------------------

    def fill(self, tell: Callable[[int, int], None]) -> None:
        """Put the changes of all commits in all files into the index, if there is one.

        ``tell`` is told how many were looked at, of how many. What was written is not asked anew
        by the next that fills it, should this one end before.
        """
        history = whole_history(self._repository)
        graph, filled = history.known.graph, self._filled()
        numbers = [number for number in history.order if filled[number : number + 1] != b"\1"]
        touching: dict[bytes, array[int]] = defaultdict(lambda: array("i"))
        for at in range(0, len(numbers), _AT_ONCE):
            tell(at, len(numbers))
            part = {graph.ids[n]: n for n in numbers[at : at + _AT_ONCE] if n not in graph.others}
            for sha, files in self._all_of(list(part)).items():
                for path in files:
                    touching[path].append(part[sha])
            self._index.save()
            if self._index.place is None:
                return  # it could not be written
        filled.extend(bytes(len(graph) - len(filled)))
        for number in numbers:
            filled[number] = 1
        known = self._index.get_all("paths", list(touching))
        for path, added in touching.items():
            runs, before = _unpacked_path(known.get(path))
            self._index.put("paths", path, _packed_path(runs, {*before, *added}))
        self._index.put("paths", _ALL, _packed_path(_runs(filled), ()))
        self._index.save()

    def count(self) -> int:
        """Of how many commits all changes in all files are in the index."""
        return self._filled().count(1)

    def _filled(self) -> bytearray:
        """The commits of which all changes in all files are in the index."""
        return self._mask(_unpacked_path(self._index.get("paths", _ALL))[0]).copy()

    def _all_of(self, shas: Sequence[str]) -> Mapping[str, CommitLines]:
        """The changes of commits in all files, which are put into the index and not kept here."""
        keys = {bytes.fromhex(sha): sha for sha in shas}
        found = self._index.get_all("changes", keys)
        rows = {sha: unpack_row(found[key]) for key, sha in keys.items() if key in found}
        lacking = [sha for sha in shas if sha not in rows or not rows[sha].is_whole]
        asked = dict(ask_changes(self._repository, lacking))
        for sha in lacking:
            rows[sha] = Row(asked.get(sha, {}), is_whole=True)
            self._index.put("changes", bytes.fromhex(sha), pack_row(rows[sha]))
        return {sha: row.files for sha, row in rows.items()}

    # -- the index ---------------------------------------------------------------------------------

    def _load(self, shas: Iterable[str]) -> None:
        keys = {bytes.fromhex(sha): sha for sha in shas if sha not in self._rows}
        for key, data in self._index.get_all("changes", keys).items():
            if isinstance(key, bytes):
                self._rows[keys[key]] = unpack_row(data)

    def _note(self, sha: str, row: Row) -> None:
        self._rows[sha] = row
        if self._index.place:
            self._index.put("changes", bytes.fromhex(sha), pack_row(row))

    def _note_part(self, sha: str, files: CommitLines) -> None:
        self._load([sha])
        known = self._rows.get(sha)
        if known is None or not known.is_whole:
            self._note(sha, Row({**known.files, **files} if known else files, is_whole=False))

    def _look_up(self, paths: Sequence[bytes]) -> None:
        """Read what is known of ``paths``; for others nothing was looked at."""
        whole_history(self._repository)  # numbers are the index's own only where that was read
        new = [path for path in paths if path not in self._paths]
        found = self._index.get_all("paths", [*new, _ALL])
        filled, _ = _unpacked_path(found.get(_ALL))
        for path in new:
            runs, touching = _unpacked_path(found.get(path))
            self._paths[path] = _Path(self._mask(runs, filled), frozenset(touching))

    def _mask(self, *runs: bytes) -> bytearray:
        """A byte for each number, 1 for those in one of the ``runs``; the same for the same."""
        key = b"-".join(runs)
        if key not in self._masks:
            mask = self._masks[key] = bytearray()
            for each in runs:
                ends = array("i")
                ends.frombytes(each)
                for start, end in zip(ends[::2], ends[1::2], strict=True):
                    mask.extend(bytes(max(0, end - len(mask))))
                    mask[start:end] = b"\1" * (end - start)
        return self._masks[key]


_ALL = b""
"""The key of the commits that were looked at for every path there is."""


def _runs(mask: bytes | bytearray) -> bytes:
    """Where the bytes of a mask are 1: from which number to before which."""
    ends = array("i")
    for run in re.finditer(b"\1+", mask):
        ends.extend(run.span())
    return ends.tobytes()


def _packed_path(runs: bytes, touching: Iterable[int]) -> bytes:
    return len(runs).to_bytes(4, "little") + runs + array("i", sorted(touching)).tobytes()


def _unpacked_path(data: bytes | None) -> tuple[bytes, array[int]]:
    """Which commits were looked at, as runs, and which touch it."""
    touching = array("i")
    if data is None:
        return b"", touching
    end = 4 + int.from_bytes(data[:4], "little")
    touching.frombytes(data[end:])
    return data[4:end], touching
