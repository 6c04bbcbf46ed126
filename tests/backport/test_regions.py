"""Regions: the lines that both sides of a pick change, with their places."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repos import Repo

from debpatch.backport.regions import Region, Side, read_ahead, regions
from debpatch.git.merge import Conflict, Pick, pick
from debpatch.git.repository import Repository


def conflict_of(repo: Repo, base: str, ours: str, theirs: str) -> tuple[Pick, list[Region]]:
    """Pick the change from ``base`` to ``theirs`` onto ``ours``; the regions of its first file."""
    root = repo.commit({"a": base, "other": str(repo.clock)})
    target = repo.commit({"a": ours})
    repo.git("checkout", "-q", root)
    commit = repo.commit({"a": theirs})
    with Repository(repo.path) as repository:
        picked = pick(repository, repository.commit(commit), target)
        conflict = picked.conflicts[0] if picked.conflicts else Conflict("a", "contents")
        return picked, list(regions(repository, picked, conflict))


def numbered(*words: str) -> str:
    return "".join(f"{word}\n" for word in words)


def test_both_sides_change_a_line(tmp_path: Path) -> None:
    _, found = conflict_of(
        Repo(tmp_path),
        numbered("1", "2", "3", "4"),
        numbered("new", "1", "two", "3", "4"),
        numbered("1", "zwei", "3", "4"),
    )
    assert found == [Region(Side(2, ("2",)), Side(3, ("two",)), Side(2, ("zwei",)))]


def test_both_sides_insert_at_the_same_place(tmp_path: Path) -> None:
    _, found = conflict_of(
        Repo(tmp_path), numbered("1", "2"), numbered("1", "a", "2"), numbered("1", "b", "b", "2")
    )
    assert found == [Region(Side(2, ()), Side(2, ("a",)), Side(2, ("b", "b")))]


def test_changes_that_touch_are_one_region(tmp_path: Path) -> None:
    _, found = conflict_of(
        Repo(tmp_path),
        numbered("1", "2", "3", "4"),
        numbered("1", "two", "3", "4"),
        numbered("1", "2", "three", "4"),
    )
    assert [region.base for region in found] == [Side(2, ("2", "3"))]


def test_a_change_that_slides_to_another_one(tmp_path: Path) -> None:
    """Neighbours go, one on each side, and end alike: which lines went may be told in two ways.

    Git's diff without context tells another one than its merge where the end that both files have
    in common is a multiple of 1024 bytes, and of the lines that are alike a part.
    """
    one, two, three = (
        numbered(f"int {name}()", "{", f"    {name};", "    return 0;", "}", "")
        for name in ("one", "two", "three")
    )
    below = numbered(*["below"] * 500)[: 2048 - len(three) - 8]
    picked, found = conflict_of(
        Repo(tmp_path), one + two + three + below, one + three + below, one + two + below
    )
    assert picked.outcome == "conflict"
    (region,) = found
    assert {"    two;", "    three;"} <= set(region.base.lines)


def test_changes_with_a_line_between_are_no_conflict(tmp_path: Path) -> None:
    picked, found = conflict_of(
        Repo(tmp_path),
        numbered("1", "2", "3"),
        numbered("one", "2", "3"),
        numbered("1", "2", "three"),
    )
    assert (picked.outcome, found) == ("clean", [])


def test_a_file_that_both_sides_add(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    root = repo.commit({"x": "x\n"})
    target = repo.commit({"a": numbered("same", "ours", "end")})
    repo.git("checkout", "-q", root)
    commit = repo.commit({"a": numbered("same", "theirs", "more", "end")})
    with Repository(tmp_path) as repository:
        picked = pick(repository, repository.commit(commit), target)
        found = regions(repository, picked, picked.conflicts[0])
    assert found == (Region(Side(1, ()), Side(2, ("ours",)), Side(2, ("theirs", "more"))),)


_FILE = st.lists(st.sampled_from("abcd"), max_size=8)


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return Repo(tmp_path_factory.mktemp("repo"))


@given(base=_FILE, ours=_FILE, theirs=_FILE)
def test_every_conflict_has_regions_and_they_lie_where_they_say(
    repo: Repo, base: list[str], ours: list[str], theirs: list[str]
) -> None:
    texts = [numbered(*lines) for lines in (base, ours, theirs)]
    picked, found = conflict_of(repo, *texts)
    if picked.outcome == "conflict":
        assert found
    for region in found:
        for side, text in zip((region.base, region.ours, region.theirs), texts, strict=True):
            lines = text.split("\n")
            assert tuple(lines[n - 1] for n in side.numbers) == side.lines
        assert region.ours.lines != region.theirs.lines


def test_read_ahead_they_are_the_same(tmp_path: Path) -> None:
    """Many files at once, with texts that look like the head of a difference, and an add/add."""
    repo = Repo(tmp_path)
    names = [f"f{number}" for number in range(12)]
    texts = ("", "diff --git a/1 b/1 \n", "diff --git a/2 b/2 \n")
    sides = [
        {name: numbered("1", f"{name} {side}", "3") + text for name in names}
        for side, text in zip(("base", "ours", "theirs"), texts, strict=True)
    ]
    root = repo.commit(sides[0])
    ours = repo.commit({**sides[1], "new": "ours\n"})
    repo.git("checkout", "-q", root)
    theirs = repo.commit({**sides[2], "new": "theirs\n"})
    found = []
    for is_ahead in (False, True):
        with Repository(repo.path) as repository:
            picked = pick(repository, repository.commit(theirs), ours)
            if is_ahead:
                read_ahead(repository, [picked])
            found.append([regions(repository, picked, c) for c in picked.conflicts])
    assert found[0] == found[1]
    assert [len(each) for each in found[0]] == [2] * len(names) + [1]
