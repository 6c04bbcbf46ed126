"""check-conflicts, find-backports, plan-backport: against Git's own commands on real repositories.

DEBPATCH_OPENVPN_REPO names a clone of OpenVPN's repository, DEBPATCH_LARGE_REPO one with 80,000
commits or more, in which DEBPATCH_LARGE_FIX is the commit to look for (without it, a recent one).
Aims: 98 commits, each alone and all in order, in a third of the time of the same picks with git
cherry-pick in a work tree; landings in five times that of one ``git log --all --format=%B``; the
plan of the founding case in 3 seconds.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench import DEBPATCH, Row, medians, times
from bench._scratch import git_line

_ONTO = "v2.6.14"
_RANGE = f"{_ONTO}..v2.6.22"
_FIX = "7791f535"
_BACKPORT = "1fbbe91d,876a8cf5,e78a8af2"


def rows(folder: Path) -> Iterator[Row]:
    """Measure the three commands."""
    place = os.environ.get("DEBPATCH_OPENVPN_REPO")
    if place:
        openvpn = Path(place)
        yield from _conflicts(folder, openvpn)
        yield from _landings(openvpn, _FIX)
        yield from _plan(folder, openvpn)
    else:
        yield Row("DEBPATCH_OPENVPN_REPO is not set: no clone of OpenVPN's repository")
    if large := os.environ.get("DEBPATCH_LARGE_REPO"):
        recent = git_line(Path(large), "rev-list", "--no-merges", "-1", "--skip=200", "HEAD")
        yield from _landings(Path(large), os.environ.get("DEBPATCH_LARGE_FIX") or recent)
    else:
        yield Row("DEBPATCH_LARGE_REPO is not set: no large repository")


_PICKS = f"""
commits=$(git rev-list --reverse --no-merges {_RANGE})
{{
    for commit in $commits; do
        git cherry-pick "$commit" || git cherry-pick --abort
        git reset --quiet --hard {_ONTO}
    done
    git cherry-pick $commits || git cherry-pick --abort
    git reset --quiet --hard {_ONTO}
}} >/dev/null 2>&1
"""


def _conflicts(folder: Path, openvpn: Path) -> Iterator[Row]:
    work = folder / "work"
    subprocess.run(["git", "clone", "-q", "--shared", "-n", openvpn, work], check=True)
    for name, value in (("user.name", "A"), ("user.email", "a@example.org")):
        subprocess.run(["git", "-C", work, "config", name, value], check=True)
    subprocess.run(["git", "-C", work, "checkout", "-q", "--detach", _ONTO], check=True)
    script = folder / "picks"
    script.write_text(f"cd {work}{_PICKS}")
    costs = medians(
        {
            "ours": (*DEBPATCH, "check-conflicts", _RANGE, "--onto", _ONTO, "--repo", openvpn),
            "git": ("sh", script),
        },
        rounds=3,
    )
    yield Row("check-conflicts, 98 commits, alone and stacked", costs["ours"],
              times(costs["ours"], costs["git"], "git cherry-pick"))  # fmt: skip
    yield Row("git cherry-pick, the same in a work tree", costs["git"])


def _landings(place: Path, fix: str) -> Iterator[Row]:
    number = git_line(place, "rev-list", "--count", "--all")
    costs = medians(
        {
            "ours": (*DEBPATCH, "find-backports", fix, "--repo", place),
            "git": ("git", "-C", place, "log", "--all", "--format=%B"),
        },
        rounds=3,
    )
    yield Row(f"find-backports {fix[:8]}, {number} commits", costs["ours"],
              times(costs["ours"], costs["git"], "git log --all --format=%B"))  # fmt: skip
    yield Row("git log --all --format=%B", costs["git"])


def _plan(folder: Path, openvpn: Path) -> Iterator[Row]:
    output = folder / "plan.json"
    command = (*DEBPATCH, "plan-backport", _BACKPORT, "--onto", _ONTO, "--repo", openvpn)
    cost = medians({"plan": (*command, "--format", "json", "--output", output)}, rounds=3)["plan"]
    search = json.loads(output.read_text())["search"]
    note = f"{search['picks']} picks, {search['commits_tried']} commits tried"
    yield Row("plan-backport, the founding case", cost, note)
