"""Somebody's objects, borrowed so that not even their times change.

Before Git stores an object it looks for an equal one, in alternates too, and where it finds one it
renews the time of that file instead, so that no gc takes it (``freshen_packed_object`` and
``freshen_loose_object`` in Git's object-file.c). It does so with all but cruft packs
(gitformat-pack(5), "CRUFT PACKS"). A Git that stores objects is therefore shown the packs as links
that are marked as cruft, and copies of the loose objects; all others read the originals.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from debpatch.inputs.diff import unquote
from debpatch.inputs.git import Git


def alternates(*folders: Path) -> str:
    """A value for ``GIT_ALTERNATE_OBJECT_DIRECTORIES`` (git(1)) that names ``folders``."""
    return ":".join('"' + re.sub(r'(["\\])', r"\\\1", str(folder)) + '"' for folder in folders)


def object_folders(git: Git) -> tuple[Path, ...]:
    """The folders that the repository of ``git`` borrows objects from, and those that they do."""
    output = git.output("count-objects", "-v").decode("utf-8", "surrogateescape")
    return tuple(Path(unquote(found)) for found in re.findall(r"(?m)^alternate: (.*)$", output))


def show(folders: Iterable[Path], view: Path) -> None:
    """Make ``view`` a folder with the objects of ``folders``; if it is one, add their new packs.

    Loose objects are looked for once: nobody asks for those that come later, and when the owner's
    gc packs the others, the copies stay.
    """
    is_new = not view.exists()
    (view / "pack").mkdir(parents=True, exist_ok=True)
    for folder in folders:
        if is_new:
            _copy_loose(folder, view)
        for index in (folder / "pack").glob("*.idx"):
            _link(index, view / "pack")


def _copy_loose(folder: Path, view: Path) -> None:
    for group in folder.glob("[0-9a-f][0-9a-f]"):
        (view / group.name).mkdir(exist_ok=True)
        for file in group.iterdir():
            with suppress(FileNotFoundError):  # packed at this moment
                shutil.copyfile(file, view / group.name / file.name)


def _link(index: Path, folder: Path) -> None:
    if (folder / index.name).is_symlink():
        return
    pack = index.with_suffix(".pack")
    (folder / index.with_suffix(".mtimes").name).touch()
    (folder / pack.name).symlink_to(pack)
    (folder / index.name).symlink_to(index)
