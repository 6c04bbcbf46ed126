"""`validate-dep3`: a document with the names of docs/schema for machines, texts for people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import unified_diff
from itertools import groupby
from textwrap import indent

from debpatch.dep3.rules import Rule
from debpatch.dep3.validate import NO_REPOSITORY, Finding, HeaderReport
from debpatch.render.json import Json, document_of, dump
from debpatch.render.page import Look, Page, count
from debpatch.render.safe import escape, one_line


def document(reports: Sequence[HeaderReport]) -> Json:
    """The reports as a document."""
    totals: Counter[str] = Counter(
        finding.severity for report in reports for finding in report.findings
    )
    patches = [_patch(report) for report in reports if report.name is not None]
    series = [report for report in reports if report.name is None]
    return document_of("validate-dep3", {"patches": patches, **_end(series, totals)})


def as_json(reports: Iterable[HeaderReport]) -> Iterator[str]:
    """The text of that document in pieces, each patch as soon as it was looked at."""
    totals: Counter[str] = Counter()
    series = []
    yield dump(document_of("validate-dep3", {})).removesuffix("\n}\n") + ',\n  "patches": ['
    between = "\n"
    for report in reports:
        totals.update(finding.severity for finding in report.findings)
        if report.name is None:
            series.append(report)
        else:
            yield between + indent(dump(_patch(report)).rstrip("\n"), "    ")
            between = ",\n"
    yield "\n  ]," + dump(_end(series, totals)).removeprefix("{")


def _end(series: Iterable[HeaderReport], totals: Mapping[str, int]) -> Json:
    """What comes after the patches."""
    return {
        "series": [
            {"path": report.path, "findings": list(map(_finding_json, report.findings))}
            for report in series
        ],
        "totals": {severity: totals[severity] for severity in ("error", "warning", "info")},
    }


def _patch(report: HeaderReport) -> Json:
    return {
        "path": report.path,
        "layout": report.layout,
        "fields": [
            {"name": field.name, "value": field.value, "line": field.line}
            for field in report.fields
        ],
        "findings": list(map(_finding_json, report.findings)),
        "unverifiable": report.unverifiable,
    }


def _finding_json(finding: Finding) -> Json:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "line": finding.line or 1,
        "message": finding.message,
        "fix": finding.cure,
        "mendable": is_mendable(finding),
        "evidence": [
            {"sha": seen.sha, "subject": seen.subject, "released_in": seen.released_in}
            for seen in finding.evidence
        ],
    }


# -- findings for a terminal, as linters print them: place, rule, sentence, the line, the cure -----

_STYLE = {"error": "bold red", "warning": "bold yellow", "info": "bold cyan"}
_MARGIN = 5  # columns for the number of the line


def as_text(reports: Iterable[HeaderReport], look: Look) -> Iterator[str]:
    """Each report's findings as it comes, then the totals."""
    severities: Counter[str] = Counter()
    unverifiable: Counter[str] = Counter()
    patches = mendable = 0
    for report in reports:
        patches += report.name is not None
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
        page.paragraph(f"--fix can correct {mendable} of them; see how with --diff.")
    if NO_REPOSITORY in unverifiable:
        page.paragraph(
            "Nothing was checked against upstream's history; give its repository with --repo."
        )
    for why, number in unverifiable.items():
        if why != NO_REPOSITORY:
            patches_of = count(number, "patch", "patches")
            page.paragraph(f"Not verified: {patches_of}, because {one_line(why)}.", hanging=2)
    return str(page)


# -- the rules, for ``--list-rules``, ``--explain`` and the documentation --------------------------

KINDS = {
    "syntax": "The form of a header",
    "semantics": "What a header says",
    "series": "The series",
    "evidence": "A header against upstream's history",
}


def list_rules(rules: Iterable[Rule], look: Look) -> str:
    """All rules by kind, each with its severity and what it finds."""
    page = Page(look)
    for kind, group in groupby(sorted(rules, key=_place), key=lambda rule: rule.kind):
        page.heading(f"{kind}: {KINDS[kind].lower()}")
        for rule in group:
            page.paragraph(f"{rule.id} ({rule.severity}): {rule.summary}", indent=2, hanging=4)
    return str(page)


def explain(rule: Rule) -> str:
    """One rule with all that is known of it."""
    return f"{rule.id} ({rule.severity}, {rule.kind})\n\n{rule.explanation}\n"


def markdown(rules: Iterable[Rule]) -> str:
    """The page of the documentation on the rules."""
    parts = [_INTRODUCTION]
    for kind, group in groupby(sorted(rules, key=_place), key=lambda rule: rule.kind):
        parts.append(f"## {KINDS[kind]}\n\n`--select {kind}` selects all of these.\n")
        for rule in group:
            text = re.sub(r"``", "`", rule.explanation).replace("<", "&lt;")
            parts.append(f"### {rule.id}\n\n*{rule.severity}* · {text}\n")
    return "\n".join(parts)


_INTRODUCTION = """\
# The rules of validate-dep3

This page is made from the rules themselves: `python -m debpatch.render.dep3`.
Errors and warnings give exit code 1; infos do not.
"""


def _place(rule: Rule) -> int:
    return list(KINDS).index(rule.kind)


if __name__ == "__main__":
    from debpatch.dep3.rules import all_rules

    print(markdown(all_rules()), end="")


# -- what ``--fix`` changes in a header, as a unified diff for reading -----------------------------


def as_diff(path: str, old: bytes, new: bytes) -> str:
    """The difference of two versions of the patch at ``path``; the rest of the file is equal."""
    lines = unified_diff(
        _lines(old), _lines(new), f"a/{one_line(path)}", f"b/{one_line(path)}", lineterm=""
    )
    return "".join(f"{escape(line)}\n" for line in lines)


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8", "surrogateescape").replace("\r\n", "\n").split("\n")
