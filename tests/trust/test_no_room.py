"""No room and no rights: a package is as before or complete, and there is one clear line."""

from __future__ import annotations

import os
import resource
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import debpatch, process

from trust.commands import READING, WRITING, Stage, exit_code
from trust.faults import assert_one_line, assert_right_or_one_line, contents


@pytest.mark.parametrize("name", WRITING)
@pytest.mark.parametrize("size", [0, 3_000])
def test_files_that_may_not_grow(stage: Stage, name: str, size: int) -> None:
    """As on a full disk: a file ends after so many bytes (setrlimit(2), RLIMIT_FSIZE)."""
    before = contents(stage.package)
    done = process(*WRITING[name](stage), limits={resource.RLIMIT_FSIZE: size})
    if done.code == 2:
        assert_one_line(done)
        left = contents(stage.package)
        assert left.keys() == before.keys()
        assert "--fix" in name or left == before  # it mends file by file
        assert all(len(data) >= len(before[path]) for path, data in left.items())
    else:
        assert done.code == exit_code(name), done


def fill(place: Path, *, left: int = 0) -> None:
    """Make a file that takes all the room there is, but for so many pages."""
    file = os.open(place, os.O_WRONLY | os.O_CREAT)
    with suppress(OSError):
        while os.write(file, b"x" * 4096):
            pass
    os.truncate(file, max(place.stat().st_size - left * 4096, 0))
    os.close(file)


def test_a_package_on_a_full_disk(small_disk: Path, stage: Stage) -> None:
    package = small_disk / "package"
    shutil.copytree(stage.package, package, symlinks=True)
    fill(small_disk / "filling")
    before = contents(package)
    for name in WRITING:
        assert_one_line(debpatch(*WRITING[name](replace(stage, package=package))))
        assert contents(package) == before, name


@pytest.mark.parametrize("name", ["export-patch", "propose-update"])
def test_documents_on_a_full_disk(small_disk: Path, stage: Stage, name: str) -> None:
    fill(small_disk / "filling", left=1)
    there = replace(stage, out=small_disk / "out")
    extra = ("--output", there.out / "mails") if name == "export-patch" else ()
    assert_one_line(debpatch(*READING[name](there), *extra))
    assert not [path for path, data in contents(there.out).items() if data != b"a folder"]


@pytest.mark.parametrize("left", [1, 3])
def test_a_temporary_folder_that_fills_up(small_disk: Path, stage: Stage, left: int) -> None:
    """In the middle of the work, so that what is only half there must not be taken for a result."""
    expected = debpatch(*READING["plan-backport"](stage))
    fill(small_disk / "filling", left=left)
    done = debpatch(*READING["plan-backport"](stage), env={"TMPDIR": str(small_disk)})
    assert_right_or_one_line(done, expected)
    assert left > 1 or done.code == 2
    assert [path.name for path in small_disk.iterdir()] == ["filling"]


@pytest.mark.parametrize("place", ["/nonexistent", "/proc"])
def test_a_temporary_folder_that_cannot_be_used(stage: Stage, place: str) -> None:
    """Python takes another one where there is one."""
    expected = debpatch(*READING["diff-upstream"](stage))
    assert_right_or_one_line(
        debpatch(*READING["diff-upstream"](stage), env={"TMPDIR": place}), expected
    )


def test_a_place_that_cannot_be_written(stage: Stage) -> None:
    """Below a file, where not even root can make a folder."""
    there = replace(stage, out=stage.patch / "below")
    for name in ("propose-update", "review"):
        assert_one_line(debpatch(*READING[name](there)))
