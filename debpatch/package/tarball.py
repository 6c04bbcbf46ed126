"""A source tarball, read as a stream: nothing is unpacked, one file is in memory at a time."""

from __future__ import annotations

import importlib
import tarfile
import zlib
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Self

from debpatch.errors import DebpatchError
from debpatch.formats.limits import FILE, require_bytes
from debpatch.formats.paths import is_inside
from debpatch.package.source_tree import Mode, PackageFile, is_source

# dpkg-source(1) knows these compressions and no other.
_MODULES = {".gz": "gzip", ".bz2": "bz2", ".xz": "lzma", ".lzma": "lzma"}


@dataclass(frozen=True, slots=True)
class Tarball:
    """What is where in a tarball; made by ``index_tarball``.

    ``contents`` has for each file's path the number of the member that holds its bytes. Of several
    members with one name the last one counts, as it does for tar(1), and a hard link is a second
    name of an earlier member. ``links`` has where each symbolic link points to.
    """

    path: Path
    contents: Mapping[str, int]
    links: Mapping[str, str]

    def files(self, wanted: Container[str] | None = None) -> Iterator[PackageFile]:
        """Stream the tarball's files in their order there: all, or those that are ``wanted``."""
        paths = defaultdict(list)
        for path, number in self.contents.items():
            if wanted is None or path in wanted:
                paths[number].append(path)
        if not paths:
            return
        with _open(self.path) as archive:
            for number, member in enumerate(_members(archive)):
                if number in paths:
                    data = _data(archive, member)
                    yield from (PackageFile(path, _mode(member), data) for path in paths[number])

    def without(self, hidden: Container[str]) -> Tarball:
        """Give the same tarball with some of its files left out."""
        return Tarball(
            self.path,
            {path: number for path, number in self.contents.items() if path not in hidden},
            {path: target for path, target in self.links.items() if path not in hidden},
        )


def index_tarball(path: Path, *, into: str = "", strip: bool = True) -> Tarball:
    """List a tarball's files without keeping their bytes.

    ``into`` is the folder of the package that it is unpacked in. With ``strip`` a
    folder at the top that holds everything is taken off the names, as dpkg-source does. What is
    neither file nor link, and what is no source (see SourceTree), is left out.

    Raises DebpatchError for a damaged tarball, an unknown compression, and names or hard links that
    lead out of it.
    """
    contents: dict[str, int] = {}
    links: dict[str, str] = {}
    tops: set[str] = set()
    with _open(path) as archive:
        for number, member in enumerate(_members(archive)):
            name = _name(path, member.name)
            top, _, below = name.partition("/")
            if not name or not is_source(name) or (strip and not is_source(below)):
                continue
            tops.add(top)
            links.pop(name, None)
            if member.islnk():
                original = _name(path, member.linkname)
                if original not in contents:
                    raise DebpatchError(
                        f"{path.name}: {name} is a hard link to {original}, which does not come "
                        "before it"
                    )
                contents[name] = contents[original]
                if original in links:
                    links[name] = links[original]
            elif member.isreg() or member.issym():
                contents[name] = number
                if member.issym():
                    links[name] = member.linkname
    folder = _folder_of_all(tops, contents) if strip else ""

    def place(name: str) -> str:
        return str(PurePosixPath(into, name.removeprefix(folder)))

    return Tarball(
        path,
        {place(name): number for name, number in contents.items()},
        {place(name): target for name, target in links.items()},
    )


def _folder_of_all(tops: set[str], contents: Mapping[str, int]) -> str:
    """The one folder at the top, with its slash; empty where there is no such folder."""
    if len(tops) != 1:
        return ""
    (top,) = tops
    return "" if top in contents else f"{top}/"


@contextmanager
def _open(path: Path) -> Iterator[tarfile.TarFile]:
    """Open a tarball for one pass; what is wrong with it becomes one clear line."""
    if path.suffix not in _MODULES:
        raise DebpatchError(
            f"{path.name}: {path.suffix!r} is not a compression of Debian source packages"
        )
    try:
        module = importlib.import_module(_MODULES[path.suffix])
    except ImportError as error:
        raise DebpatchError(f"{path.name}: this Python cannot read {path.suffix}") from error
    # tarfile also lets ValueError out for nonsense in extended headers.
    damage = (tarfile.TarError, EOFError, OSError, ValueError, zlib.error)
    try:
        with (
            module.open(path) as stream,
            tarfile.open(
                fileobj=stream,
                mode="r|",
                tarinfo=_Header,
                encoding="utf-8",
                errors="surrogateescape",
            ) as archive,
        ):
            yield archive
    except (*damage, getattr(module, "LZMAError", EOFError)) as error:
        raise DebpatchError(
            f"{path.name}: is a damaged tarball ({error}); download it again"
        ) from error


class _Header(tarfile.TarInfo):
    """A member's header; a damaged one is an error, where tarfile would see the archive's end."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if any(buf):  # zeros end an archive, and so does the end of the file
                raise tarfile.ReadError(f"bad header: {error}") from error
            raise


def _members(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    while (member := archive.next()) is not None:
        archive.members.clear()  # type: ignore[attr-defined]  # or they would pile up
        yield member


def _name(path: Path, name: str) -> str:
    """A member's name without ``./`` and slashes too many; empty for the top folder itself."""
    normal = PurePosixPath(name)
    if not normal.parts:
        return ""
    if not is_inside(name):
        raise DebpatchError(f"{path.name}: {name!r} leads out of the source package")
    return str(normal)


def _mode(member: tarfile.TarInfo) -> Mode:
    """The mode as Git would record it; dpkg-source gives all a bit that anybody has."""
    if member.issym():
        return "120000"
    return "100755" if member.mode & 0o111 else "100644"


def _data(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    if member.issym():
        return member.linkname.encode("utf-8", "surrogateescape")
    require_bytes(FILE, member.size, member.name)
    content = archive.extractfile(member)
    return content.read() if content else b""
