"""Pictures of folders, to see whether anything in them has changed."""

from __future__ import annotations

import os
from pathlib import Path

Picture = dict[str, tuple[object, ...]]


def picture(*places: Path) -> Picture:
    """All that the file system tells of ``places`` and everything below them, and the contents.

    Only the time of the last reading is left out. The time of the last change of a file's status
    cannot be put back, so that it tells of a change that was undone.
    """
    return {
        str(path): _details(path)
        for place in places
        for path in (place, *(Path(folder, name) for folder, *names in os.walk(place)
                              for group in names for name in group))
    }  # fmt: skip


def _details(path: Path) -> tuple[object, ...]:
    status = path.lstat()
    content: object = None
    if path.is_symlink():
        content = path.readlink()
    elif path.is_file():
        content = path.read_bytes()
    return (
        status.st_ino, status.st_mode, status.st_nlink, status.st_uid, status.st_gid,
        status.st_size, status.st_mtime_ns, status.st_ctime_ns, content,
    )  # fmt: skip


def changed(before: Picture, after: Picture) -> list[str]:
    """The paths at which two pictures differ."""
    return sorted(
        path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
    )
