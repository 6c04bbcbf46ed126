"""Line by line: which changed lines of an upstream hunk a hunk of the patch carries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from debpatch.compare.change import Change
from debpatch.compare.ladder import line_key
from debpatch.compare.lexer import LexedLine

SIMILAR = 50.0
"""From this likeness on (percent, rapidfuzz's ratio) one line stands for another, changed."""


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
    """All changed lines of both hunks, each once, in an order that reads like a diff."""
    left, right = upstream.lines, patch.lines
    pairs: list[LinePair] = []
    for match in LCSseq.opcodes(
        [line_key(line, renames) for line in left], [line_key(line) for line in right]
    ):
        ours = left[match.src_start : match.src_end]
        theirs = right[match.dest_start : match.dest_end]
        if match.tag == "equal":
            pairs += [LinePair(u, p, equal=True) for u, p in zip(ours, theirs, strict=True)]
        else:
            pairs += _gap(ours, theirs)
    return tuple(_beside(pairs))


def carried(pairs: Sequence[LinePair]) -> tuple[int, int]:
    """How many of upstream's changed lines the patch has, and of how many."""
    ours = [pair for pair in pairs if pair.upstream is not None]
    return sum(pair.equal for pair in ours), len(ours)


def _gap(ours: Sequence[LexedLine], theirs: Sequence[LexedLine]) -> Iterator[LinePair]:
    yield from (LinePair(line, None) for line in ours)
    yield from (LinePair(None, line) for line in theirs)


def _beside(pairs: Sequence[LinePair]) -> Iterator[LinePair]:
    """Put a line that only the patch has beside the one of upstream's that it stands for.

    LCS opcodes give deletions and insertions apart; between two equal lines they belong together.
    """
    run: list[LinePair] = []
    for pair in [*pairs, None]:
        if pair is not None and not pair.equal:
            run.append(pair)
            continue
        ours = [p.upstream for p in run if p.upstream]
        theirs = [p.patch for p in run if p.patch]
        yield from _alike(ours, theirs)
        run = []
        if pair is not None:
            yield pair


def _alike(ours: list[LexedLine], theirs: list[LexedLine]) -> Iterator[LinePair]:
    start = 0
    for line in ours:
        best, likeness = None, SIMILAR
        for at in range(start, len(theirs)):
            score = fuzz.ratio(line.text.strip(), theirs[at].text.strip())
            if theirs[at].sign == line.sign and score > likeness:
                best, likeness = at, score
        if best is None:
            yield LinePair(line, None)
            continue
        yield from (LinePair(None, other) for other in theirs[start:best])
        yield LinePair(line, theirs[best])
        start = best + 1
    yield from (LinePair(None, other) for other in theirs[start:])
