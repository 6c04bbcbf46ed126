"""What is at hand: patches and a repository that a user who stands in a folder may mean."""

from __future__ import annotations

import os
from pathlib import Path

from debpatch.errors import DebpatchError
from debpatch.inputs.series import SERIES_FILES, parse_series
from debpatch.inputs.source_directory import SourceDirectory, find_package_root
from debpatch.inputs.suggestions import did_you_mean

_SUFFIXES = {".patch", ".diff"}


def patches_nearby(folder: Path) -> tuple[str, ...]:
    """The paths of the patch files in ``folder``, and of the series of the package around it.

    Paths are as a user types them: from ``folder`` if it is relative, never with a ``./``.
    """
    try:
        files = sorted(str(path) for path in folder.iterdir() if path.suffix in _SUFFIXES)
        return tuple(dict.fromkeys([*files, *_series(folder)]))
    except (DebpatchError, OSError):
        return ()


def is_in_repository(folder: Path) -> bool:
    """Whether ``folder`` is part of a Git work tree, or a bare repository."""
    folder = folder.absolute()
    is_bare = all((folder / name).exists() for name in ("HEAD", "objects", "refs"))
    return is_bare or any((place / ".git").exists() for place in (folder, *folder.parents))


def meant_patch(path: Path) -> str:
    """The end of a sentence that says ``path`` is not there; empty where nothing is like it."""
    at_hand = {Path(name).name: name for name in patches_nearby(path.parent)}
    return did_you_mean(path.name, at_hand, at_hand)


def _series(folder: Path) -> list[str]:
    root = find_package_root(folder)
    if root is None:
        return []
    tree = SourceDirectory(root)
    data = next((data for path in SERIES_FILES if (data := tree.read(path)) is not None), b"")
    return [os.path.relpath(root / entry.path) for entry in parse_series(data)]
