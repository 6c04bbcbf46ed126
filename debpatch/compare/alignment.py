"""Which hunk of the patch answers which hunk of upstream.

First each hunk gets at most one partner, by an optimal assignment over all hunks at once, in which
staying alone has a price; files count, but a hunk may find its partner in another one, as code
moves and files are split. Then a hunk that is left over may join one that it repeats (a guard that
a port needs twice) or is part of (one hunk that became two, two that became one).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import sqrt
from pathlib import PurePosixPath
from typing import TypeVar
from zlib import crc32

from rapidfuzz import fuzz

from debpatch.caching import HUGE, cached_unless_huge
from debpatch.compare.assignment import assign
from debpatch.compare.change import Change
from debpatch.compare.equality import folded
from debpatch.compare.lexer import LexedLine, whole_lines
from debpatch.formats.diff import lines_of

ALONE = 0.34
"""The price of staying alone: pairs less alike than this, from 0 to 1, are not made."""
ELSEWHERE = 0.4
"""What it costs to leave a file that both sides have for another one."""
REPEATED = 0.5
"""From this share of a hunk's words in common lines on, a left-over hunk repeats it."""
CONTAINED = 0.6
"""From this share of its own words in common lines on, a left-over hunk is part of another."""
REWORDED = 0.8
"""The same share where the words are found, but not in the same lines."""
TELLING = 3
"""Fewer words in common say nothing: ``return 0;`` is everywhere."""

Pair = tuple[Change, Change]


def align(
    upstream: Sequence[Change], patch: Sequence[Change], moved: Mapping[str, str]
) -> list[Pair]:
    """The pairs of an upstream hunk and a hunk of the patch, best partners before further ones.

    ``moved`` maps upstream's paths to the names that the same files have at the patch's base.
    """
    is_much = sum(len(change.hunk.body) for change in (*upstream, *patch)) > _MUCH
    left = [
        _Profile(change, path, is_much and _is_long(change))
        for change in upstream
        for path in [moved.get(change.old_path or "", change.path)]
    ]
    right = [_Profile(change, change.path, is_much and _is_long(change)) for change in patch]
    shared = {profile.path for profile in left} & {profile.path for profile in right}
    pairs = _equal_to_the_letter(left, right)
    if len(pairs) == len(left) == len(right):
        return [(left[u].change, right[p].change) for u, p in sorted(pairs)]
    rarity = _rarity(left, right, pairs)
    gains = {
        (u, p): _likeness(left[u], right[p], rarity)
        - (ELSEWHERE if _apart(left[u], right[p], shared) else 0.0)
        for u, p in _candidates(left, right, pairs)
    }
    pairs |= set(assign(gains, ALONE).items())
    pairs |= _further(left, right, pairs, shared)
    return [(left[u].change, right[p].change) for u, p in sorted(pairs)]


def _apart(left: _Profile, right: _Profile, shared: Set[str]) -> bool:
    """Whether two hunks lie in different files although one of the files is on both sides."""
    return left.path != right.path and bool({left.path, right.path} & shared)


# -- what likeness is made of ----------------------------------------------------------------------

_WORD = re.compile(r"\w+")
_Text = tuple[str, str]
"""A changed line's sign, and its text with white space squeezed out."""


@dataclass(frozen=True)
class _Profile:
    """A hunk as the alignment sees it; ``path`` is where upstream's file lies at the base.

    Comments say little about which hunk answers which, so they only count where there is no code.
    Of a hunk that ``is_sampled`` a part of the lines stands for all, the same ones on both sides.
    """

    change: Change
    path: str
    is_sampled: bool

    @cached_property
    def _lines(self) -> Sequence[LexedLine]:
        if not self.is_sampled:
            return self.change.lines
        return [line for line in whole_lines(self.change.hunk) if _is_sample(line.text)]

    @cached_property
    def pieces(self) -> tuple[Counter[_Text], ...]:
        """The runs of changed lines between context: what another hunk may hold a part of."""
        pieces: list[Counter[_Text]] = []
        for line in self._lines:
            if _WORD.search(line.text) and (self.change.is_comment or not line.is_comment):
                while len(pieces) <= line.run:
                    pieces.append(Counter())
                pieces[line.run][line.sign, "".join(line.text.split())] += 1
        return tuple(filter(None, pieces))

    @cached_property
    def lines(self) -> Counter[_Text]:
        """The changed lines that hold a word, by sign, white space squeezed."""
        return sum(self.pieces, Counter())

    @cached_property
    def words(self) -> Counter[str]:
        """The words of those lines, each with the line's sign before it."""
        return Counter(
            line.sign + word
            for line in self._lines
            if self.change.is_comment or not line.is_comment
            for word in _WORD.findall(line.text)
        )

    @cached_property
    def shapes(self) -> Counter[str]:
        """Those lines with their words blanked out: what a renaming leaves."""
        shapes: Counter[str] = Counter()
        for (sign, text), n in self.lines.items():
            shapes[sign + _WORD.sub("_", text)] += n
        return shapes

    @cached_property
    def comment(self) -> str:
        """The words of the changed comments."""
        comments = (line for line in self._lines if line.is_comment)
        return " ".join(word for line in comments for word in _WORD.findall(line.text))

    @property
    def is_huge(self) -> bool:
        """Whether this is data, or generated."""
        return self.change.is_huge

    @cached_unless_huge
    def folded(self) -> list[str]:
        """What the hunk does, comments and white space folded."""
        return folded([self.change])

    @cached_property
    def context(self) -> Counter[str]:
        """The context lines that hold a word, white space squeezed."""
        return Counter(
            "".join(line.text.split())
            for line in lines_of(self.change.hunk.body)
            if line.sign == " " and _WORD.search(line.text)
            if not self.is_sampled or _is_sample(line.text)
        )


_MUCH = 16 * HUGE
"""From this length of all hunks together on a part of the lines of long ones has to do."""
_SAMPLED = 16


def _is_long(change: Change) -> bool:
    return len(change.hunk.body) * 4 > HUGE  # a huge hunk's partner may be somewhat shorter


def _is_sample(text: str) -> bool:
    """Whether the line is the one in so many that counts, wherever it stands."""
    squeezed = "".join(text.split()).encode("utf-8", "surrogateescape")
    return crc32(squeezed) % _SAMPLED == 0


_Key = TypeVar("_Key", bound=Hashable)


def _likeness(left: _Profile, right: _Profile, rarity: Mapping[str, float]) -> float:
    """How alike two hunks are, from 0 to 1: what they change counts most, place least."""
    place = 0.05 * _path_likeness(left.path, right.path)
    place += 0.05 * (left.change.hunk.section == right.change.hunk.section != "")
    changed = 0.55 * _dice(left.words, right.words, rarity) + 0.25 * _dice(
        left.shapes, right.shapes
    )
    return changed + 0.1 * _dice(left.context, right.context) + place


def _path_likeness(left: str, right: str) -> float:
    if left == right:
        return 1.0
    return 0.5 if PurePosixPath(left).name == PurePosixPath(right).name else 0.0


def _dice(
    left: Counter[_Key], right: Counter[_Key], weights: Mapping[_Key, float] | None = None
) -> float:
    """The Sørensen-Dice coefficient of two multisets, their members weighted or all alike."""
    total = _sum(left, weights) + _sum(right, weights)
    return 2 * _sum(left & right, weights) / total if total else 0.0


def _sum(members: Counter[_Key], weights: Mapping[_Key, float] | None) -> float:
    if weights is None:
        return members.total()
    return sum(n * weights[key] for key, n in members.items())


def _rarity(
    left: Sequence[_Profile], right: Sequence[_Profile], taken: Set[tuple[int, int]]
) -> dict[str, float]:
    """A word's weight among the hunks still free: the fewer have it, the more it says."""
    busy = ({u for u, _ in taken}, {p for _, p in taken})
    free = [profile for u, profile in enumerate(left) if u not in busy[0]]
    free += [profile for p, profile in enumerate(right) if p not in busy[1]]
    holders = Counter(word for profile in free for word in profile.words)
    return {word: 1 / sqrt(n) for word, n in holders.items()}


# -- who may go with whom --------------------------------------------------------------------------


def _equal_to_the_letter(
    left: Sequence[_Profile], right: Sequence[_Profile]
) -> set[tuple[int, int]]:
    """Pairs that need no weighing: the same change to the same file.

    Hunks in a file keep their order, so among look-alikes those in the same context are taken
    first, in order, then those in the same function, then as many as there are on both sides.
    """
    pairs: set[tuple[int, int]] = set()
    for key in (_in_context, _in_function, _by_itself):
        busy = ({u for u, _ in pairs}, {p for _, p in pairs})
        places: dict[Hashable, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for side, profiles in enumerate((left, right)):
            for index, profile in enumerate(profiles):
                if index not in busy[side]:
                    places[profile.path, key(profile.change)][side].append(index)
        for ours, theirs in places.values():
            if len(ours) == len(theirs) or key is _in_context:
                pairs.update(zip(ours, theirs, strict=False))
    return pairs


def _in_context(change: Change) -> Hashable:
    return change.hunk.section, change.hunk.body


def _in_function(change: Change) -> Hashable:
    return change.hunk.section, change.text


def _by_itself(change: Change) -> Hashable:
    return change.text


_CROWD = 2000
_AROUND = 8


def _candidates(
    left: Sequence[_Profile], right: Sequence[_Profile], taken: Set[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Pairs worth weighing: both free, and they share a word or a shape.

    Of what many have on both sides only those at about the same place are weighed.
    """
    busy = ({u for u, _ in taken}, {p for _, p in taken})
    holders: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, profiles in enumerate((left, right)):
        for index, profile in enumerate(profiles):
            if index not in busy[side]:
                for key in (*profile.words, *profile.shapes):
                    holders[key][side].append(index)
    pairs: set[tuple[int, int]] = set()
    for ours, theirs in holders.values():
        if len(ours) * len(theirs) <= _CROWD:
            pairs.update(product(ours, theirs))
            continue
        for n, u in enumerate(ours):
            middle = n * len(theirs) // len(ours)
            pairs.update((u, p) for p in theirs[max(middle - _AROUND, 0) : middle + _AROUND + 1])
    return pairs


# -- those left over -------------------------------------------------------------------------------


_Stock = tuple[Counter[_Text], Counter[str]]
"""The changed lines and the words of a hunk that another one may claim."""


def _further(
    left: Sequence[_Profile],
    right: Sequence[_Profile],
    pairs: Set[tuple[int, int]],
    shared: Set[str],
) -> set[tuple[int, int]]:
    """Join each hunk that stands alone to the ones that it repeats or has a part of."""
    alone_left = set(range(len(left))) - {u for u, _ in pairs}
    alone_right = set(range(len(right))) - {p for _, p in pairs}
    if not alone_left and not alone_right:
        return set()
    all_of_left = [(profile.lines, profile.words) for profile in left]
    # A port may do twice what upstream does once; it cannot do once what upstream does twice, so
    # an upstream hunk finds its parts only in what answers nothing yet.
    rest_of_right = [(profile.lines.copy(), profile.words.copy()) for profile in right]
    for u, p in pairs:
        lines, words = rest_of_right[p]
        lines -= left[u].lines
        words -= left[u].words
    further: set[tuple[int, int]] = set()
    left_index, right_index = _index(left, alone_right), _index(right, alone_left)
    for p in alone_right:
        near = _near(right[p], p / len(right), left, left_index, shared)
        found = _repeated(right[p], left, near) or _parts(right[p], left, all_of_left, near)
        further |= {(u, p) for u in found}
    told = {p for u, p in pairs if left[u].comment == right[p].comment}
    for u in alone_left:
        near = _near(left[u], u / len(left), right, right_index, shared)
        if left[u].change.is_comment:
            near = [p for p in near if p not in told]
        further |= {(u, p) for p in _parts(left[u], right, rest_of_right, near)}
    return further


_Index = Mapping[Hashable, Sequence[int]]


def _index(profiles: Sequence[_Profile], seekers: Set[int]) -> _Index:
    """Who has what, unless nobody seeks it; see _near() for the keys."""
    index: dict[Hashable, list[int]] = defaultdict(list)
    for n, profile in enumerate(profiles if seekers else ()):
        for key in (*profile.lines, *profile.words, *_marks(profile)):
            index[key].append(n)
    return index


def _marks(profile: _Profile) -> Iterator[Hashable]:
    """What it does as a whole, and the file of a comment."""
    yield tuple(profile.folded)
    if profile.comment:
        yield "//", profile.path


def _near(
    single: _Profile, rank: float, others: Sequence[_Profile], index: _Index, shared: Set[str]
) -> list[int]:
    """The others that ``single`` may join, those at about the same place of the diff first.

    To be one, another must have a line of it, its comment's file, the whole of it, or most of its
    words; so looking only at these finds all.
    """
    keys = (*single.lines, *_rarest(single.words, index), *_marks(single))
    found = {n for key in keys for n in index.get(key, ())}
    near = sorted(n for n in found if not _apart(single, others[n], shared))
    return sorted(near, key=lambda n: abs(n / len(others) - rank))[:_CLOSEST]


_CLOSEST = 64
"""So many others are looked at; more than that are only there where all are alike."""


def _rarest(words: Counter[str], index: _Index) -> Iterator[str]:
    """So many of ``words``, the rarest first, that nobody without them has REWORDED of all."""
    left = words.total()
    for word in sorted(words, key=lambda word: len(index.get(word, ()))):
        if left < _enough(words):
            return
        yield word
        left -= words[word]


def _repeated(single: _Profile, others: Sequence[_Profile], near: Sequence[int]) -> list[int]:
    """The one that ``single`` does once more, in full or at least for a good part."""
    for n in near:
        if single.folded == others[n].folded:
            return [n]
    best = max(near, key=lambda n: _weight(single.lines & others[n].lines), default=None)
    if best is None:
        return []
    common = _weight(single.lines & others[best].lines)
    return [best] if common >= max(TELLING, REPEATED * _weight(others[best].lines)) else []


def _parts(
    single: _Profile, others: Sequence[_Profile], stock: Sequence[_Stock], near: Sequence[int]
) -> set[int]:
    """The ones that hold ``single``, or else each of its runs of changed lines."""
    if single.change.is_comment:
        return set(_with_comment_like(single, others, near))
    hosts: set[int] = set()
    for piece in (single.lines, *single.pieces):
        common = {n: _weight(piece & stock[n][0]) for n in near}
        best = max(near, key=lambda n: common[n], default=None)
        if best is not None and common[best] >= max(TELLING, CONTAINED * _weight(piece)):
            hosts.add(best)
            if piece is single.lines:
                break
    return hosts or _with_words_of(single, stock, near)


def _with_words_of(single: _Profile, stock: Sequence[_Stock], near: Sequence[int]) -> set[int]:
    """The one, if any, that has nearly all words of ``single``, though in other lines."""
    common = {n: (single.words & stock[n][1]).total() for n in near}
    best = max(near, key=lambda n: common[n], default=None)
    return {best} if best is not None and common[best] >= _enough(single.words) else set()


def _enough(words: Counter[str]) -> float:
    return max(2 * TELLING, REWORDED * words.total())


def _with_comment_like(
    single: _Profile, others: Sequence[_Profile], near: Sequence[int]
) -> Iterator[int]:
    """The one of the others, if any, that changes a comment in nearly the same words."""
    same_file = [n for n in near if others[n].path == single.path and others[n].comment]
    likeness = {n: fuzz.token_set_ratio(single.comment, others[n].comment) for n in same_file}
    best = max(same_file, key=lambda n: likeness[n], default=None)
    if best is not None and likeness[best] >= 100 * CONTAINED:
        yield best


def _weight(lines: Counter[_Text]) -> int:
    """What lines say, in words."""
    return sum(n * len(_WORD.findall(text)) for (_, text), n in lines.items())
