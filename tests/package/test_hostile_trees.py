"""Trees, clones and patches that would lead debpatch astray."""

from __future__ import annotations

import hashlib
import subprocess
import zlib
from pathlib import Path

import pytest
from git.exc import GitCommandError
from repos import Repo

from debpatch.errors import DebpatchError
from debpatch.formats.apply import apply_file
from debpatch.formats.diff import parse_diff
from debpatch.git.command import Git
from debpatch.git.differences import tree_diff
from debpatch.git.merge import Sides, merge_all
from debpatch.git.repository import Repository
from debpatch.git.tree import Edit, Failure, Tree, grep


def write_object(repo: Repo, kind: str, body: bytes) -> str:
    """Store an object as it is, as no Git command would."""
    content = b"%b %d\0%b" % (kind.encode(), len(body), body)
    sha = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    path = repo.path / ".git" / "objects" / sha[:2] / sha[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(content))
    return sha


def folder(repo: Repo, name: bytes, below: str) -> str:
    return write_object(repo, "tree", b"40000 %b\0%b" % (name, bytes.fromhex(below)))


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "upstream")
    made.commit({"a.c": "one\n"}, tag="v1.0")
    return made


@pytest.mark.parametrize("name", [b"..", b".", b"", b".git", b"x/.."])
def test_attributes_are_not_laid_out_outside_of_their_folder(repo: Repo, name: bytes) -> None:
    victim = repo.commit({"sub/.gitattributes": "* merge=union\n"})
    evil = repo.git("rev-parse", f"{victim}:sub")
    for _ in range(3):
        evil = folder(repo, name, evil)
    with Repository(repo.path) as repository:
        sides = Sides(repository.tree("v1.0"), evil, repository.tree(victim))
        with pytest.raises(DebpatchError, match="git fsck"):
            merge_all(repository, [sides])


@pytest.mark.parametrize("mode", ["100644 inline x", "999999", "040000", "644", ""])
@pytest.mark.parametrize("kind", ["new file", "deleted file", "old", "new"])
def test_a_mode_is_one_of_gits(mode: str, kind: str) -> None:
    head = {"old": "old mode", "new": "new mode"}.get(kind, f"{kind} mode")
    patch = f"diff --git a/x b/x\n{head} {mode}\n--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+x\n"
    with pytest.raises(DebpatchError, match="not a file mode"):
        parse_diff(patch.encode(), where="p.patch")


def test_the_mode_in_an_index_line_counts_too() -> None:
    patch = b"diff --git a/x b/x\nindex 12..34 777\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-x\n+y\n"
    with pytest.raises(DebpatchError, match="'777' is not a file mode"):
        parse_diff(patch)


def test_a_search_in_a_partial_clone_is_no_answer(repo: Repo, tmp_path: Path) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "partial"
    url = f"file://{repo.path}"
    repo.git("clone", "-q", "--filter=blob:none", "--no-checkout", url, str(clone))
    with Repository(clone) as repository:
        tree = repository.tree(repository.resolve("v1.0"))
        with pytest.raises(DebpatchError, match="partial and lacks"):
            list(grep(repository, tree, ["one"]))


def test_a_search_finds_what_git_finds_and_nothing_is_an_answer(repo: Repo) -> None:
    repo.commit({"b.c": "x one y\n\ntone\none", "c\nd.c": "one\n", "e.bin": b"\0one\n"})
    with Repository(repo.path) as repository:
        tree = repository.tree(repository.resolve("HEAD"))
        found = set(grep(repository, tree, ["one", "two"]))
        assert list(grep(repository, tree, ["absent"])) == []
        assert list(grep(repository, tree, [])) == []
    assert found == {
        ("a.c", 1, "one"),
        ("b.c", 1, "x one y"),
        ("b.c", 4, "one"),
        ("c\nd.c", 1, "one"),
    }


def test_more_words_than_a_command_line_takes(repo: Repo) -> None:
    words = [f"a_name_{'x' * 100}_{number}" for number in range(30_000)]
    repo.commit({"b.c": f"{words[7]}();\n"})
    with Repository(repo.path) as repository:
        tree = repository.tree(repository.resolve("HEAD"))
        assert list(grep(repository, tree, words)) == [("b.c", 1, f"{words[7]}();")]


def test_git_that_stops_reading_tells_why(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path)], check=True)
    chunks = (chunk for chunk in [b"nonsense\n", *[b"x" * 65536] * 100])
    with pytest.raises(GitCommandError, match="nonsense"):
        Git(tmp_path).feed(chunks, "fast-import", "--quiet")


def test_branches_of_two_remotes_are_ambiguous(repo: Repo) -> None:
    first = repo.head()
    second = repo.commit({"a.c": "two\n"})
    repo.git("update-ref", "refs/remotes/origin/release/2.6", first)
    repo.git("update-ref", "refs/remotes/fork/release/2.6", second)
    both = "ambiguous: fork/release/2.6, origin/release/2.6"
    with Repository(repo.path) as repository, pytest.raises(DebpatchError, match=both):
        repository.resolve("release/2.6")


def test_a_line_break_in_the_repositorys_path(repo: Repo) -> None:
    place = repo.path.rename(repo.path.with_name("up\nstream"))
    with pytest.raises(DebpatchError, match="line break"):
        Repository(place)


def test_a_repository_does_not_outlive_its_use(repo: Repo) -> None:
    import gc
    import weakref

    with Repository(repo.path) as repository:
        tree = repository.tree("HEAD")
        assert repository.entries(tree) is repository.entries(tree)
        assert repository.files_named("a.c", tree) is repository.files_named("a.c", tree)
    alive = weakref.ref(repository)
    del repository
    gc.collect()
    assert alive() is None


COPY = """\
diff --git a/a.c b/b.c
similarity index 80%
copy from a.c
copy to b.c
--- a/a.c
+++ b/b.c
@@ -1,2 +1,2 @@
-one
+uno
 two
"""


def test_a_copy_leaves_its_source_and_taken_back_goes_alone(repo: Repo) -> None:
    repo.commit({"a.c": "one\ntwo\n"})
    diff = parse_diff(COPY.encode())
    with Repository(repo.path) as repository:
        before = Tree(repository, repository.tree("HEAD"), "HEAD")
        edit = Edit.of(before)
        assert edit.apply(diff.files) == []
        after = edit.write("with the copy")
        assert {path: after.read(path) for path in after.paths} == {
            "a.c": b"one\ntwo\n",
            "b.c": b"uno\ntwo\n",
        }
        back = Edit.of(after)
        assert back.apply(diff.files, reverse=True) == []
        assert back.write("without it").sha == before.sha


def test_a_submodule_moves_to_the_commit_that_the_patch_names(repo: Repo) -> None:
    old, new = "1" * 40, "2" * 40
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{old},lib")
    repo.git("commit", "-q", "-m", "lib")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{new},lib")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{old},more")
    repo.git("commit", "-q", "-m", "lib again")
    patch = repo.git("diff", "HEAD~", "HEAD") + "\n"
    with Repository(repo.path) as repository:
        before, after = (
            Tree(repository, repository.tree(repository.resolve(name)), name)
            for name in ("HEAD~", "HEAD")
        )
        for diff in (parse_diff(patch.encode()), tree_diff(repository, before.sha, after.sha)):
            edit = Edit.of(before)
            assert edit.apply(diff.files) == []
            assert edit.write("after").sha == after.sha
            back = Edit.of(after)
            assert back.apply(diff.files, reverse=True) == []
            assert back.write("before").sha == before.sha
        assert len(Edit.of(after).apply(diff.files)) == 2


def test_a_submodule_at_no_commit_does_not_apply(repo: Repo) -> None:
    patch = (
        b"diff --git a/x b/x\nnew file mode 160000\n--- /dev/null\n+++ b/x\n"
        b"@@ -0,0 +1 @@\n+Subproject commit HEAD\n"
    )
    with Repository(repo.path) as repository:
        edit = Edit.of(Tree(repository, repository.tree("HEAD"), "HEAD"))
        assert edit.apply(parse_diff(patch).files) == [Failure("x", 1)]
        assert edit.write("after").sha == repository.tree("HEAD")


@pytest.mark.parametrize("chopped", [1, 2, 3, 4])
def test_blank_lines_chopped_off_the_end_are_there_for_patch_too(
    chopped: int, tmp_path: Path
) -> None:
    blanks = "\n" * chopped
    patch = f"--- a/x\n+++ b/x\n@@ -1,{chopped + 2} +1,{chopped + 2} @@\n-one\n+uno\n two\n"
    (tmp_path / "x").write_text(f"one\ntwo\n{blanks}")
    done = subprocess.run(
        ["patch", "-p1", "-F0", "--dry-run"],
        cwd=tmp_path,
        input=patch.encode(),
        capture_output=True,
    )
    assert (done.returncode == 0) == (chopped <= 3)
    for text in (patch, patch.removesuffix("\n")):
        if chopped > 3:
            with pytest.raises(DebpatchError, match="cut off"):
                parse_diff(text.encode())
            continue
        (file,) = parse_diff(text.encode()).files
        applied = apply_file(file, f"one\ntwo\n{blanks}".encode())
        assert applied.content == f"uno\ntwo\n{blanks}".encode()


@pytest.mark.parametrize(
    ("name", "strip", "path"),
    [
        ("a/./src/a.c", 1, "src/a.c"),
        ("./src/a.c", 0, "src/a.c"),
        ("./src/a.c", 1, "src/a.c"),
        ("a/src/././a.c", 1, "src/a.c"),
    ],
)
def test_a_dot_in_a_path_is_the_same_folder(name: str, strip: int, path: str) -> None:
    patch = f"--- {name}\n+++ {name}\n@@ -1 +1 @@\n-a\n+b\n"
    (file,) = parse_diff(patch.encode(), strip=strip).files
    assert (file.old_path, file.new_path) == (path, path)


def test_a_path_that_is_a_folder_names_no_file() -> None:
    with pytest.raises(DebpatchError, match="does not name a file"):
        parse_diff(b"--- a/.\n+++ b/.\n@@ -1 +1 @@\n-a\n+b\n")
