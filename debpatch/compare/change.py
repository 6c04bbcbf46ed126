"""A hunk where it stands: the unit that is compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from debpatch.compare.lexer import LexedLine, changed_lines
from debpatch.inputs.diff import Diff, FileDiff, Hunk, Line


@dataclass(frozen=True, eq=False)
class Change:
    """One hunk of one file; ``sha`` is the upstream commit it comes from, None for the patch.

    ``old_path`` is the file's name before the change, None where the change creates it.
    """

    sha: str | None
    path: str
    old_path: str | None
    hunk: Hunk

    @cached_property
    def lines(self) -> tuple[LexedLine, ...]:
        """The removed and added lines that are not blank, lexed, in the hunk's order."""
        lines = changed_lines(self.hunk, self.path)
        return tuple(line for line in lines if not line.is_blank) or lines

    @cached_property
    def text(self) -> tuple[tuple[str, str, bool], ...]:
        """The removed and added lines to the letter."""
        return tuple((n.sign, n.text, n.newline) for n in self.hunk.lines if n.sign != " ")

    @cached_property
    def is_comment(self) -> bool:
        """Whether nothing but comments and blank lines change."""
        return all(line.is_comment or line.is_blank for line in self.lines)


def changes(diff: Diff, sha: str | None) -> list[Change]:
    """All hunks of ``diff``, as changes of the commit ``sha``.

    What a diff says of a file beyond its text (name, mode, binary content, that an empty one comes
    or goes) counts as a hunk too, with the number 0 and a line for each thing said.
    """
    return [
        Change(sha, file.path, file.old_path, hunk)
        for file in diff.files
        for hunk in (*_said_of(file), *file.hunks)
    ]


def _said_of(file: FileDiff) -> Iterator[Hunk]:
    lines: list[Line] = []
    if file.copied:
        lines.append(Line("+", f"copy of {file.old_path}"))
    elif file.old_path and file.new_path and file.old_path != file.new_path:
        lines += Line("-", f"name {file.old_path}"), Line("+", f"name {file.new_path}")
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
        yield Hunk(0, 0, 0, 0, 0, "", tuple(lines))


_PLAIN = "100644"
