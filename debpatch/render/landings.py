"""`find-backports`: a document with the names of docs/schema for machines, a text for people."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from itertools import groupby

from debpatch.compare.change import Change
from debpatch.landings.backports import (
    Backports,
    BranchState,
    FollowUpOnBranches,
    LandingOnBranch,
    State,
)
from debpatch.landings.repairs import FollowUp
from debpatch.render.json import Json, document_of
from debpatch.render.page import Look, Page, count
from debpatch.render.safe import one_line
from debpatch.render.words import VERBS, clipped, label, since, standing


def document(found: Backports) -> Json:
    """The survey as a document."""
    return document_of(
        "find-backports",
        {
            "sha": found.commit.sha,
            "subject": found.commit.subject,
            "released_in": found.released_in,
            "origins": [{"sha": c.sha, "subject": c.subject} for c in found.origins],
            "package": _package(found),
            "branches": [_branch(branch) for branch in found.branches],
            "follow_ups": [_later_json(later) for later in found.follow_ups],
        },
    )


def _package(found: Backports) -> Json | None:
    if found.package is None:
        return None
    return {"name": found.package.branch.name, "built_from": found.own, **_state(found.package)}


def _branch(branch: BranchState) -> Json:
    return {"branch": branch.branch.name, "is_tag": branch.branch.is_tag, **_state(branch)}


def _state(branch: BranchState) -> Json:
    lines = branch.carried
    return {
        "state": branch.state.value,
        "landings": [_landing_json(landing) for landing in branch.landings],
        "carried": {"lines": lines[0], "of": lines[1]} if lines else None,
        "lacks": [
            {"path": change.path, "number": change.hunk.number, "section": change.hunk.section}
            for change in branch.lacks
        ],
        "bug_introduced_by": branch.cause.sha if branch.cause else None,
    }


def _landing_json(landing: LandingOnBranch) -> Json:
    reverted = landing.reverted_by
    alike = landing.landing.similarity
    return {
        "sha": None if landing.patch else landing.commit.sha,
        "patch": landing.patch,
        "subject": landing.commit.subject,
        "evidence": [sign.value for sign in landing.signs],
        "confidence": round(landing.confidence, 3),
        "similarity": None if alike is None else round(alike, 3),
        "released_in": landing.released_in,
        "reverted_by": reverted.sha if reverted else None,
    }


def _later_json(later: FollowUpOnBranches) -> Json:
    return {
        **follow_up(later.follow_up),
        "released_in": later.released_in,
        "branches": list(later.branches),
    }


# -- follow-ups for machines, the same in every command --------------------------------------------


def follow_up(follow: FollowUp) -> Json:
    """A later commit, and which one it is about."""
    return {
        "sha": follow.commit.sha,
        "subject": follow.commit.subject,
        "kind": follow.kind,
        "of": follow.of.sha,
    }


# -- `find-backports` for people: whether there is an official backport, and a complete one --------

_STYLES = {
    State.PRESENT: "green",
    State.PORTED: "green",
    State.PARTIAL: "bold yellow",
    State.MISSING: "bold red",
    State.UNAFFECTED: "dim",
    State.UNKNOWN: "bold yellow",
}
_SHOWN = 6
"""So many hunks that a branch lacks are named."""


def as_text(found: Backports, look: Look) -> str:
    """The survey as text."""
    page = Page(look)
    for sentence, style in _answer(found):
        page.paragraph(sentence, 0, style, hanging=2)
    page.blank()
    page.paragraph(f"fix      {label(found.commit)} ({since(found.released_in)})", 2, hanging=9)
    if len(found.commit.parents) > 1:
        page.paragraph("merge    compared by what it changes of its first parent", 2, hanging=9)
    for origin in found.origins:
        page.paragraph(f"from     {label(origin)}", 2, hanging=9)
    page.blank()
    _table(page, found)
    _later(page, found.follow_ups)
    _next(page, found)
    return str(page)


# -- the answer ------------------------------------------------------------------------------------


def _answer(found: Backports) -> Iterable[tuple[str, str]]:
    """The sentences that a maintainer asks for, and their styles."""
    if found.package is not None:
        yield _of_package(found.package), _STYLES[found.package.state]
        own = _own(found)
        if own is not None:
            yield f"It is built from {one_line(own.branch.name)}, which {_of_branch(own)}", "bold"
    else:
        yield _of_all(found), "bold"
    if repairs := _repairs(found):
        names = ", ".join(later.follow_up.commit.short for later in repairs)
        yield f"Later repaired or reverted by {names} (see below).", "bold"


def _own(found: Backports) -> BranchState | None:
    return next((b for b in found.branches if b.branch.name == found.own), None)


def _repairs(found: Backports) -> list[FollowUpOnBranches]:
    return [later for later in found.follow_ups if later.follow_up.kind != "mentions"]


def _of_package(package: BranchState) -> str:
    name = one_line(package.branch.name)
    patches = ", ".join(one_line(what.patch) for what in package.landings if what.patch)
    by = f" as {patches}" if patches else ""
    return {
        State.PRESENT: f"{name} has the fix: its base has the commit itself.",
        State.PORTED: f"{name} has the fix{by}.",
        State.PARTIAL: f"{name} has only a part of the fix{by}.",
        State.MISSING: f"{name} lacks the fix.",
        State.UNAFFECTED: (
            f"{name} does not need the fix: it does not have the code that the fix changes."
        ),
        State.UNKNOWN: f"It is not known whether {name} has the fix.",
    }[package.state]


def _of_branch(branch: BranchState) -> str:
    names = " and ".join(landing.commit.short for landing in _standing(branch))
    first = since(_latest(branch))
    return {
        State.PRESENT: f"has the commit itself, {first}.",
        State.PORTED: f"has a complete official backport: {names}, {first}."
        if names
        else "has the code as it is after the fix, by some other commit.",
        State.PARTIAL: f"has an official backport of a part of the fix: {names}, {first}.",
        State.MISSING: "has no official backport.",
        State.UNAFFECTED: "does not have the code that the fix changes.",
        State.UNKNOWN: "may or may not have an official backport; that is not known.",
    }[branch.state]


def _of_all(found: Backports) -> str:
    others = [b for b in found.branches if b.state is not State.PRESENT]
    ported = [b for b in others if b.state is State.PORTED]
    partial = [b for b in others if b.state is State.PARTIAL]
    missing = [b for b in others if b.state is State.MISSING]
    if not others:
        return "Every branch has the commit itself."
    parts = [
        f"{words} on {_names(branches)}"
        for words, branches in (
            ("backported", ported),
            ("backported in part", partial),
            ("missing", missing),
        )
        if branches
    ]
    text = "; ".join(parts) or "no branch without the commit is known to need it"
    if len(others) == len(found.branches):
        text = "; ".join(["no branch has the commit itself", *parts])
    return f"{text[0].upper()}{text[1:]}."


def _names(branches: Sequence[BranchState]) -> str:
    return ", ".join(one_line(branch.branch.name) for branch in branches)


def _standing(branch: BranchState) -> list[LandingOnBranch]:
    return [landing for landing in branch.landings if not landing.reverted_by]


def _latest(branch: BranchState) -> str | None:
    """The release from which on all landings are there, which is that of the last one."""
    releases = [landing.released_in for landing in _standing(branch)]
    return releases[-1] if releases else None


# -- the table -------------------------------------------------------------------------------------


def _table(page: Page, found: Backports) -> None:
    rows = [*([found.package] if found.package else []), *found.branches]
    told = [row for row in rows if row.state is not State.UNAFFECTED]
    alike = [list(group) for _, group in groupby(told, _all_there_is_to_tell)]
    alone = [group[0] for group in alike if len(group) == 1]
    width = min(max((len(one_line(row.branch.name)) for row in alone), default=0), 30)
    for first, *others in alike:
        if others:
            state = standing(first.state.value)
            page.paragraph(f"{state}: {_names([first, *others])}", 2, _STYLES[first.state],
                           hanging=len(state) + 2)  # fmt: skip
            _lacks(page, first.lacks)
        else:
            _row(page, first, width)
    folded = [row for row in rows if row.state is State.UNAFFECTED]
    if folded:
        page.paragraph(f"unaffected: {_names(folded)}", 2, "dim", hanging=12)
    for row in folded:
        if row.cause:
            cause = clipped(label(row.cause), page.look.width - 56)
            page.line(
                (
                    f"    {one_line(row.branch.name)} never had the bug, which {cause} introduced",
                    "dim",
                )
            )


def _all_there_is_to_tell(row: BranchState) -> object:
    """Equal for rows that say the same of their branches."""
    return row.branch if row.landings or row.carried else (row.state, row.lacks)


def _row(page: Page, row: BranchState, width: int) -> None:
    name = f"  {one_line(row.branch.name):{width}}  "
    beside = f"{row.carried[0]} of {row.carried[1]} lines carried" if row.carried else ""
    first = row.landings[0] if row.state is State.PRESENT and row.landings else None
    if first:
        beside = since(first.released_in)
    page.line(
        name,
        (f"{standing(row.state.value):10}", _STYLES[row.state]),
        f"  {beside}" if beside else "",
    )
    for landing in row.landings:
        if landing is not first:
            _landing(page, landing)
        if landing.reverted_by:
            reverted = clipped(label(landing.reverted_by), page.look.width - 18)
            page.line((f"      reverted by {reverted}", "bold red"))
    _lacks(page, row.lacks)


def _landing(page: Page, landing: LandingOnBranch) -> None:
    what = one_line(landing.patch) if landing.patch else label(landing.commit)
    page.line(f"    {clipped(what, page.look.width - 4)}")
    signs = ", ".join(sign.value for sign in landing.signs)
    share = landing.landing.similarity
    alike = "" if share is None else f", contents {share:.0%} similar"
    first = "" if landing.patch else f"{since(landing.released_in)}; "
    sure = f"{min(landing.confidence, 0.999):.1%} sure"
    page.paragraph(f"{first}{sure}: {signs}{alike}", 6, "dim", hanging=2)


def _lacks(page: Page, lacks: Sequence[Change]) -> None:
    by_path: dict[str, list[str]] = {}
    for change in lacks:
        by_path.setdefault(one_line(change.path), []).append(str(change.hunk.number))
    rows = [
        f"{path} {'hunk' if len(numbers) == 1 else 'hunks'} {', '.join(numbers)}"
        for path, numbers in by_path.items()
    ]
    if rows:
        more = [count(len(rows) - _SHOWN, "more file")] if len(rows) > _SHOWN else []
        page.paragraph(f"lacks {'; '.join([*rows[:_SHOWN], *more])}", 4, "yellow", hanging=6)


# -- afterwards ------------------------------------------------------------------------------------


def _later(page: Page, follow_ups: Sequence[FollowUpOnBranches]) -> None:
    if not follow_ups:
        return
    page.heading("Later:")
    styles = {"fixes": "yellow", "reverts": "bold red", "mentions": "dim"}
    for later in follow_ups:
        follow = later.follow_up
        page.line(f"  {clipped(label(follow.commit), page.look.width - 2)}")
        where = f" on {', '.join(map(one_line, later.branches))}" if later.branches else ""
        page.paragraph(
            f"{VERBS[follow.kind]} {follow.of.short}; {since(later.released_in)}{where}",
            4,
            styles[follow.kind],
            hanging=2,
        )


def _next(page: Page, found: Backports) -> None:
    """Name the command that plans what the package lacks."""
    if found.location is None or found.package is None:
        return
    if found.package.state not in {State.MISSING, State.PARTIAL}:
        return
    own = _own(found)
    ports = [landing.commit for landing in _standing(own)] if own else []
    shas = ",".join(each.short for each in ports or [found.commit])
    repairs = " --with-follow-ups" if _repairs(found) else ""
    page.heading("Next:")
    page.line(f"  debpatch plan-backport {shas} --onto {shlex.quote(found.location)}{repairs}")
