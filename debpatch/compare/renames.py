"""The identifier map: what the patch calls the things that upstream names.

A map is evidence only if it holds everywhere, so one entry is taken when a whole hunk becomes equal
by it (or at least two lines do) and nothing in the comparison speaks against it: the name goes to
no other name, stays itself nowhere, and no other name goes to the same one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import LCSseq

from debpatch.compare.change import Change
from debpatch.compare.lexer import MEMBER, LexedLine, Token, lexer_for
from debpatch.inputs.diff import Sign


@dataclass(frozen=True, slots=True)
class Renaming:
    """An identifier or member chain of upstream's and the patch's name for it."""

    upstream: str
    patch: str
    occurrences: int


@dataclass(slots=True)
class _Votes:
    """How often a name answers a name; ``firm`` ones come from hunks or lines equal throughout."""

    count: Counter[tuple[str, str]] = field(default_factory=Counter)
    firm: set[tuple[str, str]] = field(default_factory=set)


def identifier_map(pairs: Iterable[tuple[Change, Change]]) -> tuple[Renaming, ...]:
    """The renamings that hold over all ``pairs`` of an upstream hunk and its counterpart."""
    votes = _Votes()
    for upstream, patch in pairs:
        if lexer_for(patch.path) is None:
            continue  # prose has no identifiers, and one word for another is another meaning
        for sign in ("-", "+"):
            _vote(_side(upstream, sign), _side(patch, sign), votes)
    partners, origins = defaultdict(set), defaultdict(set)
    for ours, theirs in votes.firm:
        partners[ours].add(theirs)
        origins[theirs].add(ours)
    return tuple(
        Renaming(ours, theirs, count)
        for (ours, theirs), count in sorted(votes.count.items())
        if ours != theirs
        and ((ours, theirs) in votes.firm or count > 1)
        and partners[ours] <= {theirs}
        and origins[theirs] <= {ours}
    )


def _side(change: Change, sign: Sign) -> list[LexedLine]:
    return [line for line in change.lines if line.sign == sign and not line.is_comment]


def _vote(ours: Sequence[LexedLine], theirs: Sequence[LexedLine], votes: _Votes) -> None:
    left = [token for line in ours for token in _code(line)]
    right = [token for line in theirs for token in _code(line)]
    if _shape(left) == _shape(right):
        _count(left, right, votes, firm=True)
        return
    match = LCSseq.opcodes([_shape(_code(n)) for n in ours], [_shape(_code(n)) for n in theirs])
    for code in match:
        if code.tag != "equal":
            continue
        for n in range(code.src_end - code.src_start):
            our, their = _code(ours[code.src_start + n]), _code(theirs[code.dest_start + n])
            _count(our, their, votes, firm=our == their)


def _code(line: LexedLine) -> list[Token]:
    return [token for token in line.tokens if token.kind != "comment"]


def _shape(tokens: Sequence[Token]) -> tuple[str, ...]:
    return tuple("_" if token.kind == "name" else token.text for token in tokens)


def _count(left: Sequence[Token], right: Sequence[Token], votes: _Votes, *, firm: bool) -> None:
    for our, their in zip(left, right, strict=True):
        if our.kind != "name":
            continue
        for pair in _correspondences(our.text, their.text):
            votes.count[pair] += 1
            if firm:
                votes.firm.add(pair)


def _correspondences(ours: str, theirs: str) -> Iterator[tuple[str, str]]:
    """Chains of one build correspond part by part, others as a whole."""
    if MEMBER.findall(ours) == MEMBER.findall(theirs):
        yield from zip(MEMBER.split(ours), MEMBER.split(theirs), strict=True)
    else:
        yield ours, theirs
