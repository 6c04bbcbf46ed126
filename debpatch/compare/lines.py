"""Line by line: which changed lines of an upstream hunk a hunk of the patch carries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from debpatch.compare.change import Change, unmatched
from debpatch.compare.equality import line_key
from debpatch.compare.lexer import LexedLine
from debpatch.formats.diff import Sign

SIMILAR = 50.0
"""From this likeness on (percent, rapidfuzz's ratio) one line stands for another, changed."""
_REACH = 100
"""Longer runs of lines are matched in pieces of so many; to match them whole takes the square."""
MOST = 1000
"""So many lines of a huge hunk are told of."""


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


def pair_unmatched(upstream: Change, patch: Change) -> tuple[LinePair, ...]:
    """The changed lines of huge hunks that only one of both has, the first of them."""
    ours = list(islice(unmatched(upstream, patch), MOST))
    theirs = list(islice(unmatched(patch, upstream), MOST))
    return tuple(
        pair
        for sign in ("-", "+")
        for pair in _alike(
            [line for line in ours if line.sign == sign],
            [line for line in theirs if line.sign == sign],
        )
    )


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
    """Put the lines that only the patch has beside those of upstream's that they stand for."""
    pieces = -(-max(len(ours), len(theirs)) // _REACH)
    for n in range(pieces):
        left, right = (
            side[n * len(side) // pieces : (n + 1) * len(side) // pieces] for side in (ours, theirs)
        )
        here = there = 0
        for at, beside in (*_most_alike(left, right), (len(left), len(right))):
            yield from (LinePair(line, None) for line in left[here:at])
            yield from (LinePair(None, line) for line in right[there:beside])
            if at < len(left):
                yield LinePair(left[at], right[beside])
            here, there = at + 1, beside + 1


def _most_alike(
    ours: Sequence[LexedLine], theirs: Sequence[LexedLine]
) -> Sequence[tuple[int, int]]:
    """Pairs of similar lines, both sides in their order, which together are the most alike."""
    best: list[tuple[float, tuple[tuple[int, int], ...]]] = [(0.0, ())] * (len(theirs) + 1)
    for at, line in enumerate(ours):
        row = best[:1]
        for beside, other in enumerate(theirs):
            gain = fuzz.ratio(line.text.strip(), other.text.strip()) - SIMILAR
            known = max(best[beside + 1], row[beside], key=itemgetter(0))
            if gain > 0 and best[beside][0] + gain > known[0]:
                known = best[beside][0] + gain, (*best[beside][1], (at, beside))
            row.append(known)
        best = row
    return best[-1][1]
