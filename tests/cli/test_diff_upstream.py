"""``debpatch diff-upstream`` as a user meets it, on good days and on bad ones."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import debpatch, environment, flat, program, refusal
from repos import Repo
from source_packages import packaging, write_tree

LINK = """\
#include "link.h"

int link_read(struct link *link)
{
    struct frame frame;

    int got = read(link->fd, &frame, sizeof(frame));
    if (got < 0)
    {
        return -1;
    }
    return handle(link, &frame);
}
"""
FIXED = LINK.replace("got < 0", "got != sizeof(frame)").replace("return -1;", "return -EIO;")
HEADER = "int link_read(struct link *link);\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A release, and the fix after it."""
    made = Repo(tmp_path / "upstream")
    made.commit({"link.c": LINK, "link.h": HEADER, "logo.png": b"\x89PNG\0"}, tag="v1.0")
    made.commit({"link.c": FIXED}, "link: mend reading", tag="v1.1")
    return made


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No package around the current folder, and a folder of our own for what is temporary."""
    for name in ("elsewhere", "tmp"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))


def patch_of(repo: Repo, *options: str, revision: str = "v1.1") -> bytes:
    """The commit as a patch."""
    return repo.run("format-patch", "-1", "--stdout", *options, revision).stdout


def write(repo: Repo, data: bytes | str, name: str = "fix.patch") -> Path:
    place = repo.path.parent / name
    place.write_bytes(data.encode() if isinstance(data, str) else data)
    return place


def hand_made(repo: Repo, text: str = FIXED, path: str = "link.c") -> Path:
    """A patch that makes ``text`` of a file of v1.0."""
    repo.git("checkout", "-q", "--force", "v1.0")
    (repo.path / path).write_text(text)
    data = repo.run("diff", "--src-prefix=hello-1.0.orig/", "--dst-prefix=hello-1.0/").stdout
    repo.git("checkout", "-q", "--force", "main")
    return write(repo, data)


# -- what it says, and what it exits with ----------------------------------------------------------


def test_the_same_change_is_nothing_to_report(repo: Repo) -> None:
    done = debpatch("diff-upstream", write(repo, patch_of(repo)), "--repo", repo.path)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("fix.patch: identical\n")
    assert "link: mend reading" in done.out
    assert "first in v1.1" in done.out


def test_another_change_is_something(repo: Repo) -> None:
    patch = hand_made(repo, FIXED.replace("-EIO", "-EAGAIN"))
    done = debpatch("diff-upstream", patch, "--repo", repo.path, "--upstream", "v1.1")
    assert (done.code, done.err) == (1, "")
    assert done.out.startswith("fix.patch: adapted\n")
    assert "upstream +        return -EIO;" in done.out
    assert "instead  +        return -EAGAIN;" in done.out


def test_a_patch_that_names_no_commit_is_looked_for(repo: Repo) -> None:
    data = repo.run("diff", "v1.0", "v1.1").stdout
    done = debpatch("diff-upstream", write(repo, data), "--repo", repo.path, "--base", "v1.0")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("fix.patch: identical\n")
    assert "link: mend reading" in done.out
    assert "by patch-id, as the patch does not name it" in flat(done.out)


def test_json(repo: Repo) -> None:
    patch = hand_made(repo)
    done = debpatch("diff-upstream", patch, "--repo", repo.path, "--upstream", "v1.1", "-f", "json")
    assert done.code == 0
    found = done.json
    assert (found["schema"], found["command"]) == ("debpatch/1", "diff-upstream")
    assert found["base"] == "v1.0"
    (comparison,) = found["comparisons"]
    assert comparison["verdict"] == "identical"
    assert comparison["commits"][0]["sha"] == repo.git("rev-parse", "v1.1")


def test_residual_references_alone_are_something_to_report(repo: Repo) -> None:
    """Header and source are renamed as upstream did, and another user of them was forgotten."""
    repo.git("checkout", "-q", "-b", "other", "v1.0")
    files = {"link.h": HEADER.replace("link_read", "link_get")}
    files["link.c"] = LINK.replace("link_read", "link_get")
    repo.commit({"user.c": "int main(void)\n{\n    return link_read(0);\n}\n"}, tag="v1.2")
    repo.commit(files, "rename it")
    patch = write(repo, patch_of(repo, revision="HEAD"))
    done = debpatch("diff-upstream", patch, "--repo", repo.path, "--base", "v1.2")
    assert done.code == 1
    assert done.out.startswith("fix.patch: identical\n")
    assert "user.c:3  link_read" in done.out


def test_markers_of_a_conflict_are_told_loudly(repo: Repo) -> None:
    """As somebody commits them who took ``git add`` for a resolution."""
    marked = FIXED.replace("    int got", "<<<<<<< HEAD\n=======\n    int got")
    patch = hand_made(repo, marked + ">>>>>>> 1234abcd (fix)\n")
    done = debpatch("diff-upstream", patch, "--repo", repo.path, "--upstream", "v1.1")
    assert done.code == 1
    assert "2 conflict markers" in done.out
    assert "link.c hunk 1  <<<<<<< HEAD" in done.out


def test_markers_that_upstream_adds_as_well_are_meant(repo: Repo) -> None:
    repo.commit({"merge.txt": "<<<<<<< ours\n>>>>>>> theirs\n"}, "a test of merges", tag="v1.2")
    patch = write(repo, patch_of(repo, revision="v1.2"))
    done = debpatch("diff-upstream", patch, "--repo", repo.path, "--base", "v1.1", "-f", "json")
    assert (done.code, done.json["conflict_markers"]) == (0, [])


def test_from_standard_input(repo: Repo) -> None:
    done = debpatch("diff-upstream", "-", "--repo", repo.path, stdin=patch_of(repo))
    assert done.code == 0
    assert "identical" in done.out.splitlines()[0]


@pytest.mark.parametrize("options", [("--no-prefix",), ("--src-prefix=i/", "--dst-prefix=w/")])
def test_a_patch_by_another_configuration_of_git(repo: Repo, options: tuple[str, ...]) -> None:
    patch = write(repo, patch_of(repo, *options))
    done = debpatch("diff-upstream", patch, "--repo", repo.path)
    assert (done.code, done.err) == (0, "")


def test_a_package_and_its_own_patch(repo: Repo, tmp_path: Path) -> None:
    fix = (
        f"Origin: upstream, commit:{repo.git('rev-parse', 'v1.1')}\n".encode()
        + patch_of(repo).partition(b"\n---\n")[2].partition(b"\n\n")[2]
    )
    files: dict[str, str | bytes] = {**packaging(), "link.c": LINK}
    files |= {"debian/patches/series": "fix.patch\n", "debian/patches/fix.patch": fix}
    package = write_tree(tmp_path / "hello", files)
    patch = package / "debian/patches/fix.patch"
    done = debpatch("diff-upstream", patch, "--repo", repo.path, "-f", "json")
    assert (done.code, done.err) == (0, "")
    assert done.json["base"] == "hello 1.0-1 with 0 patches applied"
    assert done.json["comparisons"][0]["verdict"] == "identical"


# -- where the output goes -------------------------------------------------------------------------


def test_output_is_written_whole_or_not_at_all(repo: Repo, tmp_path: Path) -> None:
    patch = write(repo, patch_of(repo))
    target = tmp_path / "report.txt"
    target.write_text("old\n")
    done = debpatch("diff-upstream", patch, "--repo", repo.path, "--output", target)
    assert (done.code, done.out) == (0, "")
    assert target.read_text().startswith("fix.patch: identical\n")
    target.write_text("old\n")
    refusal("diff-upstream", patch, "--repo", repo.path, "--upstream", "none", "-o", target)
    assert target.read_text() == "old\n"
    assert {path.name for path in tmp_path.iterdir()} == {
        "elsewhere", "tmp", "upstream", "fix.patch", "report.txt"
    }  # fmt: skip


@pytest.mark.parametrize("target", ["none/report.txt", "."])
def test_output_that_cannot_be_written(repo: Repo, tmp_path: Path, target: str) -> None:
    patch = write(repo, patch_of(repo))
    said = refusal("diff-upstream", patch, "--repo", repo.path, "--output", tmp_path / target)
    assert "cannot write there" in said


def test_a_reader_that_goes_away(repo: Repo) -> None:
    """As in ``| head -1``: the pipe is closed before anything is written."""
    read, write_end = os.pipe()
    os.close(read)
    command = program("diff-upstream", "-", "--repo", repo.path)
    done = subprocess.run(
        command, input=patch_of(repo), stdout=write_end, stderr=subprocess.PIPE, check=False
    )
    os.close(write_end)
    assert (done.returncode, done.stderr) == (0, b"")


# -- bad input: one clear line ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty; give a file with a unified diff"),
        (b"just prose\n", "has no diff; give a file with a unified diff"),
        (b"\0\1\2\xff" * 100, "has no diff"),
        (b"\x1f\x8b broken", "cannot decompress"),
        (b"--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-b\n", "cut off or damaged"),
        (b"--- a/../../x\n+++ b/../../x\n@@ -1 +1 @@\n-a\n+b\n", "leads out of the tree"),
        (b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "names no upstream commit, and no commit"),
    ],
)
def test_what_is_no_patch(repo: Repo, data: bytes, why: str) -> None:
    said = refusal("diff-upstream", write(repo, data), "--repo", repo.path)
    assert "fix.patch" in said
    assert why in said


def test_a_file_that_is_not_there_or_a_folder(repo: Repo, tmp_path: Path) -> None:
    for name in ("none.patch", "elsewhere"):
        said = refusal("diff-upstream", tmp_path / name, "--repo", repo.path)
        assert said.startswith(f"cannot read the patch {tmp_path / name}: ")


@pytest.mark.parametrize(
    ("revision", "why"),
    [
        ("none", "'none' is not a commit"),
        ("v1.1,none", "'none' is not a commit"),
        ("v1.1...v1.0", "is not a series"),
        ("v1.1..v1.0", "did you mean v1.0..v1.1?"),
        ("", "a revision is empty"),
        ("--output=/tmp/x", "is not a commit"),
        ("@{upstream}", "'@{upstream}' is not a commit"),
        ("v1.0^{tree}", "is not a commit"),
        ("HEAD:link.c", "is not a commit"),
    ],
)
def test_a_revision_that_is_none(repo: Repo, revision: str, why: str) -> None:
    patch = write(repo, patch_of(repo))
    said = refusal("diff-upstream", patch, "--repo", repo.path, f"--upstream={revision}")
    assert why in said


def test_a_revision_that_is_ambiguous(repo: Repo) -> None:
    sha = repo.namesakes()[0][:4]
    patch = write(repo, patch_of(repo))
    said = refusal("diff-upstream", patch, "--repo", repo.path, "--upstream", sha)
    assert f"{sha!r} is ambiguous: {sha}" in said


def test_no_repository(repo: Repo, tmp_path: Path) -> None:
    patch = write(repo, patch_of(repo))
    assert "give it with --repo" in refusal("diff-upstream", patch)
    assert "no such directory" in refusal("diff-upstream", patch, "--repo", "none")
    assert "not a Git repository" in refusal("diff-upstream", patch, "--repo", tmp_path)
    assert "unsupported protocol" in refusal("diff-upstream", patch, "--repo", "ext::sh -c true")


def test_an_empty_repository(repo: Repo, tmp_path: Path) -> None:
    patch, empty = write(repo, patch_of(repo)), Repo(tmp_path / "empty").path
    said = refusal("diff-upstream", patch, "--repo", empty, "--upstream", "main")
    assert "the repository is empty" in said


def clone_of(repo: Repo, place: Path, *options: str) -> Path:
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git(
        "clone", "-q", "--no-local", "--no-checkout", *options, f"file://{repo.path}", str(place)
    )
    return place


def test_clones_that_lack_what_is_asked(repo: Repo, tmp_path: Path) -> None:
    patch = write(repo, patch_of(repo))
    shallow = clone_of(repo, tmp_path / "shallow", "--depth=1")
    said = refusal("diff-upstream", patch, "--repo", shallow)
    assert "the clone is shallow and lacks" in said
    said = refusal("diff-upstream", patch, "--repo", shallow, "--upstream", "v1.0")
    assert "not in this shallow clone; run git fetch --unshallow" in said
    partial = clone_of(repo, tmp_path / "partial", "--filter=blob:none")
    assert "the clone is partial and lacks" in refusal("diff-upstream", patch, "--repo", partial)


def test_a_base_that_cannot_be_derived_is_a_gap_in_the_result(repo: Repo) -> None:
    patch = write(repo, patch_of(repo, "--src-prefix=hello-7.7/"))
    done = debpatch("diff-upstream", patch, "--repo", repo.path)
    assert done.code == 0
    assert done.out.startswith("fix.patch: identical\n")
    assert "no upstream tag for hello 7.7" in flat(done.out)
    found = debpatch("diff-upstream", patch, "--repo", repo.path, "-fjson").json
    assert found["base"] is None
    assert found["residual_references"] is None  # nobody looked
    assert "no upstream tag for hello 7.7" in found["base_unknown"]


def test_a_patch_that_does_not_apply_names_the_hunk_and_is_compared(repo: Repo) -> None:
    patch = write(repo, patch_of(repo).replace(b" int got", b" ssize_t got"))
    done = debpatch("diff-upstream", patch, "--repo", repo.path, "--base", "v1.0")
    assert done.code == 1
    assert "The patch does not apply to v1.0: link.c hunk 1." in done.out
    assert done.out.startswith("fix.patch: equivalent\n")
    found = debpatch("diff-upstream", patch, "--repo", repo.path, "--base", "v1.0", "-fjson").json
    assert found["does_not_apply"] == [{"path": "link.c", "hunk": 1}]


def test_a_merge_commit_is_what_it_brought(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "side", "v1.0")
    repo.commit({"other.c": "int other;\n"}, "other")
    repo.git("merge", "-q", "--no-edit", "v1.1")
    patch = write(repo, patch_of(repo))
    done = debpatch("diff-upstream", patch, "--repo", repo.path, "--upstream", "HEAD")
    assert done.code == 0
    assert "a merge, compared by what it changes of its first parent" in flat(done.out)


def test_a_root_commit(repo: Repo) -> None:
    patch = write(repo, patch_of(repo, "--root", revision="v1.0"))
    done = debpatch("diff-upstream", patch, "--repo", repo.path, "--upstream", "v1.0")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("fix.patch: identical\n")


# -- changes without lines -------------------------------------------------------------------------


@pytest.fixture
def other_logo(repo: Repo) -> str:
    """A commit that changes a binary file and the code."""
    return repo.commit({"logo.png": b"\x89PNG\0\1", "link.c": LINK}, "revert, new logo")


@pytest.mark.parametrize("options", [(), ("--binary",)])
def test_a_binary_file_is_compared_as_a_whole_and_that_is_said(
    repo: Repo, other_logo: str, options: tuple[str, ...]
) -> None:
    patch = write(repo, patch_of(repo, *options, revision=other_logo))
    done = debpatch("diff-upstream", patch, "--repo", repo.path)
    assert done.out.startswith("fix.patch: identical\n")
    assert "Binary files, compared only as a whole: logo.png." in flat(done.out)
    found = debpatch("diff-upstream", patch, "--repo", repo.path, "-fjson").json
    assert found["patch"]["binary"] == ["logo.png"]


def test_another_binary_file_is_not_the_same_change(repo: Repo, other_logo: str) -> None:
    repo.git("checkout", "-q", "-b", "other", f"{other_logo}~")
    ours = repo.commit({"logo.png": b"\x89PNG\0\2", "link.c": LINK})
    patch = write(repo, patch_of(repo, "--full-index", revision=ours))
    done = debpatch("diff-upstream", patch, "--repo", repo.path, "--upstream", other_logo)
    assert done.code == 1
    assert not done.out.startswith("fix.patch: identical\n")


@pytest.mark.parametrize("change", ["mode", "rename"])
def test_a_change_without_lines_that_is_left_out_is_told(repo: Repo, change: str) -> None:
    if change == "mode":
        (repo.path / "link.h").chmod(0o755)
    else:
        repo.git("mv", "link.h", "chain.h")
    theirs = repo.commit({"link.c": LINK}, "both")
    repo.git("checkout", "-q", "-b", "ours", f"{theirs}~")
    ours = repo.commit({"link.c": LINK}, "only the code")
    patch = write(repo, patch_of(repo, revision=ours))
    done = debpatch("diff-upstream", patch, "--repo", repo.path, "--upstream", theirs)
    assert done.code == 1
    assert not done.out.startswith("fix.patch: identical\n")


# -- hostile text ----------------------------------------------------------------------------------

EVIL = "\x1b]0;title\x07\x1b[2J\u202e\u2066\u200b\x9b31m"


def test_text_that_would_take_over_the_terminal_is_spelt_out(repo: Repo) -> None:
    evil = FIXED.replace("return -EIO;", f"return -EIO; /* {EVIL} */")
    repo.commit({"link.c": LINK}, "revert")
    repo.commit({"link.c": evil, f"{EVIL}.c": "int x;\n"}, f"mend {EVIL}")
    patch = write(repo, f"Description: {EVIL}\n".encode() + patch_of(repo, "--no-prefix"))
    for options in ((), ("--unified",), ("-fjson",)):
        alternatives = ("--upstream", "HEAD", "--upstream", "v1.1")
        done = debpatch("diff-upstream", patch, "--repo", repo.path, *alternatives, *options)
        assert done.code == 1
        for character in EVIL:
            if not character.isprintable():
                assert character not in done.out
    assert "\\x1b[2J" in debpatch(
        "diff-upstream", patch, "--repo", repo.path, "--upstream", "HEAD"
    ).out  # fmt: skip


def test_messages_are_harmless_and_one_line_too(repo: Repo) -> None:
    patch = write(repo, patch_of(repo))
    for revision in (EVIL, "a\nb", "a\x1b[2J,v1.0"):
        said = refusal("diff-upstream", patch, "--repo", repo.path, "--upstream", revision)
        assert "\x1b" not in said
        assert "\u202e" not in said


# -- the user's repository -------------------------------------------------------------------------


def snapshot(place: Path) -> dict[str, tuple[object, ...]]:
    """Everything below ``place``, with the times of all but objects.

    Git renews an object's time where a merge gives that object again, so that no gc takes it.
    """
    found: dict[str, tuple[object, ...]] = {}
    for path in (place, *place.rglob("*")):
        status = path.lstat()
        time = status.st_mtime_ns if "objects" not in path.parts else None
        content = path.read_bytes() if path.is_file() else b""
        found[str(path)] = (status.st_mode, time, content)
    return found


def test_the_repository_is_byte_for_byte_as_it_was(repo: Repo, tmp_path: Path) -> None:
    (repo.path / "link.c").write_text("uncommitted\n")
    patch = write(repo, patch_of(repo))
    before = snapshot(repo.path)
    for upstream in ("v1.1", "v1.0..v1.1", "v1.0,v1.1"):
        options = ("--base", "v1.0", "--upstream", upstream)
        debpatch("diff-upstream", patch, "--repo", repo.path, *options)
    assert snapshot(repo.path) == before
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.fixture
def stuck(repo: Repo, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The command in the middle of its work, where a git of ours waits for ever."""
    shims = tmp_path / "elsewhere"
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True)
    (shims / "git").write_text(
        "#!/bin/sh\n"
        f'case "$*" in *diff-tree*) echo > {shims}/waiting; exec sleep 1000;; esac\n'
        f'exec {real.stdout.strip()} "$@"\n'
    )
    (shims / "git").chmod(0o755)
    with subprocess.Popen(
        program("diff-upstream", "-", "--repo", repo.path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(PATH=f"{shims}:{os.environ['PATH']}"),
        start_new_session=True,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(patch_of(repo))
        process.stdin.close()
        process.stdin = None
        while not (shims / "waiting").exists():
            assert process.poll() is None
        yield process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_leaves_nothing_behind(
    stuck: subprocess.Popen[bytes], tmp_path: Path, number: signal.Signals
) -> None:
    assert any((tmp_path / "tmp").iterdir())
    os.killpg(stuck.pid, number)
    out, err = stuck.communicate()
    assert (stuck.returncode, out, err) == (128 + number, b"", b"")
    assert list((tmp_path / "tmp").iterdir()) == []
