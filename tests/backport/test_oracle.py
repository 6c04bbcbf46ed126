"""Picks in real repositories give what ``git cherry-pick`` gives in a work tree of them.

``DEBPATCH_ORACLE_REPOS`` names the repositories, with colons between them, and
``DEBPATCH_ORACLE_PAIRS`` how many random pairs of commit and release to try in each.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

import pytest
from oracle import assert_same
from repos import Repo, cherry_pick

from debpatch.backport.regions import regions
from debpatch.formats.versions import releases
from debpatch.git.history import read_history
from debpatch.git.merge import pick
from debpatch.git.repository import Repository

REPOSITORIES = [name for name in os.environ.get("DEBPATCH_ORACLE_REPOS", "").split(":") if name]
PAIRS = int(os.environ.get("DEBPATCH_ORACLE_PAIRS", "300"))


@pytest.mark.skipif(not REPOSITORIES, reason="DEBPATCH_ORACLE_REPOS names no repositories")
@pytest.mark.parametrize("place", REPOSITORIES or ["none"])
def test_as_cherry_pick_in_real_repositories(tmp_path: Path, place: str) -> None:
    choose = random.Random(PAIRS)
    repo = Repo(tmp_path / "work")
    with Repository(place) as repository:
        objects = repo.run("-C", place, "rev-parse", "--path-format=absolute", "--git-path",
                           "objects").stdout  # fmt: skip
        (repo.path / ".git/objects/info/alternates").write_bytes(objects)
        named = repository.tag_commits
        tags = [named[each.tag] for each in releases(repository.tags) if each.tag in named]
        history = read_history(repository, tags)
        commits = [c for c in history.commits.values() if len(c.parents) == 1]
        outcomes: Counter[str] = Counter()
        while outcomes.total() < PAIRS:
            commit, onto = choose.choice(commits), choose.choice(tags)
            found = pick(repository, commit, onto)
            expected = cherry_pick(repo, commit.sha, onto)
            if expected is None:
                continue
            outcomes[found.outcome] += 1
            assert_same(repository, repo, found, expected)
            for conflict in found.conflicts:
                if conflict.kind in ("contents", "add/add"):
                    assert regions(repository, found, conflict), (commit.sha, onto, conflict)
        print(place, dict(outcomes))
