"""Whether a tree has the code that a fix changes.

The comparison says of each hunk whether its place is there. A place can look alike that is not, as
in a function of the same name before the feature came; so what the hunk takes away, or stands
beside, is also asked for by name: of its identifiers at least half must be in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from posixpath import basename

from debpatch.compare.absence import Reason
from debpatch.compare.alternative import Alternative, moved_paths
from debpatch.compare.change import Change
from debpatch.compare.comparison import Comparison, HunkComparison, compare
from debpatch.inputs.diff import Line
from debpatch.inputs.tree import Tree

CHRONICLE = re.compile(r"(?:change(?:s|log)?|history|news|release[-_ ]?notes)\b", re.IGNORECASE)
"""Names of files that tell what changed, and change with every fix."""


@dataclass(frozen=True, slots=True)
class Affected:
    """What ``tree`` lacks of a fix: the hunks that it has the code for.

    ``share`` is the part, from 0 to 1, of the lines that the fix changes in old code for which the
    tree has that code; ``is_fixed`` whether the tree reads as after the fix already.
    """

    lacks: tuple[Change, ...]
    share: float
    is_fixed: bool


def affected(fix: Alternative, tree: Tree) -> Affected:
    """Compare what ``fix`` changes with ``tree``."""
    moved = moved_paths(fix, tree)
    comparison = compare(fix.changes, [], tree, moved)
    # A fix may be of comments alone, and then these are what counts.
    telling = [h for h in comparison.hunks if not is_noise(h)] or list(comparison.hunks)
    is_fixed = bool(telling) and all(h.reason is Reason.ALREADY_PRESENT for h in telling)
    # Anybody can add a file; a tree is affected if it has what the fix changes.
    changing = [hunk for hunk in telling if hunk.upstream and hunk.upstream.old_path]
    counted = changing or telling
    there = [
        hunk
        for hunk in counted
        if hunk.reason is Reason.ALREADY_PRESENT
        or (hunk.reason is Reason.NOT_CARRIED and _is_known(hunk, tree, moved))
    ]
    lines = sum(len(hunk.upstream.text) for hunk in counted if hunk.upstream)
    share = sum(len(hunk.upstream.text) for hunk in there if hunk.upstream) / (lines or 1)
    return Affected(carriable(comparison), share, is_fixed)


def carriable(comparison: Comparison) -> tuple[Change, ...]:
    """The hunks of the fix that there is code for and that nothing carries."""
    return tuple(
        hunk.upstream
        for hunk in comparison.hunks
        if hunk.upstream and hunk.reason is Reason.NOT_CARRIED and not is_noise(hunk)
    )


def is_noise(hunk: HunkComparison) -> bool:
    """Whether nobody misses the hunk: comments, white space, the list of changes."""
    path = hunk.upstream.path if hunk.upstream else ""
    return hunk.is_trivial or bool(CHRONICLE.match(basename(path)))


# -- identifiers -----------------------------------------------------------------------------------

_IDENTIFIER = re.compile(r"[A-Za-z_]\w{3,}")
_TELLING = re.compile(r"_|[a-z][A-Z]|.{9}")  # a made-up word, or a long one


def _is_known(hunk: HunkComparison, tree: Tree, moved: Mapping[str, str]) -> bool:
    """Whether the tree's file has half of the names that the hunk takes away or stands beside."""
    change = hunk.upstream
    if change is None or change.old_path is None:
        return True
    old = [line for line in change.hunk.lines if line.sign == "-"] or change.hunk.old
    names = _names(old)
    contents = [tree.read(path) or b"" for path in _places(change.old_path, tree, moved)]
    text = b"\n".join(contents).decode("utf-8", "surrogateescape")
    known = sum(name in text for name in names)
    return known * 2 >= len(names)


def _names(lines: Iterable[Line]) -> set[str]:
    words = {word for line in lines for word in _IDENTIFIER.findall(line.text)}
    return {word for word in words if _TELLING.search(word)}


def _places(path: str, tree: Tree, moved: Mapping[str, str]) -> list[str]:
    place = moved.get(path, path)
    if place in tree.paths:
        return [place]
    return [other for other in tree.paths if basename(other) == basename(path)]
