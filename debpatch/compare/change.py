"""A hunk where it stands: the unit that is compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest

from debpatch.caching import cached_unless_huge
from debpatch.compare.lexer import LexedLine, changed_lines, layout, whole
from debpatch.formats.diff import FileDiff, Hunk, Line, Sign, body_of, lines_of


@dataclass(frozen=True, eq=False)
class Change:
    """One hunk of one file; ``sha`` is the upstream commit it comes from, None for the patch.

    ``old_path`` is the file's name before the change, None where the change creates it.
    """

    sha: str | None
    path: str
    old_path: str | None
    hunk: Hunk

    @property
    def is_huge(self) -> bool:
        """Whether this is data, or generated."""
        return self.hunk.is_huge

    @cached_unless_huge
    def lines(self) -> tuple[LexedLine, ...]:
        """The removed and added lines that are not blank, lexed, in the hunk's order."""
        lines = changed_lines(self.hunk, self.path)
        return tuple(line for line in lines if not line.is_blank) or lines

    @cached_property
    def count(self) -> int:
        """How many these are."""
        if not self.is_huge:
            return len(self.lines)
        written = sum(n.sign != " " and n.text.strip() != "" for n in lines_of(self.hunk.body))
        return written or self.size

    @property
    def text(self) -> str:
        """The removed and added lines to the letter."""
        return self.hunk.changed

    @property
    def size(self) -> int:
        """How many lines are removed and added."""
        return self.hunk.size

    @cached_property
    def is_comment(self) -> bool:
        """Whether nothing but comments and blank lines change."""
        return not self.is_huge and all(line.is_comment or line.is_blank for line in self.lines)


def changes(files: Iterable[FileDiff], sha: str | None) -> list[Change]:
    """All hunks of a diff's ``files``, as changes of the commit ``sha``.

    What a diff says of a file beyond its text (name, mode, binary content, that an empty one comes
    or goes) counts as a hunk too, with the number 0 and a line for each thing said.
    """
    return [
        Change(sha, file.path, file.old_path, hunk)
        for file in files
        for hunk in (*_said_of(file), *file.hunks)
    ]


def _said_of(file: FileDiff) -> Iterator[Hunk]:
    lines: list[Line] = []
    if file.copied:
        lines.append(_said("+", f"copy of {file.old_path}"))
    elif file.old_path and file.new_path and file.old_path != file.new_path:
        lines += _said("-", f"name {file.old_path}"), _said("+", f"name {file.new_path}")
    old, new = file.old_mode or _PLAIN, file.new_mode or _PLAIN
    if file.old_path and file.new_path and old != new:
        lines += Line("-", f"mode {old}"), Line("+", f"mode {new}")
    elif file.old_path is None and new != _PLAIN:
        lines.append(Line("+", f"mode {new}"))
    if file.binary:
        lines += Line("-", f"binary {file.old_blob}"), Line("+", f"binary {file.new_blob}")
    elif not file.hunks and not lines:
        lines.append(Line("+" if file.old_path is None else "-", "empty file"))
    if lines:
        yield Hunk(0, 0, 0, 0, 0, "", body_of(lines))


def _said(sign: Sign, text: str) -> Line:
    return Line(sign, text.replace("\n", "\\n"))  # a file's name may have any character


_PLAIN = "100644"


# -- huge hunks, compared by whole lines in whatever order they stand ------------------------------


def same_but_for_white_space(upstream: Change, patch: Change) -> bool:
    """Whether both remove the same lines, and add the same, in the same order."""
    return all(ours == theirs for ours, theirs in zip_longest(_folded(upstream), _folded(patch)))


def unmatched(change: Change, other: Change) -> Iterator[LexedLine]:
    """The changed lines of ``change`` that ``other`` has nowhere, or not as often."""
    theirs = (line for line in lines_of(other.hunk.body) if line.sign != " ")
    stock = Counter(hash(_key(line.sign, line.text, other.path)) for line in theirs)
    for place, line in enumerate(lines_of(change.hunk.body)):
        key = hash(_key(line.sign, line.text, change.path))
        if line.sign == " " or not line.text.strip():
            continue
        if stock[key]:
            stock[key] -= 1
        else:
            yield LexedLine(line.sign, line.text, whole(line.text), line.newline, place=place)


def _folded(change: Change) -> Iterator[str]:
    """What is removed, then what is added, without idle white space."""
    for sign in "-+":
        for line in lines_of(change.hunk.body):
            if line.sign == sign and line.text.strip():
                yield _key(sign, line.text, change.path)


def _key(sign: str, text: str, path: str) -> str:
    how = layout(path)
    cached_unless_huge = text.strip() if how == "free" else text.rstrip()
    return sign + cached_unless_huge
