"""``check-conflicts``: what applies, alone and in order, and where it does not."""

from __future__ import annotations

from pathlib import Path

from command_line import debpatch, refusal
from repos import Repo
from source_packages import write_tree
from stories import FIX, GUARD, project, source

from debpatch.backport.conflicts import ConflictCheck, check_conflicts
from debpatch.git.repository import Repository
from debpatch.package.target import Carrier, open_target, revision_target
from debpatch.package.upstream import Inputs


def check(repo: Repo, onto: str, *shas: str, blame: bool = False) -> ConflictCheck:
    with Repository(repo.path) as repository:
        commits = [repository.commit(sha) for sha in shas]
        return check_conflicts(revision_target(repository, onto), commits, blame=blame)


def outcomes(found: ConflictCheck) -> list[tuple[str, str]]:
    pairs = zip(found.alone, found.stacked, strict=True)
    return [(alone.outcome, stacked.outcome) for alone, stacked in pairs]


def series(repo: Repo) -> list[str]:
    """Two commits of which the second changes what the first brought, and one apart from them."""
    second = {"check_length": FIX["check_length"].replace("-EINVAL", "-E2BIG")}
    return [
        repo.commit({"link.c": source(FIX)}, "Check lengths"),
        repo.commit({"link.c": source(second)}, "Say what is wrong"),
        repo.commit({"link.c": source({**second, "log_state": GUARD})}, "Guard logging"),
    ]


def test_alone_and_stacked(tmp_path: Path) -> None:
    repo = project(tmp_path)
    first, second, third = series(repo)
    found = check(repo, "v1.0", first, second, third)
    assert outcomes(found) == [("clean", "clean"), ("conflict", "clean"), ("clean", "clean")]


def test_a_conflict_is_left_out_of_the_stack(tmp_path: Path) -> None:
    repo = project(tmp_path)
    first, second, third = series(repo)
    found = check(repo, "v1.0", second, third, first)
    assert outcomes(found) == [("conflict", "conflict"), ("clean", "clean"), ("clean", "clean")]


def test_who_touched_the_lines(tmp_path: Path) -> None:
    repo = project(tmp_path)
    first, second, _ = series(repo)
    repo.git("checkout", "-q", "stable/1.0")
    own = repo.commit({"link.c": source({"check_length": "    return check_all(context);\n"})})
    (place,) = check(repo, "stable/1.0", second, blame=True).alone[0].conflicts[0].places
    assert place.region.base.lines == tuple(FIX["check_length"].splitlines())
    assert place.touched is not None
    assert [what.sha for what in place.touched.theirs] == [first]
    assert [what.sha for what in place.touched.ours] == [own]


def test_who_touched_the_lines_below_in_the_stack(tmp_path: Path) -> None:
    repo = project(tmp_path)
    first, second, _ = series(repo)
    other = repo.commit({"link.c": source({"check_length": GUARD})}, "Another way")
    found = check(repo, "v1.0", first, other, blame=True)
    assert outcomes(found)[1] == ("conflict", "conflict")
    (place,) = found.stacked[1].conflicts[0].places
    assert place.touched is not None
    assert [what.sha for what in place.touched.ours] == [first]
    assert {what.sha for what in place.touched.theirs} == {first, second}


def test_who_added_or_removed_the_file(tmp_path: Path) -> None:
    repo = project(tmp_path)
    adds = repo.head()
    change = repo.commit({"new.c": "int changed;\n"}, "Change what is new")
    (conflict,) = check(repo, "v1.0", change, blame=True).alone[0].conflicts
    assert (conflict.conflict.kind, conflict.places) == ("modify/delete", ())
    assert conflict.touched is not None
    assert [what.sha for what in conflict.touched.theirs] == [adds]


def test_applied_already(tmp_path: Path) -> None:
    repo = project(tmp_path)
    first, *_ = series(repo)
    repo.git("checkout", "-q", "stable/1.0")
    repo.clock += 60
    repo.git("cherry-pick", "-x", first)
    picked = repo.head()
    (trial,) = check(repo, "stable/1.0", first).alone
    assert trial.outcome == "already-applied"
    assert trial.carried_by
    assert trial.carried_by.sha == picked


def test_a_commit_that_is_there_may_conflict_with_what_came_after_it(tmp_path: Path) -> None:
    repo = project(tmp_path)
    first, *_ = series(repo)
    (trial,) = check(repo, "main", first).alone
    assert trial.outcome == "conflict"
    assert trial.carried_by
    assert trial.carried_by.sha == first
    done = debpatch("check-conflicts", first, "--onto", "main", "--repo", tmp_path)
    assert (done.code, "the commit itself" in done.out) == (0, True)
    assert done.out.startswith(f"{first[:12]} onto main: already applied, and conflicts if picked")


# -- packages --------------------------------------------------------------------------------------


def package(folder: Path, patches: dict[str, str], files: dict[str, str]) -> Path:
    """An unpacked source package of project 1.0, its series not applied."""
    write_tree(
        folder,
        {
            "debian/changelog": "link (1.0-1) unstable; urgency=medium\n\n  * Release.\n\n"
            " -- A <a@example.org>  Mon, 01 Jan 2024 00:00:00 +0000\n",
            "debian/control": "Source: link\n",
            "debian/source/format": "3.0 (quilt)\n",
            "debian/patches/series": "".join(f"{name}\n" for name in patches),
            **{f"debian/patches/{name}": text for name, text in patches.items()},
            **files,
        },
    )
    return folder


def patch_of(repo: Repo, sha: str, header: str) -> str:
    return header + repo.git("show", "--format=", sha) + "\n"


def test_a_package_and_the_patch_that_carries_a_commit(tmp_path: Path) -> None:
    repo = project(tmp_path / "upstream")
    first, second, third = series(repo)
    header = f"Description: Check lengths\nOrigin: upstream, {first}\n---\n"
    place = package(
        tmp_path / "link-1.0",
        {"lengths.patch": patch_of(repo, first, header)},
        {"link.c": source(), "configure": "generated\n"},
    )
    with open_target(str(place), Inputs(str(repo.path))) as target:
        assert target.base == "v1.0"
        commits = [target.repository.commit(sha) for sha in (first, second, third)]
        found = check_conflicts(target, commits)
    assert outcomes(found)[0] == ("already-applied", "already-applied")
    assert found.alone[0].carried_by == Carrier("lengths.patch")
    assert outcomes(found)[1:] == [("clean", "clean"), ("clean", "clean")]


def test_a_file_that_the_tarball_leaves_out_does_not_conflict(tmp_path: Path) -> None:
    repo = project(tmp_path / "upstream")
    fix = repo.commit({"link.c": source(FIX), "README": "New words.\n"}, "Check lengths")
    place = package(tmp_path / "link-1.0", {}, {"link.c": source()})
    done = debpatch("check-conflicts", fix, "--onto", place, "--repo", repo.path)
    assert (done.code, done.out.splitlines()[0]) == (0, f"{fix[:12]} onto link 1.0-1: clean")


def test_a_checkout_of_the_packaging_alone(tmp_path: Path) -> None:
    repo = project(tmp_path / "upstream")
    first, second, _ = series(repo)
    place = package(tmp_path / "link", {"lengths.patch": patch_of(repo, first, "")}, {})
    command = ("check-conflicts", f"{first},{second}", "--onto", place, "--repo", repo.path)
    done = debpatch(*command, "-f", "json")
    assert done.err == ""
    assert [trial["outcome"] for trial in done.json["alone"]] == ["already-applied", "clean"]
    assert done.json["alone"][0]["carried_by"]["patch"] == "lengths.patch"
    repo.git("tag", "-d", "v1.0")
    said = refusal(*command)
    assert "has only debian/, and no upstream tag is known for 1.0-1; give one with" in said
    assert debpatch(*command, "--base", "stable/1.0").code == 0


# -- the command line ------------------------------------------------------------------------------


def test_json(tmp_path: Path) -> None:
    repo = project(tmp_path)
    _, second, _ = series(repo)
    done = debpatch("check-conflicts", second, "--onto", "v1.0", "--repo", tmp_path, "-f", "json")
    assert done.code == 1
    assert (done.json["schema"], done.json["command"]) == ("debpatch/1", "check-conflicts")
    assert done.json["onto"] == "v1.0"
    (trial,) = done.json["alone"]
    assert (trial["sha"], trial["outcome"]) == (second, "conflict")
    (conflict,) = trial["conflicts"]
    assert (conflict["path"], conflict["kind"]) == ("link.c", "contents")
    (region,) = conflict["regions"]
    assert region["base"]["lines"] == FIX["check_length"].splitlines()


def test_text(tmp_path: Path) -> None:
    repo = project(tmp_path)
    first, second, third = series(repo)
    revisions = f"{first},{second},{third}"
    done = debpatch("check-conflicts", revisions, "--onto", "v1.0", "--repo", tmp_path)
    assert done.code == 0
    assert done.out.startswith("3 commits onto v1.0: 2 apply alone, 3 in order\n")
    done = debpatch("check-conflicts", second, "--onto", "v1.0", "--repo", tmp_path, "--regions")
    assert done.code == 1
    assert f"touched by {first[:12]} Check lengths" in done.out
    assert "|         return -E2BIG;" in done.out
    assert max(map(len, done.out.splitlines())) <= 80
