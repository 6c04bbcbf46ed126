"""Replace a package's ``debian`` folder in one step, or not at all.

A copy of the folder is made beside it and changed there; then the two change places. Linux does
that in one call (renameat2(2), RENAME_EXCHANGE), so that not even a killed process leaves half of
it. Where the file system cannot, the old folder steps aside and the new one takes its place.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from debpatch.errors import DebpatchError

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}


def replace_files(root: Path, changes: Mapping[str, bytes]) -> None:
    """Write ``changes``, by their paths below ``root``, all of them in ``debian/``.

    Raises DebpatchError where something is a link or cannot be written; the package is then byte
    for byte as it was.
    """
    debian = (root / "debian").resolve()
    try:
        # Not in the package: what a killed process leaves there dpkg-source would take for source.
        with tempfile.TemporaryDirectory(prefix=".debpatch-", dir=_place_beside(debian)) as folder:
            copy = Path(folder) / "debian"
            shutil.copytree(debian, copy, symlinks=True)
            for path, data in changes.items():
                _write(copy, path, data)
            exchange(copy, debian)
    except (OSError, shutil.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DebpatchError(
            f"{debian}: cannot be changed: {reason}; nothing was written"
        ) from error


def _place_beside(debian: Path) -> Path:
    """A folder on the same file system that can be written to, outside of the package if it can."""
    root = debian.parent
    outside = root.parent
    is_same = outside.stat().st_dev == debian.stat().st_dev
    return outside if is_same and os.access(outside, os.W_OK) else root


def _write(copy: Path, path: str, data: bytes) -> None:
    file = copy.parent / os.fsdecode(path.encode("utf-8", "surrogateescape"))
    if not file.resolve().is_relative_to(copy.resolve()) or file.is_symlink():
        raise DebpatchError(f"{path}: is a link, and not written to; put a file there")
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def exchange(new: Path, old: Path) -> None:
    """Let two folders on one file system change places; raises OSError where that fails."""
    libc = ctypes.CDLL(None, use_errno=True)
    renameat2 = getattr(libc, "renameat2", None)
    arguments = (_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(old), _RENAME_EXCHANGE)
    if renameat2 is not None and renameat2(*arguments) == 0:
        return
    number = ctypes.get_errno() if renameat2 is not None else errno.ENOSYS
    if number not in _CANNOT:
        raise OSError(number, os.strerror(number))
    aside = new.with_name(f"{new.name}.old")
    old.rename(aside)
    try:
        new.rename(old)
    except BaseException:
        aside.rename(old)
        raise
