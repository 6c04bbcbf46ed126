"""report.html: a review as one page to look at, which opens from disk and needs nothing else."""

from __future__ import annotations

from pathlib import PurePosixPath

from debpatch.render import advice
from debpatch.render.html import hunks, lanes, page, steps
from debpatch.render.html.conflicts import conflicts_view, regions
from debpatch.render.html.glance import figures
from debpatch.render.html.header import header_view
from debpatch.render.html.hunks import commit_urls
from debpatch.render.words import VERBS, found_by, standing
from debpatch.review.review import Review, Verdict

SECTIONS = {
    "verdict": "Verdict",
    "where": "Where the fix has landed",
    "plan": "Plan",
    "hunks": "Hunks",
    "options": "Options",
    "header": "Header",
    "conflicts": "Conflicts",
    "unknown": "Unknown",
}
_VERDICTS = {
    Verdict.READY: "Ready",
    Verdict.MEND: "Correct it first",
    Verdict.REPLACE: "Take upstream's commits instead",
    Verdict.DROP: "Not needed: the package has the fix",
    Verdict.UNKNOWN: "Not enough is known",
}
_LEGEND = {
    "fix": "the fix",
    "landing": "a landing",
    "fixes": "a repair",
    "reverts": "a revert",
    "release": "release",
    "base": "the package's base",
    "patch": "this patch",
}
_ROLES = {
    "wanted": "wanted",
    "prerequisite": "prerequisite",
    "follow-up": "repair",
    "carried": "already applied",
    "offered": "repair, not in the plan",
}
_OUTCOMES = {"clean": "clean", "conflict": "conflict", "already-applied": "already applied"}


def render(review: Review) -> str:
    """The review as an HTML document."""
    url = commit_urls(review.upstream_url)
    name = PurePosixPath(review.facts.patch.name).name
    facts = review.facts
    comparisons = [
        hunks.comparison_view(number, item, url)
        for number, item in enumerate(facts.comparison.alternatives, 1)
    ]
    identity = facts.comparison.identity
    has_picture = review.timeline is not None and bool(facts.backports)
    return page.render(
        "report",
        {
            "review": review,
            "name": name,
            "package": str(facts.package) if facts.package else None,
            "url": url,
            "found": found_by(identity) if identity else None,
            "summary": advice.summary(review),
            "next_steps": advice.next_steps(review),
            "unknown": advice.not_known(review),
            "figures": figures(review),
            "picture": lanes.picture(review.timeline, facts.backports, name)
            if review.timeline and has_picture
            else None,
            "plan": steps.plan_view(facts.plan, facts.neighbours) if facts.plan else None,
            "comparisons": comparisons,
            "header": header_view(facts.patch.header, facts.header.findings),
            "conflicts": conflicts_view(facts.conflicts),
            "regions": regions,
            "width": lanes.WIDTH,
            "row": steps.ROW,
            "node": steps.NODE,
            "sections": SECTIONS.items(),
            "verdicts": _VERDICTS,
            "legend": _LEGEND.items(),
            "roles": _ROLES,
            "standing": standing,
            "verbs": VERBS,
            "titles": hunks.TITLES,
            "meanings": hunks.MEANINGS,
            "outcomes": _OUTCOMES,
            "sides": {"+": "p", "-": "m", " ": "c"},
        },
    )
