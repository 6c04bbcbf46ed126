"""What is to be validated: patches, folders of patches, packages; read one patch at a time."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from debpatch.dep3.rules import Listing
from debpatch.errors import DebpatchError
from debpatch.formats.series import PATCHES, SERIES_FILES, parse_series
from debpatch.package.dsc import SourceTarballs
from debpatch.package.patch_queue import PatchQueue
from debpatch.package.source_package import APT, SourcePackage, open_package
from debpatch.package.source_tree import SourceDirectory, find_package_root

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class PatchFile:
    """A patch to read: ``path`` as the user knows it, ``name`` as the series does.

    ``file`` is where it can be written, None for what lies in an archive.
    """

    path: str
    name: str
    read: Callable[[], bytes]
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class PatchSet:
    """Patches that belong together, with their series and their package where they have them."""

    patches: Sequence[PatchFile]
    listing: Listing | None = None
    package: SourcePackage | None = None


def open_targets(paths: Sequence[str], package: str | None = None) -> list[PatchSet]:
    """Open patches, ``-``, folders of patches, packages' folders, ``.dsc`` files, ``apt:NAME``.

    Patches inside of one package's debian/patches make one target, and bring the package along;
    those that are in none make another, and are for ``package`` where it is given. Without
    ``paths`` it is that package, or the one around the current folder.

    Raises DebpatchError for what is not there, and for what ``open_package`` and ``parse_series``
    refuse.
    """
    if not paths and package:
        return open_targets([package])
    if not paths:
        root = find_package_root(Path())
        if root is None:
            raise DebpatchError("not in a source package; give a patch, a directory or a .dsc")
        return [_of_package(open_package(root), os.path.relpath(root / PATCHES))]
    targets: list[PatchSet] = []
    single: dict[Path | None, list[PatchFile]] = {}
    for path in paths:
        if path.startswith(APT) or path.endswith(".dsc"):
            targets.append(_of_package(open_package(path), PATCHES))
        elif Path(path).is_dir():
            targets.append(_of_folder(Path(path)))
        else:
            patch, root = _single(path)
            single.setdefault(root, []).append(patch)
    for root, patches in single.items():
        theirs = root or package
        targets.append(PatchSet(patches, package=open_package(theirs) if theirs else None))
    return targets


def package_target(package: SourcePackage) -> PatchSet:
    """The patches of a package, and its series."""
    return _of_package(package, PATCHES)


def _single(path: str) -> tuple[PatchFile, Path | None]:
    """A patch named by its path, and the root of the package that it belongs to."""
    if path == STANDARD_INPUT:
        data = sys.stdin.buffer.read()
        return PatchFile("standard input", "-", lambda: data), None
    place = Path(path)
    if not os.path.lexists(place):
        raise DebpatchError(f"{path}: no such file; give a patch, a directory, a .dsc or apt:NAME")
    root = find_package_root(place.parent)
    folder = (root / PATCHES).resolve() if root else None
    if folder is None or folder not in place.resolve().parents:
        return PatchFile(path, place.name, lambda: _read(place), place), None
    name = place.resolve().relative_to(folder).as_posix()
    return PatchFile(path, name, lambda: _read(place), place), root


def _of_folder(place: Path) -> PatchSet:
    if (place / "debian/changelog").exists():
        return _of_package(open_package(place), str(place / PATCHES))
    root = find_package_root(place)
    if root is not None and place.resolve() == (root / "debian").resolve():
        return _of_package(open_package(root), str(place / "patches"))
    if root is not None and place.resolve() == (root / PATCHES).resolve():
        return _of_package(open_package(root), str(place))
    return _of_bare_folder(place)


def _of_package(package: SourcePackage, folder: str) -> PatchSet:
    """All patches of a package, their ``folder`` as the user calls it."""
    prefix = f"{PATCHES}/"
    files = {path.removeprefix(prefix) for path in _paths(package) if path.startswith(prefix)}
    series = next((path for path in SERIES_FILES if package.read(path) is not None), None)
    patches = [
        PatchFile(
            f"{folder}/{entry.name}",
            entry.name,
            lambda path=entry.path: package.read(path) or b"",  # type: ignore[misc]
            package.root / entry.path if package.root else None,
        )
        for entry in {entry.name: entry for entry in package.series}.values()
        if entry.name in files
    ]
    if series is None:
        return PatchSet(patches, None, package)
    others = [package.read(prefix + name) or b"" for name in files if _is_series(name)]
    listing = Listing(
        f"{folder}/{series.removeprefix(prefix)}",
        package.series,
        frozenset(files),
        _mentioned(others),
    )
    return PatchSet(patches, listing, package)


def _of_bare_folder(place: Path) -> PatchSet:
    """A folder of patches without a package: by its series, or all that is called a patch."""
    tree = SourceDirectory(place)
    files = set(_files_below(place))
    series = tree.read("series")
    if series is None:
        names = sorted(name for name in files if name.endswith((".patch", ".diff", ".dpatch")))
        if not names:
            raise DebpatchError(
                f"{place}: no series and no patches in it; give a patch or a package"
            )
        return PatchSet([_in_folder(place, tree, name) for name in names])
    entries = parse_series(series, where=f"{place}/series")
    listed = {entry.name: entry for entry in entries}.values()
    return PatchSet(
        [_in_folder(place, tree, e.name) for e in listed if e.name in files],
        Listing(f"{place}/series", entries, frozenset(files), _mentioned([series])),
    )


def _in_folder(place: Path, tree: SourceDirectory, name: str) -> PatchFile:
    return PatchFile(f"{place}/{name}", name, lambda: tree.read(name) or b"", place / name)


def _paths(package: SourcePackage) -> Iterator[str]:
    """The paths of all files in the package's debian/patches, without reading the source."""
    if package.root is not None:
        yield from (f"{PATCHES}/{name}" for name in _files_below(package.root / PATCHES))
    elif isinstance(package.tree, SourceTarballs):
        yield from package.tree.debian
    elif isinstance(package.tree, PatchQueue):
        yield from package.tree.patches


def _files_below(folder: Path) -> Iterator[str]:
    """The files in ``folder`` and below, named from there; links to folders are not followed."""
    for parent, _, names in os.walk(folder):
        for name in names:
            yield str((Path(parent) / name).relative_to(folder))


def _is_series(name: str) -> bool:
    return name == "series" or name.endswith((".series", "-series", "/series", "00list"))


def _mentioned(series: Sequence[bytes]) -> frozenset[str]:
    """Every word of these files, comments included: what is commented out is not forgotten."""
    words = b" ".join(series).replace(b"#", b" ").split()
    return frozenset(word.decode("utf-8", "surrogateescape") for word in words)


def _read(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError as error:
        raise DebpatchError(f"{place}: cannot be read: {error.strerror}") from error
