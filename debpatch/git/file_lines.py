"""What a commit changed, folded so that it compares quickly.

That is bags of lines, not a diff: enough to ask which of a thousand commits is like a given one.
The few that are can then be compared hunk by hunk.
"""

from __future__ import annotations

import re
import struct
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from debpatch.formats.diff import FileDiff
from debpatch.formats.paths import unquote
from debpatch.git.repository import Repository


@dataclass(frozen=True, slots=True)
class FileLines:
    """The lines that a commit changes in one file, without white space; blank ones are left out.

    ``changed`` are the removed and added lines, their signs before them, and ``context`` what
    stands around them; each with how often it occurs. ``texts`` has the changed lines as written.
    """

    changed: Counter[bytes] = field(default_factory=Counter)
    context: Counter[bytes] = field(default_factory=Counter)
    texts: dict[bytes, bytes] = field(default_factory=dict)


CommitLines = Mapping[bytes, FileLines]
"""What a commit changes, by path (the old one of a file that it removes)."""


def folded_lines(files: Iterable[FileDiff]) -> CommitLines:
    """What a diff that was read already changes, as if a commit did."""
    folded: dict[bytes, FileLines] = {}
    for diff in files:
        file = folded.setdefault(diff.path.encode("utf-8", "surrogateescape"), FileLines())
        for hunk in diff.hunks:
            for line in hunk.lines:
                _add(file, line.sign.encode(), line.text.encode("utf-8", "surrogateescape"))
    return folded


def _add(file: FileLines, sign: bytes, text: bytes) -> None:
    line = b"".join(text.split())
    if not line:
        return
    if sign == b" ":
        file.context[line] += 1
    else:
        file.changed[sign + line] += 1
        file.texts[sign + line] = text


# -- as git log prints them ------------------------------------------------------------------------


def ask_changes(
    repository: Repository, shas: Sequence[str], paths: Sequence[bytes] | None = None
) -> Iterator[tuple[str, dict[bytes, FileLines]]]:
    """Ask Git for the changes of commits, in ``paths`` or in all files; only those with any."""
    if not shas:
        return
    places = [] if paths is None else [b"--", *(b":(literal)" + path for path in paths)]
    patches = _Patches(set(shas))
    repository.run_into(
        patches, "log", "--no-walk=unsorted", "--stdin", "--format=%x00%H", "-p", "--no-renames",
        "--diff-merges=first-parent", "--no-color", "--no-ext-diff", "--no-textconv",
        stdin=b"".join(b"%b\n" % line for line in [*(sha.encode() for sha in shas), *places]),
    )  # fmt: skip
    patches.end()
    yield from patches.found


class _Patches:
    """Takes what ``git log -p`` prints, in pieces, and folds it, commit by commit."""

    def __init__(self, wanted: set[str]) -> None:
        self.found: list[tuple[str, dict[bytes, FileLines]]] = []
        self._wanted = wanted
        self._sha = ""
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> None:
        # A head may be in two pieces.
        data = (self._pieces.pop() if self._pieces else b"") + data
        at = 0
        for head in _COMMIT.finditer(data):
            if head[1].decode() in self._wanted:
                self._pieces.append(data[at : head.start()])
                self.end()
                self._sha, at = head[1].decode(), head.end()
        end = max(at, len(data) - _LONGEST_HEAD)
        self._pieces += [data[at:end], data[end:]]

    def end(self) -> None:
        """What comes now belongs to another commit."""
        if self._sha:
            self.found.append((self._sha, _commit_lines(b"".join(self._pieces))))
        self._pieces = []


_LONGEST_HEAD = 66
_COMMIT = re.compile(rb"\0([0-9a-f]{40,64})\n")
_BLANKS = b" \t\r\v\f"


def _commit_lines(diff: bytes) -> dict[bytes, FileLines]:
    lists: dict[bytes, tuple[list[bytes], list[bytes], dict[bytes, bytes]]] = {}
    changed: list[bytes] = []
    context: list[bytes] = []
    texts: dict[bytes, bytes] = {}
    is_hunk = False
    folded = diff.translate(None, _BLANKS).split(b"\n")
    for line, fold in zip(diff.split(b"\n"), folded, strict=True):
        sign = line[:1]
        if is_hunk:
            if sign == b" ":
                if fold:
                    context.append(fold)
                continue
            if sign in (b"+", b"-"):
                if len(fold) > 1:
                    changed.append(fold)
                    texts[fold] = line[1:]
                continue
            if sign == b"\\":
                continue
        is_hunk = line.startswith(b"@@ ")
        if line.startswith((b"--- ", b"+++ ")) and not line.endswith(b" /dev/null"):
            changed, context, texts = lists.setdefault(_path(line), ([], [], {}))
    return {
        path: FileLines(Counter(changed), Counter(context), texts)
        for path, (changed, context, texts) in lists.items()
    }


def _path(line: bytes) -> bytes:
    """The path in ``--- a/path``; Git ends it with a tab where it has blanks."""
    path = line[4:].removesuffix(b"\t")
    if path.startswith(b'"'):
        path = unquote(path.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    return path[2:]


# -- as the index keeps them -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of a commit: its changes in the files that were asked for, or in all."""

    files: CommitLines
    is_whole: bool


_HEAD = struct.Struct("=2i")


def pack_row(row: Row) -> bytes:
    """Counts first, then for each file its path, its changed lines as written, its context."""
    counts = array("I")
    texts: list[bytes] = []
    for path, file in sorted(row.files.items()):
        counts.extend((len(file.changed), len(file.context)))
        counts.extend(file.changed.values())
        counts.extend(file.context.values())
        texts.append(path.replace(b"%", b"%25").replace(b"\n", b"%0A"))
        texts += [line[:1] + file.texts[line] for line in file.changed]
        texts += file.context
    head = _HEAD.pack(row.is_whole, len(counts))
    return head + counts.tobytes() + b"\n".join(texts)


def unpack_row(data: bytes) -> Row:
    """What ``pack_row`` was given."""
    is_whole, length = _HEAD.unpack_from(data)
    counts = array("I")
    counts.frombytes(data[_HEAD.size : _HEAD.size + length * counts.itemsize])
    body = data[_HEAD.size + length * counts.itemsize :]
    raw = body.split(b"\n")
    folded = body.translate(None, _BLANKS).split(b"\n")
    files: dict[bytes, FileLines] = {}
    at = line = 0
    while at < length:
        path = raw[line].replace(b"%0A", b"\n").replace(b"%25", b"%")
        middle = line + 1 + counts[at]
        end = middle + counts[at + 1]
        changed = folded[line + 1 : middle]
        often = iter(counts[at + 2 : at + 1 + end - line])
        files[path] = FileLines(
            Counter(dict(zip(changed, often, strict=False))),
            Counter(dict(zip(raw[middle:end], often, strict=True))),
            dict(zip(changed, (text[1:] for text in raw[line + 1 : middle]), strict=True)),
        )
        at, line = at + 1 + end - line, end
    return Row(files, bool(is_whole))
