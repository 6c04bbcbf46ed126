"""The case that debpatch was started for: picks, plans and landings in OpenVPN's repository.

``DEBPATCH_OPENVPN_REPO`` is a clone of OpenVPN's repository, ``DEBPATCH_OPENVPN_DSC`` the source of
Debian's openvpn 2.6.14-1+deb13u3.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from command_line import debpatch
from repos import Repo, cherry_pick

from debpatch.backport.plan import plan_backport
from debpatch.git.history import path_log
from debpatch.git.merge import pick_each
from debpatch.git.repository import Commit, Repository
from debpatch.landings.revisions import read_revisions
from debpatch.package.target import revision_target

FIX, BACKPORT = "7791f535", ("1fbbe91d", "876a8cf5", "e78a8af2")
LATER = "adece456"
SERIES = ["b0b123b3", "3c9fe881", "876a8cf5", "e78a8af2"]
CONFLICTS = {
    "7791f535": [
        *(f"src/openvpn/{name} contents" for name in
          ("dco_freebsd.c", "dco_linux.c", "dco_win.c", "forward.c", "multi.c", "multi.h")),
        "src/openvpn/multi_io.c modify/delete",
    ],
    "a699681b": [
        f"src/openvpn/{name} contents"
        for name in ("dco.h", "dco_freebsd.c", "dco_linux.c", "dco_win.c", "init.c")
    ],
    "7f5a6dea": ["src/openvpn/multi.c contents", "src/openvpn/multi.h contents"],
    "1fbbe91d": [],
    "876a8cf5": ["src/openvpn/dco_freebsd.h contents"],
    "e78a8af2": [
        f"src/openvpn/{name} contents"
        for name in ("dco_freebsd.c", "dco_freebsd.h", "dco_linux.h", "forward.c")
    ],
    "b0b123b3": [],
    "3c9fe881": ["src/openvpn/multi.c contents"],
    "fae4a9e3": [],
}  # fmt: skip


@pytest.fixture
def package() -> Path:
    place = os.environ.get("DEBPATCH_OPENVPN_DSC")
    if not place:
        pytest.skip("DEBPATCH_OPENVPN_DSC is not set: Debian's source is not at hand")
    return Path(place)


def found(*arguments: str | Path) -> Any:
    done = debpatch(*arguments, "--format", "json")
    assert done.err == ""
    return done.json


def short(items: list[Any]) -> list[str]:
    return [item["sha"][:8] for item in items]


def test_each_commit_alone(openvpn: Path) -> None:
    result = found("check-conflicts", ",".join(CONFLICTS), "--onto", "v2.6.14", "--repo", openvpn)
    assert {
        trial["sha"][:8]: sorted(f"{c['path']} {c['kind']}" for c in trial["conflicts"])
        for trial in result["alone"]
    } == CONFLICTS
    assert all(c["regions"] or c["kind"] == "modify/delete"
               for trial in result["alone"] for c in trial["conflicts"])  # fmt: skip


def test_the_way_that_nobody_saw(openvpn: Path) -> None:
    revisions = ",".join([*SERIES, LATER])
    done = debpatch("check-conflicts", revisions, "--onto", "v2.6.14", "--repo", openvpn)
    assert done.code == 0
    result = found("plan-backport", ",".join(BACKPORT), "--onto", "v2.6.14", "--repo", openvpn)
    assert result["clean"]
    roles = {step["sha"][:8]: step["role"] for step in result["steps"]}
    assert roles == {
        "1fbbe91d": "wanted",
        "b0b123b3": "prerequisite",
        "3c9fe881": "prerequisite",
        "876a8cf5": "wanted",
        "e78a8af2": "wanted",
    }
    assert [step for step in short(result["steps"]) if step in SERIES] == SERIES
    repairs = [follow for follow in result["follow_ups"] if follow["kind"] == "fixes"]
    assert short(repairs) == [LATER]
    assert repairs[0]["of"].startswith("e78a8af2")


def test_the_same_in_debian_13(openvpn: Path, package: Path) -> None:
    result = found("plan-backport", ",".join(BACKPORT), "--onto", package, "--repo", openvpn,
                   "--with-follow-ups")  # fmt: skip
    assert result["clean"]
    carried, *steps = result["steps"]
    assert carried["sha"].startswith("1fbbe91d")
    assert carried["outcome"] == "already-applied"
    assert carried["carried_by"]["patch"] == "fix-ftbfs-kernel-6.16.patch"
    assert short(steps) == [*SERIES, LATER]
    assert result["diffstat"] == {"files": 15, "insertions": 461, "deletions": 239}


def test_where_the_fix_has_landed(openvpn: Path) -> None:
    result = found("find-backports", FIX, "--repo", openvpn)
    states = {branch["branch"]: branch for branch in result["branches"]}
    assert states["master"]["state"] == states["release/2.7"]["state"] == "present"
    assert result["released_in"] == "v2.7_rc3"
    backport = states["release/2.6"]
    assert backport["state"] == "partial"
    assert [(landing["sha"][:8], landing["released_in"]) for landing in backport["landings"]] == [
        ("876a8cf5", "v2.6.20"),
        ("e78a8af2", "v2.6.20"),
    ]
    assert {lack["path"] for lack in backport["lacks"]} == {"src/openvpn/dco_win.c"}
    assert states["release/2.5"]["state"] == "unaffected"
    (later,) = [follow for follow in result["follow_ups"] if follow["kind"] == "fixes"]
    assert (later["sha"][:8], later["of"][:8], later["released_in"]) == (
        LATER,
        "e78a8af2",
        "v2.6.20",
    )
    by_issue = found("find-backports", "OpenVPN/openvpn#919", "--repo", openvpn)
    assert by_issue["sha"] == result["sha"]


def test_what_debian_13_carries(openvpn: Path, package: Path) -> None:
    result = found("find-backports", "CVE-2026-35058", "--repo", openvpn, "--package", package)
    assert result["package"]["state"] == "ported"
    assert [landing["patch"] for landing in result["package"]["landings"]] == [
        "CVE-2026-35058.patch"
    ]
    result = found("find-backports", FIX, "--repo", openvpn, "--package", package)
    assert (result["package"]["state"], result["package"]["built_from"]) == (
        "missing",
        "release/2.6",
    )


@pytest.fixture
def work_tree(openvpn: Path, tmp_path: Path) -> Repo:
    """An empty work tree with the objects of OpenVPN's repository."""
    repo = Repo(tmp_path / "work")
    objects = repo.run("-C", str(openvpn), "rev-parse", "--path-format=absolute", "--git-path",
                       "objects").stdout  # fmt: skip
    (repo.path / ".git/objects/info/alternates").write_bytes(objects)
    return repo


def test_plans_for_all_that_conflicts_replay(openvpn: Path, work_tree: Repo) -> None:
    """For each commit up to v2.6.22 that conflicts alone: the plan, by real cherry-picks."""
    with Repository(openvpn) as repository:
        target = revision_target(repository, "v2.6.14")
        commits = read_revisions(repository, "v2.6.14..v2.6.22")
        picks = pick_each(repository, commits, target.commit)
        conflicting = [picked for picked in picks if picked.outcome == "conflict"]
        assert (len(commits), len(conflicting)) == (98, 21)
        lengths = {}
        for picked in conflicting:
            plan = plan_backport(target, [picked.commit])
            assert plan.clean, picked.commit.subject
            paths = [conflict.path for conflict in picked.conflicts]
            earlier = path_log(repository, picked.commit.parents[0], target.commit, paths)
            lengths[picked.commit.sha[:8]] = len(plan.series), len(earlier) + 1
            tree = replayed(work_tree, [step.commit for step in plan.series], target.commit)
            assert tree == plan.tree
        print(lengths)


def replayed(repo: Repo, commits: list[Commit], onto: str) -> str:
    repo.git("checkout", "-q", "--force", "--detach", onto)
    for commit in commits:
        repo.git("cherry-pick", commit.sha)
    return repo.git("rev-parse", "HEAD^{tree}")


def test_the_picks_of_the_table_as_git_makes_them(openvpn: Path, work_tree: Repo) -> None:
    with Repository(openvpn) as repository:
        onto = repository.resolve("v2.6.14")
        for sha, conflicts in CONFLICTS.items():
            picked = cherry_pick(work_tree, repository.resolve(sha), onto)
            assert picked is not None
            assert len({path for path, *_ in picked.stages}) == len(conflicts)
