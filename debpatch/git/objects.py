"""Objects of our own, in the formats in which Git takes them."""

from __future__ import annotations

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A file in a tree: Git's octal mode, and the id of its blob (of a commit for a submodule)."""

    mode: str
    sha: str


FileChange = tuple[str, bytes] | TreeEntry | None
"""What becomes of a file: a mode and a content, a blob that is there, or (None) nothing."""

SCRATCH = "refs/debpatch/tree"
"""The ref of the commit that ``fast_import`` makes."""


def fast_import(base: str | None, changes: Iterable[tuple[str, FileChange]]) -> Iterator[bytes]:
    """The commands of git-fast-import(1) that build one tree from ``base``."""
    yield f"commit {SCRATCH}\ncommitter debpatch <> 0 +0000\ndata 0\n".encode()
    yield f'M 040000 {base} ""\n'.encode() if base else b"deleteall\n"
    for path, change in changes:
        name = _quote(path)
        if change is None:
            yield b"D %b\n" % name
        elif isinstance(change, TreeEntry):
            yield b"M %b %b %b\n" % (change.mode.encode(), change.sha.encode(), name)
        else:
            mode, data = change
            yield b"M %b inline %b\ndata %d\n" % (mode.encode(), name, len(data))
            yield data
            yield b"\n"
    yield b"done\n"


@dataclass(frozen=True, slots=True)
class LooseObjects:
    """A place for loose objects (gitformat-loose): a repository's ``objects``, and its format.

    They are written by hand, since a process for each would take longer than what they are for,
    and gitdb knows SHA-1 alone.
    """

    folder: Path
    object_format: str

    def write(self, kind: str, body: bytes) -> str:
        """Write an object unless it is here, and give its id."""
        content = b"%b %d\0%b" % (kind.encode(), len(body), body)
        sha = hashlib.new(self.object_format, content).hexdigest()
        path = self.folder / sha[:2] / sha[2:]
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(content, 1))
        return sha

    def write_commit(self, tree: str, parents: Sequence[str], message: bytes) -> str:
        """Write a commit, the same for the same arguments."""
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += ["author debpatch <> 0 +0000", f"committer debpatch <> {_NEWEST} +0000"]
        return self.write("commit", "\n".join([*lines, "", ""]).encode() + message)

    def write_tree(
        self, base: str | None, changes: Mapping[str, FileChange], children: Children
    ) -> str:
        """Write the tree ``base`` with the files ``changes``, and the trees in it that change."""
        entries = {name: TreeEntry(mode, sha) for mode, name, sha in children(base)} if base else {}
        below: dict[str, dict[str, FileChange]] = defaultdict(dict)
        for path, change in changes.items():
            name, slash, rest = path.partition("/")
            if slash:
                below[name][rest] = change
            elif change is None:
                entries.pop(name, None)
            else:
                entries[name] = self._entry(change)
        for name, inner in below.items():
            old = entries.get(name)
            is_folder = old is not None and old.mode == _FOLDER
            if not is_folder and not any(inner.values()):
                continue  # what is to go is not there
            sha = self.write_tree(old.sha if old and is_folder else None, inner, children)
            entries[name] = TreeEntry(_FOLDER, sha)
            if sha == self.write("tree", b""):  # Git knows no empty folders
                del entries[name]
        return self.write("tree", _tree_body(entries))

    def _entry(self, change: tuple[str, bytes] | TreeEntry) -> TreeEntry:
        if isinstance(change, TreeEntry):
            return change
        mode, data = change
        return TreeEntry(mode, self.write("blob", data))


Children = Callable[[str], Iterable[tuple[str, str, str]]]
"""Gives mode, name and id of each entry of the tree object with an id."""

_FOLDER = "40000"
_NEWEST = 4_000_000_000
"""Git walks history by date: with an older one than its parents' a commit is met last of all."""


def _tree_body(entries: Mapping[str, TreeEntry]) -> bytes:
    """The content of a tree object: a folder stands where its name with a slash belongs."""
    rows = [(_raw(name), entry) for name, entry in entries.items()]
    rows.sort(key=lambda row: row[0] + b"/" * (row[1].mode == _FOLDER))
    return b"".join(b"%b %b\0%b" % (entry.mode.encode(), name, bytes.fromhex(entry.sha))
                    for name, entry in rows)  # fmt: skip


def blob_id(data: bytes, digits: int) -> str:
    """The id of a file's content, where ids have so many ``digits``."""
    content = b"blob %d\0%b" % (len(data), data)
    return hashlib.new("sha1" if digits == 40 else "sha256", content).hexdigest()


def _raw(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _quote(path: str) -> bytes:
    escaped = _raw(path).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"%b"' % escaped
