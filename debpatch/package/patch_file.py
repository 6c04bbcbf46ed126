"""Patch files where a user names them, and those at hand that may have been meant."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from debpatch.errors import DebpatchError, did_you_mean
from debpatch.formats.limits import PATCH, most_bytes
from debpatch.formats.patch import Patch, parse_patch
from debpatch.formats.series import SERIES_FILES, parse_series
from debpatch.package.source_tree import SourceDirectory, find_package_root


def read_patch(path: Path | str) -> Patch:
    """Read the one patch in the file at ``path``; ``-`` is standard input.

    Raises DebpatchError as ``parse_patch`` does, and where the file holds several patches.
    """
    patches = read_patches(path)
    if len(patches) > 1:
        raise DebpatchError(
            f"{path} has {len(patches)} patches, but one is needed; save it to a file of its "
            "own (git mailsplit splits a mailbox)"
        )
    return patches[0]


def read_patches(path: Path | str) -> tuple[Patch, ...]:
    """Read all patches in the file at ``path``: several if it is a mailbox, or a mail with several.

    ``-`` is standard input. Raises DebpatchError as ``parse_patch`` does, and where the file cannot
    be read.
    """
    if str(path) == "-":
        return parse_patch(sys.stdin.buffer.read(most_bytes(PATCH)), "standard input")
    try:
        with Path(path).open("rb") as file:
            data = file.read(most_bytes(PATCH))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        meant = meant_patch(Path(path))
        raise DebpatchError(f"cannot read the patch {path}: {reason}{meant}") from error
    return parse_patch(data, str(path))


# -- what is at hand ------------------------------------------------------------------------------

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
