"""Make small source packages: by hand, so that they can be wrong, and with dpkg-source."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import tarfile
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import pytest

CHANGELOG = """\
hello (1.0-1) unstable; urgency=medium

  * First.

 -- Ann Author <ann@example.org>  Mon, 01 Jan 2024 00:00:00 +0000
"""
CONTROL = """\
Source: hello
Section: misc
Priority: optional
Maintainer: Ann Author <ann@example.org>

Package: hello
Architecture: all
Description: greets
"""

needs_dpkg_source = pytest.mark.skipif(
    shutil.which("dpkg-source") is None, reason="dpkg-source (Debian's dpkg-dev) is not installed"
)


def packaging(source_format: str = "3.0 (quilt)", version: str = "1.0-1") -> dict[str, str]:
    """The least that dpkg-source takes for a debian folder."""
    return {
        "debian/changelog": CHANGELOG.replace("1.0-1", version),
        "debian/control": CONTROL,
        "debian/rules": "#!/usr/bin/make -f\n%:\n\tdh $@\n",
        "debian/source/format": f"{source_format}\n",
    }


def write_tree(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below ``root``, made if need be."""
    for name, content in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def member(
    name: str, content: bytes | str = b"", **attributes: object
) -> tuple[tarfile.TarInfo, bytes]:
    """A member for ``write_tarball``; ``attributes`` are those of TarInfo."""
    data = content.encode() if isinstance(content, str) else content
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in attributes.items():
        setattr(info, key, value)
    return info, data


def link(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    return member(name, type=tarfile.SYMTYPE, linkname=target)


def write_tarball(path: Path, members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> Path:
    """Write a tarball, compressed as its name says."""
    mode = path.suffix.removeprefix(".")
    with tarfile.open(path, f"w:{mode}") as archive:  # type: ignore[call-overload]
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return path


def write_dsc(
    path: Path, source_format: str, files: Collection[Path], version: str = "1.0-1"
) -> Path:
    """Write a ``.dsc`` with the checksums of ``files``, which are beside it."""
    fields = [f"Format: {source_format}", "Source: hello", f"Version: {version}"]
    for field, algorithm in (("Files", "md5"), ("Checksums-Sha256", "sha256")):
        fields.append(f"{field}:")
        for file in files:
            content = file.read_bytes()
            digest = hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()
            fields.append(f" {digest} {len(content)} {file.name}")
    path.write_text("\n".join(fields) + "\n")
    return path


def quilt_package(
    folder: Path,
    original: Iterable[tuple[tarfile.TarInfo, bytes]],
    debian: Mapping[str, str] | None = None,
) -> Path:
    """Write a format 3.0 (quilt) package with these members in its original tarball."""
    files = packaging() if debian is None else debian
    orig = write_tarball(folder / "hello_1.0.orig.tar.gz", original)
    packed = write_tarball(
        folder / "hello_1.0-1.debian.tar.xz", (member(name, text) for name, text in files.items())
    )
    return write_dsc(folder / "hello_1.0-1.dsc", "3.0 (quilt)", (orig, packed))


def dpkg_source(*arguments: str | Path, cwd: Path) -> None:
    """Run dpkg-source; its complaints fail the test."""
    done = subprocess.run(
        ["dpkg-source", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
