"""An unpacked source package."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from debpatch.errors import DebpatchError
from debpatch.package.source_tree import Mode, PackageFile, follow_links, is_source


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
