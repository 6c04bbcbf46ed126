"""What many commits changed, read from one ``git log`` and folded so that it compares quickly.

The value for a commit is bags of lines, not a diff: enough to ask which of a thousand commits is
like a given one. The few that are can then be compared hunk by hunk.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from debpatch.formats.diff import FileDiff
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
"""What a commit changes, by path as Git prints it (the old one of a file that it removes)."""


def read_changes(
    repository: Repository, tips: Iterable[str], without: Iterable[str], paths: Iterable[str]
) -> Mapping[str, CommitLines]:
    """What the commits of ``tips`` that ``without`` do not have changed in ``paths``, by full id.

    Merges are not read. Raises DebpatchError where the clone lacks objects.
    """
    revisions = [*tips, *(f"^{sha}" for sha in without), "--"]
    places = [f":(literal){path}" for path in paths if "\n" not in path]
    return _log(repository, [*revisions, *places], "--no-merges")


def read_whole_changes(repository: Repository, shas: Iterable[str]) -> Mapping[str, CommitLines]:
    """All that the commits ``shas`` changed, by full id; a merge against its first parent."""
    return _log(repository, shas, "--no-walk", "--diff-merges=first-parent")


def folded_lines(files: Iterable[FileDiff]) -> CommitLines:
    """What a diff that was read already changes, as if a commit did."""
    folded: dict[bytes, FileLines] = {}
    for diff in files:
        file = folded.setdefault(diff.path.encode("utf-8", "surrogateescape"), FileLines())
        for hunk in diff.hunks:
            for line in hunk.lines:
                _add(file, line.sign.encode(), line.text.encode("utf-8", "surrogateescape"))
    return folded


_COMMIT = re.compile(rb"\0([0-9a-f]{40,64})\n")


def _log(repository: Repository, revisions: Iterable[str], *options: str) -> dict[str, CommitLines]:
    stdin = "".join(f"{line}\n" for line in revisions).encode("utf-8", "surrogateescape")
    if not stdin:
        return {}
    output = repository.run(
        "log", "--stdin", "--format=%x00%H", "-p", "--no-renames", "--no-color", "--no-ext-diff",
        "--no-textconv", *options, stdin=stdin,
    )  # fmt: skip
    _, *parts = _COMMIT.split(output)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {sha.decode(): _commit_lines(diff.split(b"\n")) for sha, diff in pairs}


_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")


def _commit_lines(diff: Iterable[bytes]) -> CommitLines:
    files: dict[bytes, FileLines] = {}
    file = FileLines()
    old = new = 0  # lines that the hunk still has
    for line in diff:
        sign = line[:1]
        if (old or new) and sign != b"\\":
            old -= sign != b"+"
            new -= sign != b"-"
            _add(file, sign, line[1:])
        elif line.startswith((b"--- ", b"+++ ")) and not line.endswith(b" /dev/null"):
            file = files.setdefault(_path(line), FileLines())
        elif hunk := _HUNK.match(line):
            old, new = int(hunk[1] or 1), int(hunk[2] or 1)
    return files


def _path(line: bytes) -> bytes:
    """The path in ``--- a/path``; Git ends it with a tab where it has blanks."""
    return line[4:].strip(b'\t"')[2:]


def _add(file: FileLines, sign: bytes, text: bytes) -> None:
    folded = b"".join(text.split())
    if not folded:
        return
    if sign == b" ":
        file.context[folded] += 1
    else:
        file.changed[sign + folded] += 1
        file.texts[sign + folded] = text
