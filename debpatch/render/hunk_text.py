"""Hunks as text: one side's change, and the difference of two changes line by line.

Each line says whose it is in its margin, so that the page reads without colours too:

    both      the change is in both
    upstream  only upstream makes it
    instead   what the patch does in the place of the upstream line above
    patch     only the patch makes it
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz.distance import LCSseq

from debpatch.compare.change import Change
from debpatch.compare.comparison import HunkComparison
from debpatch.compare.lexer import LexedLine
from debpatch.compare.lines import MOST, LinePair
from debpatch.formats.diff import Line
from debpatch.render.page import Page, Span, count
from debpatch.render.safe import one_line

SHOWN = 12
"""So many lines of a hunk are shown unless it is asked for whole."""
_STYLE = {"both": "dim", "upstream": "cyan", "instead": "magenta", "patch": "magenta"}


def add_change(page: Page, change: Change, whose: str, *, whole: bool) -> None:
    """Add one side's changed lines; with ``whole`` its context too."""
    lines = change.hunk.lines if whole else change.lines
    most = len(lines) if whole and not change.is_huge else MOST if whole else SHOWN
    for line in lines[:most]:
        _line(page, whose, line.sign, [(_text(line), _STYLE[whose])])
    _rest(page, len(lines) - most, whole=whole)


def add_pairs(page: Page, hunk: HunkComparison, *, whole: bool) -> None:
    """Add the difference of two changes; runs of lines that are in both are folded."""
    rows = list(_rows(hunk.lines, whole=whole))
    if not rows:
        _line(page, "both", " ", [("the same lines in another order", _STYLE["both"])])
    for whose, sign, spans in rows[: None if whole else 3 * SHOWN]:
        _line(page, whose, sign, spans)
    _rest(page, 0 if whole else len(rows) - 3 * SHOWN, whole=whole)


def _line(page: Page, whose: str, sign: str, spans: list[Span]) -> None:
    page.line((f"    {whose:8} {sign}", _STYLE.get(whose, "dim")), *spans)


def _rest(page: Page, number: int, *, whole: bool) -> None:
    if number > 0:
        cure = "" if whole else "; see all with --unified"
        page.line((f"    ... {count(number, 'more line')}{cure}", "dim"))


_Row = tuple[str, str, list[Span]]
_FOLDED = 4
"""From this length on a run of lines that are in both is folded."""


def _rows(pairs: tuple[LinePair, ...], *, whole: bool) -> Iterator[_Row]:
    run: list[LexedLine] = []
    for pair in (*pairs, None):
        if pair is not None and pair.equal and pair.patch is not None:
            run.append(pair.patch)
            continue
        yield from _both(run, whole=whole)
        run = []
        if pair is not None:
            yield from _different(pair)


def _both(run: list[LexedLine], *, whole: bool) -> Iterator[_Row]:
    if len(run) < _FOLDED or whole:
        for line in run:
            yield "both", line.sign, [(_text(line), _STYLE["both"])]
    else:
        yield "both", " ", [(f"... {len(run)} lines", _STYLE["both"])]


def _different(pair: LinePair) -> Iterator[_Row]:
    ours, theirs = pair.upstream, pair.patch
    if ours is not None and theirs is not None:
        left, right = marked(_text(ours), _text(theirs))
        yield "upstream", ours.sign, [(text, _marks("upstream", m)) for text, m in left]
        yield "instead", theirs.sign, [(text, _marks("instead", m)) for text, m in right]
    elif ours is not None:
        yield "upstream", ours.sign, [(_text(ours), _STYLE["upstream"])]
    elif theirs is not None:
        yield "patch", theirs.sign, [(_text(theirs), _STYLE["patch"])]


def _text(line: Line | LexedLine) -> str:
    return one_line(line.text.expandtabs(4))


def _marks(whose: str, different: bool) -> str:
    return f"bold underline {_STYLE[whose]}" if different else _STYLE[whose]


# -- what differs between two lines, word by word --------------------------------------------------

Pieces = tuple[tuple[str, bool], ...]
"""A line in pieces, each with whether it differs."""

_WORD = re.compile(r"\w+|\s+|.", re.DOTALL)
_LONGEST = 1000
"""Beyond so many characters a line is data, and its words are not worth comparing."""


def marked(left: str, right: str) -> tuple[Pieces, Pieces]:
    """Both lines cut into pieces, each marked whether it differs."""
    if len(left) > _LONGEST or len(right) > _LONGEST:
        return ((left, True),), ((right, True),)
    ours, theirs = _WORD.findall(left), _WORD.findall(right)
    match = LCSseq.opcodes(ours, theirs)
    return (
        _joined([("".join(ours[c.src_start : c.src_end]), c.tag != "equal") for c in match]),
        _joined([("".join(theirs[c.dest_start : c.dest_end]), c.tag != "equal") for c in match]),
    )


def _joined(pieces: list[tuple[str, bool]]) -> Pieces:
    """The pieces without empty ones, and with neighbours of one kind as one."""
    joined: list[tuple[str, bool]] = []
    for text, differs in pieces:
        if joined and joined[-1][1] == differs:
            joined[-1] = joined[-1][0] + text, differs
        elif text:
            joined.append((text, differs))
    return tuple(joined)
