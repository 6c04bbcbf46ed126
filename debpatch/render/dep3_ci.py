"""Findings in SARIF 2.1.0 (OASIS), which code hosts and editors read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from debpatch import __version__
from debpatch.dep3.rules import Rule
from debpatch.dep3.validate import Finding, HeaderReport
from debpatch.render.safe import escape, one_line

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def as_sarif(reports: Iterable[HeaderReport], rules: Iterable[Rule]) -> str:
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
    cure = f" To fix it: {finding.cure}." if finding.cure else ""
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


# -- findings as JUnit's XML: a test case for each patch, which errors and warnings fail -----------


def as_junit(reports: Iterable[HeaderReport]) -> str:
    """All patches as one test suite."""
    suite = ET.Element("testsuite", name="debpatch validate-dep3")
    tests = failures = 0
    for report in reports:
        case = ET.SubElement(suite, "testcase", classname="validate-dep3", name=_text(report.path))
        failed = [finding for finding in report.findings if finding.severity != "info"]
        if failed:
            rules = ", ".join(dict.fromkeys(finding.rule for finding in failed))
            failure = ET.SubElement(case, "failure", message=rules, type=failed[0].severity)
            failure.text = "\n".join(map(_line, failed))
        noted = [finding for finding in report.findings if finding.severity == "info"]
        if noted:
            ET.SubElement(case, "system-out").text = "\n".join(map(_line, noted))
        tests, failures = tests + 1, failures + bool(failed)
    suite.attrib |= {"tests": str(tests), "failures": str(failures), "errors": "0"}
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, "unicode") + "\n"


def _line(finding: Finding) -> str:
    place = f"{finding.path}:{finding.line or 1}"
    cure = f" ({finding.cure})" if finding.cure else ""
    return _text(f"{place}: {finding.severity}: {finding.rule}: {finding.message}{cure}")


def _text(text: str) -> str:
    """One line without what XML does not allow in any form (XML 1.0, 2.2)."""
    return one_line(text).replace("\ufffe", "?").replace("\uffff", "?")


# -- findings as a GitLab Code Quality report (GitLab CI, ``artifacts:reports:codequality``) -------

_SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def as_code_quality(reports: Iterable[HeaderReport]) -> str:
    """All findings as one list."""
    issues = [
        {
            "description": escape(finding.message),
            "check_name": finding.rule,
            "fingerprint": fingerprint(finding),
            "severity": _SEVERITIES[finding.severity],
            "location": {
                "path": one_line(finding.path.removeprefix("./")),
                "lines": {"begin": finding.line or 1},
            },
        }
        for report in reports
        for finding in report.findings
    ]
    return json.dumps(issues, indent=2) + "\n"


def fingerprint(finding: Finding) -> str:
    """What stays the same of a finding while lines above it come and go."""
    parts = (finding.rule, finding.path, finding.message, finding.excerpt or "")
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
