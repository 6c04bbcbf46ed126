"""`review`: a document with the names of docs/schema for machines, a text for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path, PurePosixPath

from debpatch.backport.conflicts import Trial
from debpatch.git.merge import Pick
from debpatch.git.repository import Commit
from debpatch.landings.backports import Backports, State
from debpatch.render import advice, comparison, conflicts, dep3, landings, plan
from debpatch.render.conflicts import OUTCOMES, STYLES, carrier, named
from debpatch.render.json import Json, document_of
from debpatch.render.page import Look, Page, count
from debpatch.render.plan import because
from debpatch.render.proposal import option
from debpatch.render.safe import one_line
from debpatch.render.words import clipped, found_by, since, some, standing
from debpatch.review.review import Facts, Neighbour, Review, Verdict


def document(review: Review) -> Json:
    """The review as a document, each part as the command that it comes from gives it."""
    facts = review.facts
    package, target = facts.package, facts.target
    return document_of(
        "review",
        {
            "patch": facts.patch.name,
            "package": package and {"name": package.name, "version": str(package.version)},
            "series_entry": facts.entry,
            "base": facts.base,
            "onto": target.name if target else None,
            "verdict": review.verdict.value,
            "summary": advice.summary(review),
            "next_steps": [asdict(step) for step in advice.next_steps(review)],
            "unknown": advice.not_known(review),
            "fixes": [_commit_json(commit) for commit in facts.fixes],
            "series": [_commit_json(commit) for commit in facts.series],
            "picked": [_commit_json(commit) for commit in facts.picked],
            "comparison": comparison.document(facts.comparison),
            "header": dep3.document([facts.header]),
            "backports": [landings.document(each) for each in facts.backports],
            "neighbours": [_neighbour(each) for each in facts.neighbours],
            "conflicts": [conflicts.document(each) for each in facts.conflicts],
            "plan": plan.document(facts.plan) if facts.plan else None,
            "repairs": [_repair(repair) for repair in facts.repairs],
            "options": [option(each) for each in facts.options],
            "documents": sorted(review.documents),
        },
    )


def _commit_json(commit: Commit) -> Json:
    return {"sha": commit.sha, "subject": commit.subject}


def _repair(repair: Pick) -> Json:
    paths = [conflict.path for conflict in repair.conflicts]
    return {**_commit_json(repair.commit), "outcome": repair.outcome, "conflicts": paths}


def _neighbour(neighbour: Neighbour) -> Json:
    return {
        **_commit_json(neighbour.commit),
        "released_in": neighbour.released_in,
        "carried_by": named(neighbour.carried_by),
        "planned": neighbour.is_planned,
    }


# -- `review` for people, on a page: the verdict, what to do next, the evidence, the files ---------

_STYLES = {
    Verdict.READY: "bold green",
    Verdict.MEND: "bold yellow",
    Verdict.REPLACE: "bold yellow",
    Verdict.DROP: "bold cyan",
    Verdict.UNKNOWN: "bold yellow",
}
_STEPS = 3
_SHOWN = 6
"""So many lines of one kind of evidence are shown; the report has all."""
_FILES = 3
"""So many files in which a commit is needed."""


def as_text(review: Review, folder: Path, files: Iterable[str], look: Look) -> str:
    """The page; ``folder`` has the ``files``."""
    page = Page(look)
    facts = review.facts
    name = one_line(PurePosixPath(facts.patch.name).name)
    page.line((f"{name}: ", "bold"), (review.verdict.value, _STYLES[review.verdict]))
    page.paragraph(one_line(advice.summary(review)), 2)
    _next(page, advice.next_steps(review)[:_STEPS])
    _upstream(page, facts)
    _patch(page, facts)
    _applies(page, facts)
    _options(page, facts)
    _header(page, facts)
    if facts.unknown:
        page.heading("Not known")
    for why in advice.not_known(review):
        page.paragraph(f"- {one_line(why)}", 2, "yellow", hanging=2)
    page.heading(f"In {one_line(str(folder))}")
    for file in files:
        page.line(f"  {one_line(file)}")
    return str(page)


def _next(page: Page, steps: Sequence[advice.Advice]) -> None:
    if not steps:
        return
    page.heading("Next")
    for number, step in enumerate(steps, 1):
        page.paragraph(f"{number}. {one_line(step.sentence)}", 2, "bold", hanging=3)
        for text in step.evidence[:_SHOWN]:
            page.paragraph(f"- {one_line(text)}", 5, hanging=2)
        if len(step.evidence) > _SHOWN:
            page.line(f"     - and {len(step.evidence) - _SHOWN} more")
        if step.command:
            page.line((f"     $ {one_line(step.command)}", "cyan"))


# -- the evidence ----------------------------------------------------------------------------------


def _upstream(page: Page, facts: Facts) -> None:
    """The fix and what became of it, commit by commit."""
    if not facts.fixes:
        return
    page.heading("Upstream")
    known = _releases(facts)
    for commit in facts.fixes:
        _commit(page, "fix", commit, known)
    if facts.comparison.identity:
        page.paragraph(f"found {found_by(facts.comparison.identity)}", 15, "yellow", hanging=2)
    for commit in facts.series if facts.is_ported else ():
        _commit(page, "backport", commit, known)
    roles = {"prerequisite": "prerequisite", "follow-up": "repair"}
    needed = [s for s in facts.plan.series if s.role == "prerequisite"] if facts.plan else []
    for step in facts.plan.series if facts.plan else ():
        if step.role == "follow-up" or step in needed[:_SHOWN]:
            _commit(page, roles[step.role], step.commit, known, because(step, _FILES))
    if len(needed) > _SHOWN:
        page.line(f"  {'':13}and {len(needed) - _SHOWN} more prerequisites")
    there = [each for each in facts.neighbours if each.carried_by]
    for neighbour in there[:_SHOWN]:
        why = carrier(neighbour.commit, neighbour.carried_by)
        _commit(page, "applied", neighbour.commit, known, why)
    for survey in facts.backports:
        _branches(page, survey)


def _commit(
    page: Page, role: str, commit: Commit, known: Mapping[str, str | None], why: str = ""
) -> None:
    subject = clipped(commit.subject, page.look.width - 28)
    page.line((f"  {role:13}", "bold"), f"{commit.short} {subject}")
    first = since(known.get(commit.sha))
    page.paragraph(f"{first}; {why}" if why else first, 17, "dim", hanging=2)


def _releases(facts: Facts) -> Mapping[str, str | None]:
    """The first release of each commit that the page tells of."""
    known: dict[str, str | None] = {}
    for item in facts.comparison.alternatives:
        shas = (commit.sha for commit in item.alternative.commits)
        known |= dict(zip(shas, item.released_in, strict=True))
    known |= {each.commit.sha: each.released_in for each in facts.neighbours}
    parts = (part for option in facts.options for part in option.parts)
    return known | {part.commit.sha: part.released_in for part in parts}


def _branches(page: Page, survey: Backports) -> None:
    by_state: dict[State, list[str]] = {}
    for each in survey.branches:
        by_state.setdefault(each.state, []).append(one_line(each.branch.name))
    told = [
        f"{standing(state.value)} {some(by_state[state])}" for state in State if state in by_state
    ]
    if told:
        page.paragraph(f"branches {survey.commit.short}: {'; '.join(told)}", 2, hanging=9)


def _patch(page: Page, facts: Facts) -> None:
    """What the patch carries of each alternative."""
    report = facts.comparison
    if not report.alternatives:
        return
    onto = f" onto {one_line(report.base)}" if report.base else ""
    page.heading(f"The patch{onto}")
    for item in report.alternatives:
        lines, of = item.comparison.carried
        shas = ", ".join(commit.short for commit in item.alternative.commits)
        hunks = [f"{n} {status.value}" for status, n in item.comparison.summary.items() if n]
        page.paragraph(
            f"{item.comparison.verdict.value}: {lines} of {of} changed lines of {shas}; hunks: "
            f"{', '.join(hunks)}",
            2,
            hanging=2,
        )


def _applies(page: Page, facts: Facts) -> None:
    """What comes of picking each commit, alone and as planned."""
    if not facts.conflicts:
        return
    page.heading(f"Picked onto {one_line(facts.conflicts[0].target.name)}")
    for check in facts.conflicts:
        for trial in check.alone:
            _trial(page, trial)
    plan = facts.plan
    if plan and plan.series:
        size = "{} files, +{} -{}".format(*plan.size)
        commits = count(len(plan.series), "commit")
        end = (f"clean, {size}", "green") if plan.clean else ("conflicts are left", "bold red")
        page.line("  ", f"the plan of {commits}: ", end)


def _trial(page: Page, trial: Trial) -> None:
    files = count(len({each.conflict.path for each in trial.conflicts}), "file")
    beside = f" in {files}" if trial.conflicts else ""
    if trial.outcome == "already-applied":
        beside = f" ({carrier(trial.commit, trial.carried_by)})"
    word = OUTCOMES[trial.outcome]
    page.line(f"  {trial.commit.short} alone: ", (f"{word}{beside}", STYLES[trial.outcome]))


def _options(page: Page, facts: Facts) -> None:
    if not facts.options:
        return
    page.heading("Options")
    width = max(len(one_line(each.name)) for each in facts.options)
    page.line((f"  {'':{width}}  files     +     -  later commits that conflict", "dim"))
    for each in facts.options:
        size = each.size
        cells = f"{size.files:7}{size.insertions:6}{size.deletions:6}" if size else "  conflicts"
        later = each.later
        ahead = f"  {later.conflicts} of {later.commits} ({later.without} without)" if later else ""
        page.line(f"  {one_line(each.name):{width}}{cells}{ahead}")


def _header(page: Page, facts: Facts) -> None:
    findings = facts.header.findings
    if not findings:
        return
    page.heading("Its header")
    for finding in findings:
        page.paragraph(f"{finding.severity}: {one_line(finding.message)}", 2, hanging=2)
