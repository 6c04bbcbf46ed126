"""What a merge left behind: markers of a conflict among the lines that a patch adds.

The rule is that of ``git diff --check`` (git-diff(1)), but for ``=======``, which underlines titles
as well; no conflict is marked by that alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from debpatch.compare.change import Change
from debpatch.inputs.diff import FileDiff

_MARKER = re.compile(r"(<{7}|>{7}|\|{7})(\s|$)")


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker of a conflict that the patch adds, in a hunk of the file at ``path``."""

    path: str
    hunk: int
    text: str


def markers(files: Sequence[FileDiff], upstream: Iterable[Change]) -> tuple[Marker, ...]:
    """The markers that ``files`` add and ``upstream`` does not: a test of merges has its own."""
    theirs = {line for change in upstream for line in change.hunk.added}
    return tuple(
        Marker(file.path, hunk.number, line)
        for file in files
        for hunk in file.hunks
        for line in hunk.added
        if _MARKER.match(line) and line not in theirs
    )
