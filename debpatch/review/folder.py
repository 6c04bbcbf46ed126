"""The folder of a review: written whole or not at all, and never over anything else."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from debpatch.errors import DebpatchError
from debpatch.proposals.replace import exchange

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
