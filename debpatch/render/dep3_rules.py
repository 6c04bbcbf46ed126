"""The rules, for ``--list-rules``, ``--explain`` and the documentation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from debpatch.dep3.rules import Rule
from debpatch.render.page import Look, Page

KINDS = {
    "syntax": "The form of a header",
    "semantics": "What a header says",
    "series": "The series",
    "evidence": "A header against the evidence",
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
        parts.append(f"## {KINDS[kind]}\n\n`--select {kind}` takes all of these.\n")
        for rule in group:
            text = re.sub(r"``", "`", rule.explanation).replace("<", "&lt;")
            parts.append(f"### {rule.id}\n\n*{rule.severity}* · {text}\n")
    return "\n".join(parts)


_INTRODUCTION = """\
# The rules of validate-dep3

This page is made from the rules themselves: `python -m debpatch.render.dep3_rules`.
Errors and warnings give exit code 1; infos do not.
"""


def _place(rule: Rule) -> int:
    return list(KINDS).index(rule.kind)


if __name__ == "__main__":
    from debpatch.dep3.rules import all_rules

    print(markdown(all_rules()), end="")
