"""One debpatch at a time changes a package."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def alone_in(root: Path) -> Iterator[None]:
    """Wait until nobody else changes the package at ``root``, and keep others waiting meanwhile.

    The lock is on the folder itself (flock(2)), so that it leaves nothing behind and ends with the
    process. On a file system that has no such locks there is none.
    """
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
