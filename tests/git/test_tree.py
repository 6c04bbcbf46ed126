"""Patches applied to trees, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from repos import Repo

from debpatch.formats.diff import Diff, parse_diff
from debpatch.git.objects import TreeEntry
from debpatch.git.repository import Repository
from debpatch.git.tree import Edit, Failure, Tree


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path)
    made.write({"run.sh": "ls\n"})
    (tmp_path / "run.sh").chmod(0o755)
    made.commit({"a.c": "1\n2\n3\n", "sub/b.c": "b\n", "old.c": "old\n"}, tag="base")
    return made


@pytest.fixture
def base(repo: Repo) -> Iterator[Tree]:
    with Repository(repo.path) as repository:
        yield Tree(repository, repository.tree("base"), "base")


def test_all_kinds_of_changes_give_the_commits_tree(tmp_path: Path, repo: Repo) -> None:
    """As Git says: a change, a creation, a deletion, a rename, a mode, a file for a folder."""
    repo.git("mv", "old.c", "new.c")
    (repo.path / "a.c").chmod(0o755)
    repo.commit({"sub/b.c": None})
    (repo.path / "sub").rmdir()
    repo.commit({"run.sh": "ls -l\n", "sub": "now a file\n", "é.c": "umlaut\n", "empty": ""})
    with Repository(tmp_path) as repository:
        edit = Edit.of(Tree(repository, repository.tree("base"), "base"))
        diff = parse_diff(repo.run("diff", "-M", "base", "HEAD").stdout)
        assert edit.apply(diff.files) == []
        assert edit.write("after").sha == repository.tree("HEAD")
        back = Edit.of(Tree(repository, repository.tree("HEAD"), "HEAD"))
        assert back.apply(diff.files, reverse=True) == []
        assert back.write("before").sha == repository.tree("base")


def diff(old: str, new: str, body: str) -> Diff:
    return parse_diff(f"--- {old}\n+++ {new}\n{body}".encode())


def test_patches_build_on_each_other(base: Tree) -> None:
    edit = Edit.of(base)
    assert edit.apply(diff("a/a.c", "b/a.c", "@@ -2 +2 @@\n-2\n+two\n").files) == []
    assert edit.apply(diff("a/a.c", "b/a.c", "@@ -2 +2 @@\n-two\n+zwei\n").files) == []
    assert edit.apply(diff("/dev/null", "b/x.c", "@@ -0,0 +1 @@\n+x\n").files) == []
    assert edit.apply(diff("a/x.c", "/dev/null", "@@ -1 +0,0 @@\n-x\n").files) == []
    after = edit.write("after")
    assert after.read("a.c") == b"1\nzwei\n3\n"
    assert sorted(after.paths) == sorted(base.paths)
    assert base.read("a.c") == b"1\n2\n3\n"


def test_hunks_without_a_place_are_named_and_the_others_go_in(base: Tree) -> None:
    edit = Edit.of(base)
    body = "@@ -1 +1 @@\n-1\n+one\n@@ -9 +9 @@\n-nine\n+9\n"
    assert edit.apply(diff("a/a.c", "b/a.c", body).files) == [Failure("a.c", 2)]
    assert edit.write("after").read("a.c") == b"one\n2\n3\n"


def test_a_file_that_is_not_there(base: Tree) -> None:
    edit = Edit.of(base)
    gone = diff("a/none.c", "b/none.c", "@@ -1 +1 @@\n-1\n+one\n")
    assert edit.apply(gone.files) == [Failure("none.c", 1)]
    assert sorted(edit.write("after").paths) == sorted(base.paths)


def test_a_file_that_would_be_created_over_another_is_left(base: Tree) -> None:
    edit = Edit.of(base)
    created = diff("/dev/null", "b/a.c", "@@ -0,0 +1 @@\n+other\n")
    assert edit.apply(created.files) == [Failure("a.c", 1)]
    assert edit.write("after").read("a.c") == b"1\n2\n3\n"


def test_modes_stay_unless_the_diff_says_otherwise(base: Tree) -> None:
    edit = Edit.of(base)
    edit.apply(diff("a/run.sh", "b/run.sh", "@@ -1 +1 @@\n-ls\n+ls -l\n").files)
    after = edit.write("after")
    modes = {path: entry.mode for path, entry in base.repository.entries(after.sha).items()}
    assert (modes["run.sh"], modes["a.c"]) == ("100755", "100644")


@pytest.mark.parametrize("name", ["two words", 'q"q', "back\\slash", "line\nbreak", "é", "\udcff"])
def test_any_name(base: Tree, name: str) -> None:
    tree = base.repository.write_tree(base.sha, {name: ("100644", b"new\n")})
    assert base.repository.read(tree, name) == b"new\n"
    assert name in base.repository.entries(tree)


def test_entries_that_are_there_already(base: Tree) -> None:
    blob = base.repository.entries(base.sha)["a.c"].sha
    tree = base.repository.write_tree(None, {"copy.c": TreeEntry("100755", blob)})
    assert base.repository.entries(tree) == {"copy.c": TreeEntry("100755", blob)}
