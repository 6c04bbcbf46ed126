"""A source package with patches added at the end of its series, as the files that change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from debpatch.errors import DebpatchError
from debpatch.inputs.series import PATCHES, SERIES_FILES
from debpatch.inputs.source_package import SourcePackage
from debpatch.proposals.changelog import CHANGELOG, prepended

_FORMAT = "debian/source/format"


@dataclass(frozen=True, slots=True)
class NewPatch:
    """A patch to add: its name below debian/patches, its bytes."""

    name: str
    data: bytes


def require_series(package: SourcePackage) -> None:
    """Raise DebpatchError where dpkg-source would not apply a series to the package."""
    written = (package.read(_FORMAT) or b"1.0").decode("utf-8", "replace").strip()
    if written == "3.0 (quilt)" or (written == "1.0" and package.series):
        return
    kind = "a native package" if "native" in written else f"of source format {written!r}"
    raise DebpatchError(
        f"{package.location}: is {kind} and has no quilt series; pick the commits in its own Git"
    )


def require_folder(package: SourcePackage) -> Path:
    """The folder of the package; raises DebpatchError where there is none to write to."""
    if package.root is None:
        raise DebpatchError(
            f"{package.location}: is packed, or a patch queue; unpack it (dpkg-source -x, "
            "gbp pq export) and name the folder"
        )
    return package.root


def added(package: SourcePackage, patches: Sequence[NewPatch], entry: str) -> Mapping[str, bytes]:
    """The files that change, by path, when ``patches`` and a changelog ``entry`` are added."""
    path, series = series_file(package)
    if series and not series.endswith(b"\n"):
        series += b"\n"
    names = b"".join(patch.name.encode() + b"\n" for patch in patches)
    return {
        **{f"{PATCHES}/{patch.name}": patch.data for patch in patches},
        path: series + names,
        CHANGELOG: prepended(package, entry),
    }


def series_file(package: SourcePackage) -> tuple[str, bytes]:
    """The path of the series that counts, and what is in it; a new one if there is none."""
    for path in SERIES_FILES:
        data = package.read(path)
        if data is not None:
            return path, data
    return SERIES_FILES[-1], b""


def shorthand(package: SourcePackage) -> str:
    """How the package's changelog calls debian/patches: in full, or ``d/patches``."""
    changelog = package.read(CHANGELOG) or b""
    in_full = changelog.count(f"{PATCHES}/".encode())
    return PATCHES if in_full > changelog.count(b" d/patches/") else "d/patches"


def patch_files(package: SourcePackage) -> Iterator[str]:
    """The names that a new patch cannot have: of the series, and of files that are not in it."""
    yield from (entry.name for entry in package.series)
    if package.root is not None:
        folder = package.root / PATCHES
        yield from (file.relative_to(folder).as_posix() for file in folder.rglob("*"))
