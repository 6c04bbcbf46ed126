"""Why a hunk of upstream's is missing from a patch.

Could it have been carried at all? The answer lies in the tree that the patch applies to. Where
there is doubt the answer is `not-carried`, which a reviewer looks at, and not one of those that are
passed over.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from posixpath import basename

from rapidfuzz import fuzz, process

from debpatch.caching import cached_while_open
from debpatch.compare.change import Change
from debpatch.compare.equality import renamed
from debpatch.formats.diff import NO_NEWLINE
from debpatch.git.repository import Repository
from debpatch.git.tree import Tree


class Reason(StrEnum):
    """Why nothing in the patch answers an upstream hunk."""

    FILE_ABSENT = "file-absent"
    """The file that it changes is not there."""
    CODE_ABSENT = "code-absent"
    """The file is there, the code that it changes is not."""
    ALREADY_PRESENT = "already-present"
    """The file already reads as it would afterwards."""
    NOT_CARRIED = "not-carried"
    """The code is there, and the patch leaves it as it is."""


def why_missing(
    change: Change, base: Tree, names: Iterable[str], renames: Mapping[str, str]
) -> Reason:
    """Say why ``change`` could or could not be carried to ``base``.

    ``names`` are further paths at which its file may lie there: where hunks beside it went, or
    what the file was called before a rename. ``renames`` are the names that the base has for
    upstream's.
    """
    path = change.old_path
    if path is None and change.path not in base.paths:
        return Reason.NOT_CARRIED  # a new file can always be carried
    found = places(path or change.path, base, names)
    if not found:
        return Reason.FILE_ABSENT
    if change.hunk.number == 0:  # no text, but what is said of the file
        return Reason.NOT_CARRIED
    if _ends_only(change):
        ends = [(base.read(name) or b"").endswith(b"\n") for name in found]
        return Reason.ALREADY_PRESENT if change.hunk.new[-1].newline in ends else Reason.NOT_CARRIED
    files = [_read_file(base.repository, base.sha, name) for name in found]
    if any(_is_present(change, file) for file in files):
        return Reason.ALREADY_PRESENT
    if any(_is_there(change, file, renames) for file in files):
        return Reason.NOT_CARRIED
    return Reason.CODE_ABSENT


def _ends_only(change: Change) -> bool:
    """Whether only the line break at the file's end comes or goes."""
    removed, added = change.hunk.removed, change.hunk.added
    return len(removed) == 1 and removed == added and change.text.count(f"\n{NO_NEWLINE}") == 1


def places(path: str, base: Tree, names: Iterable[str]) -> Sequence[str]:
    """Where upstream's file lies at the base: under its name, known others, its last part."""
    if path in base.paths:
        return [path]
    known = sorted(set(names) & set(base.paths))
    return known or base.named.get(basename(path), ())


@dataclass(frozen=True, slots=True)
class _File:
    """A file's lines, white space squeezed out, blank ones left out, and where each stands.

    The last one has a mark where the file ends without a line break.
    """

    lines: Sequence[str]
    places: Mapping[str, Sequence[int]]


@cached_while_open(most=32)  # many hunks ask about one file
def _read_file(repository: Repository, tree: str, path: str) -> _File:
    text = (repository.read(tree, path) or b"").decode("utf-8", "surrogateescape")
    lines = _squeezed(text.split("\n"))
    if text and not text.endswith("\n"):
        lines[-1:] = [lines[-1] + _NO_NEWLINE] if lines else []
    places: dict[str, list[int]] = defaultdict(list)
    for at, line in enumerate(lines):
        places[line].append(at)
    return _File(lines, dict(places))


_NO_NEWLINE = "\\no-newline"


def _squeezed(lines: Iterable[str]) -> list[str]:
    return [squeezed for line in lines if (squeezed := "".join(line.split()))]


def _side(change: Change, signs: str) -> list[str]:
    return _squeezed(
        line.text + ("" if line.newline else _NO_NEWLINE)
        for line in change.hunk.lines
        if line.sign in signs
    )


_TELLING = 6
"""So many words make a block of lines one that does not stand somewhere else by chance."""


def _is_present(change: Change, file: _File) -> bool:
    """Whether the file already holds what the hunk adds, and no longer what it removes."""
    removed, added = _side(change, "-"), _side(change, "+")
    if removed and _holds(file, removed):
        return False
    if _holds(file, _side(change, " +")):
        return True
    words = len(re.findall(r"\w+", " ".join(change.hunk.added)))
    return words >= _TELLING and _holds(file, added)


def _holds(file: _File, block: Sequence[str]) -> bool:
    """Whether ``block`` stands in ``file`` without a gap."""
    if not block:
        return False
    starts = file.places.get(block[0], ())
    return any(file.lines[at : at + len(block)] == block for at in starts)


_ALIKE = 80.0
"""From this likeness on (percent, rapidfuzz's ratio) a line is the line, somewhat changed."""


def _is_there(change: Change, file: _File, renames: Mapping[str, str]) -> bool:
    """Whether the code that the hunk changes is in the file, by what it removes, else by place."""
    removed = _code(change, renames)
    if removed:
        return _share(removed, file) >= 0.5
    first = next(iter(change.hunk.added), "")
    called = re.search(r"(\w+)\s*\(", change.hunk.section)
    if not called or not first[:1].isspace():
        return True  # what is added outside of a function needs no code to be added to
    if any(re.search(rf"\b{re.escape(called[1])}\(", line) for line in file.lines):
        return True
    context = {line for line in _side(change, " ") if re.search(r"\w", line)}
    return not context or _together(context, file, len(change.hunk.old)) * 2 >= len(context)


def _together(wanted: Set[str], file: _File, width: int) -> int:
    """How many of ``wanted`` lines stand near each other, at the best place."""
    at = sorted(n for line in wanted for n in file.places.get(line, ()))
    return max(
        (
            len({file.lines[n] for n in at[i : i + width] if n < first + width})
            for i, first in enumerate(at)
        ),
        default=0,
    )


def _code(change: Change, renames: Mapping[str, str]) -> list[str]:
    """The lines that the hunk removes, as the base would say them; comments where that is all."""
    lines = (line for line in change.lines if line.sign == "-")
    words = re.compile(r"[^\W\d]\w*")
    return _squeezed(
        words.sub(lambda word: renamed(word[0], renames), line.text)
        + ("" if line.newline else _NO_NEWLINE)
        for line in lines
        if re.search(r"\w", line.text) and (change.is_comment or not line.is_comment)
    )


def _share(wanted: Sequence[str], file: _File) -> float:
    """The share of ``wanted`` lines that the file has, to the letter or somewhat changed."""
    found = sum(
        line in file.places
        or process.extractOne(line, file.lines, scorer=fuzz.ratio, score_cutoff=_ALIKE) is not None
        for line in wanted
    )
    return found / len(wanted)
