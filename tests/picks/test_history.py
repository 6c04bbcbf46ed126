"""A history read at once says what Git says of its commits one by one."""

from __future__ import annotations

import random
from pathlib import Path

from debpatch.inputs.history import read_history
from debpatch.inputs.repository import Repository

from .repos import Repo


def tangled(repo: Repo, seed: int) -> list[str]:
    """A history with branches and merges."""
    choose = random.Random(seed)
    commits = [repo.commit({"f": "0"}, "start")]
    for number in range(1, 25):
        repo.git("checkout", "-q", "--detach", choose.choice(commits[-5:]))
        other = choose.choice(commits)
        if number % 4 == 0:
            repo.clock += 60
            repo.git("merge", "-q", "-s", "ours", "--no-ff", "-m", "merge", other)
            commits.append(repo.git("rev-parse", "HEAD"))
        else:
            commits.append(repo.commit({"f": str(number)}, f"change {number}\n\nBody: \xe9"))
    for number, sha in enumerate(commits):
        repo.git("update-ref", f"refs/heads/b{number}", sha)
    return list(dict.fromkeys(commits))


def test_who_has_whom(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    commits = tangled(repo, 1)
    with Repository(tmp_path) as repository:
        history = read_history(repository, commits)
        bits = {sha: 1 << number for number, sha in enumerate(commits)}
        reached, inherited = history.reached(bits), history.inherited(bits)
    for sha in commits:
        for other in commits:
            is_ancestor = repo.run("merge-base", "--is-ancestor", sha, other).returncode == 0
            assert bool(reached[sha] & bits[other]) == is_ancestor
            assert bool(inherited[other] & bits[sha]) == is_ancestor


def test_the_range_and_the_fields(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    commits = tangled(repo, 2)
    with Repository(tmp_path) as repository:
        history = read_history(repository, commits[-3:], [commits[5]])
        wanted = repo.git("rev-list", *commits[-3:], f"^{commits[5]}").split()
        assert set(history.commits) == set(wanted)
        for sha, commit in history.commits.items():
            assert commit == repository.commit(sha)
