"""Files of the user's are written whole or not at all, and by one debpatch at a time.

What is new is finished beside its place, on the same file system, and takes that place in one step:
a file by rename(2), and a folder where there is one by renameat2(2), whose RENAME_EXCHANGE lets the
two change places. So not even a killed process leaves half of it. Where the file system cannot do
the latter, the old folder steps aside and the new one takes its place.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from debpatch.errors import DebpatchError


def write_file(file: Path, pieces: Iterable[bytes]) -> None:
    """Write ``pieces`` as ``file``; one that is there is replaced, and gives its mode.

    What is no file, as a pipe, is written to as the pieces come. Raises DebpatchError where that
    fails; a file is then as before.
    """
    with _or_refuse(f"{file}: cannot write there"):
        if file.exists() and not file.is_file():
            with file.open("wb") as stream:
                stream.writelines(pieces)
            return
        with unfinished(file.parent) as made:
            _write(made / file.name, pieces)
            _replace(made / file.name, file)


def write_documents(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write ``files``, by name, into ``folder``, which is made if it is not there.

    Files of the same names are replaced, others stay. Raises DebpatchError where that fails; every
    file is then either the old one or the new one, and none is half-written.
    """
    with _or_refuse(f"{folder}: cannot write there"):
        folder.mkdir(parents=True, exist_ok=True)
        with unfinished(folder) as made:
            for name, data in files.items():
                _write(made / name, [data])
            for name in files:
                _replace(made / name, folder / name)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write ``files``, by their paths in it, as ``folder``; one that is there is replaced.

    Raises DebpatchError where that fails; all is then as before.
    """
    place = folder.resolve()
    with _or_refuse(f"{folder}: cannot be written", "; nothing was"):
        place.parent.mkdir(parents=True, exist_ok=True)
        with unfinished(place.parent) as made:
            new = made / place.name
            for name, data in files.items():
                _write(new / name, [data])
            if place.exists():
                exchange(new, place)
            else:
                new.rename(place)


def change_debian(root: Path, changes: Mapping[str, bytes]) -> None:
    """Write ``changes`` into the package at ``root``, by their paths in it, all in ``debian/``.

    Raises DebpatchError where something is a link or cannot be written; the package is then byte
    for byte as it was.
    """
    debian = (root / "debian").resolve()
    with (
        _or_refuse(f"{debian}: cannot be changed", "; nothing was written"),
        unfinished(_place_beside(debian)) as made,
    ):
        copy = made / "debian"
        shutil.copytree(debian, copy, symlinks=True)
        for path, data in changes.items():
            file = made / os.fsdecode(path.encode("utf-8", "surrogateescape"))
            if not file.resolve().is_relative_to(copy.resolve()) or file.is_symlink():
                raise DebpatchError(f"{path}: is a symbolic link; replace it with a file")
            _write(file, [data])
        exchange(copy, debian)


@contextmanager
def unfinished(place: Path, prefix: str = ".debpatch-") -> Iterator[Path]:
    """A new folder in ``place``, for what is not finished; all that is still in it goes with it."""
    with tempfile.TemporaryDirectory(prefix=prefix, dir=place) as folder:
        yield Path(folder)


def exchange(new: Path, old: Path) -> None:
    """Let two folders on one file system change places; raises OSError where that fails."""
    import ctypes

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


_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}


def _place_beside(debian: Path) -> Path:
    """A folder on the same file system that can be written to, outside of the package if it can.

    What a killed process leaves inside of the package dpkg-source would take for source.
    """
    root = debian.parent
    outside = root.parent
    is_same = outside.stat().st_dev == debian.stat().st_dev
    return outside if is_same and os.access(outside, os.W_OK) else root


def _write(file: Path, pieces: Iterable[bytes]) -> None:
    """Write a file, and wait until the disk has it, so that it is whole before it is in place."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        stream.writelines(pieces)
        stream.flush()
        os.fsync(stream.fileno())


def _replace(new: Path, old: Path) -> None:
    with suppress(FileNotFoundError):
        shutil.copymode(old, new)
    new.replace(old)


@contextmanager
def _or_refuse(what: str, after: str = "") -> Iterator[None]:
    """Tell of what the system refuses, with its reason behind ``what``."""
    try:
        yield
    except (OSError, shutil.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DebpatchError(f"{what}: {reason}{after}") from error


# -- one debpatch at a time changes a package, fills a clone, asks apt -----------------------------


@contextmanager
def alone_in(place: Path) -> Iterator[None]:
    """Wait until nobody else has the lock on ``place``, and keep others waiting meanwhile.

    ``place`` is a folder, on which a lock leaves nothing behind, or a file, which is made. The lock
    (flock(2)) ends with the process. On a file system that has no such locks there is none; NFS has
    them for files alone. Raises OSError where the file cannot be made.
    """
    # NFS locks only what is open for writing.
    flags = os.O_RDONLY if place.is_dir() else os.O_RDWR | os.O_CREAT
    handle = os.open(place, flags, 0o666)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
