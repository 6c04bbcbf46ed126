"""Folders of debpatch's own: what it keeps, what goes with the process, what ships with it."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from debpatch.errors import DebpatchError


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


# -- what ships with debpatch: the templates, and the demo's sources -------------------------------


_PACKAGE = Path(__file__).resolve().parent


def fixtures() -> Path:
    """Return the folder of the fixtures, ``demo`` among them."""
    return _shipped("fixtures")


def templates() -> Path:
    """Return the folder of the Jinja2 templates."""
    return _shipped("templates")


def _shipped(name: str) -> Path:
    inside = _PACKAGE / name
    if inside.is_dir():  # an installed wheel
        return inside
    checkout = _PACKAGE.parent
    # Beside an installed package lie strangers; one of them may well be called "templates".
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    raise DebpatchError(f"{inside} is missing, so the installation is damaged; reinstall debpatch")
