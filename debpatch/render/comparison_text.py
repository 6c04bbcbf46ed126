"""`diff-upstream` for people: the verdict first, then what to look at, then what is equal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from debpatch.compare.absence import Reason
from debpatch.compare.alternative import Alternative
from debpatch.compare.change import Change
from debpatch.compare.comparison import Comparison, HunkComparison, Verdict
from debpatch.compare.ladder import Status
from debpatch.compare.report import AlternativeReport, PatchReport, TreeDifference
from debpatch.render.hunk_text import add_change, add_pairs
from debpatch.render.page import Look, Page, count
from debpatch.render.safe import one_line

_VERDICTS = {
    Verdict.IDENTICAL: "the same change as upstream's, to the letter.",
    Verdict.EQUIVALENT: "the same change as upstream's, in other words.",
    Verdict.ADAPTED: "upstream's change, adapted.",
    Verdict.DIVERGED: "less than half of upstream's change.",
}
_EQUAL = (Status.IDENTICAL, Status.CONTEXT, Status.FORMATTING, Status.RENAMED)


def render(report: PatchReport, look: Look, *, unified: bool = False) -> str:
    """The report as text; ``unified`` prints every hunk whole."""
    page = Page(look)
    for item in report.alternatives:
        _alternative(page, report, item, unified=unified)
    _residual(page, report)
    _gaps(page, report)
    return str(page)


def _alternative(
    page: Page, report: PatchReport, item: AlternativeReport, *, unified: bool
) -> None:
    comparison = item.comparison
    _head(page, report, item)
    hunks = comparison.hunks
    left = [h for h in hunks if h.reason is Reason.NOT_CARRIED and not h.is_trivial]
    unknown = [h for h in hunks if h.status is Status.MISSING and h.reason is None]
    _missing(page, "Not carried, although the code is there:", left, unified=unified)
    _missing(page, "Missing; whether the code is there is not known:", unknown, unified=unified)
    _adapted(page, [h for h in hunks if h.status is Status.ADAPTED], unified=unified)
    _added(page, [h for h in hunks if h.status is Status.ADDED], unified=unified)
    _nothing_to_carry(
        page, [h for h in hunks if h.status is Status.MISSING and h not in left + unknown]
    )
    _equal(page, comparison, unified=unified)
    if item.trees is not None:
        _trees(page, item.trees, item.alternative)


# -- the head --------------------------------------------------------------------------------------


def _head(page: Page, report: PatchReport, item: AlternativeReport) -> None:
    comparison = item.comparison
    page.blank()
    name = one_line(PurePosixPath(report.patch.name).name)
    page.line((f"{name}: ", "bold"), (comparison.verdict.value, _style(comparison.verdict)))
    page.paragraph(_VERDICTS[comparison.verdict].capitalize(), 2)
    page.blank()
    for commit, release in zip(item.alternative.commits, item.released_in, strict=True):
        where = f"first in {release}" if release else "in no release yet"
        page.paragraph(f"against  {commit.sha[:12]}  {one_line(commit.subject)} ({where})", 2)
        if len(commit.parents) > 1:
            page.paragraph("         a merge, compared by what it brought to its first parent", 2)
    if report.base is not None:
        page.paragraph(f"onto     {one_line(report.base.name)}", 2)
    page.blank()
    lines, of = comparison.carried
    if of:
        what = "that could be" if report.base else "of upstream's"
        page.paragraph(
            f"{lines} of the {of} changed lines {what} are carried."
            if report.base
            else f"{lines} of upstream's {of} changed lines are carried.",
            2,
        )
    page.paragraph(f"Hunks: {_totals(comparison)}.", 2)


def _style(verdict: Verdict) -> str:
    return {"identical": "bold green", "equivalent": "bold green", "adapted": "bold yellow"}.get(
        verdict.value, "bold red"
    )


def _totals(comparison: Comparison) -> str:
    parts = []
    for status, number in comparison.summary.items():
        if not number:
            continue
        reasons = {reason: sum(h.reason is reason for h in comparison.hunks) for reason in Reason}
        detail = ", ".join(f"{n} {reason}" for reason, n in reasons.items() if n)
        brackets = f" ({detail})" if status is Status.MISSING and detail else ""
        parts.append(f"{number} {status}{brackets}")
    return ", ".join(parts) or "none"


# -- what to look at -------------------------------------------------------------------------------


def _place(change: Change) -> str:
    return f"{one_line(change.path)} hunk {change.hunk.number}"


def _missing(page: Page, title: str, hunks: Sequence[HunkComparison], *, unified: bool) -> None:
    if not hunks:
        return
    page.heading(title)
    for change in (hunk.upstream for hunk in hunks if hunk.upstream):
        page.line(f"  {_place(change)}", ("  " + one_line(change.hunk.section)[:60], "dim"))
        add_change(page, change, "upstream", whole=unified)


def _adapted(page: Page, hunks: Sequence[HunkComparison], *, unified: bool) -> None:
    if not hunks:
        return
    page.heading("Adapted:")
    for hunk in hunks:
        if hunk.upstream is None or hunk.patch is None:
            continue
        lines, of = hunk.carried
        where = "" if _same_place(hunk) else f", in {_place(hunk.patch)}"
        page.line(
            f"  {_place(hunk.upstream)}{where}",
            (f"  carries {lines} of {of}", "dim"),
        )  # fmt: skip
        add_pairs(page, hunk, whole=unified)


def _same_place(hunk: HunkComparison) -> bool:
    ours, theirs = hunk.upstream, hunk.patch
    return bool(
        ours and theirs and ours.path == theirs.path and ours.hunk.number == theirs.hunk.number
    )


def _added(page: Page, hunks: Sequence[HunkComparison], *, unified: bool) -> None:
    if not hunks:
        return
    page.heading("Only in the patch:")
    for change in (hunk.patch for hunk in hunks if hunk.patch):
        page.line(f"  {_place(change)}", ("  " + one_line(change.hunk.section)[:60], "dim"))
        add_change(page, change, "patch", whole=unified)


_WHY = {
    Reason.FILE_ABSENT: "the file is not there",
    Reason.CODE_ABSENT: "the code that it changes is not there",
    Reason.ALREADY_PRESENT: "it is there already",
    Reason.NOT_CARRIED: "only comments or white space",
}


def _nothing_to_carry(page: Page, hunks: Sequence[HunkComparison]) -> None:
    if not hunks:
        return
    page.heading("Missing, with nothing to carry:")
    for hunk in hunks:
        if hunk.upstream and hunk.reason:
            page.line(f"  {_place(hunk.upstream)}", (f"  {_WHY[hunk.reason]}", "dim"))


# -- what is equal ---------------------------------------------------------------------------------


def _equal(page: Page, comparison: Comparison, *, unified: bool) -> None:
    equal = [hunk for hunk in comparison.hunks if hunk.status in _EQUAL]
    if comparison.identifiers:
        page.heading("Names that the patch changes throughout:")
        for renaming in comparison.identifiers:
            page.line(
                f"  {one_line(renaming.upstream)} -> {one_line(renaming.patch)}",
                (f"  {count(renaming.occurrences, 'time')}", "dim"),
            )
    if not equal:
        return
    page.heading("Equal:")
    for status in _EQUAL:
        changes = [hunk for hunk in equal if hunk.status is status]
        if changes:
            page.paragraph(f"{status} ({_MEANING[status]}): {', '.join(_files(changes))}", 2)
    if unified:
        for hunk in equal:
            if hunk.patch:
                page.line(f"  {_place(hunk.patch)}", (f"  {hunk.status}", "dim"))
                add_change(page, hunk.patch, "both", whole=True)


_MEANING = {
    Status.IDENTICAL: "the same lines",
    Status.CONTEXT: "in another context",
    Status.FORMATTING: "but for comments and white space",
    Status.RENAMED: "but for those names",
}


def _files(hunks: Iterable[HunkComparison]) -> Iterator[str]:
    """``forward.c 1, 2``: the patch's hunks by file."""
    numbers: dict[str, list[str]] = {}
    for hunk in hunks:
        if hunk.patch:
            name = one_line(PurePosixPath(hunk.patch.path).name)
            numbers.setdefault(name, []).append(str(hunk.patch.hunk.number))
    for name, found in numbers.items():
        yield f"{name} {'+'.join(found)}"


# -- beyond the hunks ------------------------------------------------------------------------------


def _trees(page: Page, trees: TreeDifference, alternative: Alternative) -> None:
    page.heading("The trees beside each other:")
    if trees.stopped_at is not None:
        page.paragraph(
            f"{trees.stopped_at.sha[:12]} does not apply cleanly to this base, so the series gives "
            "no tree to compare; name its prerequisites before it, in order.",
            2,
        )
    elif trees.diff is not None:
        hunks = [hunk for file in trees.diff.files for hunk in file.hunks]
        removed = sum(len(hunk.removed) for hunk in hunks)
        added = sum(len(hunk.added) for hunk in hunks)
        how_many = count(len(alternative.commits), "commit")
        page.paragraph(
            f"The {how_many} apply cleanly; the patch's tree differs from theirs in "
            f"{count(len(trees.diff.files), 'file')} (+{added} -{removed}).",
            2,
        )


def _residual(page: Page, report: PatchReport) -> None:
    if not report.residual:
        return
    page.heading("Still used or defined elsewhere, though the patch takes the declaration away:")
    for use in report.residual:
        page.line(f"  {one_line(use.path)}:{use.line}", (f"  {one_line(use.identifier)}", "yellow"))
    page.paragraph("Builds that compile these files break: carry the change there too.", 2)


def _gaps(page: Page, report: PatchReport) -> None:
    notes = []
    if report.unknown:
        notes.append(
            f"Not looked into: whether what is missing could be carried, and residual references "
            f"({one_line(report.unknown)})."
        )
    if report.failures and report.base is not None:
        where = ", ".join(f"{one_line(f.path)} hunk {f.hunk}" for f in report.failures)
        notes.append(f"The patch does not apply to {one_line(report.base.name)}: {where}.")
    if report.binaries:
        names = ", ".join(one_line(file.path) for file in report.binaries)
        notes.append(f"Not compared, as it is binary: {names}.")
    if notes:
        page.heading("Note:")
        for note in notes:
            page.paragraph(note, 2)
