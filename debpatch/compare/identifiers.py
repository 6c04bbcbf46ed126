"""The identifier map: what the patch calls the things that upstream names.

A map is evidence only if it holds everywhere, so one entry is taken when a whole hunk becomes equal
by it (or at least two lines do) and nothing in the comparison speaks against it: the name goes to
no other name, stays itself nowhere, and no other name goes to the same one. Where the files are at
hand they have their say too (see ``home``).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

from rapidfuzz.distance import LCSseq

from debpatch.compare.change import Change
from debpatch.compare.lexer import MEMBER, Token, lex, lexer_for
from debpatch.formats.diff import Sign
from debpatch.git.tree import Tree, grep


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


# -- whether a name is at home where the patch uses it ---------------------------------------------

Plausible = Callable[[Change, Change, str], bool]
"""Told an upstream hunk, its counterpart and the patch's name for something: can that be?"""


def plausible_at(base: Tree) -> Plausible:
    """Judge renamings by what upstream has after the fix and what ``base`` has before the patch."""
    repository = base.repository

    @cache
    def knows(tree: str, path: str, name: str) -> bool:
        text = (repository.read(tree, path) or b"").decode("utf-8", "surrogateescape")
        return _is_used(name, text, path)

    @cache
    def has(tree: str, name: str) -> bool:
        return any(True for _ in grep(repository, tree, [name]))

    def plausible(upstream: Change, patch: Change, theirs: str) -> bool:
        parts = MEMBER.split(theirs)
        after = repository.tree(upstream.sha or base.sha)
        if knows(after, upstream.path, theirs):
            return False
        before = patch.old_path
        if before and all(knows(base.sha, before, part) for part in parts):
            return True
        if _declares(patch, theirs):
            return True
        return all(has(base.sha, part) and not has(after, part) for part in parts)

    return plausible


_AROUND = 20
_TRIES = 20


def _is_used(name: str, text: str, path: str) -> bool:
    """Whether the code of a file has ``name``: a member chain, how one begins, or a part of one.

    As with hunks, the lines around one that has the word tell whether that is code; only where it
    is in many that are not, the whole file is looked at.
    """
    chain = r"\s*(?:->|\.|::)\s*".join(map(re.escape, MEMBER.split(name)))
    places = list(islice(_lines_with(rf"{chain}(?!\w)", text), _TRIES + 1))
    lines = text.split("\n") if places else []
    for at in places[:_TRIES]:
        first = max(at - _AROUND, 0)
        rows = lex(lines[first : at + _AROUND], path)
        if name in _names(rows[at - first : at - first + 1]):
            return True
    return len(places) > _TRIES and name in _names_in(text, path)


_IN_WORD = re.compile(r"\w")


def _lines_with(pattern: str, text: str) -> Iterator[int]:
    """The indices of the lines in which ``pattern`` is found, at the start of a word, each once."""
    number, counted_to, last = 0, 0, -1
    for found in re.finditer(pattern, text):
        # To look behind in the pattern would make the search of a long file slow.
        if _IN_WORD.match(text[found.start() - 1 : found.start()]):
            continue
        number += text.count("\n", counted_to, found.start())
        counted_to = found.start()
        if number != last:
            yield number
        last = number


@lru_cache(maxsize=32)
def _names_in(text: str, path: str) -> Set[str]:
    return _names(lex(text.split("\n"), path))


def _names(rows: Iterable[Sequence[Token]]) -> Set[str]:
    """The names in lexed lines: member chains, how they begin, and their parts."""
    chains = {token.text for row in rows for token in row if token.kind == "name"}
    names = set(chains)
    for chain in chains:
        names.update(MEMBER.split(chain))
        names.update(chain[: joint.start()] for joint in MEMBER.finditer(chain))
    return names


_NO_TYPE = "return|case|goto|else|throw|yield|delete|new|await|not|and|or|in"


def _declares(patch: Change, name: str) -> bool:
    """Whether a line that the patch adds looks like a declaration: a type, then the name."""
    declaration = re.compile(
        rf"\b(?!(?:{_NO_TYPE})\b)[A-Za-z_]\w*[\s*&]+{re.escape(name)}\s*(?:[;=,)\[(:]|$)"
    )
    return any(declaration.search(line) for line in patch.hunk.added)
