"""Apply a file's hunks in memory, exactly as dpkg-source would.

dpkg-source(1) applies a series with ``patch -F 0 -N``: context must match to the letter, lines may
have moved. The search below is GNU patch's (``locate_hunk`` in its patch.c) with fuzz 0, and the
tests hold it against that program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from debpatch.formats.diff import FileDiff, Hunk, Line, Sign, body_of


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying a file's hunks gave.

    ``content`` is None where the file does not exist afterwards. ``offsets`` has for each hunk the
    lines it moved by, None where it found no place; ``failed`` has the numbers of those.
    """

    content: bytes | None
    offsets: tuple[int | None, ...]

    @property
    def failed(self) -> tuple[int, ...]:
        """The numbers, from 1, of the hunks that found no place."""
        return tuple(n for n, offset in enumerate(self.offsets, 1) if offset is None)


def apply_file(diff: FileDiff, content: bytes | None, *, reverse: bool = False) -> Applied:
    """Apply ``diff`` to ``content`` (None: there is no such file); hunks without a place are left.

    A file is only created where there is none, or an empty one, and only deleted as a whole. With
    ``reverse`` the diff is taken back instead. A binary diff without hunks leaves the content
    as it is.
    """
    source, target = diff.old_path, diff.new_path
    if reverse:
        source, target = target, source
    lines = (content or b"").decode("utf-8", "surrogateescape").split("\n")
    ends_with_newline = lines[-1] == ""
    if ends_with_newline:
        lines.pop()
    file = _File(lines, ends_with_newline or not lines)
    hunks = map(reversed_hunk, diff.hunks) if reverse else diff.hunks
    refused = Applied(content, (None,) * len(diff.hunks))
    if source is None and file.lines:
        return refused  # "which already exists"
    offsets = tuple(file.apply(hunk) for hunk in hunks)
    if target is None and file.lines:
        return refused  # "not deleting file, as content differs"
    absent = target is None or (content is None and source is not None and not file.lines)
    return Applied(None if absent else file.encode(), offsets)


def reversed_file(diff: FileDiff) -> FileDiff:
    """The change that takes ``diff`` back; of a copy, that the new file goes."""
    return replace(
        diff,
        old_path=diff.new_path,
        new_path=None if diff.copied else diff.old_path,
        hunks=tuple(map(reversed_hunk, diff.hunks)),
        old_mode=diff.new_mode,
        new_mode=diff.old_mode,
        old_blob=diff.new_blob,
        new_blob=diff.old_blob,
        copied=False,
        names=diff.names and diff.names[::-1],
    )


def reversed_hunk(hunk: Hunk) -> Hunk:
    """The hunk that takes ``hunk`` back."""
    flipped: dict[Sign, Sign] = {"-": "+", "+": "-", " ": " "}
    return Hunk(
        hunk.number,
        hunk.new_start,
        hunk.new_count,
        hunk.old_start,
        hunk.old_count,
        hunk.section,
        body_of(Line(flipped[line.sign], line.text, line.newline) for line in hunk.lines),
    )


@dataclass(slots=True)
class _File:
    """A file while its hunks go in, top to bottom.

    ``settled`` counts the lines that earlier hunks have passed; ``drift`` is how far they moved
    what follows, and ``growth`` how many lines they added.
    """

    lines: list[str]
    ends_with_newline: bool
    settled: int = 0
    drift: int = 0
    growth: int = 0

    def apply(self, hunk: Hunk) -> int | None:
        """Put one hunk in; give the offset in lines, or None where it finds no place."""
        # A hunk that removes nothing and has no context names the line *after* which it goes.
        start = hunk.old_start - 1 if hunk.old_count else hunk.old_start
        expected = start + self.drift + self.growth
        place = self._locate(hunk, expected)
        if place is None:
            return None
        old, new = hunk.old, hunk.new
        self.lines[place : place + len(old)] = [line.text for line in new]
        if place + len(new) == len(self.lines):
            self.ends_with_newline = new[-1].newline if new else True
        # The next hunk may begin in this one's trailing context, but not before.
        self.settled = place + len(new) - _context(hunk)[1]
        self.growth += len(new) - len(old)
        self.drift += place - expected
        return self.drift

    def _locate(self, hunk: Hunk, expected: int) -> int | None:
        before, after = _context(hunk)
        old = hunk.old
        last = len(self.lines) - len(old)
        if not old:  # nothing to compare: GNU patch goes by the line number, or the end
            return max(self.settled, min(expected, last))
        # Less context on one side than on the other: the hunk was cut at that end of its file.
        if before < after and hunk.old_start <= 1:
            candidates: Iterable[int] = (0,)
        elif after < before:
            candidates = (last,)
        else:
            candidates = _outwards(expected, self.settled, last)
        return next(
            (at for at in candidates if self.settled <= at and self._matches(old, at)), None
        )

    def _matches(self, old: Sequence[Line], at: int) -> bool:
        if at < 0 or at + len(old) > len(self.lines):
            return False
        if any(self.lines[at + n] != line.text for n, line in enumerate(old)):
            return False
        touches_end = at + len(old) == len(self.lines)
        ends_with_newline = self.ends_with_newline if touches_end else True
        return old[-1].newline == ends_with_newline

    def encode(self) -> bytes:
        """Give the file's bytes."""
        text = "\n".join(self.lines) + ("\n" if self.ends_with_newline and self.lines else "")
        return text.encode("utf-8", "surrogateescape")


def _context(hunk: Hunk) -> tuple[int, int]:
    """How many context lines stand before and after the changes."""
    signs = [line.sign for line in hunk.lines]
    before = next((n for n, sign in enumerate(signs) if sign != " "), len(signs))
    after = next((n for n, sign in enumerate(reversed(signs)) if sign != " "), len(signs))
    return before, after


def _outwards(expected: int, first: int, last: int) -> Iterator[int]:
    """Places from ``expected`` outwards, the later one first, within ``first`` and ``last``."""
    nearest = max(0, first - expected, expected - last)  # a header may name any line
    for distance in range(nearest, max(expected - first, last - expected) + 1):
        for place in dict.fromkeys((expected + distance, expected - distance)):
            if first <= place <= last:
                yield place
