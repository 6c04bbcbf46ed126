"""Patch queues of git-buildpackage, with gbp itself as the oracle where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from command_line import debpatch, refusal

from debpatch.demo import Demo
from debpatch.formats.diff import parse_diff
from debpatch.git.repository import Repository
from debpatch.package.package_tree import package_tree
from debpatch.package.source_package import open_package

_ENVIRONMENT = {
    "GIT_AUTHOR_NAME": "Grete Vinter",
    "GIT_AUTHOR_EMAIL": "grete@debian.example.org",
    "GIT_COMMITTER_NAME": "Grete Vinter",
    "GIT_COMMITTER_EMAIL": "grete@debian.example.org",
    "GIT_CONFIG_NOSYSTEM": "1",
    "LC_ALL": "C.UTF-8",
}

needs_gbp = pytest.mark.skipif(shutil.which("gbp") is None, reason="gbp is not installed")


def run(*command: str | Path, cwd: Path) -> str:
    environment = os.environ | _ENVIRONMENT
    done = subprocess.run(
        command, cwd=cwd, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.fixture
def checkout(demo: Demo, tmp_path: Path) -> Path:
    """The demo's package in Git with its patches unapplied, as git-buildpackage keeps it."""
    place = tmp_path / "tidewatch"
    run("git", "clone", "-q", "--branch", "v1.4.2", demo.repository, place, cwd=tmp_path)
    shutil.copytree(demo.package / "debian", place / "debian")
    run("git", "checkout", "-q", "-b", "debian/trixie", cwd=place)
    run("git", "add", "-f", "debian", cwd=place)
    run("git", "commit", "-q", "-m", "Packaging", cwd=place)
    return place


def commit(place: Path, path: str, text: str, message: str) -> None:
    (place / path).write_text(text)
    run("git", "add", path, cwd=place)
    run("git", "commit", "-q", "-m", message, cwd=place)


@pytest.fixture
def queue(checkout: Path) -> Path:
    """A patch queue made by hand: one commit with gbp's tags, one without, one to be left out."""
    run("git", "checkout", "-q", "-b", "patch-queue/debian/trixie", cwd=checkout)
    commit(
        checkout,
        "NEWS",
        "old\n",
        "Say what is old\n\nWhy it is said.\n\nOrigin: vendor\nForwarded: non-needed\n\n"
        "Gbp-Pq: Topic news\nGbp-Pq: Name old.patch",
    )
    commit(checkout, "NEWS", "new\n", "Say what's new, ... and more!")
    commit(checkout, "debug", "x\n", "For me\n\nGbp: Ignore")
    return checkout


def test_commits_are_the_patches(queue: Path) -> None:
    package = open_package(queue)
    names = ["news/old.patch", "0002-Say-what-s-new-.-and-more.patch"]
    assert [entry.name for entry in package.series] == names
    assert list(package.applied or ()) == names
    text = (package.read(package.series[0].path) or b"").decode()
    assert text.startswith("From: Grete Vinter <grete@debian.example.org>\nDate: ")
    assert "\nSubject: Say what is old\n\nWhy it is said.\n\nOrigin: vendor\n" in text
    assert "Gbp" not in text
    (file,) = parse_diff(text.encode()).files
    assert (file.path, file.hunks[0].added) == ("NEWS", ("old",))


def test_validate_dep3_reads_the_commits(queue: Path) -> None:
    found = debpatch("validate-dep3", "--format", "json", cwd=queue).json
    assert [Path(each["path"]).name for each in found["patches"]] == [
        "old.patch",
        "0002-Say-what-s-new-.-and-more.patch",
    ]
    said = [(field["name"], field["value"]) for field in found["patches"][0]["fields"]]
    assert ("Origin", "vendor") in said


def test_nothing_is_written_to_a_patch_queue(queue: Path) -> None:
    before = run("git", "status", "--porcelain", cwd=queue)
    said = debpatch("validate-dep3", "--fix", cwd=queue)
    assert (said.code, said.out) == (2, "")
    assert "is not a file on disk" in said.err
    assert run("git", "status", "--porcelain", cwd=queue) == before


def test_the_packaging_branch_has_its_own_series(checkout: Path, demo: Demo) -> None:
    package = open_package(checkout)
    assert (len(package.series), package.applied) == (4, None)
    with Repository(demo.repository) as repository:
        applied = package_tree(repository, package)
        as_unpacked = package_tree(repository, open_package(demo.package))
    assert applied.sha == as_unpacked.sha


def test_a_tree_with_its_patches_applied_is_known_by_trying(checkout: Path, demo: Demo) -> None:
    """As dgit and other patches-applied branches have it: no .pc, and all patches in the source."""
    for patch in open_package(checkout).series:
        run("git", "apply", patch.path, cwd=checkout)
    package = open_package(checkout)
    assert package.applied is None
    with Repository(demo.repository) as repository:
        applied = package_tree(repository, package)
        as_unpacked = package_tree(repository, open_package(demo.package))
    assert applied.sha == as_unpacked.sha


def test_a_linked_work_tree_is_a_patch_queue_too(queue: Path, tmp_path: Path) -> None:
    run("git", "checkout", "-q", "debian/trixie", cwd=queue)
    other = tmp_path / "other"
    run("git", "worktree", "add", "-q", other, "patch-queue/debian/trixie", cwd=queue)
    assert len(open_package(other).series) == 2


def test_a_name_that_leads_out_is_refused(queue: Path) -> None:
    commit(queue, "NEWS", "evil\n", "Evil\n\nGbp-Pq: Name ../../evil.patch")
    assert "leads out of debian/patches" in refusal("validate-dep3", cwd=queue)


def test_without_its_packaging_branch(queue: Path) -> None:
    run("git", "branch", "-m", "debian/trixie", "gone", cwd=queue)
    assert "refs/heads/debian/trixie" in refusal("validate-dep3", cwd=queue)


@needs_gbp
def test_what_gbp_imports_is_read_as_what_gbp_exports(checkout: Path) -> None:
    run("gbp", "pq", "import", cwd=checkout)
    ours = open_package(checkout)
    assert [entry.name for entry in ours.series] == [
        line
        for line in (checkout / "debian/patches/series").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    read = {entry.name: ours.read(entry.path) or b"" for entry in ours.series}
    run("gbp", "pq", "export", cwd=checkout)
    theirs = open_package(checkout)
    assert [entry.name for entry in theirs.series] == list(read)
    for entry in theirs.series:
        exported = parse_diff(theirs.read(entry.path) or b"")
        assert parse_diff(read[entry.name]).files == exported.files
        head, body = (exported.preamble.decode().partition("\n\n")[n] for n in (0, 2))
        assert body.partition("\n---\n")[0] in read[entry.name].decode()
        assert "Subject:" in head


@needs_gbp
def test_the_same_patches_after_gbp_has_been_there(checkout: Path, demo: Demo) -> None:
    run("gbp", "pq", "import", cwd=checkout)
    with Repository(demo.repository) as repository:
        queue = package_tree(repository, open_package(checkout))
        as_unpacked = package_tree(repository, open_package(demo.package))
    assert queue.sha == as_unpacked.sha
