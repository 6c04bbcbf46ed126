"""What ``check-conflicts`` and ``plan-backport`` make of input that is odd, wrong or hostile."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from command_line import debpatch, refusal
from repos import Repo
from stories import FIX, GUARD, project, source

COMMANDS = ("check-conflicts", "plan-backport")


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A project with a merge, a history of its own (``theirs``), and two remotes that differ."""
    made = project(tmp_path_factory.mktemp("bad") / "upstream")
    made.git("checkout", "-q", "-b", "side", "v1.0")
    made.commit({"side.c": "int side;\n"}, "Aside")
    made.git("checkout", "-q", "main")
    made.git("merge", "-q", "--no-edit", "side")
    made.git("update-ref", "refs/remotes/one/topic", "v1.0")
    made.git("update-ref", "refs/remotes/two/topic", "side")
    made.git("checkout", "-q", "--orphan", "theirs")
    made.git("rm", "-q", "-r", "-f", ".")
    made.commit({"unrelated": "1\n"}, "Something else")
    made.git("checkout", "-q", "main")
    return made


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("revisions", "onto", "why"),
    [
        (
            "main",
            "v1.0",
            "is a merge of 2 commits, which cannot be cherry-picked; name the commits that",
        ),
        ("v1.0..v1.0", "v1.0", "this range has no commits"),
        ("main..v1.0", "v1.0", "this range has no commits; did you mean v1.0..main?"),
        ("main~1,,side", "v1.0", "a revision is empty"),
        ("nothing", "v1.0", "'nothing' is not a commit"),
        ("topic", "v1.0", "'topic' is ambiguous: one/topic, two/topic; name one of them"),
        ("main~1", "nowhere", "'nowhere' is not a commit"),
        ("main~1", "theirs", "have no file in common; is this the right repository?"),
        ("main~1", None, "give a revision or a package with --onto"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    repo: Repo, command: str, revisions: str, onto: str | None, why: str
) -> None:
    options = ("--onto", onto) if onto else ()
    assert why in refusal(command, revisions, *options, "--repo", repo.path)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_range_leaves_merges_out_and_says_so(repo: Repo, command: str) -> None:
    done = debpatch(command, "v1.0..main", "--onto", "v1.0", "--repo", repo.path, "-f", "json")
    found = done.json["steps" if command == "plan-backport" else "alone"]
    assert [item["subject"] for item in found] == ["Add something new", "Aside"]
    merge = repo.git("rev-parse", "main")
    assert done.err == f"debpatch: note: v1.0..main: skipped merge commits: {merge[:12]}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_root_commit_is_all_that_it_adds(repo: Repo, command: str) -> None:
    root = repo.git("rev-parse", "v1.0")
    done = debpatch(command, root, "--onto", "main", "--repo", repo.path)
    assert (done.code, done.err) == (0, "")
    assert "the commit itself" in done.out


@pytest.mark.parametrize("command", COMMANDS)
def test_escapes_in_names_and_messages_are_spelt_out(tmp_path: Path, command: str) -> None:
    repo = project(tmp_path)
    name = b"ev\x1b[31mil\xff.c".decode("utf-8", "surrogateescape")
    repo.commit({name: "1\n"}, "Add \x1b[2J\u202e")
    second = repo.commit({name: "2\n"}, "Change \x1b[2J\u202e")
    given = (command, second, "--onto", "v1.0", "--repo", tmp_path)
    said = debpatch(*given).out
    assert "ev\\x1b[31mil\\xff.c" in said
    assert "Change \\x1b[2J\\u202e" in said
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "\udcff.c" in debpatch(*given, "-f", "json").out.encode().decode("unicode-escape")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_submodule_that_the_target_does_not_have(tmp_path: Path, command: str) -> None:
    repo = project(tmp_path)
    shas = []
    for digit in "12":
        repo.git("update-index", "--add", "--cacheinfo", f"160000,{digit * 40},module")
        repo.git("commit", "-q", "-m", f"module {digit}")
        shas.append(repo.head())
    done = debpatch(command, shas[1], "--onto", "v1.0", "--repo", tmp_path, "-f", "json")
    if command == "plan-backport":
        assert [step["sha"] for step in done.json["steps"]] == shas
    else:
        (conflict,) = done.json["alone"][0]["conflicts"]
        assert (conflict["path"], conflict["kind"]) == ("module", "modify/delete")


@pytest.mark.parametrize("command", [*COMMANDS, "find-backports"])
@pytest.mark.parametrize("kind", ["--filter=tree:0", "--depth=1"])
def test_a_clone_that_lacks_objects_says_how_to_get_them(
    tmp_path: Path, command: str, kind: str
) -> None:
    """Nothing is fetched unasked; what the line says to run is what helps."""
    upstream = project(tmp_path / "upstream")
    upstream.commit({"link.c": source(FIX)}, "Check lengths")
    upstream.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    origin = f"file://{upstream.path}"
    upstream.git("clone", "-q", "--no-checkout", kind, origin, str(clone))
    onto = () if command == "find-backports" else ("--onto", "v1.0")
    asked = (command, "HEAD", *onto, "--repo", clone)
    before = sorted(path for path in clone.rglob("*"))
    said = refusal(*asked)
    assert sorted(path for path in clone.rglob("*")) == before
    cure = re.search(r"run git (fetch --\S+(?: --\S+)*) there$", said)
    assert cure is not None, said
    upstream.git("-C", str(clone), *cure[1].split(), "-q")
    done = debpatch(*asked)
    assert done.err == ""
    has_branches = kind != "--depth=1"  # which git-clone(1) reads as --single-branch
    assert done.code == int(command == "find-backports" and has_branches)


def test_a_repository_that_loses_its_commits_meanwhile(tmp_path: Path) -> None:
    """Between two steps the branch goes, and with it all that only it had."""
    repo = project(tmp_path)
    shas = [
        repo.commit({"link.c": source(FIX)}, "Check lengths"),
        repo.commit({"link.c": source({**FIX, "log_state": GUARD})}, "Guard logging"),
    ]
    git = f"git -C {repo.path}"
    lose = f"{git} checkout -q --force --detach v1.0; {git} branch -q -D main;"
    lose += f"{git} reflog expire --expire=now --all; {git} gc -q --prune=now; grep -c if link.c"
    done = debpatch("plan-backport", ",".join(shas), "--onto", "v1.0", "--repo", repo.path,
                    "-f", "json", "--exec", lose)  # fmt: skip
    assert repo.run("cat-file", "-e", shas[1]).returncode != 0
    runs = [(run["sha"], run["output"][-2:]) for run in done.json["runs"]]
    assert runs == [(shas[0], "1\n"), (shas[1], "2\n")]
