"""`audit-series`: a document with the names of docs/schema for machines, a text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from debpatch.audit.audit import Audit, AuditedFollowUp, PatchAudit
from debpatch.audit.droppable import Fate, Outcome
from debpatch.formats.versions import Release
from debpatch.git.repository import Commit
from debpatch.landings.identity import Identity
from debpatch.package.patch_series import Obstacle
from debpatch.render.json import Json, document_of
from debpatch.render.landings import follow_up
from debpatch.render.page import Look, Page, Span, count
from debpatch.render.safe import one_line
from debpatch.render.words import clipped, label


def document(audit: Audit) -> Json:
    """The audit as a document."""
    return document_of(
        "audit-series",
        {
            "package": audit.package.name,
            "version": str(audit.package.version),
            "base": audit.base,
            "base_unknown": audit.unknown,
            "newest_release": _tag(audit.newest),
            "onto": audit.onto,
            "patches": [_patch(patch) for patch in audit.patches],
            "series_findings": [
                {"rule": f.rule, "severity": f.severity, "message": f.message}
                for f in audit.findings
            ],
        },
    )


def _patch(patch: PatchAudit) -> Json:
    return {
        "name": patch.patch.name,
        "problem": patch.patch.problem,
        "repeats_line": patch.patch.repeats,
        "applies": patch.applies,
        "obstacles": [_obstacle(each) for each in patch.obstacles],
        "findings": {name: patch.count(name) for name in ("error", "warning", "info")},
        "upstream": _identity(patch.identity, patch.released_in) if patch.identity else None,
        "unproved": [_commit(commit) for commit in patch.unproved],
        "droppable_from": _tag(patch.droppable.own),
        "droppable_from_newest_line": _tag(patch.droppable.newest),
        "droppable_by": patch.droppable.proof,
        "droppable_sure": patch.droppable.sure if patch.droppable.own else None,
        "follow_ups": [_later(later) for later in patch.follow_ups],
        "onto": _outcome(patch.outcome) if patch.outcome else None,
    }


def _identity(identity: Identity, released_in: Release | None) -> Json:
    return {
        **_commit(identity.commits[0]),
        "match": identity.match.value,
        "released_in": _tag(released_in),
        "commits": [_commit(commit) for commit in identity.commits],
        "carried": {"lines": identity.carried[0], "of": identity.carried[1]},
        "own": {"lines": identity.own[0], "of": identity.own[1]},
        "left_out": list(identity.left_out),
        "evidence": [sign.value for sign in identity.signs],
        "confidence": round(identity.confidence, 3),
    }


def _commit(commit: Commit) -> Json:
    return {"sha": commit.sha, "subject": commit.subject}


def _later(later: AuditedFollowUp) -> Json:
    return {
        **follow_up(later.follow_up),
        "released_in": _tag(later.released_in),
        "carried_by": later.carried_by,
    }


def _outcome(outcome: Outcome) -> Json:
    return {
        "fate": outcome.fate.value,
        "droppable_by": outcome.proof,
        "sure": outcome.sure,
        "obstacles": [_obstacle(each) for each in outcome.obstacles],
    }


def _obstacle(obstacle: Obstacle) -> Json:
    return {"path": obstacle.path, "hunk": obstacle.hunk, "why": obstacle.why}


def _tag(release: Release | None) -> str | None:
    return release.tag if release else None


# -- `audit-series` for people: what there is to do, then every patch in a table -------------------

_INDENT = 5
_SHOWN = 4
"""So many places, commits or files are named in one note."""

_STYLES = {
    Fate.DROPPABLE: "bold green",
    Fate.APPLIES: "",
    Fate.CONFLICT: "bold red",
    Fate.UNKNOWN: "bold yellow",
}


def as_text(audit: Audit, look: Look) -> str:
    """The audit as text."""
    page = Page(look)
    for sentence, style in _answer(audit):
        page.paragraph(sentence, 0, style, hanging=2)
    if audit.patches:
        page.blank()
        width = _tag_width(audit)
        last = "onto" if audit.onto else "droppable from"
        heads = f"{'header':7}{'applies':9}{'upstream':14}{'equal':12}{'first in':{width}}{last}"
        page.line((f"{'':{_INDENT}}{heads}", "dim"))
    for number, patch in enumerate(audit.patches, 1):
        page.line((f"{number:3}  {clipped(patch.patch.name, look.width - _INDENT)}", "bold"))
        page.line(*_cells(patch, width))
        for note, style in _notes(patch, audit):
            page.paragraph(note, _INDENT, style, hanging=2)
    _headers(page, audit)
    return str(page)


# -- the answer ------------------------------------------------------------------------------------


def _answer(audit: Audit) -> Iterator[tuple[str, str]]:
    """What there is to do, in a few sentences."""
    name = one_line(f"{audit.package.name} {audit.package.version}")
    if not audit.patches:
        yield f"{name} has no patches: its series is empty or missing.", "bold"
        return
    patches = audit.patches
    from_base = f" on {one_line(audit.base)}" if audit.base else ""
    broken = [patch for patch in patches if not patch.applies]
    known = [patch for patch in patches if patch.identity]
    yield (
        (
            f"{name}{from_base}: {count(len(patches), 'patch', 'patches')}, "
            f"{_apply(len(broken))}; "
            f"{len(known) or 'none'} found upstream."
        ),
        "bold red" if broken else "bold",
    )
    if audit.unknown:
        yield f"The base is not known: {one_line(audit.unknown)}", "yellow"
    if audit.onto:
        fates = Counter(patch.outcome.fate for patch in patches if patch.outcome)
        words = {
            Fate.DROPPABLE: "can be dropped",
            Fate.APPLIES: "apply",
            Fate.CONFLICT: "conflict",
            Fate.UNKNOWN: "cannot be judged",
        }
        said = ", ".join(f"{fates[fate]} {word}" for fate, word in words.items() if fates[fate])
        style = "bold red" if fates[Fate.CONFLICT] else "bold green"
        yield f"On {one_line(audit.onto)}: {said}.", style
        return
    if said := _can_be_dropped(audit):
        yield said, "bold green"
    repaired = [patch for patch in patches if any(_is_open(later) for later in patch.follow_ups)]
    if repaired:
        names = ", ".join(one_line(patch.patch.name) for patch in repaired[:_SHOWN])
        yield (
            f"Upstream later repaired or reverted what these carry: {names} (see below).",
            "bold yellow",
        )


def _apply(broken: int) -> str:
    if not broken:
        return "all apply"
    return f"{broken} of them {'does' if broken == 1 else 'do'} not apply"


def _can_be_dropped(audit: Audit) -> str:
    """How many patches the newest releases make superfluous."""
    drops = [patch.droppable for patch in audit.patches]
    own = sum(drop.own in audit.own_line for drop in drops)
    newest = sum(drop.newest is not None for drop in drops)
    said = []
    if own:
        said.append(
            f"{own} with {one_line(audit.own_line[-1].tag)}, the newest of its release line"
        )
    if newest and audit.newest:
        said.append(f"{newest} with {one_line(audit.newest.tag)}, upstream's newest release")
    return f"Can be dropped: {'; '.join(said)}." if said else ""


def _is_open(later: AuditedFollowUp) -> bool:
    return later.follow_up.kind != "mentions" and later.carried_by is None


# -- one patch -------------------------------------------------------------------------------------


def _tag_width(audit: Audit) -> int:
    """How wide the column of releases is."""
    tags = [one_line(patch.released_in.tag) for patch in audit.patches if patch.released_in]
    return 2 + max([len(_UNRELEASED), *map(len, tags)])


_UNRELEASED = "unreleased"


def _cells(patch: PatchAudit, width: int) -> Iterator[Span]:
    errors, warnings = patch.count("error"), patch.count("warning")
    said = " ".join(f"{n}{letter}" for n, letter in ((errors, "E"), (warnings, "W")) if n)
    style = "bold red" if errors else "yellow" if warnings else "green"
    yield f"{'':{_INDENT}}{said or 'ok':7}", style
    applies = {True: "yes", False: "NO", None: "?"}[patch.applies]
    yield f"{applies:9}", "green" if patch.applies else "bold red"
    if patch.identity:
        commit, *others = patch.identity.commits
        more = f" +{len(others)}" if others else ""
        yield f"{commit.short[: 12 - len(more)] + more:14}{patch.identity.match.value:12}", ""
        first = one_line(patch.released_in.tag) if patch.released_in else _UNRELEASED
        yield f"{first:{width}}", ""
    else:
        yield f"{'none found':{26 + width}}", "dim"
    yield _conclusion(patch)


def _conclusion(patch: PatchAudit) -> Span:
    """What to do with the patch, with a question mark where somebody must look first."""
    if patch.outcome:
        fate = patch.outcome.fate
        return f"{fate.value}{'' if patch.outcome.sure else '?'}", _STYLES[fate]
    if patch.droppable.own:
        doubt = "" if patch.droppable.sure else "?"
        return f"{one_line(patch.droppable.own.tag)}{doubt}", "bold green"
    return "-", "dim"


def _notes(patch: PatchAudit, audit: Audit) -> Iterator[tuple[str, str]]:
    """What the table has no room for, with its style."""
    if patch.patch.problem:
        yield f"cannot be read: {one_line(patch.patch.problem)}", "bold red"
    if patch.patch.repeats:
        yield f"is in the series twice, first on line {patch.patch.repeats}", "bold red"
    if patch.obstacles:
        yield f"does not apply: {_places(patch.obstacles)}", "bold red"
    if patch.outcome and patch.outcome.obstacles:
        yield f"conflicts on {audit.onto}: {_places(patch.outcome.obstacles)}", "red"
    if patch.identity:
        yield from _of_identity(patch.identity)
    for commit in patch.unproved[:_SHOWN]:
        yield f"its header names {label(commit)}, but it carries nothing of that", "yellow"
    yield from _of_releases(patch, audit)
    for later in patch.follow_ups:
        if later.follow_up.kind != "mentions":
            yield _of_later(later), "dim" if later.carried_by else "yellow"


def _of_identity(identity: Identity) -> Iterator[tuple[str, str]]:
    yield from ((one_line(commit.subject), "dim") for commit in identity.commits[:1])
    if len(identity.commits) > 1:
        others = identity.commits[1 : _SHOWN + 1]
        more = len(identity.commits) - 1 - len(others)
        names = ", ".join(commit.short for commit in others)
        yield f"with {names}{f' and {more} more' if more else ''}", "dim"
    lines, of = identity.carried
    if lines < of:
        yield f"carries {lines} of {of} changed lines of the files that it touches", ""
    if identity.own[0]:
        own, total = identity.own
        yield f"{own} of its {total} changed lines are in none of the commits found", ""
    if identity.left_out:
        yield f"not carried: {_named(identity.left_out)}", "dim"
    if identity.confidence < 0.99:
        signs = ", ".join(sign.value for sign in identity.signs)
        yield f"{identity.confidence:.0%} sure: {signs}", "yellow"


def _of_releases(patch: PatchAudit, audit: Audit) -> Iterator[tuple[str, str]]:
    drop = patch.droppable
    if drop.proof == "content" and drop.own:
        yield f"{one_line(drop.own.tag)} already has the patched lines", ""
    if drop.own and audit.newer_line and audit.newest and not drop.newest:
        yield f"not found in {one_line(audit.newest.tag)}, upstream's newest release", "yellow"
    elif drop.newest and drop.newest not in (drop.own, audit.newer_line[0]):
        yield f"on upstream's newest release line since {one_line(drop.newest.tag)}", ""


_REPAIRED = {"fixes": "repaired by", "reverts": "reverted by"}


def _of_later(later: AuditedFollowUp) -> str:
    follow = later.follow_up
    released = f"first in {one_line(later.released_in.tag)}" if later.released_in else "unreleased"
    where = f"carried by {one_line(later.carried_by)}" if later.carried_by else released
    return f"{_REPAIRED[follow.kind]} {label(follow.commit)} ({follow.of.short}; {where})"


_WHY = {
    "file-absent": "the file does not exist",
    "there-already": "already applied",
    "no-place": "its lines are not in the file",
}


def _places(obstacles: Sequence[Obstacle]) -> str:
    said = [f"{one_line(o.path)} hunk {o.hunk} ({_WHY[o.why]})" for o in obstacles[:_SHOWN]]
    more = len(obstacles) - _SHOWN
    return ", ".join([*said, *([f"and {count(more, 'more hunk')}"] if more > 0 else [])])


def _named(paths: Sequence[str]) -> str:
    more = len(paths) - _SHOWN
    names = [one_line(path) for path in paths[:_SHOWN]]
    return ", ".join([*names, *([count(more, "more file")] if more > 0 else [])])


# -- headers ---------------------------------------------------------------------------------------


def _headers(page: Page, audit: Audit) -> None:
    findings = [*audit.findings, *(f for patch in audit.patches for f in patch.findings)]
    counts = Counter(finding.severity for finding in findings)
    if counts["error"] or counts["warning"]:
        page.blank()
        page.paragraph(
            f"Headers: {count(counts['error'], 'error')}, {count(counts['warning'], 'warning')}; "
            "see validate-dep3, whose --fix corrects some of them.",
        )
    for finding in audit.findings:
        page.paragraph(f"{one_line(finding.path)}: {one_line(finding.message)}", 2, "yellow")
