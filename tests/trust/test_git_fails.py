"""A git that is missing, too old or killed, and a repository that changes meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from trust.commands import READING, WRITING, Stage, git
from trust.faults import LONG, assert_one_line, contents, run, stand_in


def test_no_git(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run(READING["diff-upstream"](stage), PATH=str(tmp_path / "empty"))
    assert_one_line(done)
    assert "install it (apt install git)" in done.stderr


def test_a_git_that_is_too_old(stage: Stage, tmp_path: Path) -> None:
    script = 'case "$*" in *version*) echo git version 2.30.2;; *) exec $git "$@";; esac'
    done = run(READING["diff-upstream"](stage), PATH=stand_in(tmp_path / "bin", script))
    assert_one_line(done)
    assert "2.38 or newer" in done.stderr


@pytest.mark.parametrize(
    "called", ["cat-file", "diff-tree", "merge-tree", "fast-import", "for-each-ref"]
)
def test_a_git_that_is_killed(stage: Stage, tmp_path: Path, called: str) -> None:
    """What it did not say is no answer: nothing is told, and nothing written."""
    script = f'case "$*" in *{called}*) kill -9 $$;; *) exec $git "$@";; esac'
    path = stand_in(tmp_path / "bin", script)
    before = contents(stage.package)
    done = run(WRITING["import-commits"](stage), PATH=path)
    assert_one_line(done)
    assert contents(stage.package) == before
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("bytes_", range(0, 4_000, 100) if LONG else [100, 1_500])
def test_a_reader_that_is_killed_in_the_middle(stage: Stage, tmp_path: Path, bytes_: int) -> None:
    """The process that stays open ends after some bytes, in the middle of an object."""
    script = f"""\
case "$*" in *cat-file*) $git "$@" | {{ dd bs=1 count={bytes_} 2>/dev/null; kill -9 $$; }};; esac
exec $git "$@"
"""
    path = stand_in(tmp_path / "bin", script)
    before = contents(stage.package)
    assert_one_line(run(WRITING["import-commits"](stage), PATH=path))
    assert contents(stage.package) == before


def test_a_repository_that_is_packed_anew_meanwhile(stage: Stage, tmp_path: Path) -> None:
    """Loose objects and old packs go away between any two of debpatch's commands."""
    expected = run(READING["plan-backport"](stage)).stdout
    repository = stage.repository
    script = f"""\
case "$*" in
*log*|*merge-tree*)
    test -e {tmp_path}/twice || $git -C {repository} gc -q --prune=now
    test -e {tmp_path}/once && touch {tmp_path}/twice
    touch {tmp_path}/once;;
esac
exec $git "$@"
"""
    before = git(repository, "count-objects", "-v")
    done = run(READING["plan-backport"](stage), PATH=stand_in(tmp_path / "bin", script))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == expected
    assert git(repository, "count-objects", "-v") != before
