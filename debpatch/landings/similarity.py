"""How much two commits change the same lines: one number from their contents alone.

Lines count by how much they tell. One that few commits touch tells more than one that many do, and
a brace tells nothing. What both commits change is set against what only one of them does, as in
Tversky's index (Psychological Review 84, 1977): a backport is often a part of the fix, or has more
in it than the fix, so what is left over counts in full on the smaller side and little on the other.
Lines that both change, but not to the same letters, count by the words that come and go. The
context of the changes counts as well, since the same line may be added in many places.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename

from debpatch.git.file_lines import CommitLines, FileLines

# Found by trying, on pairs of OpenVPN's commits known from trailers; see bench/picks.py. None of
# them is critical: halved or doubled, a handful of 1,453 pairs changes sides.
_SURE = 5.0  # what a line weighs that only one commit has
_FULL = 10  # letters from which on a line weighs in full
_LARGER_SIDE = 0.1
_CONTEXT = 0.5
_DOUBT = 2.0  # weighs against whatever little there is in common
_ELSEWHERE = 0.1  # part of the context below which the same words in other lines mean nothing


class Rarity:
    """How many of ``commits`` commits have a line, changed or as context."""

    def __init__(self, commits: int, lines: Mapping[bytes, int]) -> None:
        self.commits = commits
        self._weights = _Weights(commits, lines)
        self._changed = _ChangedWeights(self._weights)

    @classmethod
    def among(cls, changes: Sequence[CommitLines]) -> Rarity:
        """Count the lines of many commits."""
        counts: Counter[bytes] = Counter()
        for change in changes:
            lines: set[bytes] = set()
            for file in change.values():
                lines.update([line[1:] for line in file.changed])
                lines.update(file.context)
            counts.update(lines)
        return cls(len(changes), counts)

    def weight(self, line: bytes) -> float:
        """From 0, for a line that all commits have or that has no letters, to ``_SURE``."""
        return self._weights[line]

    def of_changed(self, lines: Mapping[bytes, int]) -> float:
        """The weight of lines with their signs before them, each with how often it occurs."""
        weights = self._changed
        return sum([count * weights[line] for line, count in lines.items()])

    def changed(self, files: Iterable[FileLines]) -> float:
        """The weight of the changed lines of ``files``."""
        weights = self._changed
        return sum([n * weights[line] for file in files for line, n in file.changed.items()])

    def context(self, files: Iterable[FileLines]) -> float:
        """The weight of the context in ``files``."""
        weights = self._weights
        return sum([n * weights[line] for file in files for line, n in file.context.items()])

    def in_common(self, one: Mapping[bytes, int], other: Mapping[bytes, int]) -> float:
        """The weight of the changed lines that both have."""
        if one.keys().isdisjoint(other):
            return 0.0
        weights = self._changed
        return sum(
            [min(n, other[line]) * weights[line] for line, n in one.items() if line in other]
        )


class _Weights(dict[bytes, float]):
    """The weight of each line, worked out when it is asked for."""

    def __init__(self, commits: int, lines: Mapping[bytes, int]) -> None:
        super().__init__()
        self._lines = lines
        self._all = math.log(commits + 2)

    def __missing__(self, line: bytes) -> float:
        telling = min(1.0, len(line.translate(None, _NO_LETTERS)) / _FULL)
        often = math.log(max(1, self._lines.get(line, 0))) / self._all
        weight = self[line] = _SURE * telling * (1 - often)
        return weight


class _ChangedWeights(dict[bytes, float]):
    """The same of lines that have their signs before them."""

    def __init__(self, weights: _Weights) -> None:
        super().__init__()
        self._weights = weights

    def __missing__(self, line: bytes) -> float:
        weight = self[line] = self._weights[line[1:]]
        return weight


_LETTER = re.compile(rb"\w")
_NO_LETTERS = bytes(byte for byte in range(256) if not _LETTER.match(bytes([byte])))


class Likeness:
    """Tells how alike other commits are to one."""

    def __init__(self, commit: CommitLines, rarity: Rarity) -> None:
        self._commit = commit
        self._rarity = rarity
        self._changed = rarity.changed(commit.values())
        self._context = rarity.context(commit.values())

    def to(self, other: CommitLines) -> float:
        """How alike ``other`` is, from 0 to 1; 0.9 and more only for the same lines.

        Files are compared that have the same path, else the same name, else lines in common.
        """
        commit, rarity = self._commit, self._rarity
        pairs = _same_files(commit, other, rarity)
        both = [_common(ours, theirs) for ours, theirs in pairs]
        context = _Overlap.of(rarity.context(both), self._context, rarity.context(other.values()))
        is_whole = len(pairs) == len(commit) == len(other)
        if is_whole and context.share >= 0.5 and all(a.changed == b.changed for a, b in pairs):
            return 0.9 + 0.1 * context.share
        common = rarity.changed(both)
        if context.share > _ELSEWHERE:
            common += sum(_alike(a, b, rarity) for a, b in pairs) * context.share
        lines = _Overlap.of(common, self._changed, rarity.changed(other.values()))
        if not lines.common:
            return 0.0
        shared = lines.common + _CONTEXT * context.common
        apart = lines.smaller + _LARGER_SIDE * lines.larger + _CONTEXT / 2 * context.smaller
        return shared / (shared + apart + _DOUBT)


def contained(part: CommitLines, whole: CommitLines, rarity: Rarity) -> float:
    """How much, from 0 to 1, of the lines that ``part`` changes ``whole`` changes as well."""
    both = [_common(ours, theirs) for ours, theirs in _same_files(part, whole, rarity)]
    return rarity.changed(both) / (rarity.changed(part.values()) or 1.0)


def _same_files(
    one: CommitLines, other: CommitLines, rarity: Rarity
) -> list[tuple[FileLines, FileLines]]:
    """The files of both that belong together: by path, by name, by the lines in common."""
    left = dict(other)
    pairs = [(file, left.pop(path)) for path, file in one.items() if path in left]
    for path, file in one.items():
        if path in other:
            continue
        names = [twin for twin in left if basename(twin) == basename(path)]
        weights = {
            twin: rarity.in_common(file.changed, left[twin].changed) for twin in names or left
        }
        best = max(weights, key=lambda twin: weights[twin], default=None)
        if best is not None and (names or weights[best]):
            pairs.append((file, left.pop(best)))
    return pairs


def _common(one: FileLines, other: FileLines) -> FileLines:
    return FileLines(_both(one.changed, other.changed), _both(one.context, other.context))


def _both(one: Counter[bytes], other: Counter[bytes]) -> Counter[bytes]:
    """What two bags have in common, as ``&`` gives it."""
    if one.keys().isdisjoint(other):
        return Counter()
    return Counter({line: min(n, other[line]) for line, n in one.items() if line in other})


@dataclass(frozen=True, slots=True)
class _Overlap:
    """What two sides have in common, and what the smaller and the larger have for themselves."""

    common: float
    smaller: float
    larger: float

    @classmethod
    def of(cls, common: float, one: float, other: float) -> _Overlap:
        smaller, larger = sorted((max(0.0, one - common), max(0.0, other - common)))
        return cls(common, smaller, larger)

    @property
    def share(self) -> float:
        """The part of the smaller side that is common; half where there is nothing."""
        return (self.common + 0.5) / (self.common + self.smaller + 1.0)


# -- lines that are not the same -------------------------------------------------------------------

_WORD = re.compile(rb"[A-Za-z_]\w*|\d+|[^\w\s]")
_LONG = 8  # letters from which on a word weighs in full


def _alike(one: FileLines, other: FileLines, rarity: Rarity) -> float:
    """The weight of what both change, though not to the letter, by the words that come and go."""
    ours = FileLines(one.changed - other.changed, texts=one.texts)
    theirs = FileLines(other.changed - one.changed, texts=other.texts)
    if not ours.changed or not theirs.changed:
        return 0.0
    left, right = _moving_words(ours), _moving_words(theirs)
    total = _letters(left) + _letters(right)
    share = 2 * _letters(left & right) / total if total else 0.0
    return share * share * min(rarity.changed([ours]), rarity.changed([theirs]))


def _moving_words(file: FileLines) -> Counter[bytes]:
    """The words that are more often in the added lines than in the removed ones, or less often."""
    removed: Counter[bytes] = Counter()
    added: Counter[bytes] = Counter()
    for line, count in file.changed.items():
        side = removed if line.startswith(b"-") else added
        for word in _WORD.findall(file.texts[line]):
            side[word] += count
    going = {b"-" + word: count for word, count in (removed - added).items()}
    coming = {b"+" + word: count for word, count in (added - removed).items()}
    return Counter(going | coming)


def _letters(words: Mapping[bytes, int]) -> float:
    """Long words tell more than short ones, and signs least."""
    return sum(
        count * (min(len(word) - 1, _LONG) if _LETTER.match(word, 1) else 0.5)
        for word, count in words.items()
    )
