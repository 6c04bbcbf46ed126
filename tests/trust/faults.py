"""Commands in a world that fails them.

What takes long is done whole where DEBPATCH_TEST_LONG is set, as ``make test-long`` does, and on
a sample otherwise.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

from command_line import Done

from trust.commands import Stage

LONG = bool(os.environ.get("DEBPATCH_TEST_LONG"))


def assert_one_line(done: Done) -> None:
    """That a command refused, and said so in one clear line."""
    assert (done.code, done.out) == (2, ""), done
    assert done.err.startswith("debpatch: "), done.err
    assert done.err.count("\n") == 1, done.err
    assert "internal error" not in done.err


def assert_right_or_one_line(done: Done, expected: Done) -> None:
    """That a command refused so, or did what it does elsewhere."""
    if done.code == 2:
        assert_one_line(done)
    else:
        assert (done.code, done.out) == (expected.code, expected.out)


def contents(place: Path) -> dict[str, bytes]:
    """The files below ``place``, and where links lead; without those that begin with a dot."""
    return {
        str(path.relative_to(place)): os.fsencode(path.readlink())
        if path.is_symlink()
        else path.read_bytes() if path.is_file() else b"a folder"
        for path in place.rglob("[!.]*")
        if not any(part.startswith(".") for part in path.relative_to(place).parts)
    }  # fmt: skip


def copy_of(stage: Stage, place: Path) -> Stage:
    """The stage with a package and a folder for results of its own."""
    shutil.copytree(stage.package, place / stage.package.name, symlinks=True)
    (place / "out").mkdir()
    return replace(stage, package=place / stage.package.name, out=place / "out")


def stand_in(folder: Path, script: str) -> str:
    """A PATH on which git is a shell script; ``$git`` is the real one in it."""
    folder.mkdir()
    real = shutil.which("git")
    (folder / "git").write_text(f"#!/bin/sh\ngit={real}\n{script}\n")
    (folder / "git").chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"
