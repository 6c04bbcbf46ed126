"""Findings as a GitLab Code Quality report (GitLab CI, ``artifacts:reports:codequality``)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from debpatch.dep3.validate import Finding, Report
from debpatch.render.safe import escape, one_line

_SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def render(reports: Iterable[Report]) -> str:
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
