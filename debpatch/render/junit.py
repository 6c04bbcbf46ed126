"""Findings as JUnit's XML: a test case for each patch, which errors and warnings fail."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from debpatch.dep3.validate import Finding, Report
from debpatch.render.safe import one_line


def render(reports: Iterable[Report]) -> str:
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
