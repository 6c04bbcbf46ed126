"""A Debian source package, however the user has it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from debpatch.errors import DebpatchError
from debpatch.formats.series import SERIES_FILES, SeriesEntry, parse_series
from debpatch.package.dsc import open_dsc
from debpatch.package.patch_queue import open_patch_queue
from debpatch.package.source_tree import PackageFile, SourceDirectory, SourceTree, find_package_root

if TYPE_CHECKING:
    from debian.debian_support import Version

APT = "apt:"

# python-debian logs what it reads past in a changelog; without a handler that goes to stderr.
logging.getLogger("debian").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class PackageName:
    """How to speak of a source package: its name and its version."""

    name: str
    version: Version

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True, eq=False)
class SourcePackage:
    """A source package and what the top entry of its changelog says, as it is when it is opened.

    ``location`` is what the user called it. ``series`` are its patches in order, and ``applied``
    the names of those that its tree already has: none for a ``.dsc``, what quilt says for a
    directory, and None where quilt says nothing and only trying tells. ``root`` is the directory,
    None for a ``.dsc`` and a patch queue, whose patches are no files; ``dsc`` is that file.
    ``source`` is a package with the same files outside of ``debian/``, where this was made of one.
    """

    location: str
    name: str
    version: Version
    distribution: str
    series: tuple[SeriesEntry, ...]
    applied: tuple[str, ...] | None
    tree: SourceTree
    root: Path | None
    dsc: Path | None = None
    source: SourcePackage | None = None

    @property
    def called(self) -> PackageName:
        """What to call it."""
        return PackageName(self.name, self.version)

    @property
    def unpacked(self) -> str | None:
        """The folder that dpkg-source(1) will make of a ``.dsc``; None for what is a folder."""
        return f"{self.name}-{self.upstream_version}" if self.dsc else None

    @property
    def upstream_version(self) -> str:
        """The version without epoch and Debian revision, Debian Policy 5.6.12."""
        return self.version.upstream_version or str(self.version)

    def read(self, path: str) -> bytes | None:
        """Give a file's bytes, None where there is none; see SourceTree."""
        return self.tree.read(path)

    def files(self, below: str = "") -> Iterator[PackageFile]:
        """Stream the package's files; see SourceTree."""
        return self.tree.files(below)


def open_package(spec: str | Path) -> SourcePackage:
    """Open a directory, a ``.dsc``, ``apt:NAME``, ``apt:NAME/SUITE`` or ``apt:NAME=VERSION``.

    A directory may be any folder inside of an unpacked package, or of a checkout of a patch queue
    (gbp-pq(1)). What apt downloads is a ``.dsc`` from then on. Raises DebpatchError for what is no
    source package, and what ``open_dsc`` and ``download_source`` raise.
    """
    location = str(spec)
    if isinstance(spec, str) and spec.startswith(APT):
        from debpatch.package.apt import download_source

        return _packed(location, download_source(spec.removeprefix(APT)))
    path = Path(spec)
    if path.is_dir():
        root = find_package_root(path)
        if root is None:
            raise DebpatchError(
                f"{path}: not in a source package: it has no debian/changelog, "
                "and no directory above it has"
            )
        directory = SourceDirectory(root)
        if queue := open_patch_queue(directory):
            names = [entry.name for entry in _series(location, queue)]
            return _package(location, queue, tuple(names))
        return _package(location, directory, directory.applied(), root)
    if path.suffix != ".dsc":
        raise DebpatchError(
            f"{path}: not a source package; give a directory with debian/, a .dsc, or "
            "apt:NAME[/SUITE]"
        )
    return _packed(location, path)


def _packed(location: str, dsc: Path) -> SourcePackage:
    return replace(_package(location, open_dsc(dsc)), dsc=dsc)


def _package(
    location: str, tree: SourceTree, applied: tuple[str, ...] | None = (), root: Path | None = None
) -> SourcePackage:
    name, version, distribution = _top_entry(location, tree.read("debian/changelog"))
    series = _series(location, tree)
    return SourcePackage(
        location, name, version, distribution, series, applied if series else (), tree, root
    )


# Empty lines, comments, and lines for editors and version control, as dpkg-parsechangelog(1) does.
_SKIPPED = re.compile(r"\s*(?:$|#|;;|/\*|vim:|\$\w+:)")


def _top_entry(location: str, changelog: bytes | None) -> tuple[str, Version, str]:
    """Package, version and distribution of the changelog's first entry, deb-changelog(5)."""
    from debian.changelog import Changelog

    if changelog is None:
        raise DebpatchError(f"{location}: has no debian/changelog")
    text = changelog.decode("utf-8", "replace")
    try:
        read = Changelog(text, max_blocks=1, allow_empty_author=True)
        (entry,) = read
        # What it cannot read above an entry it passes over, and so takes an older one for the top.
        is_top = all(map(_SKIPPED.match, read.initial_blank_lines))
        if is_top and entry.package and entry.version and entry.distributions:
            return entry.package, entry.version, entry.distributions
    except (ValueError, IndexError):  # a bad version, an empty file
        pass
    raise DebpatchError(
        f"{location}: debian/changelog does not start with an entry like"
        " 'name (1.2-3) unstable; urgency=medium'"
    )


def _series(location: str, tree: SourceTree) -> tuple[SeriesEntry, ...]:
    for path in SERIES_FILES:
        data = tree.read(path)
        if data is not None:
            return parse_series(data, where=f"{location}: {path}")
    return ()
