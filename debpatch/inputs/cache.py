"""Where debpatch keeps what it downloaded."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """The user's cache folder for debpatch, by the XDG Base Directory Specification; not created.

    ``$XDG_CACHE_HOME/debpatch``; without the variable, or with a relative path in it,
    ``~/.cache/debpatch``.
    """
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "debpatch"
