"""A patch compared with one alternative: what it carries, changed, left out and added."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from debpatch.caching import cached_unless_huge
from debpatch.compare.absence import Reason, why_missing
from debpatch.compare.alignment import Pair, align
from debpatch.compare.change import Change, unmatched
from debpatch.compare.equality import Status, folded, is_trivial, level_of
from debpatch.compare.identifiers import Renaming, identifier_map, plausible_at
from debpatch.compare.lexer import lexer_for
from debpatch.compare.lines import LinePair, carried, pair_lines, pair_unmatched
from debpatch.git.tree import Tree


class Verdict(StrEnum):
    """What a comparison comes to."""

    IDENTICAL = "identical"
    """Every hunk of upstream's is there to the letter, and nothing else is."""
    EQUIVALENT = "equivalent"
    """All that can be carried is, but for context, formatting and names, and nothing is added."""
    ADAPTED = "adapted"
    """At least half of the changed lines that can be carried are, the rest differs."""
    DIVERGED = "diverged"
    """Less than half is carried: another way to the same end, or another end."""


@dataclass(frozen=True, eq=False)
class HunkComparison:
    """An upstream hunk and its counterpart; one of them is None where the other stands alone.

    ``reason`` is given for missing hunks, where the tree that the patch applies to is known.
    ``renames`` maps upstream's names to the patch's, for the whole comparison, and ``identifiers``
    are those in this hunk. ``is_repeat`` says that the patch does several times what this upstream
    hunk does once.
    """

    status: Status
    upstream: Change | None
    patch: Change | None
    reason: Reason | None = None
    renames: Mapping[str, str] = field(default_factory=dict)
    identifiers: tuple[Renaming, ...] = ()
    is_repeat: bool = False

    @property
    def is_huge(self) -> bool:
        """Whether this is data, or generated."""
        return any(change.is_huge for change in (self.upstream, self.patch) if change)

    @cached_unless_huge
    def lines(self) -> tuple[LinePair, ...]:
        """The changed lines of both beside each other; nothing for hunks equal to the letter.

        Of huge hunks those that only one of them has, and not more than anybody reads.
        """
        if self.upstream is None or self.patch is None or self.status in _TO_THE_LETTER:
            return ()
        if self.is_huge:
            return pair_unmatched(self.upstream, self.patch)
        return pair_lines(self.upstream, self.patch, self.renames)

    @cached_property
    def carried(self) -> tuple[int, int]:
        """How many of upstream's changed lines (blank ones apart) the patch has, of how many."""
        if self.upstream is None:
            return 0, 0
        total = self.upstream.count
        if self.patch is None:
            return 0, total
        if self.status is not Status.ADAPTED:
            return total, total
        if self.is_huge:
            return total - sum(1 for _ in unmatched(self.upstream, self.patch)), total
        return carried(self.lines)

    @property
    def is_trivial(self) -> bool:
        """Whether nothing but comments and white space changes."""
        change = self.upstream or self.patch
        return change is not None and is_trivial(change)


_TO_THE_LETTER = {Status.IDENTICAL, Status.CONTEXT}


@dataclass(frozen=True)
class Comparison:
    """All hunks of both sides, each at least once, in upstream's order, then what is added.

    ``has_base`` says whether the files were at hand, so that reasons and renamings are verified.
    """

    hunks: tuple[HunkComparison, ...]
    identifiers: tuple[Renaming, ...]
    has_base: bool

    @cached_property
    def summary(self) -> Mapping[Status, int]:
        """How many hunks stand on each level; an upstream hunk that answers two counts twice."""
        counts = Counter(hunk.status for hunk in self.hunks)
        return {status: counts[status] for status in Status}

    @cached_property
    def carried(self) -> tuple[int, int]:
        """Upstream's changed lines that the patch has, of those that there are to carry."""
        found: dict[Change, list[HunkComparison]] = defaultdict(list)
        for hunk in self.hunks:
            if hunk.upstream and hunk.reason in (None, Reason.NOT_CARRIED):
                found[hunk.upstream].append(hunk)
        return sum(map(_carried, found.values())), sum(change.count for change in found)

    @cached_property
    def verdict(self) -> Verdict:
        """The whole in a word."""
        statuses = {hunk.status for hunk in self.hunks if not _is_excused(hunk)}
        same = not any(hunk.is_repeat for hunk in self.hunks)
        if {hunk.status for hunk in self.hunks} <= {Status.IDENTICAL} and same:
            return Verdict.IDENTICAL
        equal = {Status.IDENTICAL, Status.CONTEXT, Status.FORMATTING}
        if self.has_base:  # a map of names is only as good as what the files say of it
            equal.add(Status.RENAMED)
        if statuses and statuses <= equal and same:
            return Verdict.EQUIVALENT
        lines, of = self.carried
        return Verdict.ADAPTED if lines * 2 >= of and lines else Verdict.DIVERGED


def _carried(hunks: Sequence[HunkComparison]) -> int:
    """How many of an upstream hunk's changed lines its counterparts have together."""
    most = max(hunk.carried[0] for hunk in hunks)
    if len(hunks) == 1:
        return most
    pairs = (pair for hunk in hunks for pair in hunk.lines if pair.equal)
    return max(most, len({pair.upstream.place for pair in pairs if pair.upstream}))


def _is_excused(hunk: HunkComparison) -> bool:
    """Whether a hunk is missing because there is nothing to carry, beyond doubt.

    That the *code* is not there is only beyond doubt in prose, such as a list of changes: code may
    be there in another shape.
    """
    if hunk.reason is Reason.CODE_ABSENT and hunk.upstream is not None:
        return lexer_for(hunk.upstream.path) is None
    return hunk.reason in (Reason.FILE_ABSENT, Reason.ALREADY_PRESENT)


def compare(
    upstream: Sequence[Change],
    patch: Sequence[Change],
    base: Tree | None,
    moved: Mapping[str, str] | None = None,
) -> Comparison:
    """Compare the hunks of a patch with those of upstream's commits.

    ``base`` is the tree that the patch applies to; without it no reason is given for what is
    missing. ``moved`` maps upstream's paths to those of the same files at the base.
    """
    pairs = align(upstream, patch, moved or {})
    renamings = identifier_map(pairs, plausible_at(base) if base else None)
    names = {renaming.upstream: renaming.patch for renaming in renamings}
    known = set(base.paths) if base else set()
    statuses = _statuses(pairs, names, {path for path in known if path not in (moved or {})})
    several = Counter(change for pair in pairs for change in pair)
    matched = [
        _matched(pair, status, names, renamings, several[pair[0]])
        for pair, status in zip(pairs, statuses, strict=True)
    ]
    answered = {change for pair in pairs for change in pair}
    places = _places(pairs, moved or {})
    missing = [
        HunkComparison(
            Status.MISSING,
            change,
            None,
            reason=why_missing(change, base, places[change.path], names) if base else None,
        )
        for change in upstream
        if change not in answered
    ]
    added = [HunkComparison(Status.ADDED, None, c) for c in patch if c not in answered]
    order = {change: n for n, change in enumerate(upstream)}
    ours = sorted(matched + missing, key=lambda hunk: order[hunk.upstream])  # type: ignore[index]
    return Comparison((*ours, *added), renamings, has_base=base is not None)


def _places(pairs: Iterable[Pair], moved: Mapping[str, str]) -> Mapping[str, set[str]]:
    """Where the files of upstream's hunks lie at the base, by what is known of them."""
    places = defaultdict(set, {path: {old} for path, old in moved.items()})
    for upstream, patch in pairs:
        places[upstream.path].add(patch.path)
    return places


def _matched(
    pair: Pair,
    status: Status,
    names: Mapping[str, str],
    renamings: Sequence[Renaming],
    answers: int,
) -> HunkComparison:
    upstream, patch = pair
    is_repeat = answers > 1 and level_of(upstream, patch, names) is not Status.ADAPTED
    if status in _TO_THE_LETTER:
        return HunkComparison(status, upstream, patch, is_repeat=is_repeat)
    used = tuple(renaming for renaming in renamings if renaming.upstream in upstream.text)
    return HunkComparison(status, upstream, patch, None, names, used, is_repeat)


def _statuses(pairs: Sequence[Pair], names: Mapping[str, str], at_base: Set[str]) -> list[Status]:
    """The level of each pair; hunks that became several, or one, are weighed together.

    ``at_base`` are the paths that name the same file at the base as upstream: a change to one of
    these is not equal to a change to another file, however alike.
    """
    partners: dict[Change, list[Change]] = defaultdict(list)
    for upstream, patch in pairs:
        partners[upstream].append(patch)
        partners[patch].append(upstream)
    return [
        Status.ADAPTED
        if upstream.path != patch.path and upstream.path in at_base
        else _status(upstream, patch, partners, names)
        for upstream, patch in pairs
    ]


def _status(
    upstream: Change,
    patch: Change,
    partners: Mapping[Change, Sequence[Change]],
    names: Mapping[str, str],
) -> Status:
    alone = level_of(upstream, patch, names)
    if alone is not Status.ADAPTED:
        return alone
    ours, theirs = partners[patch], partners[upstream]
    if len(ours) + len(theirs) == 2 or any(change.is_huge for change in (*ours, *theirs)):
        return alone
    if folded(ours) == folded(theirs):
        return Status.CONTEXT if _text(ours) == _text(theirs) else Status.FORMATTING
    return Status.RENAMED if folded(ours, names) == folded(theirs) else Status.ADAPTED


def _text(changes: Iterable[Change]) -> str:
    return "".join(change.text for change in changes)
