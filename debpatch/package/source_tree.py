"""The files of a source package, wherever they are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, Protocol

from debpatch.errors import DebpatchError

Mode = Literal["100644", "100755", "120000"]
"""A file's mode as Git writes it: plain, executable, symbolic link."""

_MOST_LINKS = 40  # as many as Linux follows in one path, path_resolution(7)


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One file: its path in the package, its mode, its bytes (of a link: where it points to).

    Bytes of a path that are not UTF-8 are kept as surrogate escapes.
    """

    path: str
    mode: Mode
    data: bytes


class SourceTree(Protocol):
    """The files of a source package as the source was unpacked, with or without its patches."""

    def read(self, path: str) -> bytes | None:
        """Give a file's bytes, or None where there is no such file.

        Symbolic links are followed inside the package; one that leads out is a DebpatchError.
        Cheap for ``debian/…``, possibly a pass over a tarball for the rest.
        """
        ...

    def files(self, below: str = "") -> Iterator[PackageFile]:
        """Stream the files whose paths begin with ``below``; links are given as links.

        One file is in memory at a time. What version control and quilt keep for themselves
        (``.git`` anywhere, ``.pc`` at the top) is no source and left out.
        """
        ...


def is_source(path: str) -> bool:
    """Whether a path is part of the source, and not the bookkeeping of Git or quilt."""
    parts = PurePosixPath(path).parts
    return ".git" not in parts and parts[:1] != (".pc",)


def follow_links(path: str, target: Callable[[str], str | None]) -> str:
    """Resolve every symbolic link in ``path``, staying inside the package.

    ``target`` gives where the link at a path points to, None for what is no link. Raises
    DebpatchError for a path or a link that leads out of the package, and for a loop.
    """
    pending = list(reversed(PurePosixPath(path).parts))
    resolved: list[str] = []
    followed = 0
    while pending:
        part = pending.pop()
        if part.startswith("/") or (part == ".." and not resolved):
            raise DebpatchError(f"{path}: leads out of the source package, and is not followed")
        if part == "..":
            resolved.pop()
            continue
        link = target("/".join([*resolved, part]))
        if link is None:
            resolved.append(part)
            continue
        followed += 1
        if followed > _MOST_LINKS:
            raise DebpatchError(f"{path}: is a loop of symbolic links")
        pending.extend(reversed(PurePosixPath(link).parts))
    return "/".join(resolved)
