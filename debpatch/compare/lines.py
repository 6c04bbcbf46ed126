"""Line by line: which changed lines of an upstream hunk a hunk of the patch carries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from debpatch.compare.change import Change
from debpatch.compare.ladder import line_key
from debpatch.compare.lexer import LexedLine
from debpatch.inputs.diff import Sign

SIMILAR = 50.0
"""From this likeness on (percent, rapidfuzz's ratio) one line stands for another, changed."""
_REACH = 100
"""So many lines further on, a line no longer stands for another; looking would take its square."""


@dataclass(frozen=True, slots=True)
class LinePair:
    """A changed line of upstream beside one of the patch.

    ``equal``: the same but for white space and renamed identifiers. Both without ``equal``: the
    patch's line stands where upstream's does, changed. One of them None: only the other has it.
    """

    upstream: LexedLine | None
    patch: LexedLine | None
    equal: bool = False


def pair_lines(upstream: Change, patch: Change, renames: Mapping[str, str]) -> tuple[LinePair, ...]:
    """All changed lines of both hunks, each once, in an order that reads like a diff.

    What is removed and what is added is matched apart, as a port may move the one past the other.
    """
    paths = upstream.path, patch.path
    pairs = [
        (run, pair)
        for sign in ("-", "+")
        for run, pair in _by_run(
            _matched(_side(upstream, sign), _side(patch, sign), paths, renames)
        )
    ]
    return tuple(pair for _, pair in sorted(pairs, key=lambda item: item[0]))


def carried(pairs: Sequence[LinePair]) -> tuple[int, int]:
    """How many of upstream's changed lines the patch has, and of how many."""
    ours = [pair for pair in pairs if pair.upstream is not None]
    return sum(pair.equal for pair in ours), len(ours)


def _side(change: Change, sign: Sign) -> list[LexedLine]:
    return [line for line in change.lines if line.sign == sign]


def _by_run(pairs: Iterable[LinePair]) -> Iterator[tuple[int, LinePair]]:
    """Each pair with the run of upstream's changes that it stands in or after."""
    run = 0
    for pair in pairs:
        run = pair.upstream.run if pair.upstream else run
        yield run, pair


def _matched(
    ours: Sequence[LexedLine],
    theirs: Sequence[LexedLine],
    paths: tuple[str, str],
    renames: Mapping[str, str],
) -> Iterator[LinePair]:
    opcodes = LCSseq.opcodes(
        [line_key(line, paths[0], renames) for line in ours],
        [line_key(line, paths[1], {}) for line in theirs],
    )
    left: list[LexedLine] = []
    right: list[LexedLine] = []
    for code in opcodes:
        if code.tag != "equal":  # LCS opcodes give what belongs together in two pieces
            left += ours[code.src_start : code.src_end]
            right += theirs[code.dest_start : code.dest_end]
            continue
        yield from _alike(left, right)
        left, right = [], []
        for n in range(code.src_end - code.src_start):
            yield LinePair(ours[code.src_start + n], theirs[code.dest_start + n], equal=True)
    yield from _alike(left, right)


def _alike(ours: Sequence[LexedLine], theirs: Sequence[LexedLine]) -> Iterator[LinePair]:
    """Put a line that only the patch has beside the one of upstream's that it stands for."""
    start = 0
    for line in ours:
        near = theirs[start : start + _REACH]
        likeness = [fuzz.ratio(line.text.strip(), other.text.strip()) for other in near]
        best = max(range(len(likeness)), key=lambda n: likeness[n], default=None)
        if best is None or likeness[best] <= SIMILAR:
            yield LinePair(line, None)
            continue
        yield from (LinePair(None, other) for other in theirs[start : start + best])
        yield LinePair(line, theirs[start + best])
        start += best + 1
    yield from (LinePair(None, other) for other in theirs[start:])
