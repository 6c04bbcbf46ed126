"""The result of ``validate-dep3`` as JSON, written patch by patch."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from debpatch.dep3.validate import Finding, Report
from debpatch.render.dep3_text import is_mendable
from debpatch.render.json import SCHEMA


def render(reports: Iterable[Report]) -> Iterator[str]:
    """One JSON document in pieces: ``patches``, then ``series`` and ``totals``."""
    totals: Counter[str] = Counter()
    series = []
    head = json.dumps({"schema": SCHEMA, "command": "validate-dep3"}, indent=2)
    yield head.removesuffix("\n}") + ',\n  "patches": ['
    between = "\n"
    for report in reports:
        totals.update(finding.severity for finding in report.findings)
        if report.patch is None:
            series.append({"path": report.path, "findings": list(map(_finding, report.findings))})
        else:
            yield between + _indented(_patch(report), 4)
            between = ",\n"
    tail = {
        "series": series,
        "totals": {severity: totals[severity] for severity in ("error", "warning", "info")},
    }
    yield "\n  ]," + json.dumps(tail, indent=2).removeprefix("{") + "\n"


def _patch(report: Report) -> dict[str, Any]:
    return {
        "path": report.path,
        "layout": report.layout,
        "fields": [
            {"name": field.name, "value": field.value, "line": field.line}
            for field in report.fields
        ],
        "findings": list(map(_finding, report.findings)),
        "unverifiable": report.unverifiable,
    }


def _finding(finding: Finding) -> dict[str, Any]:
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


def _indented(value: object, by: int) -> str:
    pad = " " * by
    return "\n".join(pad + line for line in json.dumps(value, indent=2).split("\n"))
