"""`diff-upstream`: a document with the names of docs/schema for machines, a text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from pathlib import PurePosixPath

from debpatch.compare.absence import Reason
from debpatch.compare.alternative import Alternative
from debpatch.compare.change import Change
from debpatch.compare.comparison import Comparison, HunkComparison, Verdict
from debpatch.compare.equality import Status
from debpatch.compare.identifiers import Renaming
from debpatch.landings.report import AlternativeReport, PatchReport, TreeDifference
from debpatch.render.hunk_text import add_change, add_pairs
from debpatch.render.json import Json, document_of
from debpatch.render.page import Look, Page, count
from debpatch.render.safe import one_line
from debpatch.render.words import found_by


def document(report: PatchReport) -> Json:
    """The report as a document."""
    identity = report.identity
    patch = report.patch
    return document_of(
        "diff-upstream",
        {
            "patch": {
                "name": patch.name,
                "files": len(patch.files),
                "hunks": sum(len(file.hunks) for file in patch.files),
                "binary": [file.path for file in report.binaries],
            },
            "identified": identity
            and {
                "evidence": [sign.value for sign in identity.signs],
                "confidence": round(identity.confidence, 3),
            },
            "base": report.base,
            "base_from": report.base_from,
            "base_unknown": report.unknown,
            "already_applied": report.is_applied,
            "does_not_apply": [{"path": f.path, "hunk": f.hunk} for f in report.failures],
            "comparisons": [_comparison(item) for item in report.alternatives],
            "residual_references": None
            if report.residual is None
            else [
                {"identifier": use.identifier, "path": use.path, "line": use.line}
                for use in report.residual
            ],
            "conflict_markers": [
                {"path": marker.path, "hunk": marker.hunk, "text": marker.text}
                for marker in report.markers
            ],
        },
    )


def _comparison(item: AlternativeReport) -> Json:
    commits = zip(item.alternative.commits, item.released_in, strict=True)
    lines, of = item.comparison.carried
    return {
        "commits": [
            {"sha": commit.sha, "subject": commit.subject, "released_in": release}
            for commit, release in commits
        ],
        "verdict": item.comparison.verdict.value,
        "carried": {"lines": lines, "of": of},
        "summary": {status.value: n for status, n in item.comparison.summary.items()},
        "hunks": [_hunk(hunk, item) for hunk in item.comparison.hunks],
        "identifiers": _identifiers(item.comparison.identifiers),
        "trees": _trees_json(item.trees) if item.trees else None,
    }


def _hunk(hunk: HunkComparison, item: AlternativeReport) -> Json:
    lines, of = hunk.carried
    return {
        "status": hunk.status.value,
        "upstream": {"sha": hunk.upstream.sha, **_place_json(hunk.upstream)}
        if hunk.upstream
        else None,
        "patch": _place_json(hunk.patch) if hunk.patch else None,
        "carried": {"lines": lines, "of": of},
        "reason": hunk.reason.value if hunk.reason else None,
        "trivial": hunk.is_trivial,
        "identifiers": _identifiers(hunk.identifiers),
        "explained_by": [
            {"sha": origin.commit.sha, "subject": origin.commit.subject, "lines": origin.lines}
            for origin in (item.origins.get(hunk.patch, ()) if hunk.patch else ())
        ],
    }


def _place_json(change: Change) -> Json:
    return {
        "path": change.path,
        "number": change.hunk.number,
        "section": change.hunk.section or None,
    }


def _identifiers(renamings: Sequence[Renaming]) -> list[Json]:
    return [
        {"upstream": r.upstream, "patch": r.patch, "occurrences": r.occurrences} for r in renamings
    ]


def _trees_json(trees: TreeDifference) -> Json:
    if trees.diff is None:
        return {"stopped_at": trees.stopped_at.sha if trees.stopped_at else None, "files": None}
    return {
        "stopped_at": None,
        "files": [
            {
                "path": file.path,
                "insertions": sum(len(hunk.added) for hunk in file.hunks),
                "deletions": sum(len(hunk.removed) for hunk in file.hunks),
            }
            for file in trees.diff.files
        ],
    }


# -- `diff-upstream` for people: the verdict first, then what to look at, then what is equal -------

_VERDICTS = {
    Verdict.IDENTICAL: "Exactly upstream's change.",
    Verdict.EQUIVALENT: "Upstream's change; only its context, formatting or names differ.",
    Verdict.ADAPTED: "Upstream's change, with differences that need a review.",
    Verdict.DIVERGED: "Less than half of upstream's change: another fix, or another change.",
}
_STYLES = {
    Verdict.IDENTICAL: "bold green",
    Verdict.EQUIVALENT: "bold green",
    Verdict.ADAPTED: "bold yellow",
    Verdict.DIVERGED: "bold red",
}
_EQUAL = (Status.IDENTICAL, Status.CONTEXT, Status.FORMATTING, Status.RENAMED)


def as_text(report: PatchReport, look: Look, *, unified: bool = False) -> str:
    """The report as text; ``unified`` prints every hunk whole."""
    page = Page(look)
    for number, item in enumerate(report.alternatives):
        if number:
            page.blank()
            page.line(("-" * look.width, "dim"))
        _head(page, report, item)
        _details(page, report, item, unified=unified, first=number == 0)
    _gaps(page, report)
    return str(page)


def _details(
    page: Page, report: PatchReport, item: AlternativeReport, *, unified: bool, first: bool
) -> None:
    hunks = item.comparison.hunks
    missing = [hunk for hunk in hunks if hunk.status is Status.MISSING]
    left = [h for h in missing if h.reason is Reason.NOT_CARRIED and not h.is_trivial]
    unknown = [h for h in missing if h.reason is None]
    _missing(page, "Not carried, although it could be:", left, unified=unified)
    _missing(page, "Not carried, and whether it could be is not known:", unknown, unified=unified)
    if first:
        _markers(page, report)
        _residual(page, report)
    _adapted(page, [h for h in hunks if h.status is Status.ADAPTED], unified=unified)
    _added(page, item, unified=unified)
    _nothing_to_carry(page, [h for h in missing if h not in left and h not in unknown])
    _equal(page, item.comparison, unified=unified)
    if item.trees is not None:
        _trees(page, item.trees, item.alternative)


# -- the head --------------------------------------------------------------------------------------


def _head(page: Page, report: PatchReport, item: AlternativeReport) -> None:
    comparison = item.comparison
    name = one_line(PurePosixPath(report.patch.name).name)
    page.blank()
    page.line((f"{name}: ", "bold"), (comparison.verdict.value, _STYLES[comparison.verdict]))
    page.paragraph(_VERDICTS[comparison.verdict], 2)
    page.blank()
    lines, of = comparison.carried
    if of:
        within = " that could be carried" if report.base else ""
        share = "all" if lines == of else f"{lines}"
        changed = count(of, "changed line")
        page.paragraph(f"carries  {share} of upstream's {changed}{within}", 2, hanging=9)
    page.paragraph(f"hunks    {_totals(comparison)}", 2, hanging=9)
    if report.markers:
        left = count(len(report.markers), "conflict marker")
        page.paragraph(f"leaves   {left} ", 2, hanging=9)
    if report.residual:
        places = count(len(report.residual), "place")
        use = "uses" if len(report.residual) == 1 else "use"
        page.paragraph(f"leaves   {places} that {use} what the patch removes", 2, hanging=9)
    for commit, release in zip(item.alternative.commits, item.released_in, strict=True):
        where = f"first in {one_line(release)}" if release else "in no release tagged here"
        merge = "; a merge, compared by what it changes of its first parent"
        where += merge if len(commit.parents) > 1 else ""
        subject = one_line(commit.subject)
        page.paragraph(f"against  {commit.short} {subject} ({where})", 2, hanging=9)
    if report.identity:
        page.paragraph(f"found    {found_by(report.identity)}", 2, "yellow", hanging=9)
    if report.base is not None:
        by = f" (by {one_line(report.base_from)})" if report.base_from else ""
        page.paragraph(f"onto     {one_line(report.base)}{by}{_fit(report)}", 2, hanging=9)


def _fit(report: PatchReport) -> str:
    """Whether the patch applies, where it does not simply do so."""
    if report.is_applied:
        return ", which has the whole patch already"
    if not report.failures:
        return ""
    number = len(report.failures)
    verb = "does" if number == 1 else "do"
    return f", to which {count(number, 'hunk')} of the patch {verb} not apply"


def _totals(comparison: Comparison) -> str:
    reasons = Counter(hunk.reason for hunk in comparison.hunks if hunk.reason)
    detail = ", ".join(f"{reasons[reason]} {reason}" for reason in Reason if reasons[reason])
    parts = [f"{number} {status}" for status, number in comparison.summary.items() if number]
    missing = f"{Status.MISSING}"
    return ", ".join(f"{part} ({detail})" if part.endswith(missing) and detail else part
                     for part in parts)  # fmt: skip


# -- what to look at -------------------------------------------------------------------------------


def _place(change: Change) -> str:
    if change.hunk.number == 0:
        return f"{one_line(change.path)} itself"
    return f"{one_line(change.path)} hunk {change.hunk.number}"


def _title(page: Page, change: Change, beside: str = "") -> None:
    """A hunk's place, and beside it what fits of ``beside``, or of the function it is in."""
    place = f"  {_place(change)}"
    room = page.look.width - len(place) - 2
    text = one_line(beside or change.hunk.section)
    if room > 8:
        page.line(place, (f"  {text if len(text) <= room else text[: room - 3] + '...'}", "dim"))
    else:
        page.line(place)


def _missing(page: Page, title: str, hunks: Sequence[HunkComparison], *, unified: bool) -> None:
    if not hunks:
        return
    page.heading(title)
    for change in (hunk.upstream for hunk in hunks if hunk.upstream):
        _title(page, change)
        add_change(page, change, "upstream", whole=unified)
    page.paragraph("Carry them too, or say in the header why not.", 2)


def _markers(page: Page, report: PatchReport) -> None:
    if not report.markers:
        return
    page.heading("Conflict markers that the patch adds:")
    for marker in report.markers:
        page.line(
            f"  {one_line(marker.path)} hunk {marker.hunk}", (f"  {one_line(marker.text)}", "red")
        )
    page.paragraph("Resolve the conflict first.", 2)


def _residual(page: Page, report: PatchReport) -> None:
    if not report.residual:
        return
    page.heading("Still used or defined elsewhere, although the patch removes the declaration:")
    for use in report.residual:
        page.line(f"  {one_line(use.path)}:{use.line}", (f"  {one_line(use.identifier)}", "yellow"))
    page.paragraph("The build may break where these files are compiled; change them too.", 2)


def _adapted(page: Page, hunks: Sequence[HunkComparison], *, unified: bool) -> None:
    if not hunks:
        return
    page.heading("Adapted:")
    for hunk in hunks:
        if hunk.upstream is None or hunk.patch is None:
            continue
        lines, of = hunk.carried
        _title(page, hunk.upstream, f"carries {lines} of {of}")
        if _place(hunk.upstream) != _place(hunk.patch):
            page.line((f"    in the patch: {_place(hunk.patch)}", "dim"))
        add_pairs(page, hunk, whole=unified)


def _added(page: Page, item: AlternativeReport, *, unified: bool) -> None:
    added = [hunk for hunk in item.comparison.hunks if hunk.status is Status.ADDED]
    if not added:
        return
    page.heading("Only in the patch:")
    for change in (hunk.patch for hunk in added if hunk.patch):
        _title(page, change)
        add_change(page, change, "patch", whole=unified)
        for origin in item.origins.get(change, ()):
            commit = f"{origin.commit.short} {one_line(origin.commit.subject)}"
            has = "is" if origin.lines == 1 else "are"
            page.paragraph(f"{count(origin.lines, 'line')} {has} upstream's too, from {commit}", 4)


_WHY = {
    Reason.FILE_ABSENT: "the file does not exist",
    Reason.CODE_ABSENT: "its code is not in the file",
    Reason.ALREADY_PRESENT: "already there",
    Reason.NOT_CARRIED: "only comments or white space",
}


def _nothing_to_carry(page: Page, hunks: Sequence[HunkComparison]) -> None:
    if not hunks:
        return
    page.heading("Nothing to carry:")
    for hunk in hunks:
        if hunk.upstream and hunk.reason:
            page.line(f"  {_place(hunk.upstream)}", (f"  {_WHY[hunk.reason]}", "dim"))
    if any(hunk.reason is Reason.CODE_ABSENT for hunk in hunks):
        page.paragraph("If the code is not in the file, check whether similar code is.", 2)


# -- what is equal ---------------------------------------------------------------------------------


def _equal(page: Page, comparison: Comparison, *, unified: bool) -> None:
    equal = [hunk for hunk in comparison.hunks if hunk.status in _EQUAL]
    if comparison.identifiers:
        page.heading("Renamed throughout the patch:")
        for renaming in comparison.identifiers:
            page.line(
                f"  {one_line(renaming.upstream)} -> {one_line(renaming.patch)}",
                (f"  {count(renaming.occurrences, 'time')}", "dim"),
            )
    if not equal:
        return
    page.heading("Equal:")
    paths = {hunk.patch.path for hunk in comparison.hunks if hunk.patch}
    for status in _EQUAL:
        changes = [hunk for hunk in equal if hunk.status is status]
        if changes:
            page.paragraph(f"{status} ({_MEANING[status]}): {', '.join(_files(changes, paths))}", 2)
    if unified:
        for hunk in equal:
            if hunk.patch:
                page.line(f"  {_place(hunk.patch)}", (f"  {hunk.status}", "dim"))
                add_change(page, hunk.patch, "both", whole=True)


_MEANING = {
    Status.IDENTICAL: "the same lines",
    Status.CONTEXT: "in another context",
    Status.FORMATTING: "except for comments and white space",
    Status.RENAMED: "except for those names",
}


def _files(hunks: Sequence[HunkComparison], all_paths: Set[str]) -> Iterator[str]:
    """``forward.c 1+2``: the patch's hunks by file, whole paths only where names are shared."""
    names = Counter(PurePosixPath(path).name for path in all_paths)
    numbers: dict[str, list[str]] = {}
    for hunk in hunks:
        if hunk.upstream and hunk.patch:
            path = hunk.patch.path
            name = PurePosixPath(path).name
            shown = name if names[name] == 1 else path
            if hunk.upstream.path != path:
                shown = f"{hunk.upstream.path} in {path}"
            numbers.setdefault(one_line(shown), []).append(str(hunk.patch.hunk.number))
    for name, found in numbers.items():
        yield f"{name} {'+'.join(found)}"


def _some(items: Iterable[str], most: int = 10) -> str:
    """The first of ``items``, and how many more there are."""
    found = list(items)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more


# -- beyond the hunks ------------------------------------------------------------------------------


def _trees(page: Page, trees: TreeDifference, alternative: Alternative) -> None:
    page.heading("The resulting trees:")
    if trees.stopped_at is not None:
        page.paragraph(
            f"{trees.stopped_at.short} does not apply cleanly here, so there is no tree to "
            "compare with; give its prerequisites before it, in order.",
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


def _gaps(page: Page, report: PatchReport) -> None:
    notes = []
    if report.unknown:
        notes.append(
            "Not checked: whether missing changes could be carried, and residual references "
            f"({one_line(report.unknown)})."
        )
    if report.failures and not report.is_applied and report.base is not None:
        where = _some(f"{one_line(f.path)} hunk {f.hunk}" for f in report.failures)
        notes.append(f"The patch does not apply to {one_line(report.base)}: {where}.")
    if report.binaries:
        names = _some(one_line(file.path) for file in report.binaries)
        notes.append(f"Binary files, compared only as a whole: {names}.")
    if notes:
        page.heading("Note:")
        for note in notes:
            page.paragraph(note, 2)
