"""`plan-backport`: a document with the names of docs/schema for machines, a text for people."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from debpatch.backport.execute import Run
from debpatch.backport.plan import Plan, Step
from debpatch.git.differences import Size
from debpatch.landings.ports import Port
from debpatch.landings.repairs import FollowUp
from debpatch.package.source_package import APT
from debpatch.render.conflicts import STYLES, carrier, conflict, conflict_line, named
from debpatch.render.json import Json, document_of
from debpatch.render.landings import follow_up
from debpatch.render.page import Look, Page, count
from debpatch.render.safe import one_line
from debpatch.render.words import VERBS, clipped, label


def document(plan: Plan, runs: Sequence[Run] = ()) -> Json:
    """The plan, and how a command ran after each step, as a document."""
    return document_of(
        "plan-backport",
        {
            "onto": plan.target.name,
            "base": plan.target.base,
            "clean": plan.clean,
            "steps": [_step(step) for step in plan.steps],
            "diffstat": _size_json(plan.size),
            "left": [
                {"sha": commit.sha, **conflict(item)}
                for commit, items in plan.left
                for item in items
            ],
            "ports": [_port(port) for port in plan.ports],
            "follow_ups": [follow_up(follow) for follow in plan.offered],
            "search": {"commits_tried": plan.tried, "picks": plan.picks, "bound_hit": plan.bound},
            "runs": _runs_json(runs),
        },
    )


def _step(step: Step) -> Json:
    return {
        "sha": step.commit.sha,
        "subject": step.commit.subject,
        "role": step.role,
        "outcome": step.outcome,
        "carried_by": named(step.carried_by),
        "because": because(step),
        "needed_by": [{"sha": need.by.sha, "path": need.path} for need in step.needs],
        "diffstat": _size_json(step.size) if step.size else None,
    }


def _port(port: Port) -> Json:
    return {
        "sha": port.commit.sha,
        "branch": port.branch,
        "landings": [{"sha": each.sha, "subject": each.subject} for each in port.landings],
    }


def _size_json(size: Size) -> Json:
    return dict(zip(("files", "insertions", "deletions"), size, strict=True))


def _runs_json(runs: Iterable[Run]) -> list[Json]:
    return [
        {
            "sha": run.commit.sha,
            "status": run.status,
            "seconds": round(run.seconds, 3),
            "output": run.output,
        }
        for run in runs
    ]


# -- `plan-backport` for people: the series, why each commit is in it, and how to redo it ----------

_ROLES = {"wanted": "wanted", "prerequisite": "prerequisite", "follow-up": "repair"}


def as_text(plan: Plan, runs: Sequence[Run], look: Look) -> str:
    """The plan, and how a command ran after each step, as text."""
    page = Page(look)
    page.line((_summary(plan), "bold green" if plan.clean else "bold red"))
    if plan.bound:
        bound = f"--max-{plan.bound}"
        page.paragraph(f"The search stopped at its limit; extend it with {bound}.", 2, "yellow")
    _ported(page, plan.ports)
    page.blank()
    _series(page, plan)
    _carried(page, [step for step in plan.steps if step.outcome == "already-applied"])
    _left(page, plan)
    _offered(page, plan.offered)
    _runs(page, runs)
    if plan.clean and plan.series:
        _by_hand(page, plan)
    return str(page)


def because(step: Step, most: int | None = None) -> str:
    """Why a step is in the plan, in a sentence that names ``most`` files a commit, or all."""
    if step.outcome == "already-applied":
        return f"already applied: {carrier(step.commit, step.carried_by)}"
    if step.follows:
        return f"{VERBS[step.follows.kind]} {step.follows.of.short}"
    if step.role == "wanted":
        return "asked for"
    return f"needed by {_users(step, most)}"


def _users(step: Step, most: int | None) -> str:
    by_commit: dict[str, list[str]] = {}
    for need in step.needs:
        by_commit.setdefault(need.by.short, []).append(one_line(need.path))
    return ", ".join(f"{sha} in {_files(paths, most)}" for sha, paths in by_commit.items())


def _files(paths: Iterable[str], most: int | None) -> str:
    """``a.c and b.c and 7 more``."""
    names = list(dict.fromkeys(paths))
    more = [f"{len(names) - most} more"] if most and len(names) > most else []
    return " and ".join([*names[:most], *more])


def _summary(plan: Plan) -> str:
    onto = one_line(plan.target.name)
    number = count(len(plan.series), "commit")
    if not plan.series:
        return f"Nothing to do: {onto} already has all of it."
    if plan.clean:
        verb = "applies" if len(plan.series) == 1 else "apply"
        return f"{number} {verb} cleanly to {onto}: {_size(plan.size)}"
    places = sum(max(1, len(item.places)) for _, items in plan.left for item in items)
    return f"No clean series for {onto} found: {number}, {count(places, 'place')} in conflict"


def _size(size: Size) -> str:
    files, insertions, deletions = size
    return f"{count(files, 'file')}, +{insertions} -{deletions}"


def _ported(page: Page, ports: Iterable[Port]) -> None:
    for port in ports:
        page.heading(f"Upstream backported {port.commit.short} to {one_line(port.branch)} itself:")
        for commit in port.landings:
            page.line(f"  {clipped(label(commit), page.look.width - 2)}")
        shas = ",".join(each.short for each in port.landings)
        page.paragraph(f"Plan its backport instead: {shas}", 2, "yellow")


def _series(page: Page, plan: Plan) -> None:
    if not plan.series:
        return
    page.line(("     commit        role          files     +     -  subject", "dim"))
    for number, step in enumerate(plan.series, 1):
        size = "  conflicts      " if step.size is None else "{:6}{:6}{:6}".format(*step.size)
        style = STYLES["conflict"] if step.size is None else ""
        subject = clipped(step.commit.subject, page.look.width - 52)
        page.line(f"  {number:2} {step.commit.short}  {_ROLES[step.role]:12}", (size, style),
                  f"  {subject}")  # fmt: skip
        if step.role != "wanted":
            page.paragraph(because(step), 5, "dim", hanging=2)


def _carried(page: Page, steps: Sequence[Step]) -> None:
    if not steps:
        return
    page.heading("Already applied:")
    for step in steps:
        page.line(f"  {step.commit.short}  {clipped(step.commit.subject, page.look.width - 16)}")
        page.paragraph(carrier(step.commit, step.carried_by), 16)


def _left(page: Page, plan: Plan) -> None:
    if not plan.left:
        return
    page.heading("Conflicts to resolve by hand:")
    for commit, items in plan.left:
        page.line((f"  {commit.short}", "bold"))
        for item in items:
            conflict_line(page, item)
    page.paragraph("See the lines with check-conflicts --regions.", 2)


def _offered(page: Page, offered: Iterable[FollowUp]) -> None:
    repairs = [follow for follow in offered if follow.kind != "mentions"]
    mentions = [follow for follow in offered if follow.kind == "mentions"]
    if repairs:
        page.heading("Repairs and reverts that are not in the plan:")
        for follow in repairs:
            add_follow_up(page, follow)
        page.paragraph("Include the repairs with --with-follow-ups.", 2)
    if mentions:
        page.heading("Mentioned by:")
        for follow in mentions:
            add_follow_up(page, follow)


def add_follow_up(page: Page, follow: FollowUp, release: str | None = None) -> None:
    """Add a later commit, and which one it is about."""
    first = f", first in {one_line(release)}" if release else ""
    style = {"fixes": "yellow", "reverts": "bold red", "mentions": "dim"}[follow.kind]
    page.line(f"  {clipped(label(follow.commit), page.look.width - 2)}")
    page.line(
        (
            f"    {VERBS[follow.kind]} {clipped(label(follow.of), page.look.width - 14)}{first}",
            style,
        )
    )


def _runs(page: Page, runs: Sequence[Run]) -> None:
    if not runs:
        return
    page.heading("After each step:")
    for run in runs:
        word, style = ("ok", "green") if run.status == 0 else (f"exit {run.status}", "bold red")
        page.line(f"  {run.commit.short}  ", (f"{word:8}", style), f"{run.seconds:8.1f} s")
    for run in runs:
        if run.status:
            page.heading(f"The end of its output after {run.commit.short}:")
            for line in run.output.splitlines()[-20:]:
                page.line(f"  {one_line(line)}")
            break


def _by_hand(page: Page, plan: Plan) -> None:
    shas = [step.commit.short for step in plan.series]
    picks = f"git cherry-pick -x {' '.join(shas)}"
    target = plan.target
    page.heading("To redo it by hand:")
    if target.package is None:
        page.line(f"  {one_line(f'git switch -c backport {shlex.quote(target.name)}')}")
        page.line(f"  {picks}")
        return
    for line in ("gbp pq import", picks, "gbp pq export"):
        page.line(f"  {line}")
    page.line("or")
    if target.unpacked:
        page.line(f"  {one_line(_unpacking(target.package))}")
    where = shlex.quote(target.unpacked or target.package)
    command = f"debpatch import-commits {','.join(shas)} --package {where}"
    page.line(f"  {one_line(command)}")


def _unpacking(package: str) -> str:
    if package.startswith(APT):
        return f"apt-get source {shlex.quote(package.removeprefix(APT))}"
    return f"dpkg-source -x {shlex.quote(package)}"
