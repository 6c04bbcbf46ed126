"""Findings for a terminal, as linters print them: place, rule, sentence, the line, the cure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from debpatch.dep3.validate import NO_REPOSITORY, Finding, Report
from debpatch.render.page import Look, Page, count
from debpatch.render.safe import one_line

_STYLE = {"error": "bold red", "warning": "bold yellow", "info": "bold cyan"}
_MARGIN = 5  # columns for the number of the line


def render(reports: Iterable[Report], look: Look) -> Iterator[str]:
    """Each report's findings as it comes, then the totals."""
    severities: Counter[str] = Counter()
    unverifiable: Counter[str] = Counter()
    patches = mendable = 0
    for report in reports:
        patches += report.patch is not None
        severities.update(finding.severity for finding in report.findings)
        mendable += sum(is_mendable(finding) for finding in report.findings)
        if report.unverifiable:
            unverifiable[report.unverifiable] += 1
        for finding in report.findings:
            yield _finding(finding, look)
    yield _totals(patches, severities, mendable, unverifiable, look)


def is_mendable(finding: Finding) -> bool:
    """Whether ``--fix`` does what the finding asks for."""
    return bool(finding.edits or finding.adds)


def _finding(finding: Finding, look: Look) -> str:
    page = Page(look)
    place = f"{one_line(finding.path)}:{finding.line or 1}: "
    page.line(
        (place, "bold"), (finding.severity, _STYLE[finding.severity]), (f" {finding.rule}", "dim")
    )
    page.paragraph(one_line(finding.message), indent=2)
    if finding.excerpt and finding.line:
        shown = one_line(finding.excerpt.expandtabs())
        room = look.width - _MARGIN - 5
        shown = shown if len(shown) <= room else shown[: room - 1] + "…"
        page.line((f"  {finding.line:>{_MARGIN}} | ", "dim"), shown)
    if finding.cure:
        page.paragraph(f"help: {one_line(finding.cure)}", indent=2, style="green", hanging=6)
    page.line()
    return str(page)


def _totals(
    patches: int,
    severities: Mapping[str, int],
    mendable: int,
    unverifiable: Counter[str],
    look: Look,
) -> str:
    page = Page(look)
    counts = ", ".join(
        count(severities[severity], severity, plural)
        for severity, plural in (("error", None), ("warning", None), ("info", "infos"))
    )
    page.line((f"{count(patches, 'patch', 'patches')}: {counts}.", "bold"))
    if mendable:
        page.paragraph(f"{mendable} of them --fix can mend; --diff shows how.")
    if NO_REPOSITORY in unverifiable:
        page.paragraph("Nothing was held against upstream's history; give its repository (--repo).")
    for why, number in unverifiable.items():
        if why != NO_REPOSITORY:
            patches_of = count(number, "patch", "patches")
            page.paragraph(f"Unverifiable: {patches_of}, because {one_line(why)}.", hanging=2)
    return str(page)
