"""The index is never needed: with it, without it and while it is filled, results are the same."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import Done, debpatch

from debpatch.folders import cache_folder
from trust.commands import READING, WRITING, Arguments, Stage, git
from trust.faults import contents, copy_of

# Those that have no other format.
_TEXT = {"export-patch", "validate-dep3, what to mend"}
_OTHERS = {name: of for name, of in READING.items() if name != "index"}
COMMANDS: dict[str, Callable[[Stage], Arguments]] = {
    **_OTHERS,
    **{
        f"{name}, as JSON": lambda stage, of=of: (*of(stage), "--format", "json")  # type: ignore[misc]
        for name, of in _OTHERS.items()
        if name not in _TEXT
    },
    **WRITING,
}


def result(
    name: str, stage: Stage, place: Path, *options: str, **env: str
) -> tuple[int, str, str, dict[str, bytes]]:
    """What a command says, and what it leaves, on a copy of the package."""
    there = copy_of(stage, place)
    done: Done = debpatch(*COMMANDS[name](there), *options, env=env)
    left = {**contents(there.package), **contents(there.out)}
    texts = (re.sub(re.escape(str(place)), "PLACE", text) for text in (done.out, done.err))
    return (
        done.code,
        *texts,
        {path: data.replace(bytes(place), b"PLACE") for path, data in left.items()},
    )  # type: ignore[return-value]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_warm_index_changes_no_result(stage: Stage, tmp_path: Path, name: str) -> None:
    """Byte for byte, of what is told and of what is written."""
    places = (tmp_path / f"run{number}" for number in range(9))
    without = result(name, stage, next(places), DEBPATCH_NO_INDEX="1")
    assert without[0] in {0, 1}
    assert result(name, stage, next(places), "--no-index") == without
    assert not (cache_folder() / "index").exists()
    assert result(name, stage, next(places)) == without
    assert result(name, stage, next(places)) == without
    assert result(name, stage, next(places)) == without


def test_an_index_that_other_commands_have_filled(stage: Stage, tmp_path: Path) -> None:
    """Each command finds what all others have left there."""
    places = (tmp_path / f"run{number:02}" for number in range(99))
    expected = {name: result(name, stage, next(places), DEBPATCH_NO_INDEX="1") for name in _OTHERS}
    for _ in range(2):
        for name in _OTHERS:
            assert result(name, stage, next(places)) == expected[name], name
    assert len(list((cache_folder() / "index").glob("*.sqlite"))) == 1


def test_upstream_goes_on(stage: Stage, tmp_path: Path) -> None:
    """After a fetch what is new counts, and after a fetch by force what was there does not."""
    names = ("find-backports, as JSON", "audit-series, as JSON")
    places = (tmp_path / f"run{number:02}" for number in range(99))
    for name in names:
        result(name, stage, next(places))
    worktree = tmp_path / "work"
    git(stage.repository, "worktree", "add", "-q", "--detach", str(worktree), "release/1.4")
    for number in range(3):
        (worktree / "NEWS").write_text(f"{number}\n")
        git(worktree, "add", "NEWS")
        message = f"Note {number}\n\nThis fixes {stage.names['fix']}."
        git(worktree, "commit", "-q", "-m", message)
        git(worktree, "branch", "-f", "release/1.4", "HEAD")
        for name in names:
            new = result(name, stage, next(places))
            assert new == result(name, stage, next(places), DEBPATCH_NO_INDEX="1")
    git(worktree, "branch", "-f", "release/1.4", "HEAD~2")
    for name in names:
        new = result(name, stage, next(places))
        assert new == result(name, stage, next(places), DEBPATCH_NO_INDEX="1")


def test_on_a_disk_that_is_full(stage: Stage, tmp_path: Path, small_disk: Path) -> None:
    """Before it is there, while it is written, and when it is to grow."""
    name = "audit-series, as JSON"
    places = (tmp_path / f"run{number:02}" for number in range(99))
    expected = result(name, stage, next(places), DEBPATCH_NO_INDEX="1")
    for size in (0, 4, 20, 60, 90):
        for path in small_disk.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if size:
            with (small_disk / "filling").open("wb") as file:
                file.write(b"x" * (400 * 1024 - size * 1024))
        for _ in range(3):
            assert result(name, stage, next(places), XDG_CACHE_HOME=str(small_disk)) == expected


def test_on_a_disk_that_can_only_be_read(stage: Stage, tmp_path: Path, small_disk: Path) -> None:
    name = "audit-series, as JSON"
    places = (tmp_path / f"run{number:02}" for number in range(99))
    expected = result(name, stage, next(places), DEBPATCH_NO_INDEX="1")
    for _ in range(2):
        subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
        assert result(name, stage, next(places), XDG_CACHE_HOME=str(small_disk)) == expected
        subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
        assert result(name, stage, next(places), XDG_CACHE_HOME=str(small_disk)) == expected


def test_a_partial_clone(stage: Stage, tmp_path: Path) -> None:
    """It lacks contents, and says so as it does without an index."""
    git(stage.repository, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "partial.git"
    git(tmp_path, "clone", "-q", "--mirror", "--filter=blob:none",
        f"file://{stage.repository}", str(clone))  # fmt: skip
    there = replace(stage, repository=clone)
    places = (tmp_path / f"run{number:02}" for number in range(99))
    for name in ("find-backports", "audit-series"):
        expected = result(name, there, next(places), DEBPATCH_NO_INDEX="1")
        assert expected[0] == 2
        for _ in range(2):
            assert result(name, there, next(places)) == expected
