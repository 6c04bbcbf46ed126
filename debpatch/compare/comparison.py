"""A patch compared with one alternative: what it carries, changed, left out and added."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from debpatch.compare.absence import Reason, why_missing
from debpatch.compare.alignment import Pair, align
from debpatch.compare.change import Change
from debpatch.compare.home import plausible_at
from debpatch.compare.ladder import Status, folded, is_white_space, rung
from debpatch.compare.lines import LinePair, carried, pair_lines
from debpatch.compare.renames import Renaming, identifier_map
from debpatch.inputs.tree import Tree


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


@dataclass(frozen=True)
class HunkComparison:
    """An upstream hunk and its counterpart; one of them is None where the other stands alone.

    ``lines`` is empty for hunks equal to the letter. ``reason`` is given for missing hunks, where
    the tree that the patch applies to is known.
    """

    status: Status
    upstream: Change | None
    patch: Change | None
    lines: tuple[LinePair, ...] = ()
    reason: Reason | None = None
    identifiers: tuple[Renaming, ...] = ()

    @cached_property
    def carried(self) -> tuple[int, int]:
        """How many of upstream's changed lines (blank ones apart) the patch has, of how many."""
        if self.upstream is None:
            return 0, 0
        total = len(self.upstream.lines)
        if self.patch is None:
            return 0, total
        return carried(self.lines) if self.status is Status.ADAPTED else (total, total)

    @property
    def is_trivial(self) -> bool:
        """Whether nothing but comments and white space changes."""
        change = self.upstream or self.patch
        return change is not None and (change.is_comment or is_white_space(change))


@dataclass(frozen=True)
class Comparison:
    """All hunks of both sides, each at least once, in upstream's order, then what is added."""

    hunks: tuple[HunkComparison, ...]
    identifiers: tuple[Renaming, ...]

    @cached_property
    def summary(self) -> Mapping[Status, int]:
        """How many hunks stand on each rung; an upstream hunk that answers two counts twice."""
        counts = Counter(hunk.status for hunk in self.hunks)
        return {status: counts[status] for status in Status}

    @cached_property
    def carried(self) -> tuple[int, int]:
        """Upstream's changed lines that the patch has, of those that there are to carry."""
        best: dict[Change, tuple[int, int]] = {}
        for hunk in self.hunks:
            if hunk.upstream is not None and hunk.reason in (None, Reason.NOT_CARRIED):
                best[hunk.upstream] = max(best.get(hunk.upstream, (0, 0)), hunk.carried)
        return sum(n for n, _ in best.values()), sum(of for _, of in best.values())

    @cached_property
    def verdict(self) -> Verdict:
        """The whole in a word."""
        statuses = {
            hunk.status
            for hunk in self.hunks
            if hunk.reason in (None, Reason.NOT_CARRIED)
        }  # fmt: skip
        if {hunk.status for hunk in self.hunks} <= {Status.IDENTICAL}:
            return Verdict.IDENTICAL
        if not statuses & {Status.ADAPTED, Status.MISSING, Status.ADDED}:
            return Verdict.EQUIVALENT
        lines, of = self.carried
        return Verdict.ADAPTED if lines * 2 >= of and lines else Verdict.DIVERGED


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
    statuses = _statuses(pairs, names)
    matched = [
        _matched(pair, status, names, renamings)
        for pair, status in zip(pairs, statuses, strict=True)
    ]
    answered = {change for pair in pairs for change in pair}
    places = _places(pairs, moved or {})
    missing = [
        HunkComparison(
            Status.MISSING,
            change,
            None,
            reason=why_missing(change, base, places[change.path]) if base else None,
        )
        for change in upstream
        if change not in answered
    ]
    added = [HunkComparison(Status.ADDED, None, c) for c in patch if c not in answered]
    order = {change: n for n, change in enumerate(upstream)}
    ours = sorted(matched + missing, key=lambda hunk: order[hunk.upstream])  # type: ignore[index]
    return Comparison((*ours, *added), renamings)


def _places(pairs: Iterable[Pair], moved: Mapping[str, str]) -> Mapping[str, set[str]]:
    """Where the files of upstream's hunks lie at the base, by what is known of them."""
    places = defaultdict(set, {path: {old} for path, old in moved.items()})
    for upstream, patch in pairs:
        places[upstream.path].add(patch.path)
    return places


def _matched(
    pair: Pair, status: Status, names: Mapping[str, str], renamings: Sequence[Renaming]
) -> HunkComparison:
    upstream, patch = pair
    if status in {Status.IDENTICAL, Status.CONTEXT}:
        return HunkComparison(status, upstream, patch)
    here = " ".join(line.text for line in upstream.lines)
    used = tuple(renaming for renaming in renamings if renaming.upstream in here)
    lines = pair_lines(upstream, patch, names)
    return HunkComparison(status, upstream, patch, lines, identifiers=used)


def _statuses(pairs: Sequence[Pair], names: Mapping[str, str]) -> list[Status]:
    """The rung of each pair; hunks that became several, or one, are weighed together."""
    partners: dict[Change, list[Change]] = defaultdict(list)
    for upstream, patch in pairs:
        partners[upstream].append(patch)
        partners[patch].append(upstream)
    return [_status(upstream, patch, partners, names) for upstream, patch in pairs]


def _status(
    upstream: Change,
    patch: Change,
    partners: Mapping[Change, Sequence[Change]],
    names: Mapping[str, str],
) -> Status:
    alone = rung(upstream, patch, names)
    if alone is not Status.ADAPTED:
        return alone
    ours, theirs = partners[patch], partners[upstream]
    if len(ours) + len(theirs) == 2:
        return alone
    if _together(ours, {}) == _together(theirs, {}):
        return Status.CONTEXT if _text(ours) == _text(theirs) else Status.FORMATTING
    return Status.RENAMED if _together(ours, names) == _together(theirs, {}) else Status.ADAPTED


def _together(changes: Iterable[Change], names: Mapping[str, str]) -> list[list[str]]:
    sides = [folded(change, names, part=True) for change in changes]
    return [[text for side in sides for text in side[n]] for n in (0, 1)]


def _text(changes: Iterable[Change]) -> list[tuple[str, str, bool]]:
    return [line for change in changes for line in change.text]
