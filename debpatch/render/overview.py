"""What there is in a folder, and what to do about it, as text."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator

from debpatch.package.surroundings import Surroundings
from debpatch.render.page import Look, Page, count

_MOST_PATCHES = 3

Step = tuple[str, str]
"""A command without the program's name, and the question that it answers."""


def as_text(found: Surroundings, commands: Collection[str], look: Look) -> str:
    """Render ``found``; ``commands`` are those that there are."""
    page = Page(look)
    page.paragraph(
        "debpatch compares Debian backport patches with upstream, checks and proposes them."
    )
    page.heading("Here:")
    for name, text in _facts(found):
        page.paragraph(f"{name:<9} {text}", indent=2, hanging=10)
    page.heading("Next:")
    for command, question in _next(found):
        if command.split()[0] in commands:
            page.line((f"  debpatch {command}", "bold"))
            page.paragraph(question, indent=6)
    page.blank()
    page.line("All commands: debpatch --help")
    return str(page)


def _facts(found: Surroundings) -> Iterator[tuple[str, str]]:
    if found.problem:
        yield "package", f"there is one, but it cannot be read: {found.problem}"
    elif found.package is None:
        yield "package", "none (no debian/changelog here or above)"
    else:
        yield "package", str(found.package)
        yield "series", _series(found)
    if found.upstream is None and found.in_repository:
        yield "upstream", "its repository is not known; use --repo . if it is this one"
    elif found.upstream is None:
        yield "upstream", "its repository is not known; use --repo or DEBPATCH_REPO"
    else:
        state = "" if found.clone else "; not cloned yet, the first command clones it"
        yield "upstream", f"{found.upstream.url} (by {found.upstream.said_in}{state})"
    if found.patches:
        names = ", ".join(found.patches[:_MOST_PATCHES])
        more = len(found.patches) - _MOST_PATCHES
        yield "patches", names + (f" and {more} more" if more > 0 else "")


def _series(found: Surroundings) -> str:
    if not found.series:
        return "no patches"
    number = count(found.series, "patch", "patches")
    if found.applied is None:
        return f"{number}; it is not known whether they are applied"
    return f"{number}, {found.applied} applied"


def _next(found: Surroundings) -> Iterator[Step]:
    """The commands that make sense, the most sensible first."""
    repo = "" if found.upstream else " --repo ." if found.in_repository else " --repo URL"
    for patch in found.patches[:1]:
        name = shlex.quote(patch)
        yield f"review {name}{repo}", "Review this patch: verdict, next steps, documents."
        yield f"diff-upstream {name}{repo}", "What does it carry of the upstream fix that it names?"
    if found.package:
        if found.series:
            question = "Which of its patches apply, have true headers, and can be dropped?"
            yield f"audit-series{repo}", question
            yield "validate-dep3", "Are the headers of its patches well formed and complete?"
        yield f"find-backports REV{repo}", "Does it have a fix, or does an upstream branch near it?"
        yield f"plan-backport REV{repo}", "Which upstream commits bring a fix into it cleanly?"
    else:
        if found.in_repository:
            question = "Where has a fix landed, and what repaired it later?"
            yield f"find-backports REV{repo}", question
        elif not found.patches:
            yield "demo", "A small example to look at; nothing is downloaded."
        question = "Are the headers of a package's patches well formed and complete?"
        yield "validate-dep3 apt:PACKAGE", question
