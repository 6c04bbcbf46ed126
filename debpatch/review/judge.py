"""What the facts come to: a verdict, the reason for it, and what to do next.

The questions are asked in the order in which their answers matter: does the package need the patch
at all, is there something better, is it whole, is it upstream's, does it say so truthfully.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from debpatch.compare.absence import Reason as Absence
from debpatch.compare.change import Change
from debpatch.compare.comparison import HunkComparison
from debpatch.compare.comparison import Verdict as Equality
from debpatch.compare.equality import Status
from debpatch.compare.residual import ResidualReference
from debpatch.dep3.validate import Finding
from debpatch.git.merge import Pick
from debpatch.landings.affected import is_trivia
from debpatch.landings.report import AlternativeReport
from debpatch.review.advice import (
    Action,
    Applied,
    Better,
    CarriedBy,
    Different,
    Evidence,
    HeaderDoubtful,
    Needs,
    NextStep,
    NotCarried,
    NotInSeries,
    OriginUnknown,
    OwnHunks,
    Reason,
    Repair,
    Replaced,
    Sizes,
    Unapplicable,
    Unrepaired,
    Upstreams,
)
from debpatch.review.review import Facts, Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict, why, and what to do, most important first."""

    verdict: Verdict
    reason: Reason
    next_steps: tuple[NextStep, ...]


def judge(facts: Facts) -> Judgement:
    """Judge the patch."""
    verdict, reason = _verdict(facts)
    return Judgement(verdict, reason, tuple(_STEPS[verdict](facts)))


def _verdict(facts: Facts) -> tuple[Verdict, Reason]:
    comparison, plan = facts.comparison, facts.plan
    best = closest(comparison.alternatives)
    if comparison.is_applied:
        return Verdict.DROP, Applied(whole=True)
    if plan and plan.steps and not plan.series:
        return Verdict.DROP, Applied(whole=False)
    if best is None:
        return Verdict.UNKNOWN, OriginUnknown()
    if _is_upstream(facts, best):
        return _verdict_on_same(facts, best)
    if _is_better(facts, best):
        return Verdict.REPLACE, _better(facts)
    if comparison.failures:
        return Verdict.MEND, Unapplicable()
    return Verdict.MEND, Different(*best.comparison.carried, len(_own(best)))


def _verdict_on_same(facts: Facts, best: AlternativeReport) -> tuple[Verdict, Reason]:
    """The verdict on a patch that is upstream's change, if it applies and in whatever words."""
    commits = tuple(facts.picked or best.alternative.commits)
    but: Unapplicable | Unrepaired | HeaderDoubtful | None = None
    if facts.comparison.failures and facts.target:
        but = Unapplicable()
    elif repairs := _repairs(facts):
        but = Unrepaired(tuple(repair.commit for repair in repairs))
    elif _doubts(facts):
        but = HeaderDoubtful()
    return Verdict.MEND if but else Verdict.READY, Upstreams(commits, but)


def _is_upstream(facts: Facts, best: AlternativeReport) -> bool:
    report = facts.comparison
    is_same = bool(facts.picked) or best.comparison.verdict in SAME
    return is_same and not report.residual and not report.markers


def _is_better(facts: Facts, best: AlternativeReport) -> bool:
    """Whether upstream's own commits are to be preferred.

    Those for the package's line are, with whatever they need, unless much of the patch is its own;
    others only where they need nothing and nothing of the patch is.
    """
    plan = facts.plan
    if plan is None or not plan.clean or not plan.series:
        return False
    own = sum(change.size for change in _own(best))
    if facts.is_ported:
        hunks = (hunk for file in facts.patch.files for hunk in file.hunks)
        return own * 10 <= sum(hunk.size for hunk in hunks)
    return not own and all(step.role != "prerequisite" for step in plan.series)


def _better(facts: Facts) -> Better:
    series = facts.plan.series if facts.plan else ()
    released = facts.comparison.alternatives[-1].released_in
    prerequisites = sum(step.role == "prerequisite" for step in series)
    since = released[-1] if released else None
    return Better(facts.series, facts.is_ported, since, prerequisites)


# -- what to do ------------------------------------------------------------------------------------


def _replace(facts: Facts) -> Iterator[NextStep]:
    plan = facts.plan
    if plan is None:
        return
    commits = tuple(step.commit for step in plan.series)
    yield NextStep(Action.TAKE_UPSTREAM, tuple(_why(facts)), commits)
    if faults := (*_faults(facts), *_doubts(facts)):
        yield NextStep(Action.KEEP, faults)


def _why(facts: Facts) -> Iterator[Evidence]:
    """What speaks for upstream's series."""
    series = facts.plan.series if facts.plan else ()
    needed = tuple(step.commit for step in series if step.role == "prerequisite")
    if needed:
        yield Needs(facts.series, needed)
    yield from (step.follows for step in series if step.follows)
    sizes = [option.size for option in facts.options[:2] if option.size]
    if len(sizes) == 2:
        yield Sizes(*sizes)
    if facts.entry:
        yield Replaced(facts.entry)


def _mend(facts: Facts) -> Iterator[NextStep]:
    if facts.comparison.failures:
        yield NextStep(Action.REFRESH, facts.comparison.failures)
    if faults := tuple(_faults(facts)):
        yield NextStep(Action.CARRY_REST, faults)
    elif differences := tuple(_differences(facts)):
        yield NextStep(Action.MATCH_UPSTREAM, differences)
    if repairs := _repairs(facts):
        why: list[Evidence] = [*(_about(facts, repair) for repair in repairs), *_first(facts)]
        rest = tuple(repair.commit for repair in repairs)
        yield NextStep(Action.TAKE_REPAIRS, tuple(why), rest)
    yield from _correct(facts)


def _correct(facts: Facts) -> Iterator[NextStep]:
    if doubts := _doubts(facts):
        yield NextStep(Action.CORRECT_HEADER, doubts)


def _drop(facts: Facts) -> Iterator[NextStep]:
    carriers = (step.carried_by for step in facts.plan.steps) if facts.plan else ()
    found = tuple(dict.fromkeys(what for what in carriers if what is not None))
    yield NextStep(Action.DROP, (CarriedBy(found),) if found else ())


def _unknown(facts: Facts) -> Iterator[NextStep]:
    yield NextStep(Action.NAME_ORIGIN)
    yield from _correct(facts)


def _ready(_: Facts) -> Iterator[NextStep]:
    yield from ()


_STEPS: dict[Verdict, Callable[[Facts], Iterator[NextStep]]] = {
    Verdict.READY: _ready,
    Verdict.MEND: _mend,
    Verdict.REPLACE: _replace,
    Verdict.DROP: _drop,
    Verdict.UNKNOWN: _unknown,
}


# -- what is wrong ---------------------------------------------------------------------------------


def _faults(facts: Facts) -> Iterator[Evidence]:
    """What the patch itself breaks or leaves out."""
    report = facts.comparison
    yield from report.markers
    uses: dict[tuple[str, str], ResidualReference] = {}
    for use in report.residual or ():
        uses.setdefault((use.path, use.identifier), use)
    yield from uses.values()
    best = closest(report.alternatives)
    left = {
        hunk.upstream.path: None
        for hunk in (best.comparison.hunks if best and not facts.picked else ())
        if hunk.upstream and hunk.reason is Absence.NOT_CARRIED and not hunk.is_trivial
    }
    if left:
        yield NotCarried(tuple(left))


def _differences(facts: Facts) -> Iterator[Evidence]:
    """Where the patch, as far as it goes, is not what upstream has."""
    best = closest(facts.comparison.alternatives)
    if best is None or facts.picked or best.comparison.verdict in SAME:
        return
    yield from (hunk for hunk in best.comparison.hunks if _is_adapted(hunk))
    for path, number in Counter(change.path for change in _own(best)).items():
        yield OwnHunks(path, number)


def _is_adapted(hunk: HunkComparison) -> bool:
    return hunk.status is Status.ADAPTED and hunk.upstream is not None and not hunk.is_trivial


def _own(best: AlternativeReport) -> list[Change]:
    """The hunks of the patch that no upstream commit explains."""
    added = (hunk.patch for hunk in best.comparison.hunks if hunk.status is Status.ADDED)
    return [change for change in added if change and not is_trivia(change)
            and change not in best.origins]  # fmt: skip


def _doubts(facts: Facts) -> tuple[Finding, ...]:
    """What is wrong with the header, errors first."""
    order = ("error", "warning")
    findings = [finding for finding in facts.header.findings if finding.severity in order]
    return tuple(sorted(findings, key=lambda finding: order.index(finding.severity)))


def _repairs(facts: Facts) -> list[Pick]:
    """The later commits that upstream mended its own with, and that package and patch lack."""
    return [repair for repair in facts.repairs if repair.outcome != "already-applied"]


def _about(facts: Facts, repair: Pick) -> Repair:
    steps = facts.plan.series if facts.plan else ()
    return Repair(
        repair, next(s.follows.of for s in steps if s.follows and s.commit == repair.commit)
    )


def _first(facts: Facts) -> Iterator[NotInSeries]:
    """What has to come before anything that goes upon the patch."""
    if facts.package and facts.entry is None:
        yield NotInSeries()


# -- which of several alternatives a patch comes closest to ----------------------------------------

SAME = frozenset({Equality.IDENTICAL, Equality.EQUIVALENT})
"""The verdicts on a patch that is upstream's change, in whatever words."""


def closest(alternatives: Iterable[AlternativeReport]) -> AlternativeReport | None:
    """The alternative with the best verdict and of these the one carried most; the first of equals.

    None where there is none.
    """
    return min(alternatives, key=_distance, default=None)


def _distance(item: AlternativeReport) -> tuple[int, float]:
    lines, of = item.comparison.carried
    return list(Equality).index(item.comparison.verdict), -lines / of if of else 0.0
