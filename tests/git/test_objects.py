"""Trees of our own, against those that Git makes of the same files."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debpatch.git.objects import FileChange, TreeEntry
from debpatch.git.repository import Repository

# Names between which a slash sorts, one that is not UTF-8, and few, so that they meet.
NAMES = st.sampled_from(["a", "a-b", "a.c", "a0", "b", "\udcff", "\U0001f600"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
FILES = st.tuples(st.sampled_from(["100644", "100755", "120000"]), st.binary(max_size=3))
LINKED = st.just(TreeEntry("160000", ""))


def prefix_free(paths: Mapping[str, FileChange]) -> bool:
    return not any(other.startswith(f"{path}/") for path in paths for other in paths)


TREES = st.dictionaries(PATHS, FILES | LINKED, max_size=8).filter(prefix_free)
CHANGES = st.dictionaries(PATHS, FILES | LINKED | st.none(), max_size=5).filter(prefix_free)


@pytest.fixture(scope="module", params=["sha1", "sha256"])
def repository(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
               ) -> Iterator[Repository]:  # fmt: skip
    place = tmp_path_factory.mktemp("empty")
    made = ["git", "init", "-q", "--bare", f"--object-format={request.param}", str(place)]
    subprocess.run(made, check=True)
    with Repository(place) as opened:
        yield opened


def linked(repository: Repository, files: Mapping[str, FileChange]) -> dict[str, FileChange]:
    """The files, each submodule at a commit with an id of the right length."""
    sha = "1" * len(repository.empty_tree)
    return {p: TreeEntry("160000", sha) if isinstance(f, TreeEntry) else f
            for p, f in files.items()}  # fmt: skip


@given(files=TREES, changes=CHANGES)
def test_a_tree_is_the_one_that_git_makes(
    repository: Repository, files: Mapping[str, FileChange], changes: Mapping[str, FileChange]
) -> None:
    files, changes = linked(repository, files), linked(repository, changes)
    base = repository.import_tree(None, files.items())
    assert repository.write_tree(None, files) == base
    # Git takes orders one by one: a file can only come where another in its way has gone.
    orders = sorted(changes.items(), key=lambda change: change[1] is not None)
    expected = repository.import_tree(base, orders)
    found = repository.write_tree(base, changes)
    assert found == expected
    assert repository.entries(found) == repository.entries(expected)


def test_what_was_written_can_be_read(repository: Repository) -> None:
    tree = repository.write_tree(None, {"sub/a": ("100644", b"x\0\n"), "empty": ("100644", b"")})
    assert repository.read(tree, "sub/a") == b"x\0\n"
    assert repository.read(tree, "empty") == b""
    assert repository.write_tree(tree, {"sub/a": None, "empty": None, "no/where": None}) == (
        repository.empty_tree
    )


def test_a_file_takes_the_place_of_a_folder(repository: Repository, tmp_path: Path) -> None:
    """In whatever order the changes are told; and what is checked out is a whole tree."""
    base = repository.write_tree(None, {"a/b": ("100644", b"1"), "c": ("100644", b"2")})
    forth = {"a/b": None, "a": ("100644", b"now a file"), "c/d": ("100644", b"3"), "c": None}
    found = {repository.write_tree(base, dict(order))
             for order in (forth.items(), reversed(forth.items()))}  # fmt: skip
    assert len(found) == 1
    repository.check_out(found.pop(), tmp_path)
    assert (tmp_path / "a").read_bytes() == b"now a file"
    assert (tmp_path / "c" / "d").read_bytes() == b"3"
