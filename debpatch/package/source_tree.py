"""The files of a source package, wherever they are kept; those of an unpacked one."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
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


# -- an unpacked source package --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceDirectory:
    """The files below ``root``; implements SourceTree."""

    root: Path

    def read(self, path: str) -> bytes | None:
        """See SourceTree."""
        try:
            place = self._place(follow_links(path, self._link))
            return place.read_bytes() if stat.S_ISREG(place.lstat().st_mode) else None
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _unreadable(error) from error

    def files(self, below: str = "") -> Iterator[PackageFile]:
        """See SourceTree."""
        try:
            for name, entry in _walk(self.root):
                path = _from_system(name)
                mode = _mode(entry) if path.startswith(below) else None
                if mode == "120000":
                    target = os.readlink(entry.path)  # noqa: PTH115  Path would tidy it up
                    yield PackageFile(path, mode, os.fsencode(target))
                elif mode is not None:
                    yield PackageFile(path, mode, Path(entry.path).read_bytes())
        except OSError as error:
            raise _unreadable(error) from error

    def applied(self) -> tuple[str, ...] | None:
        """The patches that quilt says are applied, in order; None where it says nothing.

        quilt and dpkg-source keep the list in ``.pc/applied-patches`` and remove it with the last
        patch. Without the list the tree may be in either state: a Git checkout, where a quilt that
        failed may have left a ``.pc`` as well.
        """
        applied = self.read(".pc/applied-patches")
        if applied is None:
            return None
        return tuple(name.decode("utf-8", "surrogateescape") for name in applied.split())

    def _place(self, path: str) -> Path:
        return self.root / os.fsdecode(path.encode("utf-8", "surrogateescape"))

    def _link(self, path: str) -> str | None:
        place = self._place(path)
        if not place.is_symlink():
            return None
        return _from_system(place.readlink())


def find_package_root(start: Path) -> Path | None:
    """The nearest folder from ``start`` upwards that has a ``debian/changelog``."""
    start = start.absolute()
    return next(
        (place for place in (start, *start.parents) if os.path.lexists(place / "debian/changelog")),
        None,
    )


def _walk(root: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """What is source and no folder below ``root``, with its path from there; sorted by folder."""
    folders = [root]
    while folders:
        with os.scandir(folders.pop()) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        for entry in entries:
            path = os.path.relpath(entry.path, root)
            if not is_source(path):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(Path(entry.path))
            else:
                yield path, entry


def _mode(entry: os.DirEntry[str]) -> Mode | None:
    """The mode as Git would record it; None for a socket, a pipe, a device."""
    mode = entry.stat(follow_symlinks=False).st_mode
    if stat.S_ISLNK(mode):
        return "120000"
    if not stat.S_ISREG(mode):
        return None
    return "100755" if mode & stat.S_IXUSR else "100644"


def _from_system(path: str | Path) -> str:
    """A name of this system's file system as a name in a package, which is UTF-8."""
    return os.fsencode(path).decode("utf-8", "surrogateescape")


def _unreadable(error: OSError) -> DebpatchError:
    return DebpatchError(
        f"{os.fsdecode(error.filename)}: cannot be read ({error.strerror}); check its permissions"
    )
