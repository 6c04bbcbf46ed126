"""diff-upstream: against git range-diff on a real backport, and with the patch's size.

The founding case is OpenVPN's (aim: under a second); it needs an OpenVPN clone, which
DEBPATCH_OPENVPN_REPO names, and the patch, which DEBPATCH_OPENVPN_PATCH names. Without them the
demo's patch stands in. ``git range-diff --creation-factor=100`` compares the same two commits: the
fix, and the patch applied as one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import DEBPATCH, Command, Cost, Row, medians, times
from bench._generated import ADAPTED, MIXED, UNRELATED, Case, generate, generate_huge
from bench._scratch import commit, commit_patched, git_line, new_repository
from debpatch.demo import build_demo

_FIX = "7791f5358a5574d4ef1bd27e2d52300c9d98bd72"
_BASE = "v2.6.14"


def rows(folder: Path) -> Iterator[Row]:
    """Measure the founding case, patches that grow, and a huge one."""
    yield from _founding_case(folder)
    for name, per_file, kinds in (
        ("mixed, ten a file", 10, MIXED),
        ("mixed, in one file", 1000, MIXED),
        ("all adapted, in one file", 1000, ADAPTED),
        ("all unrelated, in one file", 1000, UNRELATED),
    ):
        yield from _growth(folder, name, per_file, kinds)
    for name, changed in (("as upstream adds them", False), ("each with a line changed", True)):
        case = generate_huge(folder / name, changed=changed)
        size = case.patch.stat().st_size / 1e6
        cost = medians({name: _compare(case)}, rounds=1)[name]
        yield Row(f"{size:.0f} MB of new files, {name}", cost)


def _compare(case: Case) -> Command:
    options = ("--repo", case.repository, "--base", "base", "--upstream", "fix")
    return (*DEBPATCH, "diff-upstream", *options, case.patch)


def _growth(folder: Path, name: str, per_file: int, kinds: Sequence[str]) -> Iterator[Row]:
    sizes = (10, 100, 1000)
    cases = {n: generate(folder / f"{name} {n}", n, per_file, kinds) for n in sizes}
    costs = medians({str(n): _compare(case) for n, case in cases.items()}, rounds=3)
    smaller: Cost | None = None
    for size, cost in zip(sizes, costs.values(), strict=True):
        note = times(cost, smaller, "the one above") if smaller else ""
        yield Row(f"{size:>4} hunks, {name}", cost, note)
        smaller = cost


def _founding_case(folder: Path) -> Iterator[Row]:
    repository, patch = map(os.environ.get, ("DEBPATCH_OPENVPN_REPO", "DEBPATCH_OPENVPN_PATCH"))
    if repository and patch:
        yield from _beside_range_diff("OpenVPN", _openvpn(folder, Path(repository), Path(patch)))
    else:
        yield Row("the demo, as DEBPATCH_OPENVPN_REPO or DEBPATCH_OPENVPN_PATCH is not set:")
        yield from _beside_range_diff("the demo", _demo(folder))


@dataclass(frozen=True, slots=True)
class _Backport:
    """Options and patch for diff-upstream; a repository with the fix and the patch as commits."""

    arguments: Command
    scratch: Path
    fix: str
    patched: str


def _openvpn(folder: Path, repository: Path, patch: Path) -> _Backport:
    scratch = new_repository(folder / "openvpn", borrow=repository)
    base = git_line(repository, "rev-parse", f"{_BASE}^{{commit}}")
    patched = commit_patched(scratch, patch, base)
    return _Backport(("--repo", repository, "--upstream", _FIX, patch), scratch, _FIX, patched)


def _demo(folder: Path) -> _Backport:
    demo = build_demo(folder / "demo")
    files = {
        file.relative_to(demo.package).as_posix(): file.read_bytes()
        for file in demo.package.rglob("*")
        if file.is_file()
    }
    scratch = new_repository(folder / "tidewatch", borrow=demo.repository)
    patched = commit_patched(scratch, demo.patch, commit(scratch, files))
    arguments = ("--repo", demo.repository, "--package", demo.package, demo.patch)
    return _Backport(arguments, scratch, demo.commits["fix"], patched)


def _beside_range_diff(name: str, backport: _Backport) -> Iterator[Row]:
    ranges = [f"{commit}^..{commit}" for commit in (backport.fix, backport.patched)]
    where = f"--git-dir={backport.scratch}"
    ours, theirs = f"diff-upstream on {name}", "git range-diff"
    costs = medians(
        {
            ours: (*DEBPATCH, "diff-upstream", *backport.arguments),
            theirs: ("git", where, "range-diff", "--creation-factor=100", "--no-color", *ranges),
        },
        rounds=11,
    )
    yield Row(ours, costs[ours], times(costs[ours], costs[theirs], theirs))
    yield Row(theirs, costs[theirs])
