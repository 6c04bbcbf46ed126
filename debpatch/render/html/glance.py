"""What the report comes to at a glance: one figure for each section, and where it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from debpatch.landings.backports import BranchState, State
from debpatch.render.page import count
from debpatch.review.review import Review

Tone = Literal["good", "fair", "bad", "plain"]

_TONES: dict[State, Tone] = {
    State.PRESENT: "good",
    State.PORTED: "good",
    State.PARTIAL: "fair",
    State.MISSING: "bad",
    State.UNKNOWN: "fair",
    State.UNAFFECTED: "plain",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, what it is of, a few words more, and the section that tells all of it."""

    section: str
    name: str
    value: str
    note: str
    tone: Tone


def figures(review: Review) -> tuple[Figure, ...]:
    """One figure for each thing that is known."""
    return tuple(
        figure
        for figures in (_carried, _left_behind, _upstream, _plan, _header)
        for figure in figures(review)
    )


def _carried(review: Review) -> Iterator[Figure]:
    if review.facts.comparison.alternatives:
        comparison = review.facts.comparison.alternatives[0].comparison
        lines, of = comparison.carried
        tone: Tone = "good" if lines == of else "fair" if lines * 2 >= of else "bad"
        value = f"{lines} of {of}"
        yield Figure("hunks", "Lines of the fix carried", value, comparison.verdict.value, tone)


def _left_behind(review: Review) -> Iterator[Figure]:
    if residual := review.facts.comparison.residual:
        names = ", ".join(dict.fromkeys(use.identifier for use in residual))
        value = count(len(residual), "place")
        yield Figure("left-behind", "Still uses what the patch removes", value, names, "bad")


def _upstream(review: Review) -> Iterator[Figure]:
    for found in review.facts.backports[:1]:
        own = next((b for b in found.branches if b.branch.name == found.own), None)
        if own:
            yield Figure("where", own.branch.name, _state(own), _since(own), _TONES[own.state])


def _state(branch: BranchState) -> str:
    return {
        State.PRESENT: "has the fix",
        State.PORTED: "has a backport",
        State.PARTIAL: "has a backport",
        State.MISSING: "lacks the fix",
        State.UNAFFECTED: "does not need it",
        State.UNKNOWN: "unknown",
    }[branch.state]


def _since(branch: BranchState) -> str:
    standing = [landing for landing in branch.landings if not landing.reverted_by]
    shas = ", ".join(landing.commit.sha[:8] for landing in standing)
    release = standing[0].released_in if standing else None
    return f"{shas}, since {release}" if release else shas


def _plan(review: Review) -> Iterator[Figure]:
    if plan := review.facts.plan:
        files, insertions, deletions = plan.size
        value = count(len(plan.series), "commit")
        note = f"clean: {count(files, 'file')}, +{insertions} -{deletions}"
        if not plan.clean:
            note = "conflicts are left"
        yield Figure("plan", "Upstream's own commits", value, note, "good" if plan.clean else "bad")


def _header(review: Review) -> Iterator[Figure]:
    counts = Counter(finding.severity for finding in review.facts.header.findings)
    tone: Tone = "bad" if counts["error"] else "fair" if counts["warning"] else "good"
    value = count(counts.total(), "finding") if counts else "no finding"
    note = ", ".join(f"{number} {severity}" for severity, number in counts.most_common())
    yield Figure("header", "DEP-3 header", value, note, tone)
