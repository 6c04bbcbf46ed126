"""Findings in SARIF 2.1.0 (OASIS), which code hosts and editors read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from debpatch import __version__
from debpatch.dep3.rules import Rule
from debpatch.dep3.validate import Finding, Report
from debpatch.render.codequality import fingerprint
from debpatch.render.safe import escape

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def render(reports: Iterable[Report], rules: Iterable[Rule]) -> str:
    """All findings as one run; ``rules`` are all that were asked, broken or not."""
    rules = list(rules)
    index = {rule.id: n for n, rule in enumerate(rules)}
    results = [
        _result(finding, index[finding.rule]) for report in reports for finding in report.findings
    ]
    log = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
        "sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "debpatch",
                        "semanticVersion": __version__,
                        "rules": [_rule(rule) for rule in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.explanation},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.kind]},
    }


def _result(finding: Finding, index: int) -> dict[str, Any]:
    cure = f" To mend it: {finding.cure}." if finding.cure else ""
    region: dict[str, Any] = {"startLine": finding.line or 1}
    if finding.excerpt:
        region["snippet"] = {"text": escape(finding.excerpt)}
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": escape(f"{finding.message}.{cure}")},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(finding.path)},
                    "region": region,
                }
            }
        ],
        "partialFingerprints": {"finding/v1": fingerprint(finding)},
    }


def _uri(path: str) -> str:
    return quote(path.removeprefix("./").encode("utf-8", "surrogateescape"), safe="/")
