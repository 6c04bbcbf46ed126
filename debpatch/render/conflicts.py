"""`check-conflicts`: a document with the names of docs/schema for machines, a text for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from debpatch.backport.conflicts import Blamed, ConflictCheck, Place, PlacedConflict, Trial
from debpatch.backport.regions import Side
from debpatch.git.repository import Commit
from debpatch.package.target import Carrier, TargetName
from debpatch.render.json import Json, document_of
from debpatch.render.page import Look, Page, Span, count
from debpatch.render.safe import one_line
from debpatch.render.words import clipped, label


def document(check: ConflictCheck) -> Json:
    """The check as a document."""
    target = check.target
    return document_of(
        "check-conflicts",
        {
            "onto": target.name,
            "base": target.base,
            "alone": [_trial(trial) for trial in check.alone],
            "stacked": [_trial(trial) for trial in check.stacked],
        },
    )


def _trial(trial: Trial) -> Json:
    return {
        "sha": trial.commit.sha,
        "subject": trial.commit.subject,
        "outcome": trial.outcome,
        "carried_by": named(trial.carried_by),
        "conflicts": [conflict(item) for item in trial.conflicts],
    }


def named(what: Carrier | None) -> Json | None:
    """A patch of the series, or a commit."""
    if what is None:
        return None
    if what.commit is None:
        return {"patch": what.name, "sha": None, "subject": None}
    return {"patch": None, "sha": what.commit.sha, "subject": what.commit.subject}


def conflict(item: PlacedConflict) -> Json:
    """A conflict with its regions."""
    return {
        "path": item.conflict.path,
        "other_paths": list(item.conflict.others),
        "kind": item.conflict.kind,
        "regions": [_region(place) for place in item.places],
        "touched": _touched(item.touched),
    }


def _region(place: Place) -> Json:
    region = place.region
    return {
        "base": _side_json(region.base),
        "ours": _side_json(region.ours),
        "theirs": _side_json(region.theirs),
        "touched": _touched(place.touched),
    }


def _side_json(side: Side) -> Json:
    return {"start": side.start, "lines": list(side.lines)}


def _touched(touched: Blamed | None) -> Json | None:
    if touched is None:
        return None
    return {"ours": _all(touched.ours), "theirs": _all(touched.theirs)}


def _all(commits: Iterable[Carrier]) -> list[Json | None]:
    return [named(commit) for commit in commits]


# -- `check-conflicts` for people: what applies, in a table; then where it does not, and why -------

OUTCOMES = {"clean": "clean", "conflict": "conflict", "already-applied": "applied"}
STYLES = {"clean": "green", "conflict": "bold red", "already-applied": "cyan"}
_LONGEST = 40
"""So many lines of one side of a region are shown."""


def as_text(check: ConflictCheck, look: Look, *, regions: bool = False) -> str:
    """The check as text; with ``regions`` the lines in conflict, and who last touched them."""
    page = Page(look)
    page.line((_summary(check), "bold"))
    page.blank()
    _table(page, check)
    _carried(page, check)
    trials = _conflicts(check)
    if trials:
        page.heading("Conflicts:")
        for how, trial in trials:
            _conflicting(page, check.target, how, trial, regions=regions)
    if trials and not regions:
        page.paragraph("See the lines, and the commits that last touched them, with --regions.", 2)
    if any(trial.conflicts_for_good for _, trial in trials):
        page.paragraph("Find their prerequisites with debpatch plan-backport.", 2)
    return str(page)


def _summary(check: ConflictCheck) -> str:
    number = len(check.alone)
    onto = one_line(check.target.name)
    if number == 1:
        trial = check.alone[0]
        is_there = trial.outcome == "conflict" and not trial.conflicts_for_good
        said = "already applied, and conflicts if picked again" if is_there else trial.outcome
        return f"{trial.commit.short} onto {onto}: {said}"
    alone, stacked = (
        sum(not trial.conflicts_for_good for trial in trials)
        for trials in (check.alone, check.stacked)
    )
    return f"{number} commits onto {onto}: {alone} apply alone, {stacked} in order"


def _table(page: Page, check: ConflictCheck) -> None:
    several = len(check.alone) > 1
    head = f"  {'alone':8}  {'stacked':8}  commit" if several else "  outcome   commit"
    page.line((head, "dim"))
    for alone, stacked in zip(check.alone, check.stacked, strict=True):
        cells: list[Span | str] = ["  ", outcome(alone)]
        if several:
            cells += ["  ", outcome(stacked)]
        room = page.look.width - (36 if several else 26)
        subject = clipped(alone.commit.subject, room)
        page.line(*cells, f"  {alone.commit.short}  {subject}")


def _carried(page: Page, check: ConflictCheck) -> None:
    carried = [t for t in check.alone if t.carried_by or t.outcome == "already-applied"]
    if not carried:
        return
    page.heading("Already applied:")
    for trial in carried:
        page.line(f"  {trial.commit.short}  {carrier(trial.commit, trial.carried_by)}")


def _conflicts(check: ConflictCheck) -> list[tuple[str, Trial]]:
    """Each commit's conflicts, once where they are the same alone and stacked."""
    found = []
    for alone, stacked in zip(check.alone, check.stacked, strict=True):
        same = alone.conflicts == stacked.conflicts
        if alone.conflicts:
            found.append(("" if same else ", alone", alone))
        if stacked.conflicts and not same:
            found.append((", stacked", stacked))
    return found


def _conflicting(page: Page, target: TargetName, how: str, trial: Trial, *, regions: bool) -> None:
    page.line((f"  {trial.commit.short}{how}", "bold"))
    for item in trial.conflicts:
        conflict_line(page, item)
        if regions:
            if item.touched:
                _touchers(page, [*item.touched.ours, *item.touched.theirs])
            for place in item.places:
                _place(page, target, trial.commit, place)


def conflict_line(page: Page, item: PlacedConflict) -> None:
    """Add a line for one conflict: path, kind, how many regions."""
    conflict = item.conflict
    beside = f" ({', '.join(map(one_line, conflict.others))})" if conflict.others else ""
    number = f", {count(len(item.places), 'region')}" if item.places else ""
    page.line(f"    {one_line(conflict.path)}{beside}  ", (f"{conflict.kind}{number}", "yellow"))


# -- regions ---------------------------------------------------------------------------------------


def _place(page: Page, target: TargetName, commit: Commit, place: Place) -> None:
    region = place.region
    touched = place.touched or Blamed((), ())
    page.blank()
    _side(page, f"before {commit.short}", region.base, "dim", touched.theirs)
    _side(page, one_line(target.name), region.ours, "magenta", touched.ours)
    _side(page, f"after {commit.short}", region.theirs, "cyan", ())
    page.blank()


def _side(page: Page, name: str, side: Side, style: str, touched: Sequence[Carrier]) -> None:
    where = f"line {side.start}" if side.lines else f"no lines, before line {side.start}"
    page.line((f"      {name}, {where}", f"bold {style}"))
    _touchers(page, touched)
    for line in side.lines[:_LONGEST]:
        page.line((f"      | {one_line(line.expandtabs(4))}".rstrip(), style))
    if len(side.lines) > _LONGEST:
        page.line((f"      ... {count(len(side.lines) - _LONGEST, 'more line')}", "dim"))


def _touchers(page: Page, touched: Iterable[Carrier]) -> None:
    for what in touched:
        page.line((f"      touched by {clipped(label(what), page.look.width - 17)}", "yellow"))


# -- words for outcomes ----------------------------------------------------------------------------


def outcome(trial: Trial) -> tuple[str, str]:
    """The word for an outcome, and its style."""
    return f"{OUTCOMES[trial.outcome]:8}", STYLES[trial.outcome]


def carrier(commit: Commit, what: Carrier | None) -> str:
    """What has a commit's change already."""
    if what is None:
        return "the same lines"
    if what.sha == commit.sha:
        return "the commit itself"
    return f"as {label(what)}"
