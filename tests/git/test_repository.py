"""The upstream repository: read in every state that it can be in, and never written to."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from repos import Repo

from debpatch.errors import DebpatchError
from debpatch.git.differences import commit_diff, find_renames, tree_diff
from debpatch.git.history import blame
from debpatch.git.releases import tags_containing
from debpatch.git.repository import Repository
from debpatch.git.tree import grep


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Two releases, and a fix on the main branch after them."""
    made = Repo(tmp_path / "upstream")
    made.commit({"a.c": "one\n", "sub/b.c": "two\n"}, "first", tag="v1.0")
    made.commit({"a.c": "1\n"}, "second", tag="v1.1")
    made.commit({"sub/b.c": "2\n"}, "sub: mend it\n\nIt was broken.")
    return made


def head_files(path: Path | str) -> dict[str, bytes | None]:
    """The files of HEAD as debpatch reads them."""
    with Repository(path) as repository:
        tree = repository.tree(repository.resolve("HEAD"))
        return {name: repository.read(tree, name) for name in repository.entries(tree)}


FILES = {"a.c": b"1\n", "sub/b.c": b"2\n"}


# -- what there is to open -------------------------------------------------------------------------


def test_a_work_tree_a_folder_in_it_and_the_git_folder(repo: Repo) -> None:
    for place in (repo.path, repo.path / "sub", repo.path / ".git"):
        assert head_files(place) == FILES


def test_a_bare_repository(repo: Repo, tmp_path: Path) -> None:
    repo.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    assert head_files(tmp_path / "bare.git") == FILES


def test_a_bare_repository_without_a_config(repo: Repo, tmp_path: Path) -> None:
    repo.git("clone", "-q", "--mirror", ".", str(tmp_path / "bare.git"))
    (tmp_path / "bare.git" / "config").unlink()
    assert head_files(tmp_path / "bare.git") == FILES


def test_a_linked_work_tree(repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"), "v1.0")
    assert head_files(tmp_path / "linked") == {"a.c": b"one\n", "sub/b.c": b"two\n"}
    with Repository(tmp_path / "linked") as repository:
        assert repository.has("main")


def test_a_repository_that_borrows_objects_itself(repo: Repo, tmp_path: Path) -> None:
    repo.git("clone", "-q", "--shared", ".", str(tmp_path / "shared"))
    repo.git("clone", "-q", "--shared", str(tmp_path / "shared"), str(tmp_path / "twice"))
    assert head_files(tmp_path / "twice") == FILES


def test_sha256(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "upstream", object_format="sha256")
    first = repo.commit({"a.c": "one\n"})
    second = repo.commit({"a.c": "two\n"})
    with Repository(repo.path) as repository:
        assert repository.resolve(second[:9]) == second
        (file,) = tree_diff(repository, first, second).files
        assert file.hunks[0].added == ("two",)
        tree = repository.write_tree(repository.tree(second), {"b.c": ("100644", b"new\n")})
        assert sorted(repository.entries(tree)) == ["a.c", "b.c"]


@pytest.mark.parametrize("name", ["with blank", "é", '"quoted"', "-dash", "a:b", "#1", "a\\b"])
def test_a_place_with_an_odd_name(repo: Repo, tmp_path: Path, name: str) -> None:
    shutil.move(repo.path, tmp_path / name)
    assert head_files(tmp_path / name) == FILES


@pytest.mark.parametrize("name", ["line\nbreak", "line\u2028separator"])
def test_a_place_with_a_line_break_is_read_or_refused(
    repo: Repo, tmp_path: Path, name: str
) -> None:
    shutil.move(repo.path, tmp_path / name)
    if "\n" not in name:
        assert head_files(tmp_path / name) == FILES
        return
    with pytest.raises(DebpatchError, match="the repository's path has a line break"):
        Repository(tmp_path / name)


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(DebpatchError, match="no such directory"):
        Repository(tmp_path / "none")
    with pytest.raises(DebpatchError, match="not a Git repository"):
        Repository(tmp_path)


def test_an_empty_repository(tmp_path: Path) -> None:
    with Repository(Repo(tmp_path).path) as repository:
        assert repository.tags == ()
        with pytest.raises(DebpatchError, match="the repository is empty"):
            repository.resolve("HEAD")
        assert dict(repository.entries(repository.empty_tree)) == {}


def test_a_detached_head(repo: Repo) -> None:
    repo.git("checkout", "-q", "--detach", "v1.0")
    with Repository(repo.path) as repository:
        assert repository.resolve("HEAD") == repo.git("rev-parse", "v1.0")


def test_a_tag_of_a_tag_names_the_commit(repo: Repo) -> None:
    repo.git("tag", "-a", "-m", "signed", "inner", "v1.1")
    repo.git("tag", "-a", "-m", "again", "outer", "inner")
    repo.git("tag", "words", "HEAD:a.c")
    with Repository(repo.path) as repository:
        commits = repository.tag_commits
        assert commits["outer"] == commits["inner"] == repository.resolve("v1.1")
        assert "words" not in commits


# -- names -----------------------------------------------------------------------------------------


def test_revisions_as_git_reads_them(repo: Repo) -> None:
    repo.git("tag", "-a", "-m", "annotated", "v1.2", "main~1")
    with Repository(repo.path) as repository:
        for revision in (
            "main",
            "HEAD",
            "v1.2",
            "v1.0",
            "main~2",
            "HEAD^",
            "refs/tags/v1.1",
        ):
            assert repository.resolve(revision) == repo.git("rev-parse", f"{revision}^{{commit}}")
        sha = repo.git("rev-parse", "main")
        assert repository.resolve(sha[:7]) == sha
        assert repository.tags == ("v1.0", "v1.1", "v1.2")


@pytest.mark.parametrize(
    "revision",
    ["", " ", "-h", "--all", "no-such", "0" * 40, "HEAD\nHEAD", "a\0b", "HEAD:a.c", "v1.0^{tree}",
     "@{upstream}", "main@{U}", "@{push}", "@{-1}", "HEAD@{1}", "\udcff", "HEAD..main", "^HEAD",
     "main~99", "\x1b[2J"],
)  # fmt: skip
def test_what_names_no_commit_is_one_clear_line(repo: Repo, revision: str) -> None:
    with Repository(repo.path) as repository:
        assert not repository.has(revision)
        with pytest.raises(DebpatchError, match=r"is not a commit|is a ") as caught:
            repository.resolve(revision)
        assert repository.has("HEAD")
    assert "\n" not in str(caught.value)


def test_a_blob_is_no_commit(repo: Repo) -> None:
    blob = repo.git("rev-parse", "HEAD:a.c")
    with (
        Repository(repo.path) as repository,
        pytest.raises(DebpatchError, match=f"'{blob}' is a blob, not a commit"),
    ):
        repository.resolve(blob)


def test_an_ambiguous_revision_lists_the_candidates(repo: Repo) -> None:
    digits = repo.namesakes()[0][:4]
    with (
        Repository(repo.path) as repository,
        pytest.raises(DebpatchError, match=f"'{digits}' is ambiguous: {digits}.*, {digits}"),
    ):
        repository.resolve(digits)


def test_a_branch_that_only_a_remote_has(repo: Repo, tmp_path: Path) -> None:
    repo.git("branch", "stable", "v1.0")
    repo.git("clone", "-q", ".", str(tmp_path / "clone"))
    with Repository(tmp_path / "clone") as repository:
        assert repository.resolve("stable") == repo.git("rev-parse", "v1.0")


# -- clones that lack something --------------------------------------------------------------------


def clone_of(repo: Repo, place: Path, *options: str) -> Path:
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "-q", "--no-local", *options, f"file://{repo.path}", str(place))
    return place


def test_a_shallow_clone_says_so(repo: Repo, tmp_path: Path) -> None:
    with Repository(clone_of(repo, tmp_path / "clone", "--depth=1")) as repository:
        with pytest.raises(DebpatchError, match="not in this shallow clone; run git fetch"):
            repository.resolve(repo.git("rev-parse", "v1.0"))
        fix = repository.commit(repository.resolve("main"))
        # Without its parent it would seem to add every file.
        with pytest.raises(DebpatchError, match="clone is shallow and lacks the parent of"):
            commit_diff(repository, fix)


def test_a_partial_clone_says_what_it_lacks(repo: Repo, tmp_path: Path) -> None:
    place = clone_of(repo, tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    with Repository(place) as repository:
        fix = repository.commit(repository.resolve("main"))
        assert fix.subject == "sub: mend it"
        with pytest.raises(DebpatchError, match="clone is partial and lacks"):
            commit_diff(repository, fix)
        with pytest.raises(DebpatchError, match="clone is partial and lacks"):
            repository.read(fix.tree, "a.c")


def test_a_partial_clone_fetches_nothing_behind_the_users_back(repo: Repo, tmp_path: Path) -> None:
    place = clone_of(repo, tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    before = snapshot(place)
    with Repository(place) as repository, pytest.raises(DebpatchError):
        commit_diff(repository, repository.commit(repository.resolve("main")))
    assert snapshot(place) == before


# -- never written to ------------------------------------------------------------------------------


def snapshot(place: Path) -> dict[str, tuple[object, ...]]:
    """Everything below ``place``: kind, mode, size, times and content."""
    found: dict[str, tuple[object, ...]] = {}
    for path in (place, *place.rglob("*")):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        found[str(path)] = (status.st_mode, status.st_mtime_ns, status.st_ctime_ns, content)
    return found


def test_whatever_is_done_with_it_it_stays_byte_for_byte(repo: Repo) -> None:
    (repo.path / "a.c").write_text("uncommitted\n")
    before = snapshot(repo.path)
    with Repository(repo.path) as repository:
        fix = repository.commit(repository.resolve("main"))
        commit_diff(repository, fix)
        tree = repository.write_tree(fix.tree, {"new.c": ("100644", b"new\n"), "a.c": None})
        repository.write_commit(tree, [fix.sha])
        list(grep(repository, fix.sha, ["2"]))
        blame(repository, fix.sha, "sub/b.c", [1])
        tags_containing(repository, fix.sha)
        assert repository.read(tree, "new.c") == b"new\n"
    assert snapshot(repo.path) == before


def test_nothing_is_left_behind(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    with Repository(repo.path) as repository:
        repository.write_tree(None, {"x": ("100644", b"x")})
        assert any((tmp_path / "tmp").iterdir())
    with pytest.raises(DebpatchError):
        Repository(tmp_path)
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.fixture
def read_only() -> Iterator[Callable[[Path], Path]]:
    """A function that moves a folder to where nobody may write."""
    with tempfile.TemporaryDirectory(prefix="read-only-") as name:
        place = Path(name) / "upstream"

        def move(source: Path) -> Path:
            shutil.move(source, place)
            for folder, _, files in os.walk(place):
                for file in files:
                    Path(folder, file).chmod(0o444)
                Path(folder).chmod(0o555)
            Path(name).chmod(0o755)
            return place

        yield move
        for folder, _, _ in os.walk(place):
            Path(folder).chmod(0o755)


def test_a_repository_of_somebody_else_that_we_may_only_read(
    repo: Repo, read_only: Callable[[Path], Path]
) -> None:
    """Root may write everywhere and trusts itself, so root becomes nobody for this."""
    place = read_only(repo.path)
    if os.geteuid():
        assert head_files(place) == FILES
        return
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgid(65534)
        os.setuid(65534)
        os.write(write, repr(head_files(place)).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert pipe.read() == repr(FILES).encode()
    os.waitpid(child, 0)


# -- nothing of it runs ----------------------------------------------------------------------------

_COMMANDS = (
    "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass",
    "core.gitProxy", "core.alternateRefsCommand", "diff.external", "diff.evil.command",
    "diff.evil.textconv", "merge.evil.driver", "merge.renormalize", "filter.evil.clean",
    "filter.evil.smudge", "filter.evil.process", "gpg.program", "credential.helper",
    "uploadpack.packObjectsHook", "interactive.diffFilter", "sequence.editor", "pager.diff",
    "pager.grep", "remote.origin.uploadpack", "trailer.evil.command",
)  # fmt: skip
_HOOKS = (
    "post-checkout", "post-commit", "post-index-change", "pre-auto-gc", "reference-transaction",
    "post-merge", "pre-commit", "fsmonitor-watchman", "post-rewrite", "sendemail-validate",
)  # fmt: skip


@pytest.fixture
def canary(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that appears as soon as anything runs that ``repo`` or the caller put there."""
    proof = tmp_path / "ran"
    script = tmp_path / "script"
    script.write_text(f'#!/bin/sh\necho "$0 $*" >> {proof}\ncat\n')
    script.chmod(0o755)
    repo.commit({".gitattributes": "* filter=evil diff=evil merge=evil\n"}, "attributes")
    repo.commit({"a.c": "11\n"}, "third")
    for key in _COMMANDS:
        repo.git("config", key, "true" if key == "merge.renormalize" else str(script))
    for name in ("cat-file", "diff-tree", "merge-tree", "rev-parse", "diff", "log"):
        repo.git("config", f"alias.{name}", f"!{script}")
    repo.git("config", "diff.evil.cachetextconv", "true")
    repo.git("config", "log.showSignature", "true")
    repo.git("config", "filter.evil.required", "true")
    hooks, info = (repo.path / ".git" / name for name in ("hooks", "info"))
    hooks.mkdir()
    info.mkdir()
    for hook in _HOOKS:
        shutil.copy(script, hooks / hook)
    shutil.copy(repo.path / ".gitattributes", info / "attributes")
    for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH", "GIT_ASKPASS", "GIT_EDITOR"):
        monkeypatch.setenv(name, str(script))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "diff.external")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(script))
    proof.unlink(missing_ok=True)
    return proof


def test_nothing_that_the_repository_or_the_caller_names_runs(repo: Repo, canary: Path) -> None:
    from debpatch.git.merge import pick

    with Repository(repo.path) as repository:
        last = repository.commit(repository.resolve("HEAD"))
        (file,) = commit_diff(repository, last).files
        assert file.hunks[0].added == ("11",)
        onto = repository.write_tree(
            repository.tree("v1.1"), {".gitattributes": ("100644", b"* merge=evil diff=evil\n")}
        )
        assert pick(repository, last, onto).outcome == "clean"
        list(grep(repository, last.sha, ["11"]))
        blame(repository, last.sha, "a.c", [1])
        find_renames(repository, "v1.0", last.sha)
    assert not canary.exists(), canary.read_text()


def test_the_canary_can_sing(repo: Repo, canary: Path) -> None:
    subprocess.run(["git", "diff", "v1.0"], cwd=repo.path, capture_output=True, check=False)
    assert canary.exists()


def test_the_callers_git_variables_do_not_lead_astray(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Repo(tmp_path / "other")
    other.commit({"other": "1\n"})
    for name, value in {
        "GIT_DIR": str(other.path / ".git"),
        "GIT_WORK_TREE": str(other.path),
        "GIT_INDEX_FILE": str(tmp_path / "index"),
        "GIT_OBJECT_DIRECTORY": str(other.path / ".git" / "objects"),
        "GIT_NAMESPACE": "x",
        "GIT_CEILING_DIRECTORIES": str(repo.path.parent),
    }.items():
        monkeypatch.setenv(name, value)
    assert head_files(repo.path) == FILES
    assert not (tmp_path / "index").exists()


def test_renames_of_some_files_are_those_among_all(tmp_path: Path) -> None:
    made = Repo(tmp_path / "upstream")
    texts = {name: "".join(f"{name} {n}\n" for n in range(20)) for name in ("a", "b", "c", "d")}
    made.commit({f"{name}.c": text for name, text in texts.items()}, "first", tag="v1.0")
    moved = {f"sub/{name}{name}.c": texts[name] + "more\n" for name in ("a", "b", "c")}
    made.commit({**moved, "a.c": None, "b.c": None, "c.c": None}, "second", tag="v2.0")
    with Repository(made.path) as repository:
        renames = find_renames(repository, "v1.0", "v2.0")
        assert renames == {"sub/aa.c": "a.c", "sub/bb.c": "b.c", "sub/cc.c": "c.c"}
        some = find_renames(repository, "v1.0", "v2.0", ["sub/aa.c", "d.c", "nowhere.c"])
        assert some == {"sub/aa.c": "a.c"}
        assert find_renames(repository, "v1.0", "v2.0", ["d.c"]) == {}


def test_replacements_do_not_change_what_a_commit_is(repo: Repo) -> None:
    repo.git("replace", "main", "v1.0")
    assert head_files(repo.path) == FILES


def test_the_files_of_a_tree_are_those_that_git_lists(repo: Repo) -> None:
    repo.commit({"deep/er/a": "a", "deep/b": "b", "deep-er": "c", "sp ace/\xe4\n": "d"})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},deep/module")
    repo.git("update-index", "--add", "--chmod=+x", "deep/b")
    repo.git("commit", "-q", "-m", "modes")
    listed = repo.git("ls-tree", "-r", "-z", "HEAD").split("\0")[:-1]
    with Repository(repo.path) as repository:
        entries = repository.entries(repository.tree("HEAD"))
        assert [
            f"{entry.mode} {'commit' if entry.mode == '160000' else 'blob'} {entry.sha}\t{path}"
            for path, entry in entries.items()
        ] == listed
