"""Whether a tree has the code that a fix changes.

Each hunk's place is looked for as for a patch that leaves the hunk out. A place can look alike that
is not, as in a function of the same name before the feature came; so what the hunk takes away, or
stands beside, is also asked for by name: of its identifiers at least half must be in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename

from debpatch.compare.absence import Reason, places, why_missing
from debpatch.compare.change import Change
from debpatch.compare.equality import is_trivial
from debpatch.formats.diff import Line
from debpatch.git.tree import Tree

CHANGE_LOG = re.compile(r"(?:change(?:s|log)?|history|news|release[-_ ]?notes)\b", re.IGNORECASE)
"""Names of files that tell what changed, and change with every fix."""
_VERSION = re.compile(r"(?:\w*[._-])?version\b", re.IGNORECASE)


def only_for_releases(paths: Iterable[str]) -> bool:
    """Whether all files are such as every release changes: its version, the list of changes."""
    return all(CHANGE_LOG.match(name) or _VERSION.match(name) for name in map(basename, paths))


@dataclass(frozen=True, slots=True)
class Affected:
    """What a tree lacks of a fix: the hunks that it has the code for.

    ``share`` is the part, from 0 to 1, of the lines that the fix changes in old code for which the
    tree has that code; ``is_fixed`` whether the tree reads as after the fix already.
    """

    lacks: tuple[Change, ...]
    share: float
    is_fixed: bool


def significant(fix: Sequence[Change]) -> Sequence[Change]:
    """The hunks of ``fix`` that count; those of comments do where there are no others."""
    return [change for change in fix if not is_trivia(change)] or fix


def affected(fix: Sequence[Change], tree: Tree, moved: Mapping[str, str]) -> Affected:
    """Look in ``tree`` for the code that the telling hunks ``fix`` change.

    ``moved`` has the names there of files that have others in the fix.
    """
    reasons = {change: why_missing(change, tree, _names(change, moved), {}) for change in fix}
    lacks = [change for change in fix if reasons[change] is Reason.NOT_CARRIED]
    fixed = [change for change in fix if reasons[change] is Reason.ALREADY_PRESENT]
    # Anybody can add a file; a tree is affected if it has what the fix changes.
    counted = [change for change in fix if change.old_path] or fix
    there = {*fixed, *(change for change in lacks if _is_known(change, tree, moved))}
    share = sum(c.size for c in counted if c in there) / sum(c.size for c in counted)
    return Affected(tuple(lacks), share, len(fixed) == len(fix))


def is_trivia(change: Change) -> bool:
    """Whether nobody misses the hunk: comments, white space, the list of changes."""
    return is_trivial(change) or bool(CHANGE_LOG.match(basename(change.path)))


# -- identifiers -----------------------------------------------------------------------------------

_IDENTIFIER = re.compile(r"[A-Za-z_]\w{3,}")
_TELLING = re.compile(r"_|[a-z][A-Z]|.{9}")  # a made-up word, or a long one


def _is_known(change: Change, tree: Tree, moved: Mapping[str, str]) -> bool:
    """Whether the tree's file has half of the names that the hunk takes away or stands beside."""
    if change.old_path is None:
        return True
    old = [line for line in change.hunk.lines if line.sign == "-"] or change.hunk.old
    words = _words(old)
    found = places(change.old_path, tree, _names(change, moved))
    contents = [tree.read(path) or b"" for path in found]
    text = b"\n".join(contents).decode("utf-8", "surrogateescape")
    return sum(word in text for word in words) * 2 >= len(words)


def _words(lines: Iterable[Line]) -> set[str]:
    words = {word for line in lines for word in _IDENTIFIER.findall(line.text)}
    return {word for word in words if _TELLING.search(word)}


def _names(change: Change, moved: Mapping[str, str]) -> Sequence[str]:
    name = moved.get(change.old_path or "")
    return [name] if name else []
