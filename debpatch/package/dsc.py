"""A packed source package: a ``.dsc`` with its tarballs."""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from debpatch.errors import DebpatchError
from debpatch.formats.apply import apply_file
from debpatch.formats.diff import FileDiff, parse_diff
from debpatch.package.source_tree import Mode, PackageFile, SourceTree, follow_links
from debpatch.package.tarball import Tarball, index_tarball

# What a file of a source package is, by its name, first match first: dpkg-source(1).
_ROLES = {
    "signature": re.compile(r"\.asc$"),
    "orig": re.compile(r"\.orig\.tar\.\w+$"),
    "component": re.compile(r"\.orig-[A-Za-z0-9-]+\.tar\.\w+$"),
    "debian": re.compile(r"\.debian\.tar\.\w+$"),
    "native": re.compile(r"\.tar\.\w+$"),
    "diff": re.compile(r"\.diff\.gz$"),
}
# The sorted roles, signatures aside, of the files that each format has.
_FORMATS = {
    "1.0": re.compile("(diff )?orig|native"),
    "3.0 (native)": re.compile("native"),
    "3.0 (quilt)": re.compile("(component )*debian orig"),
}


@dataclass(frozen=True, slots=True)
class SourceTarballs:
    """The files of tarballs, each path in one of them only; implements SourceTree.

    ``debian`` holds the files of ``debian/``, which are small and read often.
    """

    tarballs: tuple[Tarball, ...]
    debian: Mapping[str, PackageFile]

    def read(self, path: str) -> bytes | None:
        """See SourceTree."""
        path = follow_links(path, self._link)
        if path in self.debian:
            return self.debian[path].data
        return next((file.data for t in self.tarballs for file in t.files({path})), None)

    def files(self, below: str = "") -> Iterator[PackageFile]:
        """See SourceTree."""
        for tarball in self.tarballs:
            for file in tarball.files({p for p in tarball.contents if p.startswith(below)}):
                yield self.debian.get(file.path, file)

    def _link(self, path: str) -> str | None:
        return next((t.links[path] for t in self.tarballs if path in t.links), None)


def open_dsc(path: Path) -> SourceTree:
    """Open a source package of format 1.0, 3.0 (quilt) or 3.0 (native), as dpkg-source -x would.

    The files beside the ``.dsc`` are checked against its sizes and Checksums-Sha256 and then read
    where they are; nothing is unpacked. An OpenPGP signature around the ``.dsc`` is accepted and
    **not** verified. The patches of the series are not applied.

    Raises DebpatchError for a file that is missing or differs, for another format, and for what
    ``index_tarball`` refuses.
    """
    roles = _checked_files(path)
    tarballs = [index_tarball(file) for file in (*roles["orig"], *roles["native"])]
    for component in sorted(roles["component"]):
        folder = component.name.rpartition(".orig-")[2].partition(".")[0]
        tarballs = _overlay(tarballs, index_tarball(component, into=folder), folder)
    for debian in roles["debian"]:
        tarballs = _overlay(tarballs, index_tarball(debian, strip=False), "debian")
    _check_folders(path, tarballs)
    tree: SourceTree = SourceTarballs(tuple(tarballs), _packaging(tarballs))
    for diff in roles["diff"]:
        tree = with_debian_diff(tree, diff)
    return tree


def _checked_files(path: Path) -> Mapping[str, Sequence[Path]]:
    """The package's files by role, after all of them were checked against the ``.dsc``."""
    from debian.deb822 import Dsc

    try:
        dsc = Dsc(path.read_bytes().decode("utf-8", "replace"))
    except OSError as error:
        raise DebpatchError(f"{path}: cannot be read ({error.strerror})") from error
    roles = defaultdict(list)
    listed = dsc.get("Checksums-Sha256")
    for entry in listed if isinstance(listed, list) else []:
        name, size, sha256 = (entry.get(key, "") for key in ("name", "size", "sha256"))
        role = next((role for role, pattern in _ROLES.items() if pattern.search(name)), "unknown")
        if not name or PurePosixPath(name).name != name:
            raise DebpatchError(f"{path}: {name!r} is not a file name; is this a .dsc?")
        _check(path, path.parent / name, size, sha256)
        roles[role].append(path.parent / name)
    if not roles:
        raise DebpatchError(f"{path}: no Checksums-Sha256 field; is this a .dsc?")
    shape = " ".join(role for role in sorted(roles) for _ in roles[role] if role != "signature")
    known = _FORMATS.get(dsc.get("Format", "1.0"))
    if known is None:
        raise DebpatchError(
            f"{path}: source format {dsc['Format']!r} is not supported; unpack it and give the"
            " directory"
        )
    if not known.fullmatch(shape):
        raise DebpatchError(
            f"{path}: format {dsc.get('Format', '1.0')} does not match these files: {shape}"
        )
    return roles


def _check(dsc: Path, file: Path, size: str, sha256: str) -> None:
    """Compare a file with what the ``.dsc`` says of it."""
    if not file.is_file():
        raise DebpatchError(
            f"{dsc}: {file.name} is not in the same directory; download the whole package"
        )
    if str(file.stat().st_size) != size:
        raise DebpatchError(
            f"{file}: has {file.stat().st_size} bytes, the .dsc says {size}; download it again"
        )
    with file.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
            raise DebpatchError(f"{file}: SHA-256 differs from the .dsc; download it again")


def _overlay(below: Sequence[Tarball], above: Tarball, folder: str) -> list[Tarball]:
    """Unpack ``above`` over the others, after ``folder`` was removed from them."""
    hidden = {
        path
        for tarball in below
        for path in tarball.contents
        if path in above.contents or PurePosixPath(path).parts[0] == folder
    }
    return [*(tarball.without(hidden) for tarball in below), above]


def _check_folders(dsc: Path, tarballs: Sequence[Tarball]) -> None:
    """Refuse a path that goes through something that is no folder, a link above all."""
    places = {path for tarball in tarballs for path in tarball.contents}
    for path in places:
        for folder in PurePosixPath(path).parents:
            if str(folder) in places:
                raise DebpatchError(
                    f"{dsc}: {path} leads through {folder}, which is not a directory"
                )


def _packaging(tarballs: Sequence[Tarball]) -> dict[str, PackageFile]:
    """Read ``debian/``; dpkg-source makes ``debian/rules`` executable."""
    files = {
        file.path: file
        for tarball in tarballs
        for file in tarball.files({p for p in tarball.contents if p.startswith("debian/")})
    }
    rules = files.get("debian/rules")
    if rules and rules.mode == "100644":
        files[rules.path] = replace(rules, mode="100755")
    return files


# -- the ``.diff.gz`` of a source package in format 1.0: its packaging, as a patch -----------------


@dataclass(frozen=True, slots=True)
class DiffedTree:
    """A tree with changes made to it; implements SourceTree.

    ``where`` names the changes in errors, ``diffs`` has them by path.
    """

    where: str
    tree: SourceTree
    diffs: Mapping[str, FileDiff]

    def read(self, path: str) -> bytes | None:
        """See SourceTree."""
        content = self.tree.read(path)
        return self._changed(path, content) if path in self.diffs else content

    def files(self, below: str = "") -> Iterator[PackageFile]:
        """See SourceTree."""
        seen = set()
        for file in self.tree.files(below):
            seen.add(file.path)
            if file.path in self.diffs:
                yield replace(file, data=self._changed(file.path, file.data))
            else:
                yield file
        for path in sorted(path for path in self.diffs.keys() - seen if path.startswith(below)):
            # A diff has no modes; dpkg-source makes this one file executable.
            mode: Mode = "100755" if path == "debian/rules" else "100644"
            yield PackageFile(path, mode, self._changed(path, None))

    def _changed(self, path: str, content: bytes | None) -> bytes:
        applied = apply_file(self.diffs[path], content)
        if applied.failed or applied.content is None:
            raise DebpatchError(f"{self.where}: does not apply to {path} of the original tarball")
        return applied.content


def with_debian_diff(tree: SourceTree, diff: Path) -> SourceTree:
    """Give ``tree`` with the changes in a ``.diff.gz``, as dpkg-source(1) unpacks format 1.0."""
    try:
        with gzip.open(diff) as stream:
            parsed = parse_diff(stream.read(), where=diff.name)
    except (OSError, EOFError, zlib.error) as error:
        raise DebpatchError(f"{diff.name}: is damaged ({error}); download it again") from error
    return DiffedTree(diff.name, tree, {file.path: file for file in parsed.files})
