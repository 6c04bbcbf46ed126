"""Replace a package's ``debian`` folder in one step, or not at all.

A copy of the folder is made beside it and changed there; then the two change places. Linux does
that in one call (renameat2(2), RENAME_EXCHANGE), so that not even a killed process leaves half of
it. Where the file system cannot, the old folder steps aside and the new one takes its place.
"""

from __future__ import annotations

import atexit
import errno
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

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


# -- a folder of finished documents, written whole or not at all -----------------------------------


def write_documents(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write ``files``, by name, into ``folder``, which is made if it is not there.

    Files of the same names are replaced, others stay. Raises DebpatchError where that fails; every
    file is then either the old one or the new one, and none is half-written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".debpatch-", dir=folder) as unfinished:
            for name, data in files.items():
                (Path(unfinished) / name).write_bytes(data)
            for name in files:
                (Path(unfinished) / name).replace(folder / name)
    except OSError as error:
        place = os.fsdecode(error.filename) if error.filename else str(folder)
        raise DebpatchError(f"{place}: cannot be written: {error.strerror}") from error


# -- the folder of a review: written whole or not at all, and never over anything else -------------

REPORT = "report.json"
"""The file that every review has."""


def require_free(folder: Path, *, force: bool) -> None:
    """Raise DebpatchError where the review has no place; ``force`` lets it replace an older one."""
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise DebpatchError(f"{folder}: there is a file of this name; name a folder with --output")
    is_review = (folder / REPORT).is_file()
    if any(folder.iterdir()) and not (force and is_review):
        hint = "--force replaces it, or name" if is_review else "it is no review; name"
        raise DebpatchError(f"{folder}: is there already; {hint} another folder with --output")


def write_folder(folder: Path, files: Mapping[str, bytes], *, force: bool) -> None:
    """Write ``files``, by their paths in it, as ``folder``.

    Raises DebpatchError as ``require_free`` does, and where writing fails; then all is as before.
    """
    require_free(folder, force=force)
    place = folder.resolve()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".debpatch-", dir=place.parent) as unfinished:
            new = Path(unfinished) / "review"
            for name, data in files.items():
                file = new / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
            if place.exists():
                exchange(new, place)
            else:
                new.rename(place)
    except OSError as error:
        raise DebpatchError(
            f"{folder}: cannot be written: {error.strerror}; nothing was"
        ) from error


# -- where debpatch keeps what it downloaded -------------------------------------------------------


def cache_folder() -> Path:
    """The user's cache folder for debpatch, by the XDG Base Directory Specification; not created.

    ``$XDG_CACHE_HOME/debpatch``; without the variable, or with a relative path in it,
    ``~/.cache/debpatch``.
    """
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "debpatch"


# -- a temporary folder that goes with the process, whenever a signal asks it to end ---------------

_ENDING = {signal.SIGHUP, signal.SIGINT, signal.SIGTERM}


def scratch_folder() -> tuple[Path, Callable[[], None]]:
    """A new folder and what removes it, which is done at the exit of the process at the latest."""

    def remove() -> None:
        with _undisturbed():
            shutil.rmtree(folder, ignore_errors=True)
            atexit.unregister(remove)

    with _undisturbed():
        folder = Path(tempfile.mkdtemp(prefix="debpatch-"))
        atexit.register(remove)
    return folder, remove


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let the signals that end a process wait until this is done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def is_inside(path: str) -> bool:
    """Whether a relative path stays below the folder that it starts from, by its words alone."""
    parts = PurePosixPath(path).parts
    return bool(parts) and not parts[0].startswith("/") and not {"..", "\0"} & {*parts, *path}
