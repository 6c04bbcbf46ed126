"""What the facts come to: a verdict, the reason in a sentence, and what to do next.

The questions are asked in the order in which their answers matter: does the package need the patch
at all, is there something better, is it whole, is it upstream's, does it say so truthfully.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from debpatch.compare.absence import Reason
from debpatch.compare.change import Change
from debpatch.compare.comparison import Verdict as Equality
from debpatch.compare.equality import Status
from debpatch.compare.report import AlternativeReport
from debpatch.git.merge import Pick
from debpatch.git.repository import Commit
from debpatch.landings.affected import is_trivia
from debpatch.review.commands import Commands
from debpatch.review.review import Facts, NextStep, Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict, why, and what to do, most important first."""

    verdict: Verdict
    summary: str
    next_steps: tuple[NextStep, ...]


_SHOWN = 6
"""So many files or branches are named in a sentence."""


def judge(facts: Facts, commands: Commands) -> Judgement:
    """Judge the patch; ``commands`` gives the words to type."""
    verdict, summary = _verdict(facts)
    steps = tuple(_STEPS[verdict](facts, commands))
    return Judgement(verdict, summary, steps)


def _verdict(facts: Facts) -> tuple[Verdict, str]:
    comparison, plan = facts.comparison, facts.plan
    onto = facts.target.name if facts.target else "the package"
    best = closest(comparison.alternatives)
    if comparison.is_applied:
        return Verdict.DROP, f"{onto} has the whole patch already."
    if plan and plan.steps and not plan.series:
        return Verdict.DROP, f"{onto} has the fix already."
    if best is None:
        return Verdict.UNKNOWN, "Which upstream commit it comes from is not known."
    if _is_upstream(facts, best):
        return _verdict_on_same(facts, best)
    if _is_better(facts, best):
        return Verdict.REPLACE, _better(facts, onto)
    if comparison.failures:
        return Verdict.MEND, f"It does not apply to {onto}."
    lines, of = best.comparison.carried
    said = f"It is not upstream's fix as it stands: it carries {lines} of {of} changed lines"
    own = len(_own(best))
    return Verdict.MEND, f"{said}, and {count(own, 'hunk')} of its own." if own else f"{said}."


def _verdict_on_same(facts: Facts, best: AlternativeReport) -> tuple[Verdict, str]:
    """The verdict on a patch that is upstream's change, if it applies and in whatever words."""
    said = f"It is upstream's change, {names(facts.picked or best.alternative.commits)}"
    if facts.comparison.failures and facts.target:
        return Verdict.MEND, f"{said}, and does not apply to {facts.target.name}."
    if repairs := _repairs(facts):
        verb = "repairs" if len(repairs) == 1 else "repair"
        shas = names([repair.commit for repair in repairs])
        return Verdict.MEND, f"{said}, without {shas}, which {verb} it."
    if _doubts(facts):
        return Verdict.MEND, f"{said}; its header is not complete and true."
    return Verdict.READY, f"{said}, and nothing speaks against it."


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


def _better(facts: Facts, onto: str) -> str:
    shas = names(facts.series)
    it = "it" if len(facts.series) == 1 else "they"
    number = sum(step.role == "prerequisite" for step in facts.plan.series) if facts.plan else 0
    further = f", with {count(number, 'commit')} before" if number else ""
    verb = "applies" if it == "it" else "apply"
    if not facts.is_ported:
        return f"Upstream's own {shas} can be taken as {it} stands: it {verb} cleanly to {onto}."
    since = _since(facts)
    return f"Upstream backported this itself, as {shas}{since}; {it} {verb} cleanly{further}."


def _since(facts: Facts) -> str:
    released = facts.comparison.alternatives[-1].released_in
    return f" in {released[-1]}" if released and released[-1] else ""


# -- what to do ------------------------------------------------------------------------------------


def _replace(facts: Facts, commands: Commands) -> Iterator[NextStep]:
    plan = facts.plan
    if plan is None:
        return
    commits = [step.commit for step in plan.series]
    command = commands.import_commits(commits) if facts.package else commands.cherry_pick(commits)
    what = "commit" if len(commits) == 1 else f"series of {len(commits)} commits"
    yield NextStep(f"Take upstream's own {what} instead.", tuple(_why(facts)), command)
    faults = (*_faults(facts), *_doubts(facts))
    if faults:
        yield NextStep(
            "If the patch is to stay all the same, mend it.",
            faults,
            commands.on_patch("diff-upstream"),
        )


def _why(facts: Facts) -> Iterator[str]:
    """What speaks for upstream's series."""
    plan = facts.plan
    if plan is None:
        return
    needed = [step for step in plan.series if step.role == "prerequisite"]
    verb = "need" if len(facts.series) > 1 else "needs"
    if needed:
        onto = plan.target.name
        yield (
            f"{names(facts.series)} {verb} {names([step.commit for step in needed])}; these "
            f"{len(needed) + len(facts.series)} apply cleanly to {onto}"
        )
    for step in plan.series:
        if step.follows:
            yield f"{step.commit.short} repairs {step.follows.of.short}, so it belongs to them"
    sizes = [option.size for option in facts.options[:2] if option.size]
    if len(sizes) == 2:
        yield "; ".join(
            f"{what}: {count(size.files, 'file')}, +{size.insertions} -{size.deletions}"
            for what, size in zip(("the patch", "the series"), sizes, strict=True)
        )
    if facts.entry:
        yield f"{facts.entry} has to leave the package's series for it"


def _mend(facts: Facts, commands: Commands) -> Iterator[NextStep]:
    report = facts.comparison
    if report.failures:
        places = [f"{f.path} hunk {f.hunk}" for f in report.failures]
        onto = report.base or "the package"
        yield NextStep(f"Refresh it: it does not apply to {onto}.", tuple(places), "quilt refresh")
    if faults := tuple(_faults(facts)):
        yield NextStep(
            "Carry the rest of upstream's change, or say in the header why not.",
            faults,
            commands.on_patch("diff-upstream"),
        )
    elif differences := tuple(_differences(facts)):
        yield NextStep(
            "Make it upstream's change, or say in the header what differs and why.",
            differences,
            commands.on_patch("diff-upstream"),
        )
    if repairs := _repairs(facts):
        rest = [repair.commit for repair in repairs]
        yield NextStep(
            f"Take {names(rest)} as well, after it.",
            (*(_why_repair(facts, repair) for repair in repairs), *_first(facts)),
            commands.import_commits(rest) if facts.package else commands.cherry_pick(rest),
        )
    if doubts := tuple(_doubts(facts)):
        yield NextStep("Correct its header.", doubts, commands.on_patch("validate-dep3", "--fix"))


def _drop(facts: Facts, _: Commands) -> Iterator[NextStep]:
    carriers = [step.carried_by for step in facts.plan.steps] if facts.plan else []
    named = dict.fromkeys(what.name for what in carriers if what)
    evidence = (f"the package has it by {', '.join(named)}",) if named else ()
    yield NextStep("Leave the patch out; there is nothing left for it to do.", evidence)


def _unknown(facts: Facts, commands: Commands) -> Iterator[NextStep]:
    yield NextStep(
        "Name the upstream commit that it comes from, and ask again.",
        (),
        commands.on_patch("review", "--upstream", "SHA"),
    )
    if doubts := tuple(_doubts(facts)):
        yield NextStep("Correct its header.", doubts, commands.on_patch("validate-dep3", "--fix"))


def _ready(_: Facts, __: Commands) -> Iterator[NextStep]:
    yield from ()


_STEPS: dict[Verdict, Callable[[Facts, Commands], Iterator[NextStep]]] = {
    Verdict.READY: _ready,
    Verdict.MEND: _mend,
    Verdict.REPLACE: _replace,
    Verdict.DROP: _drop,
    Verdict.UNKNOWN: _unknown,
}


# -- what is wrong ---------------------------------------------------------------------------------


def _faults(facts: Facts) -> Iterator[str]:
    """What the patch itself breaks or leaves out."""
    report = facts.comparison
    for marker in report.markers:
        yield f"{marker.path} hunk {marker.hunk} adds the marker of a conflict"
    by_file: dict[tuple[str, str], list[int]] = {}
    for use in report.residual or ():
        by_file.setdefault((use.path, use.identifier), []).append(use.line)
    for (path, identifier), lines in by_file.items():
        yield f"{path} still has {identifier} (line {lines[0]}), whose declaration it takes away"
    best = closest(report.alternatives)
    left = {
        hunk.upstream.path: None
        for hunk in (best.comparison.hunks if best and not facts.picked else ())
        if hunk.upstream and hunk.reason is Reason.NOT_CARRIED and not hunk.is_trivial
    }
    if left:
        yield f"upstream's changes to {some(list(left))} are not all carried, and could be"


def _differences(facts: Facts) -> Iterator[str]:
    """Where the patch, as far as it goes, is not what upstream has."""
    best = closest(facts.comparison.alternatives)
    if best is None or facts.picked or best.comparison.verdict in SAME:
        return
    for hunk in best.comparison.hunks:
        if hunk.status is Status.ADAPTED and hunk.upstream and not hunk.is_trivial:
            lines, of = hunk.carried
            place = f"{hunk.upstream.path} hunk {hunk.upstream.hunk.number}"
            yield f"of upstream's {place} it has {lines} of {of} changed lines"
    for path, number in Counter(change.path for change in _own(best)).items():
        yield f"{count(number, 'hunk')} of its own in {path}, from none of the commits compared"


def _own(best: AlternativeReport) -> list[Change]:
    """The hunks of the patch that no upstream commit explains."""
    added = (hunk.patch for hunk in best.comparison.hunks if hunk.status is Status.ADDED)
    return [change for change in added if change and not is_trivia(change)
            and change not in best.origins]  # fmt: skip


def _doubts(facts: Facts) -> tuple[str, ...]:
    """What is wrong with the header, errors first."""
    order = ("error", "warning")
    findings = [finding for finding in facts.header.findings if finding.severity in order]
    findings.sort(key=lambda finding: order.index(finding.severity))
    return tuple(finding.message for finding in findings)


def _repairs(facts: Facts) -> list[Pick]:
    """The later commits that upstream mended its own with, and that package and patch lack."""
    return [repair for repair in facts.repairs if repair.outcome != "already-applied"]


def _first(facts: Facts) -> Iterator[str]:
    """What has to come before anything that goes upon the patch."""
    if facts.package and facts.entry is None:
        yield "the package's series does not have the patch yet: quilt import it first"


def _why_repair(facts: Facts, repair: Pick) -> str:
    """What a later commit mends, and whether it applies upon the patch."""
    steps = facts.plan.series if facts.plan else ()
    of = next(s.follows.of.short for s in steps if s.follows and s.commit == repair.commit)
    where = ", ".join(conflict.path for conflict in repair.conflicts)
    applies = f"conflicts with it in {where}" if where else "applies cleanly upon it"
    return f'{repair.commit.short} "{repair.commit.subject}" repairs {of}, and {applies}'


# -- words -----------------------------------------------------------------------------------------


def names(commits: Sequence[Commit]) -> str:
    """Commits by their ids, as a sentence has them."""
    shas = [commit.short for commit in commits]
    return f"{', '.join(shas[:-1])} and {shas[-1]}" if len(shas) > 1 else "".join(shas)


def some(names: Sequence[str]) -> str:
    """Files or branches in a sentence: ``a, b and 7 more``."""
    if len(names) <= _SHOWN + 1:
        return ", ".join(names)
    return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"


def count(number: int, noun: str) -> str:
    """``1 commit``, ``2 commits``."""
    return f"{number} {noun if number == 1 else noun + 's'}"


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
