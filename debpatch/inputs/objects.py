"""Objects of our own, in the formats in which Git takes them."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
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


def write_commit(folder: Path, tree: str, parents: Sequence[str], message: bytes) -> str:
    """Write a commit as a loose object below ``folder``, a repository's ``objects``; give its id.

    By hand, since a process for each would take longer than the merge that the commit is for, and
    gitdb knows SHA-1 alone.
    """
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
    lines += ["author debpatch <> 0 +0000", f"committer debpatch <> {_NEWEST} +0000"]
    body = "\n".join([*lines, "", ""]).encode() + message
    content = b"commit %d\0%b" % (len(body), body)
    sha = _id(content, len(tree))
    path = folder / sha[:2] / sha[2:]
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zlib.compress(content, 1))
    return sha


_NEWEST = 4_000_000_000
"""Git walks history by date: with an older one than its parents' a commit is met last of all."""


def blob_id(data: bytes, digits: int) -> str:
    """The id of a file's content, where ids have so many ``digits``."""
    return _id(b"blob %d\0%b" % (len(data), data), digits)


def _id(content: bytes, digits: int) -> str:
    return hashlib.new("sha1" if digits == 40 else "sha256", content).hexdigest()


def _quote(path: str) -> bytes:
    raw = path.encode("utf-8", "surrogateescape")
    escaped = raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"%b"' % escaped
