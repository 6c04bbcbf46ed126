"""``REVS``: A, A,B and A..B."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from repos import Repo

from debpatch.errors import DebpatchError
from debpatch.git.repository import Repository
from debpatch.landings.revisions import read_revisions


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    """Commits one, two and three, then a merge of a side branch, and five."""
    repo = Repo(tmp_path)
    for name in ("one", "two", "three"):
        repo.commit({name: "1\n"}, name, tag=name)
    repo.git("checkout", "-q", "-b", "side", "two")
    repo.commit({"four": "1\n"}, "four", tag="four")
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    repo.git("tag", "merged")
    repo.commit({"five": "1\n"}, "five", tag="five")
    with Repository(repo.path) as made:
        yield made


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("two", ["two"]),
        ("three,one", ["three", "one"]),
        (" three , one ", ["three", "one"]),
        ("one..three", ["two", "three"]),
        ("four,one..three", ["four", "two", "three"]),
        ("three..", ["four", "five"]),  # up to HEAD; the merge's commits, not the merge
        ("one,one..three,three", ["one", "two", "three"]),  # each once
        ("merged", ["merge"]),
        ("main~1", ["merge"]),
    ],
)
def test_what_they_name(repository: Repository, text: str, subjects: list[str]) -> None:
    assert [commit.subject for commit in read_revisions(repository, text)] == subjects


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a revision is empty"),
        ("one,,two", "a revision is empty"),
        ("one,", "a revision is empty"),
        ("one...three", r"is not a series; write A\.\.B"),
        ("three..one", r"this range has no commits; did you mean one\.\.three\?"),
        ("one..one", "this range has no commits$"),
        ("none..one", "'none' is not a commit"),
        ("one,--all", "'--all' is not a commit"),
        ("one..--all", "'--all' is not a commit"),
    ],
)
def test_what_they_cannot_name(repository: Repository, text: str, why: str) -> None:
    with pytest.raises(DebpatchError, match=why):
        read_revisions(repository, text)


def test_a_range_of_merges_alone(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit({"a": "1\n"}, tag="one")
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"b": "1\n"}, tag="two")
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    with Repository(repo.path) as made, pytest.raises(DebpatchError, match="only merge commits"):
        read_revisions(made, "two..main")
