"""The identifier map: what the patch calls the things that upstream names.

A map is evidence only if it holds everywhere, so one entry is taken when a whole hunk becomes equal
by it (or at least two lines do) and nothing in the comparison speaks against it: the name goes to
no other name, stays itself nowhere, and no other name goes to the same one. Where the files are at
hand they have their say too (see ``home``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

from debpatch.compare.change import Change
from debpatch.compare.home import Plausible
from debpatch.compare.lexer import MEMBER, Token, lexer_for
from debpatch.inputs.diff import Sign


@dataclass(frozen=True, slots=True)
class Renaming:
    """An identifier or member chain of upstream's and the patch's name for it."""

    upstream: str
    patch: str
    occurrences: int


def identifier_map(
    pairs: Iterable[tuple[Change, Change]], plausible: Plausible | None = None
) -> tuple[Renaming, ...]:
    """The renamings that hold over all ``pairs`` of an upstream hunk and its counterpart.

    ``plausible`` may refuse one for what it knows of the files.
    """
    count: Counter[_Vote] = Counter()
    firm: set[_Vote] = set()
    cast_in: dict[_Vote, tuple[Change, Change]] = {}
    for upstream, patch in pairs:
        for vote, is_firm in _votes(upstream, patch):
            count[vote] += 1
            cast_in.setdefault(vote, (upstream, patch))
            if is_firm:
                firm.add(vote)
    partners, origins = defaultdict(set), defaultdict(set)
    for ours, theirs in firm:
        partners[ours].add(theirs)
        origins[theirs].add(ours)
    return tuple(
        Renaming(ours, theirs, number)
        for (ours, theirs), number in sorted(count.items())
        if ours != theirs
        and ((ours, theirs) in firm or number > 1)
        and partners[ours] <= {theirs}
        and origins[theirs] <= {ours}
        and (plausible is None or plausible(*cast_in[ours, theirs], theirs))
    )


_Vote = tuple[str, str]
"""Upstream's name and the one that stands in its place in the patch."""


def _votes(upstream: Change, patch: Change) -> Iterator[tuple[_Vote, bool]]:
    """Each name that answers a name; firm where a side, or a line, is equal throughout."""
    if lexer_for(patch.path) is None or upstream.is_huge or patch.is_huge:
        return  # prose has no identifiers, and one word for another is another meaning
    for sign in _SIGNS:
        ours, theirs = _side(upstream, sign), _side(patch, sign)
        left = [token for line in ours for token in line]
        right = [token for line in theirs for token in line]
        if _shape(left) == _shape(right):
            yield from ((vote, True) for vote in _answers(left, right))
            continue
        for code in LCSseq.opcodes([_shape(line) for line in ours], [_shape(n) for n in theirs]):
            if code.tag != "equal":
                continue
            for n in range(code.src_end - code.src_start):
                our, their = ours[code.src_start + n], theirs[code.dest_start + n]
                yield from ((vote, our == their) for vote in _answers(our, their))


_SIGNS: tuple[Sign, Sign] = ("-", "+")


def _side(change: Change, sign: Sign) -> list[list[Token]]:
    """The code of the lines with ``sign``, comments left out."""
    lines = (line for line in change.lines if line.sign == sign and not line.is_comment)
    return [[token for token in line.tokens if token.kind != "comment"] for line in lines]


def _shape(tokens: Iterable[Token]) -> tuple[str, ...]:
    return tuple("_" if token.kind == "name" else token.text for token in tokens)


def _answers(left: Sequence[Token], right: Sequence[Token]) -> Iterator[_Vote]:
    """The names of tokens of one shape; chains of one build correspond part by part."""
    for our, their in zip(left, right, strict=True):
        if our.kind != "name":
            continue
        if MEMBER.findall(our.text) == MEMBER.findall(their.text):
            yield from zip(MEMBER.split(our.text), MEMBER.split(their.text), strict=True)
        else:
            yield our.text, their.text
