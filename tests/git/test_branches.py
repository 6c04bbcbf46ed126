"""Which branches and tags are taken for lines of releases."""

from __future__ import annotations

from pathlib import Path

import pytest
from repos import Repo

from debpatch.errors import DebpatchError
from debpatch.git.branches import branch_version, release_branches, tag_branches
from debpatch.git.history import read_history
from debpatch.git.repository import Repository


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("release/2.6", "2.6"),
        ("stable-2.14", "2.14"),
        ("v255-stable", "255"),
        ("7-0-stable", "7.0"),
        ("REL_15_STABLE", "15"),
        ("branch6.0", "6.0"),
        ("OpenSSL_1_1_1-stable", "1.1.1"),
        ("openssl-3.0", "3.0"),
        ("linux-6.1.y", "6.1"),
        ("10.4.x", "10.4"),
        ("releases/gcc-13", "13"),
        ("release/2.36/master", "2.36"),
        ("maint", None),
        ("main", None),
        ("fix-123", None),
        ("issue-2.6", None),
        ("dependabot/pip/foo-1.2.3", None),
        ("renovate/mbed-tls-mbedtls-4.x", None),
        ("mergify/bp/stable/8.5/pr-17935", None),
        ("20250624-diag-empty-var-2", None),
        ("alice/2.6", None),
    ],
)
def test_the_version_in_a_name(name: str, version: str | None) -> None:
    found = branch_version(name)
    assert (".".join(found) if found else None) == version


@pytest.mark.parametrize("is_bare", [False, True])
@pytest.mark.parametrize("fresh", ["refs/heads/main", "refs/remotes/origin/main"])
def test_a_branch_and_a_remotes_branch_of_its_name(
    tmp_path: Path, is_bare: bool, fresh: str
) -> None:
    """Where somebody works, what the remote has is upstream's; in a mirror what is newer."""
    repo = Repo(tmp_path / "repo")
    old = repo.commit({"a": "1"}, "old")
    new = repo.commit({"a": "2"}, "new")
    for ref in ("refs/heads/main", "refs/remotes/origin/main"):
        repo.git("update-ref", ref, new if ref == fresh else old)
    place = repo.path / ".git" if is_bare else repo.path
    repo.git("config", "core.bare", str(is_bare).lower())
    with Repository(place) as repository:
        (main,) = release_branches(repository)
        is_new = is_bare or fresh == "refs/remotes/origin/main"
        assert main.tip == (new if is_new else old)


def test_branches_of_releases_newest_first_after_the_main_branch(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit({"a": "1"}, tag="v2.9.0")
    repo.git("tag", "v2.10.0")
    for name in ("release/2.9", "release/2.10", "release/3.0", "topic", "backport-2.9"):
        repo.git("branch", name)
    with Repository(tmp_path) as repository:
        names = [branch.name for branch in release_branches(repository)]
        assert names == ["main", "release/2.10", "release/2.9"]
        assert [b.name for b in release_branches(repository, ["t*"])] == ["topic"]
        with pytest.raises(DebpatchError, match=r"no branch matches x\*; it has .*release/2\.9"):
            release_branches(repository, ["x*"])


def test_a_branch_of_a_remote_counts_once(tmp_path: Path) -> None:
    origin = Repo(tmp_path / "origin")
    origin.commit({"a": "1"}, tag="1.0")
    origin.git("branch", "1.x")
    clone = Repo(tmp_path / "clone")
    clone.git("remote", "add", "origin", str(origin.path))
    clone.git("fetch", "-q", "--tags", "origin")
    clone.git("checkout", "-q", "-b", "1.x", "origin/1.x")
    clone.commit({"a": "mine"})
    with Repository(clone.path) as repository:
        found = {branch.name: branch.tip for branch in release_branches(repository)}
    tip = origin.head()
    assert found == {"main": tip, "1.x": tip}


def test_tags_on_no_branch_stand_for_their_line(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit({"a": "1"}, tag="v1.0")
    repo.git("checkout", "-q", "--detach")
    repo.commit({"a": "1.0.1"}, tag="v1.0.1")
    repo.commit({"a": "1.0.2"}, tag="v1.0.2")
    repo.commit({"a": "1.0.3"}, tag="v1.0.3_rc1")
    with Repository(tmp_path) as repository:
        branches = release_branches(repository)
        tags = repository.tag_commits
        history = read_history(repository, [branches[0].tip, *tags.values()])
        found = tag_branches(history, branches, tags)
    assert [branch.name for branch in found] == ["v1.0.2"]
