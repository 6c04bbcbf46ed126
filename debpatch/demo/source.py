"""The demo's Debian source package, in format 3.0 (quilt), made without Debian's tools.

dpkg-source(1), "Format: 3.0 (quilt)", says what the files are; dsc(5) what the ``.dsc`` holds.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import tarfile
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path

from debian.changelog import Changelog
from debian.deb822 import Deb822

from debpatch.demo.history import completed
from debpatch.git.command import Git

Files = dict[str, bytes]
"""The contents of files, each by its path in the source package."""

# Not taken from the fixture: an executable bit is lost in some of the ways to ship it.
_EXECUTABLE = "debian/rules"

_FROM_CONTROL = (
    "Maintainer",
    "Homepage",
    "Standards-Version",
    "Vcs-Browser",
    "Vcs-Git",
    "Build-Depends",
)
_CHECKSUMS = {"Checksums-Sha1": "sha1", "Checksums-Sha256": "sha256", "Files": "md5"}


def build_source(
    debian: Path, commits: Mapping[str, str], repository: Path, folder: Path
) -> tuple[Path, Path]:
    """Build the source package of the folder ``debian`` in ``folder``.

    Its changelog names the release to package, whose tag is in ``repository``. Returns the ``.dsc``
    and the unpacked package, as ``dpkg-source -x`` leaves it: the series applied, and noted so in
    ``.pc``.
    """
    packaging = {
        f"debian/{file.relative_to(debian).as_posix()}": completed(file, commits)
        for file in sorted(debian.rglob("*"))
        if file.is_file()
    }
    changelog = Changelog(packaging["debian/changelog"].decode())
    name, version = changelog.package, changelog.version
    upstream = _release(repository, f"v{version.upstream_version}")
    package = folder / f"{name}-{version.upstream_version}"
    time = int(parsedate_to_datetime(changelog.date).timestamp())
    tarballs = {
        f"{name}_{version.upstream_version}.orig.tar.xz": _tarball(
            upstream, f"{package.name}/", time
        ),
        f"{name}_{version}.debian.tar.xz": _tarball(packaging, "", time),
    }
    dsc = folder / f"{name}_{version}.dsc"
    dsc.write_text(_dsc(packaging, changelog, tarballs), encoding="utf-8")
    for tarball, data in tarballs.items():
        (folder / tarball).write_bytes(data)
    _write(package, upstream | packaging)
    _apply_series(package, repository)
    return dsc, package


def _release(repository: Path, tag: str) -> Files:
    archive = Git(repository).output("archive", "--format=tar", tag)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {
            member.name: file.read()
            for member in tar
            if (file := tar.extractfile(member)) is not None
        }


def _tarball(files: Files, prefix: str, time: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for path, data in files.items():
            member = tarfile.TarInfo(prefix + path)
            member.size = len(data)
            member.mtime = time
            member.mode = 0o755 if path == _EXECUTABLE else 0o644
            tar.addfile(member, io.BytesIO(data))
    return lzma.compress(buffer.getvalue())


def _dsc(packaging: Files, changelog: Changelog, tarballs: Files) -> str:
    source, *binaries = Deb822.iter_paragraphs(packaging["debian/control"].decode())
    dsc = Deb822()
    dsc["Format"] = packaging["debian/source/format"].decode().strip()
    dsc["Source"] = source["Source"]
    dsc["Binary"] = ", ".join(binary["Package"] for binary in binaries)
    dsc["Architecture"] = " ".join(binary["Architecture"] for binary in binaries)
    dsc["Version"] = str(changelog.version)
    for field in _FROM_CONTROL:
        dsc[field] = source[field]
    dsc["Package-List"] = _lines(
        f"{binary['Package']} deb {source['Section']} {source['Priority']}"
        f" arch={binary['Architecture']}"
        for binary in binaries
    )
    for field, algorithm in _CHECKSUMS.items():
        dsc[field] = _lines(
            f"{hashlib.new(algorithm, data).hexdigest()} {len(data)} {name}"
            for name, data in tarballs.items()
        )
    return dsc.dump()


def _lines(values: Iterable[str]) -> str:
    return "".join(f"\n {value}" for value in values)


def _write(folder: Path, files: Files) -> None:
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        if path == _EXECUTABLE:
            target.chmod(0o755)


def _apply_series(package: Path, repository: Path) -> None:
    """Apply the series, and keep in ``.pc`` what quilt(1) and dpkg-source need to undo it."""
    git = Git(package)
    # Any repository will do that is not one around `package`: there Git would skip every file.
    git.update_environment(GIT_DIR=str(repository), GIT_WORK_TREE=str(package))
    series = (package / "debian/patches/series").read_text(encoding="utf-8").splitlines()
    applied = [line for line in series if line and not line.startswith("#")]
    state = {
        ".version": "2\n",
        ".quilt_patches": "debian/patches\n",
        ".quilt_series": "series\n",
        "applied-patches": "".join(f"{patch}\n" for patch in applied),
    }
    _write(package / ".pc", {path: text.encode() for path, text in state.items()})
    for patch in applied:
        before = _read(package)
        git.output("apply", f"debian/patches/{patch}")
        after = _read(package)
        saved = {path: data for path, data in before.items() if after[path] != data}
        _write(package / ".pc" / patch, saved)


def _read(package: Path) -> Files:
    return {
        file.relative_to(package).as_posix(): file.read_bytes()
        for file in package.rglob("*")
        if file.is_file()
    }
