"""A history read at once says what Git says of its commits one by one."""

from __future__ import annotations

import random
from pathlib import Path

from repos import Repo

from debpatch.git.history import is_ancestor, read_history, whole_history
from debpatch.git.releases import first_release, tags_containing
from debpatch.git.repository import Repository


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


def test_parts_of_the_whole_are_what_git_reads(tmp_path: Path) -> None:
    """Also where a part begins, or ends, at a commit of our own beside upstream's."""
    repo = Repo(tmp_path)
    commits = tangled(repo, 3)
    for number, sha in enumerate(commits[::4]):
        repo.git("tag", f"v1.{number}", sha)
    choose = random.Random(4)
    with Repository(tmp_path) as whole, Repository(tmp_path) as plain:
        own = {each: [each.write_commit(plain.tree(commits[9]), [commits[9], commits[3]], b"own")]
               for each in (whole, plain)}  # fmt: skip
        for each, made in own.items():
            made.append(each.write_commit(plain.tree(commits[9]), made, b"another"))
        assert own[whole] == own[plain]
        known = [*commits, *own[plain]]
        whole_history(whole)
        for _ in range(60):
            tips, without = (choose.sample(known, choose.randint(0, 3)) for _ in range(2))
            found, wanted = (read_history(each, tips, without) for each in (whole, plain))
            assert dict(found.commits) == dict(wanted.commits), (tips, without)
            seen: set[str] = set()
            for sha, commit in found.commits.items():
                assert not seen & set(commit.parents)
                seen.add(sha)
        for sha in known:
            assert tags_containing(whole, sha) == tags_containing(plain, sha)
            assert first_release(whole, sha) == first_release(plain, sha)
            for other in known:
                assert is_ancestor(whole, sha, other) == is_ancestor(plain, sha, other)


def test_much_beside_the_whole_is_read_by_git(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    first = repo.commit({"f": "0"}, "first")
    with Repository(tmp_path) as repository:
        whole_history(repository)
        tip = first
        for number in range(300):
            tip = repository.write_commit(repository.tree(first), [tip], str(number).encode())
        assert len(read_history(repository, [tip], [first]).commits) == 300
