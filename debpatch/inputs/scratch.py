"""A temporary folder that goes with the process, whenever a signal asks it to end."""

from __future__ import annotations

import atexit
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

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
