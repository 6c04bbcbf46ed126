"""Merges without a work tree give what ``git cherry-pick`` gives in one."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from generated import Generator
from oracle import assert_same
from repos import Repo, cherry_pick

from debpatch.errors import DebpatchError
from debpatch.git.merge import Merge, Sides, certain, merge_all, pick, pick_each, unaffected
from debpatch.git.repository import Repository


@dataclass(frozen=True)
class History:
    """A generated history: two branches, oldest commit first."""

    seed: int
    repo: Repo
    topic: list[str]
    stable: list[str]


@pytest.fixture(scope="module", params=range(int(os.environ.get("DEBPATCH_ORACLE_SEEDS", "24"))))
def history(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> History:
    repo = Repo(tmp_path_factory.mktemp("history"))
    return History(request.param, repo, *Generator(repo, request.param).build())


def test_as_cherry_pick_on_generated_histories(history: History) -> None:
    repo, topic, stable = history.repo, history.topic, history.stable
    with Repository(repo.path) as repository:
        commits = [repository.commit(sha) for sha in topic]
        for onto in (stable[1], stable[-1]):
            for found in pick_each(repository, commits, onto):
                expected = cherry_pick(repo, found.commit.sha, onto)
                if expected is not None:
                    assert_same(repository, repo, found, expected)


def test_unaffected_picks_conflict_alike_on_both_trees(history: History) -> None:
    """Trees that differ in the content of some files, as with a patch and without it."""
    choose = random.Random(history.seed)
    with Repository(history.repo.path) as repository:
        commits = [repository.commit(sha) for sha in history.topic]
        for onto in map(repository.tree, history.stable):
            files = repository.entries(onto)
            plain = sorted(path for path, entry in files.items() if entry.mode == "100644")
            other = repository.write_tree(
                onto,
                {
                    path: ("100644", (repository.read(onto, path) or b"") + b"one more line\n")
                    for path in choose.sample(plain, min(2, len(plain)))
                },
            )
            alike = unaffected(repository, commits, onto, other)
            for one, two in zip(
                pick_each(repository, alike, onto), pick_each(repository, alike, other), strict=True
            ):
                assert (one.outcome == "conflict") == (two.outcome == "conflict")
                invented = re.compile("~[0-9a-f]{40}$")
                said = [
                    sorted((invented.sub("~", c.path), c.kind) for c in found.conflicts)
                    for found in (one, two)
                ]
                assert said[0] == said[1]


def test_what_is_certain_to_fit_fits(history: History) -> None:
    with Repository(history.repo.path) as repository:
        commits = [repository.commit(sha) for sha in history.topic]
        for onto in (*history.stable, history.topic[0]):
            fitting = certain(repository, commits, repository.tree(onto))
            for found in pick_each(repository, commits, onto):
                assert found.outcome != "conflict" or found.commit.sha not in fitting


def test_certain_is_what_changes_files_as_it_found_them(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    start = repo.commit({"a": "1\n", "b": "1\n", "c": "1\n"}, "start")
    changes = [
        repo.commit({"a": "2\n"}, "a"), repo.commit({"b": "2\n"}, "b"),
        repo.commit({"a": "3\n"}, "a again"), repo.commit({"d": "1\n"}, "new"),
        repo.commit({"c": None}, "gone"), repo.commit({"e f\n": "1\n"}, "odd"),
    ]  # fmt: skip
    odd = repo.commit({"e f\n": "2\n"}, "odd again")
    with Repository(tmp_path) as repository:
        commits = [repository.commit(sha) for sha in (*changes, odd)]
        assert certain(repository, commits, repository.tree(start)) == {changes[0], changes[1]}
        assert certain(repository, commits, repository.tree(changes[-1])) == {odd}
        assert certain(repository, [], repository.tree(start)) == set()


def test_who_is_affected_by_what_differs(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    before = repo.commit({"a": "1\n", "b": "1\n"}, "start")
    in_a = repo.commit({"a": "2\n"}, "in a")
    in_b = repo.commit({"b": "2\n"}, "in b")
    without_a = repo.commit({"a": None}, "without a")
    in_b_alone = repo.commit({"b": "3\n"}, "in b alone")
    with Repository(tmp_path) as repository:
        commits = [repository.commit(sha) for sha in (in_a, in_b, without_a, in_b_alone)]
        one = repository.tree(before)

        def found(**files: tuple[str, bytes] | None) -> list[str]:
            other = repository.write_tree(one, files)
            return [commit.sha for commit in unaffected(repository, commits, one, other)]

        assert found(a=("100644", b"mine\n")) == [in_b]
        assert found(b=("100644", b"mine\n")) == [in_a, without_a]
        assert found() == [commit.sha for commit in commits]
        # New and lost files take part in the search for renames, and modes in the merge.
        assert found(c=("100644", b"new\n")) == found(a=None) == []
        assert found(a=("100755", b"1\n")) == []


def lines(*words: str) -> str:
    return "".join(f"{word}\n" for word in words)


def merged(repo: Repo, base: str, ours: str, theirs: str) -> Merge:
    with Repository(repo.path) as repository:
        tree = repository.tree
        return merge_all(repository, [Sides(tree(base), tree(ours), tree(theirs))])[0]


def trees(repo: Repo, *contents: Mapping[str, str | bytes | None]) -> list[str]:
    return [repo.commit(files) for files in contents]


def test_a_commit_on_top_of_what_it_was_made_for_is_clean(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    root, second = repo.commit({"a": "1\n"}), repo.commit({"a": "2\n"})
    with Repository(tmp_path) as repository:
        commit = repository.commit(second)
        assert pick(repository, commit, root).tree == commit.tree
        again = pick(repository, commit, second)
    assert (again.outcome, again.tree) == ("already-applied", again.onto)


def test_a_root_commit_is_all_that_it_adds(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    root = repo.commit({"a": "1\n", "b": "1\n"})
    other = repo.commit({"a": "2\n", "b": "1\n"})
    with Repository(tmp_path) as repository:
        found = pick(repository, repository.commit(root), other)
    assert [(c.path, c.kind) for c in found.conflicts] == [("a", "add/add")]


def test_a_merge_commit_is_refused(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit({"a": "1\n"})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"b": "1\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"c": "1\n"})
    repo.git("merge", "-q", "--no-edit", "side")
    with Repository(tmp_path) as repository:
        commit = repository.commit(repository.resolve("HEAD"))
        with pytest.raises(DebpatchError, match=r"is a merge of 2 commits.*name the commits"):
            pick(repository, commit, "side")


def test_the_users_style_of_conflict_markers_does_not_change_the_outcome(tmp_path: Path) -> None:
    """xdiff refines conflicts less for diff3's markers, and leaves one that it could solve."""
    repo = Repo(tmp_path)
    repo.git("config", "merge.conflictStyle", "diff3")
    base, ours, theirs = trees(
        repo,
        {"a": lines("c", "b", "b")},
        {"a": lines("c", "b")},
        {"a": lines("x", "c", "c", "b")},
    )
    assert merged(repo, base, ours, theirs).clean


@pytest.mark.parametrize(
    ("folder", "attribute", "kinds"),
    [
        ("", "*.txt merge=union", []),
        ("", "*.txt -merge", ["binary"]),
        ("", "sub/a.txt binary", ["binary"]),
        ("sub/", "a.txt merge=union", []),
        ("sub/", "b.txt merge=union", ["contents"]),
        ("other/", "*.txt merge=union", ["contents"]),
        ("", "*.txt merge=ours", ["contents"]),
    ],
)
def test_attributes_in_the_tree_choose_the_driver(
    tmp_path: Path, folder: str, attribute: str, kinds: list[str]
) -> None:
    repo = Repo(tmp_path / "repo")
    proof = tmp_path / "ran"
    repo.git("config", "merge.ours.driver", f"touch {proof}")
    repo.git("config", "merge.conflictStyle", "zdiff3")
    base, ours, theirs = trees(
        repo,
        {"sub/a.txt": "1\n", "other/x": "", f"{folder}.gitattributes": attribute + "\n"},
        {"sub/a.txt": "2\n"},
        {"sub/a.txt": "3\n"},
    )
    assert [c.kind for c in merged(repo, base, ours, theirs).conflicts] == kinds
    assert not proof.exists()


def test_attributes_are_those_of_our_side(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    base, ours, theirs = trees(
        repo,
        {"a": "1\n"},
        {"a": "2\n"},
        {"a": "3\n", ".gitattributes": "a merge=union\n"},
    )
    assert not merged(repo, base, ours, theirs).clean
    assert merged(repo, base, theirs, ours).clean


def test_sha256(tmp_path: Path) -> None:
    repo = Repo(tmp_path, object_format="sha256")
    base, ours, theirs = trees(repo, {"a": "1\n", "d/b": "1\n"}, {"d/b": "2\n"}, {"a": "3\n"})
    assert merged(repo, base, ours, base).tree == repo.git("rev-parse", f"{ours}^{{tree}}")
    assert merged(repo, base, ours, theirs).clean
