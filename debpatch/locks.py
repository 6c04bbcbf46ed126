"""One debpatch at a time changes a package, fills a clone, asks apt."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


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
