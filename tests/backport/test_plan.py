"""``plan-backport``: a series that real Git picks without a conflict, and nothing too much."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from command_line import debpatch, environment, program
from repos import Repo
from source_packages import member, quilt_package
from stories import FIX, GUARD, function, project, source

from debpatch.backport.plan import Plan, plan_backport
from debpatch.backport.search import Bounds
from debpatch.git.repository import Repository
from debpatch.package.target import Carrier, open_target, revision_target
from debpatch.package.upstream import Inputs

from .test_conflicts import package, patch_of


def plan(repo: Repo, *shas: str, onto: str = "v1.0", **options: object) -> Plan:
    with Repository(repo.path) as repository:
        commits = [repository.commit(sha) for sha in shas]
        target = revision_target(repository, onto)
        return plan_backport(target, commits, **options)  # type: ignore[arg-type]


def steps(found: Plan) -> list[tuple[str, str]]:
    return [(step.commit.sha, step.role) for step in found.steps]


def replays(repo: Repo, found: Plan, onto: str = "v1.0") -> bool:
    """Whether real Git picks the series, and comes to the same tree."""
    repo.git("checkout", "-q", "--force", "--detach", onto)
    for step in found.series:
        repo.git("cherry-pick", step.commit.sha)
    return repo.git("rev-parse", "HEAD^{tree}") == found.tree


def test_what_it_needs_and_nothing_else(tmp_path: Path) -> None:
    repo = project(tmp_path)
    base = repo.commit({"link.c": source(FIX)}, "Check lengths")
    repo.commit({"link.c": source({**FIX, "log_state": GUARD})}, "Guard logging")
    better = {"check_length": FIX["check_length"].replace("-EINVAL", "-E2BIG")}
    middle = repo.commit({"link.c": source({**better, "log_state": GUARD})}, "Say what is wrong")
    repo.commit({"README": "words\n"}, "Words")
    best = {"check_length": better["check_length"].replace("MAX_FRAME", "MAX_LINK_FRAME")}
    fix = repo.commit({"link.c": source({**best, "log_state": GUARD})}, "Right length")
    found = plan(repo, fix)
    assert found.clean
    assert steps(found) == [(base, "prerequisite"), (middle, "prerequisite"), (fix, "wanted")]
    assert replays(repo, found)
    assert [need.path for need in found.steps[0].needs] == ["link.c"]
    assert found.size == (1, 2, 1)


def test_a_file_that_came_later(tmp_path: Path) -> None:
    repo = project(tmp_path)
    adds = repo.head()
    fix = repo.commit({"new.c": function("brand_new", GUARD)}, "Guard the new thing")
    found = plan(repo, fix)
    assert steps(found) == [(adds, "prerequisite"), (fix, "wanted")]
    assert replays(repo, found)


def test_a_file_that_was_renamed(tmp_path: Path) -> None:
    """Git follows the rename by itself, so that nothing is needed."""
    repo = project(tmp_path)
    repo.git("mv", "link.c", "frames.c")
    repo.git("commit", "-q", "-m", "Rename")
    fix = repo.commit({"frames.c": source(FIX)}, "Check lengths")
    found = plan(repo, fix)
    assert steps(found) == [(fix, "wanted")]
    assert replays(repo, found)


def test_lines_that_were_deleted(tmp_path: Path) -> None:
    repo = project(tmp_path)
    deletes = repo.commit({"link.c": source(without=("read_frame",))}, "Drop read_frame")
    fix = repo.commit(
        {"link.c": source(without=("read_frame",)).replace(
            "check_length(struct", "check_frame(struct").replace("open_link(context, 9)", "open()")
            .replace("    return 0;\n}\n\nint\ncheck", "    return 1;\n}\n\nint\ncheck")},
        "Rename check_length",
    )  # fmt: skip
    found = plan(repo, fix)
    assert found.clean
    assert steps(found) == [(deletes, "prerequisite"), (fix, "wanted")]
    assert replays(repo, found)


def test_wanted_in_the_wrong_order(tmp_path: Path) -> None:
    repo = project(tmp_path)
    first = repo.commit({"link.c": source(FIX)}, "Check lengths")
    better = {"check_length": FIX["check_length"].replace("-EINVAL", "-E2BIG")}
    second = repo.commit({"link.c": source(better)}, "Say what is wrong")
    found = plan(repo, second, first)
    assert steps(found) == [(first, "wanted"), (second, "wanted")]
    assert replays(repo, found)


def test_what_the_target_has_is_left_out_and_named(tmp_path: Path) -> None:
    repo = project(tmp_path)
    first = repo.commit({"link.c": source(FIX)}, "Check lengths")
    second = repo.commit({"link.c": source({**FIX, "log_state": GUARD})}, "Guard logging")
    repo.git("checkout", "-q", "stable/1.0")
    repo.clock += 60
    repo.git("cherry-pick", first)
    picked = repo.head()
    found = plan(repo, first, second, onto="stable/1.0")
    left_out, step = found.steps
    assert (left_out.outcome, left_out.carried_by and left_out.carried_by.sha) == (
        "already-applied",
        picked,
    )
    assert [each.commit.sha for each in found.series] == [second] == [step.commit.sha]
    assert replays(repo, found, "stable/1.0")


def test_a_prerequisite_that_the_target_has_under_another_name(tmp_path: Path) -> None:
    repo = project(tmp_path)
    first = repo.commit({"link.c": source(FIX)}, "Check lengths")
    better = {"check_length": FIX["check_length"].replace("-EINVAL", "-E2BIG")}
    second = repo.commit({"link.c": source(better)}, "Say what is wrong")
    repo.git("checkout", "-q", "stable/1.0")
    changed = source({"check_length": FIX["check_length"].replace("-EINVAL", "-1")})
    repo.commit({"link.c": changed}, f"Check lengths\n\n(cherry picked from commit {first})")
    found = plan(repo, second, onto="stable/1.0")
    assert steps(found) == [(second, "wanted")]
    assert [(commit.sha, len(items[0].places)) for commit, items in found.left] == [(second, 1)]


def test_repairs_are_offered_or_taken_in(tmp_path: Path) -> None:
    repo = project(tmp_path)
    fix = repo.commit({"link.c": source(FIX)}, "Check lengths")
    helper = repo.commit({"link.c": source({**FIX, "open_link": GUARD})}, "Guard opening")
    repair_text = {**FIX, "open_link": GUARD.replace("-ENOTCONN", "-EBADF")}
    repair = repo.commit({"link.c": source(repair_text)}, f"Repair\n\nFixes: {fix[:12]}")
    found = plan(repo, fix)
    assert steps(found) == [(fix, "wanted")]
    assert [(f.commit.sha, f.kind, f.of.sha) for f in found.offered] == [(repair, "fixes", fix)]
    found = plan(repo, fix, with_follow_ups=True)
    assert steps(found) == [(fix, "wanted"), (helper, "prerequisite"), (repair, "follow-up")]
    assert found.offered == ()
    assert replays(repo, found)


def test_where_upstream_has_a_port_the_search_is_a_short_one(tmp_path: Path) -> None:
    repo = project(tmp_path)
    check = FIX["check_length"]
    for number in range(21):
        check = f"    int step = {number};\n{FIX['check_length']}"
        repo.commit({"link.c": source({"check_length": check})}, f"Step {number}")
    fix = repo.commit({"link.c": source({"check_length": check.replace("20", "0x14")})}, "Hex")
    assert len(plan(repo, fix).series) == 22
    repo.git("checkout", "-q", "stable/1.0")
    own = {"check_length": f"    int step = 0x14;\n{FIX['check_length']}"}
    port = repo.commit({"link.c": source(own)}, f"Hex\n\n(backported from commit {fix})")

    found = plan(repo, fix)
    assert [[c.sha for c in p.landings] for p in found.ports] == [[port]]
    assert (found.clean, found.bound, found.tried) == (False, "commits", 20)
    assert plan(repo, fix, bounds=Bounds()).clean


def test_bounds_are_told(tmp_path: Path) -> None:
    repo = project(tmp_path)
    repo.commit({"link.c": source(FIX)}, "Check lengths")
    better = {"check_length": FIX["check_length"].replace("-EINVAL", "-E2BIG")}
    fix = repo.commit({"link.c": source(better)}, "Say what is wrong")
    found = plan(repo, fix, bounds=Bounds(commits=0))
    assert (found.clean, found.bound, found.tried) == (False, "commits", 0)
    found = plan(repo, fix, bounds=Bounds(seconds=0))
    assert (found.clean, found.bound) == (False, "seconds")
    assert steps(found) == [(fix, "wanted")]


def test_no_clean_series(tmp_path: Path) -> None:
    repo = project(tmp_path)
    fix = repo.commit({"link.c": source(FIX)}, "Check lengths")
    repo.git("checkout", "-q", "stable/1.0")
    repo.commit({"link.c": source({"check_length": GUARD})}, "Another way")
    found = plan(repo, fix, onto="stable/1.0")
    assert not found.clean
    (commit, (conflict,)), *_ = found.left
    assert (commit.sha, conflict.conflict.path) == (fix, "link.c")
    (place,) = conflict.places
    assert place.region.ours.lines == tuple(GUARD.splitlines())


def test_upstreams_own_port_is_named_where_nothing_is_clean(tmp_path: Path) -> None:
    repo = project(tmp_path)
    changed = source({"check_length": "    return check_all(context);\n"})
    repo.git("checkout", "-q", "stable/1.0")
    repo.commit({"link.c": changed}, "Another way", tag="v1.0.1")
    repo.git("checkout", "-q", "main")
    fix = repo.commit({"link.c": source(FIX)}, "Check lengths")
    repo.git("checkout", "-q", "stable/1.0")
    ported = changed.replace("    return check_all", f"{FIX['check_length']}    return check_all")
    port = repo.commit({"link.c": ported}, f"Check lengths\n\n(backported from commit {fix})")
    (found,) = plan(repo, fix, onto="v1.0.1").ports
    assert (found.commit.sha, found.branch) == (fix, "stable/1.0")
    assert [commit.sha for commit in found.landings] == [port]
    assert plan(repo, port, onto="v1.0.1").ports == ()
    done = debpatch("plan-backport", fix, "--onto", "v1.0.1", "--repo", tmp_path)
    assert done.code == 1
    assert f"Upstream backported {fix[:12]} to stable/1.0 itself:" in done.out
    assert f"Plan its backport instead: {port[:12]}" in done.out


@pytest.mark.parametrize("seed", range(6))
def test_any_commit_of_a_line_can_be_planned_onto_its_start(tmp_path: Path, seed: int) -> None:
    """All that came before is a series that applies; the plan is at most that, and real."""
    choose = random.Random(seed)
    repo = project(tmp_path)
    lines = source().splitlines()
    shas = []
    for number in range(12):
        at = choose.randrange(len(lines))
        lines[at : at + choose.randint(0, 2)] = [f"line {number}"] * choose.randint(0, 2)
        shas.append(repo.commit({"link.c": "\n".join(lines) + "\n"}, f"change {number}"))
    for sha in (shas[-1], shas[-3]):
        found = plan(repo, sha)
        assert found.clean
        assert replays(repo, found)
        for dropped in found.steps[:-1]:
            rest = [step.commit for step in found.steps if step is not dropped]
            with Repository(tmp_path) as repository:
                target = revision_target(repository, "v1.0")
                once = plan_backport(target, rest, bounds=Bounds(commits=0))
            assert not once.clean, f"{dropped.commit.subject} is not needed"


def test_a_package(tmp_path: Path) -> None:
    repo = project(tmp_path / "upstream")
    first = repo.commit({"link.c": source(FIX)}, "Check lengths")
    better = {"check_length": FIX["check_length"].replace("-EINVAL", "-E2BIG")}
    second = repo.commit({"link.c": source(better)}, "Say what is wrong")
    place = package(
        tmp_path / "link-1.0",
        {"by-hand.patch": patch_of(repo, first, "Description: lengths\n---\n")},
        {"link.c": source()},
    )
    with open_target(str(place), Inputs(str(repo.path))) as target:
        commits = [target.repository.commit(sha) for sha in (first, second)]
        found = plan_backport(target, commits)
    assert [step.carried_by for step in found.steps] == [Carrier("by-hand.patch"), None]
    assert [step.commit.sha for step in found.series] == [second]
    done = debpatch("plan-backport", f"{first},{second}", "--onto", place, "--repo", repo.path)
    assert done.code == 0
    assert f"debpatch import-commits {second[:12]} --package {place}" in done.out


def test_a_packed_package_is_to_be_unpacked_first(tmp_path: Path) -> None:
    repo = project(tmp_path / "upstream")
    fix = repo.commit({"link.c": source(FIX)}, "Check lengths")
    dsc = quilt_package(tmp_path, [member("hello-1.0/link.c", source())])
    done = debpatch("plan-backport", fix, "--onto", dsc, "--repo", repo.path)
    assert done.out.splitlines()[-2:] == [
        f"  dpkg-source -x {dsc}",
        f"  debpatch import-commits {fix[:12]} --package hello-1.0",
    ]


# -- the command line ------------------------------------------------------------------------------


def needing(repo: Repo) -> tuple[str, str]:
    first = repo.commit({"link.c": source(FIX)}, "Check lengths")
    better = {"check_length": FIX["check_length"].replace("-EINVAL", "-E2BIG")}
    return first, repo.commit({"link.c": source(better)}, "Say what is wrong")


def test_json(tmp_path: Path) -> None:
    repo = project(tmp_path)
    first, second = needing(repo)
    done = debpatch("plan-backport", second, "--onto", "v1.0", "--repo", tmp_path, "-f", "json")
    assert done.code == 0
    assert (done.json["command"], done.json["onto"], done.json["clean"]) == (
        "plan-backport",
        "v1.0",
        True,
    )
    assert [(step["sha"], step["role"], step["because"]) for step in done.json["steps"]] == [
        (first, "prerequisite", f"needed by {second[:12]} in link.c"),
        (second, "wanted", "asked for"),
    ]
    assert done.json["diffstat"] == {"files": 1, "insertions": 2, "deletions": 1}
    assert done.json["left"] == []


def test_text_and_what_to_do_by_hand(tmp_path: Path) -> None:
    repo = project(tmp_path)
    first, second = needing(repo)
    done = debpatch("plan-backport", second, "--onto", "v1.0", "--repo", tmp_path)
    assert done.out.startswith("2 commits apply cleanly to v1.0: 1 file, +2 -1\n")
    commands = [line.strip() for line in done.out.splitlines() if line.startswith("  git ")]
    assert commands == [
        "git switch -c backport v1.0",
        f"git cherry-pick -x {first[:12]} {second[:12]}",
    ]
    for command in commands:
        repo.git(*command.split()[1:])


def test_a_command_after_each_step(tmp_path: Path) -> None:
    repo = project(tmp_path)
    first, second = needing(repo)
    command = "grep -c return link.c; ls .git built; touch built; grep -q E2BIG link.c"
    done = debpatch("plan-backport", second, "--onto", "v1.0", "--repo", tmp_path, "-f", "json",
                    "--exec", command)  # fmt: skip
    assert done.code == 1
    runs = done.json["runs"]
    assert [(run["sha"], run["status"]) for run in runs] == [(first, 1), (second, 0)]
    # One folder for all steps, without a .git of ours: what was built there stays.
    assert runs[0]["output"].startswith("7\nls: ")
    assert "built\n" in runs[1]["output"].splitlines(keepends=True)


@pytest.mark.skipif(not shutil.which("ps"), reason="ps is not there to list processes")
def test_an_interrupt_leaves_nothing_behind(tmp_path: Path) -> None:
    repo = project(tmp_path / "upstream")
    _, second = needing(repo)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    started = tmp_path / "started"
    process = subprocess.Popen(
        program("plan-backport", second, "--onto", "v1.0", "--repo", repo.path,
                "--exec", f"echo $$ > {started}; sleep 600 & wait"),
        env=environment(TMPDIR=str(scratch)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    while not (started.is_file() and started.read_text().strip()):
        assert process.poll() is None
        time.sleep(0.05)
    group = int(started.read_text())
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 128 + signal.SIGINT
    assert b"Traceback" not in errors
    assert list(scratch.iterdir()) == []
    assert running(group) == []


def running(group: int) -> list[str]:
    """The live processes of a group; what has ended and waits for its parent is not alive."""
    states = subprocess.run(["ps", "-e", "-o", "pgid=,stat=,args="], capture_output=True, text=True)
    rows = [line.split(None, 2) for line in states.stdout.splitlines()]
    return [row[2] for row in rows if int(row[0]) == group and not row[1].startswith("Z")]
