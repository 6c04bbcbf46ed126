"""``find-backports``: the state of a fix on branches whose history a test has made."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from command_line import debpatch, environment, program, refusal
from repos import Repo
from stories import FIX, GUARD, function, project, source

from debpatch.git.repository import Repository
from debpatch.landings.backports import Backports, BranchState, find_backports


def survey(repo: Repo, sha: str) -> Backports:
    with Repository(repo.path) as repository:
        return find_backports(repository, repository.commit(sha))


def stable(repo: Repo, sha: str, name: str = "stable/1.0") -> BranchState:
    return next(each for each in survey(repo, sha).branches if each.branch.name == name)


def fixed(repo: Repo, message: str = "Check the length of frames") -> str:
    return repo.commit({"link.c": source(FIX)}, message)


def on_stable(repo: Repo) -> None:
    repo.git("checkout", "-q", "stable/1.0")


def pick(repo: Repo, sha: str, *options: str) -> str:
    repo.clock += 3600
    repo.git("cherry-pick", *options, sha)
    return repo.head()


def test_the_commit_itself(tmp_path: Path) -> None:
    repo = project(tmp_path)
    fix = fixed(repo)
    repo.git("tag", "v2.0")
    repo.git("branch", "stable/2.0")
    found = survey(repo, fix)
    states = {each.branch.name: each.state.value for each in found.branches}
    assert states == {"main": "present", "stable/2.0": "present", "stable/1.0": "missing"}
    assert found.released_in == "v2.0"


def test_a_trailer_names_the_landing(tmp_path: Path) -> None:
    repo = project(tmp_path)
    fix = fixed(repo)
    on_stable(repo)
    landing = pick(repo, fix, "-x")
    repo.commit({"README": "1.0.1\n"}, "Release 1.0.1", tag="v1.0.1")
    found = stable(repo, fix)
    assert found.state == "ported"
    (landed,) = found.landings
    assert (landed.commit.sha, landed.released_in) == (landing, "v1.0.1")
    assert {"trailer", "subject", "author-date"} <= set(landed.signs)
    assert landed.confidence > 0.99


def test_the_origin_of_a_pick_is_its_landing_on_the_other_branch(tmp_path: Path) -> None:
    repo = project(tmp_path)
    fix = fixed(repo)
    on_stable(repo)
    found = stable(repo, pick(repo, fix, "-x"), "main")
    assert [landed.commit.sha for landed in found.landings] == [fix]


@pytest.mark.parametrize(
    ("message", "sign"),
    [
        ("Other words\n\n[ Upstream commit {sha} ]", "trailer"),
        ("Other words\n\ncommit {sha} upstream.", "trailer"),
        ("Other words\n\nThis is a backport of {short}.", "named"),
        ("Other words\n\nChange-Id: I0123456789012345678901234567890123456789", "change-id"),
        ("Other words\n\nMessage-ID: <1@example.org>", "message-id"),
        ("[1.0] Check the length of frames (#12)", "subject"),
    ],
)
def test_messages_that_tell(tmp_path: Path, message: str, sign: str) -> None:
    repo = project(tmp_path)
    fix = fixed(
        repo,
        "Check the length of frames\n\nChange-Id: I0123456789012345678901234567890123456789\n"
        "Message-Id: <1@example.org>",
    )
    on_stable(repo)
    landing = repo.commit({"link.c": source(FIX)}, message.format(sha=fix, short=fix[:10]))
    found = stable(repo, fix)
    assert [(each.commit.sha, sign in each.signs) for each in found.landings] == [(landing, True)]


def test_content_alone_tells(tmp_path: Path) -> None:
    repo = project(tmp_path)
    fix = fixed(repo)
    on_stable(repo)
    repo.git("config", "user.name", "Somebody Else")
    port = source(FIX).replace("-EINVAL", "-1")
    landing = repo.commit({"link.c": port}, "Reject long frames")
    repo.commit({"link.c": port.replace("handle_log_state", "note_state")}, "Note the state")
    found = stable(repo, fix)
    assert (found.state.value, [each.commit.sha for each in found.landings]) == (
        "ported",
        [landing],
    )
    assert "content" in found.landings[0].signs


def test_the_copy_of_another_commit_is_not_taken_for_the_fix(tmp_path: Path) -> None:
    """A fix much like it landed; it is the landing of that other one."""
    repo = project(tmp_path)
    guarded = {"read_frame": GUARD}
    twin = repo.commit({"link.c": source(guarded)}, "Guard reading")
    fix = repo.commit({"link.c": source({**guarded, "send_reply": GUARD})}, "Guard sending")
    on_stable(repo)
    landing = repo.commit({"link.c": source(guarded)}, "Do not read when closed")
    assert [each.commit.sha for each in stable(repo, twin).landings] == [landing]
    assert stable(repo, fix).landings == ()
    assert stable(repo, fix).state == "missing"


def test_one_release_is_not_the_landing_of_another(tmp_path: Path) -> None:
    repo = project(tmp_path)
    text = "#define MAJOR_VERSION_OF_LINK {}\n#define MINOR_VERSION_OF_LINK {}\n"
    repo.commit({"version.h": text.format(1, 0)}, "Start counting")
    repo.git("branch", "-f", "stable/1.0")
    fix = repo.commit({"version.h": text.format(2, 0)}, "Prepare 2.0")
    on_stable(repo)
    repo.commit({"version.h": text.format(1, 1)}, "Prepare 1.1")
    assert stable(repo, fix).landings == ()


def test_another_commit_of_the_same_second(tmp_path: Path) -> None:
    repo = project(tmp_path)
    fix = fixed(repo, "Check the length of frames")
    stamp = repo.git("show", "-s", "--format=%ad", "--date=raw", fix)
    on_stable(repo)
    (repo.path / "README").write_text("Run it.\n")
    repo.git("add", "README")
    repo.git("commit", "-q", "-m", "Run it", f"--date={stamp}")
    assert stable(repo, fix).state == "unknown"


def test_a_mail_that_is_only_mentioned(tmp_path: Path) -> None:
    repo = project(tmp_path)
    fix = fixed(repo, "Check the length of frames\n\nMessage-Id: <1@example.org>")
    on_stable(repo)
    repo.commit({"README": "Run it.\n"}, "Run it\n\nIt finds what <1@example.org> mends.")
    assert stable(repo, fix).landings == ()


def test_a_part_is_left_out(tmp_path: Path) -> None:
    repo = project(tmp_path)
    both = {**FIX, "send_reply": GUARD, "open_link": GUARD}
    fix = repo.commit({"link.c": source(both)}, "Check lengths and states")
    on_stable(repo)
    repo.commit({"link.c": source(FIX)}, f"Check lengths\n\nBackport a part of {fix}.")
    found = stable(repo, fix)
    assert found.state == "partial"
    assert {change.path for change in found.lacks} == {"link.c"}


def test_a_fix_that_landed_in_parts_is_there_with_the_last(tmp_path: Path) -> None:
    """The parts in the order in which they were made, however sure each is."""
    repo = project(tmp_path)
    fix = repo.commit({"link.c": source({**FIX, "log_state": GUARD})}, "Check all lengths")
    on_stable(repo)
    why = f"(cherry picked from commit {fix})"
    likest = f"Check all lengths\n\nThe second half of {fix}.\n\n{why}"
    parts = [
        repo.commit({"link.c": source(FIX)}, f"The first half\n\n{why}", tag="v1.0.1"),
        repo.commit({"link.c": source({**FIX, "log_state": GUARD})}, likest, tag="v1.0.2"),
    ]
    found = stable(repo, fix)
    assert found.state == "ported"
    assert [(each.commit.sha, each.released_in) for each in found.landings] == [
        (parts[0], "v1.0.1"),
        (parts[1], "v1.0.2"),
    ]
    assert found.landings[0].confidence < found.landings[1].confidence


def test_missing(tmp_path: Path) -> None:
    repo = project(tmp_path)
    found = stable(repo, fixed(repo))
    assert (found.state, found.landings, len(found.lacks)) == ("missing", (), 1)


def test_a_branch_that_never_had_the_file(tmp_path: Path) -> None:
    repo = project(tmp_path)
    fix = repo.commit({"new.c": function("brand_new", GUARD)}, "Guard the new thing")
    assert stable(repo, fix).state == "unaffected"


def test_a_branch_that_never_had_the_function(tmp_path: Path) -> None:
    repo = project(tmp_path)
    later = source() + function("late_addition", "    late_call(context->late_member);\n")
    repo.commit({"link.c": later}, "Add late_addition")
    fix = repo.commit({"link.c": later.replace("late_call(", "late_check(")}, "Fix it")
    assert stable(repo, fix).state == "unaffected"


def test_a_branch_that_never_had_the_cause(tmp_path: Path) -> None:
    """The lines look the same; what broke them came later, as the fix says."""
    repo = project(tmp_path)
    cause = repo.commit({"new.c": function("brand_new", GUARD)}, "Break it elsewhere")
    found = stable(repo, fixed(repo, f'Check the length\n\nFixes: {cause[:12]} ("Break it")'))
    assert (found.state, found.cause and found.cause.sha) == ("unaffected", cause)


def test_a_landing_that_was_reverted(tmp_path: Path) -> None:
    repo = project(tmp_path)
    fix = fixed(repo)
    on_stable(repo)
    landing = pick(repo, fix, "-x")
    repo.git("revert", "--no-edit", landing)
    revert = repo.head()
    found = stable(repo, fix)
    assert found.state == "missing"
    assert [each.reverted_by and each.reverted_by.sha for each in found.landings] == [revert]
    again = pick(repo, fix, "-x")
    found = stable(repo, fix)
    assert found.state == "ported"
    assert again in {each.commit.sha for each in found.landings}


def test_what_came_afterwards(tmp_path: Path) -> None:
    repo = project(tmp_path)
    fix = fixed(repo)
    repair = repo.commit({"link.c": source({**FIX, "open_link": GUARD})},
                         f"Repair\n\nFixes: {fix[:12]}")  # fmt: skip
    mention = repo.commit({"README": "more\n"}, f"Explain what {fix[:10]} does")
    repo.commit({"README": "even more\n"}, "Something else", tag="v2.0")
    later = survey(repo, fix).follow_ups
    assert [(each.follow_up.commit.sha, each.follow_up.kind) for each in later] == [
        (repair, "fixes"),
        (mention, "mentions"),
    ]
    assert {(each.released_in, each.branches) for each in later} == {("v2.0", ("main",))}


def test_a_file_that_has_another_name_on_the_branch(tmp_path: Path) -> None:
    repo = project(tmp_path)
    repo.git("mv", "link.c", "frames.c")
    repo.git("commit", "-q", "-m", "Rename")
    fix = repo.commit({"frames.c": source(FIX)}, "Check the length of frames")
    assert stable(repo, fix).state == "missing"
    on_stable(repo)
    landing = repo.commit({"link.c": source(FIX)}, "Reject long frames")
    assert [each.commit.sha for each in stable(repo, fix).landings] == [landing]


def test_a_tag_stands_for_a_branch_that_is_gone(tmp_path: Path) -> None:
    repo = project(tmp_path)
    fix = fixed(repo)
    on_stable(repo)
    pick(repo, fix, "-x")
    repo.git("tag", "v1.0.1")
    repo.git("checkout", "-q", "main")
    repo.git("branch", "-q", "-D", "stable/1.0")
    found = stable(repo, fix, "v1.0.1")
    assert (found.state, found.branch.is_tag) == ("ported", True)


# -- the command line ------------------------------------------------------------------------------


def test_text_and_json(tmp_path: Path) -> None:
    repo = project(tmp_path)
    fix = fixed(repo, "Check \x1b[31m the length\n\nCVE-2024-1234, fixes #17")
    on_stable(repo)
    landing = pick(repo, fix, "-x")
    for name in (fix[:10], "CVE-2024-1234", "#17", "https://example.org/a/b/issues/17"):
        done = debpatch("find-backports", name, "--repo", tmp_path, "--format", "json")
        assert (done.code, done.err) == (0, "")
        assert done.json["sha"] == fix
    states = {each["branch"]: each["state"] for each in done.json["branches"]}
    assert states == {"main": "present", "stable/1.0": "ported"}
    assert done.json["branches"][1]["landings"][0]["sha"] == landing
    text = debpatch("find-backports", fix, "--repo", tmp_path).out
    assert text.startswith("Backported on stable/1.0.\n")
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_only_some_branches(tmp_path: Path) -> None:
    repo = project(tmp_path)
    fix = fixed(repo)
    done = debpatch("find-backports", fix, "--repo", tmp_path, "--branch", "stable/*", "-f", "json")
    assert [each["branch"] for each in done.json["branches"]] == ["stable/1.0"]
    assert done.code == 1


def test_branches_of_which_the_same_is_to_be_told_share_a_line(tmp_path: Path) -> None:
    repo = project(tmp_path)
    for version in ("1.1", "1.2"):
        repo.commit({"README": f"{version}\n"}, "Prepare a release", tag=f"v{version}")
        repo.git("branch", f"stable/{version}")
    text = debpatch("find-backports", fixed(repo), "--repo", tmp_path).out
    assert "  missing: stable/1.2, stable/1.1, stable/1.0\n    lacks link.c hunk 1\n" in text


def test_a_merge_counts_as_what_it_brings(tmp_path: Path) -> None:
    repo = project(tmp_path)
    repo.git("checkout", "-q", "-b", "topic")
    fixed(repo)
    repo.git("checkout", "-q", "main")
    repo.commit({"README": "more\n"}, "Something else")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge topic", "topic")
    merge = repo.head()
    found = debpatch("find-backports", merge, "--repo", tmp_path)
    assert found.code == 1
    assert "merge    compared by what it changes of its first parent\n" in found.out
    on_stable(repo)
    pick(repo, merge, "-x", "-m", "1")
    assert stable(repo, merge).state == "ported"


def test_the_package_comes_first(tmp_path: Path) -> None:
    repo = project(tmp_path / "upstream")
    fix = fixed(repo)
    on_stable(repo)
    repo.commit({"link.c": source(FIX)}, f"Backport\n\n(cherry picked from commit {fix})")
    repo.git("checkout", "-q", "v1.0")
    package = tmp_path / "package"
    shutil.copytree(repo.path, package, ignore=shutil.ignore_patterns(".git"))
    changelog = "link (1.0-1) unstable; urgency=medium\n\n  * x\n\n -- A <a@b.c>  {}\n"
    for name, text in (
        ("changelog", changelog.format("Sat, 01 Jan 2022 00:00:00 +0000")),
        ("source/format", "3.0 (quilt)\n"),
    ):
        place = package / "debian" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    command = ("find-backports", fix, "--repo", repo.path)
    done = debpatch(*command, cwd=package)
    assert done.code == 1
    first, second, *_ = done.out.splitlines()
    assert first == "link 1.0-1 lacks the fix."
    assert second.startswith("It is built from stable/1.0, which has a complete official backport")
    port = repo.git("rev-parse", "--short=12", "stable/1.0")
    *_, last = done.out.splitlines()
    assert last == f"  debpatch plan-backport {port} --onto {package}"
    assert debpatch(*shlex.split(last)[1:], "--repo", repo.path).code == 0
    patches = package / "debian" / "patches"
    patches.mkdir()
    diff = repo.git("show", "--format=Origin: backport, commit:%H%n", fix)
    (patches / "length.patch").write_text(diff + "\n")
    (patches / "series").write_text("length.patch\n")
    done = debpatch(*command, cwd=package)
    assert done.code == 0
    assert done.out.startswith("link 1.0-1 has the fix as length.patch.\n")
    assert "plan-backport" not in done.out


def test_a_package_of_something_else(tmp_path: Path) -> None:
    """It merely is where the user stands, or the user names it by mistake."""
    repo = project(tmp_path / "upstream")
    fix = fixed(repo)
    for version, files in (("7", {"link.c": source()}), ("1.0", {"other.c": "int x;\n"})):
        folder = tmp_path / version
        (folder / "debian").mkdir(parents=True)
        (folder / "debian" / "changelog").write_text(
            f"other ({version}-1) unstable; urgency=medium\n\n  * x\n\n"
            " -- A <a@b.c>  Sat, 01 Jan 2022 00:00:00 +0000\n"
        )
        for name, text in files.items():
            (folder / name).write_text(text)
        done = debpatch("find-backports", fix, "--repo", repo.path, "-f", "json", cwd=folder)
        assert done.json["package"] is None
        assert done.err.startswith("debpatch: note: ignoring the package here: ")
    said = refusal("find-backports", fix, "--repo", repo.path, "--package", folder)
    assert "have no file in common; is this the right repository?" in said


def test_hostile_names_are_harmless(tmp_path: Path) -> None:
    repo = project(tmp_path)
    name = "sub \x1b[31m\nred.c"
    repo.commit({name: source()}, "Add")
    repo.git("branch", "stable/1.5")
    repo.git("tag", "v1.5")
    fix = repo.commit({name: source(FIX)}, "Fix \x1b]0;title\x07 \u202e it")
    repo.commit({"README": "x\n"}, f"See \x1b[2J\n\nFixes: {fix}")
    done = debpatch("find-backports", fix, "--repo", tmp_path)
    assert done.code == 1
    assert "red.c hunk 1" in done.out
    assert not {"\x1b", "\x07", "\u202e"} & set(done.out)
    assert debpatch("find-backports", fix, "--repo", tmp_path, "-f", "json").json["sha"] == fix


def test_a_release_that_tells_of_a_fix_is_none(tmp_path: Path) -> None:
    repo = project(tmp_path)
    fix = fixed(repo, "Check the length\n\nCVE-2024-1234")
    repo.commit({"NEWS": "2.0\n", "version.h": "2\n"}, "Release 2.0\n\nHas CVE-2024-1234")
    assert debpatch("find-backports", "CVE-2024-1234", "-f", "json", "--repo", tmp_path).json[
        "sha"
    ] == (fix)


def test_a_cve_that_only_the_copy_tells_of(tmp_path: Path) -> None:
    repo = project(tmp_path)
    fix = fixed(repo, "Check the length")
    on_stable(repo)
    pick(repo, fix)
    repo.git("commit", "-q", "--amend", "-m", "[CVE-2024-1234] Check the length")
    document = debpatch("find-backports", "CVE-2024-1234", "-f", "json", "--repo", tmp_path).json
    assert (document["sha"], document["branches"][1]["state"]) == (fix, "ported")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    repo = project(tmp_path / "upstream")
    fix = fixed(repo)
    folder = tmp_path / "temporary"
    folder.mkdir()
    started, waiting = tmp_path / "started", tmp_path / "bin"
    waiting.mkdir()
    (waiting / "git").write_text(
        f'#!/bin/sh\ncase " $* " in *" log "*) touch {started}; sleep 60;; esac\n'
        f'exec {shutil.which("git")} "$@"\n'
    )
    (waiting / "git").chmod(0o755)
    process = subprocess.Popen(
        program("find-backports", fix, "--repo", repo.path),
        env=environment(TMPDIR=str(folder), PATH=f"{waiting}{os.pathsep}{os.environ['PATH']}"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    while not started.exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (128 + number, b"")
    assert b"Traceback" not in err
    assert list(folder.iterdir()) == []


def test_bad_input(tmp_path: Path) -> None:
    repo = project(tmp_path)
    one = fixed(repo, "One, for CVE-2024-1")
    repo.commit({"README": "more\n", "x.c": "x\n"}, "Two, for CVE-2024-1111")
    three = repo.commit({"README": "again\n", "x.c": "y\n"}, "Three, for CVE-2024-1111")
    command = ("find-backports", "--repo", tmp_path)
    assert "no commit mentions CVE-1999-0001" in refusal(*command, "CVE-1999-0001")
    assert f"{three[:12]} Three" in refusal(*command, "CVE-2024-1111")
    assert "is not a commit" in refusal(*command, "nothing")
    assert "no branch matches x*" in refusal(*command, one, "--branch", "x*")
    assert "several commits" in refusal(*command, f"{one},{three}")
    assert "several commits" in refusal(*command, "v1.0..main")
    repo.git("commit", "-q", "--allow-empty", "-m", "Nothing")
    assert "changes nothing" in refusal(*command, "main")
