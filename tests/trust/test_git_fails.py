"""A git that is missing, too old or killed, and a repository that changes meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import debpatch, process

from trust.commands import READING, WRITING, Stage, git, loosen
from trust.faults import LONG, assert_one_line, contents, stand_in


def test_no_git(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = process(*READING["diff-upstream"](stage), env={"PATH": str(tmp_path / "empty")})
    assert_one_line(done)
    assert "install it (apt install git)" in done.err


def test_a_git_that_is_too_old(stage: Stage, tmp_path: Path) -> None:
    script = 'case "$*" in *version*) echo git version 2.30.2;; *) exec $git "$@";; esac'
    path = stand_in(tmp_path / "bin", script)
    done = process(*READING["diff-upstream"](stage), env={"PATH": path})
    assert_one_line(done)
    assert "2.38 or newer" in done.err


@pytest.mark.parametrize(
    "called", ["cat-file", "diff-tree", "merge-tree", "fast-import", "for-each-ref"]
)
def test_a_git_that_is_killed(stage: Stage, tmp_path: Path, called: str) -> None:
    """What it did not say is no answer: nothing is told, and nothing written."""
    script = f'case "$*" in *{called}*) kill -9 $$;; *) exec $git "$@";; esac'
    path = stand_in(tmp_path / "bin", script)
    before = contents(stage.package)
    done = debpatch(*WRITING["import-commits"](stage), env={"PATH": path})
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
    assert_one_line(debpatch(*WRITING["import-commits"](stage), env={"PATH": path}))
    assert contents(stage.package) == before


def test_a_repository_that_is_packed_anew_meanwhile(stage: Stage, tmp_path: Path) -> None:
    """Loose objects and old packs go away between any two of debpatch's commands."""
    expected = debpatch(*READING["plan-backport"](stage)).out
    repository = stage.repository
    loosen(repository)
    script = f"""\
case "$*" in
*log*|*merge-tree*)
    test -e {tmp_path}/twice ||
        env -i HOME=/ PATH="$PATH" $git -C {repository} gc -q --prune=now
    test -e {tmp_path}/once && touch {tmp_path}/twice
    touch {tmp_path}/once;;
esac
exec $git "$@"
"""
    before = git(repository, "count-objects", "-v")
    path = stand_in(tmp_path / "bin", script)
    done = debpatch(*READING["plan-backport"](stage), env={"PATH": path})
    assert (done.code, done.err) == (0, "")
    assert done.out == expected
    assert git(repository, "count-objects", "-v") != before
