"""Trees for tests that need what a patch applies to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from repos import Repo

from debpatch.git.repository import Repository
from debpatch.git.tree import Tree

MakeTree = Callable[[Mapping[str, str]], Tree]


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[MakeTree]:
    """A function that makes a tree of files."""
    repo = Repo(tmp_path / "upstream")
    with Repository(repo.path) as repository:

        def make(files: Mapping[str, str]) -> Tree:
            contents = {path: ("100644", text.encode()) for path, text in files.items()}
            return Tree(repository, repository.write_tree(None, contents), "the base")

        yield make
