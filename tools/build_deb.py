"""Build the Debian package of what is committed: ``python3 tools/build_deb.py FOLDER``.

It needs Debian 13 or newer with debian/control's Build-Depends (``apt build-dep .``), and no
network. On an older Debian it says what is missing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def build(folder: Path) -> None:
    """Build source and binary package in ``folder``, which is emptied first."""
    _require_build_depends()
    name, version = _changelog("Source"), _changelog("Version").rpartition("-")[0]
    shutil.rmtree(folder, ignore_errors=True)
    source = folder / f"{name}-{version}"
    source.mkdir(parents=True)
    orig = folder / f"{name}_{version}.orig.tar.gz"
    _archive("--output", str(orig), f"--prefix={source.name}/", "HEAD", ".", ":(exclude)debian")
    shutil.unpack_archive(orig, folder, filter="data")
    packaging = folder / "debian.tar"
    _archive("--output", str(packaging), "HEAD", "debian")
    shutil.unpack_archive(packaging, source, filter="data")
    packaging.unlink()
    _run("dpkg-buildpackage", "--no-sign", cwd=source)


def _require_build_depends() -> None:
    if shutil.which("dpkg-checkbuilddeps") is None:
        sys.exit(
            "dpkg-dev is not installed; this builds on Debian 13 or newer (apt install dpkg-dev)"
        )
    checked = subprocess.run(
        ["dpkg-checkbuilddeps", "debian/control"],
        cwd=PROJECT,
        check=False,
        capture_output=True,
        text=True,
    )
    if checked.returncode:
        missing = checked.stderr.strip().rpartition("dependencies: ")[2]
        sys.exit(
            f"this machine lacks, in these versions: {missing}\n"
            "Debian 13 has them all: apt build-dep . there, or in a chroot made with debootstrap"
        )


def _changelog(field: str) -> str:
    return _run("dpkg-parsechangelog", "-S", field, cwd=PROJECT, capture=True).strip()


def _archive(*arguments: str) -> None:
    _run("git", "archive", *arguments, cwd=PROJECT)


def _run(*command: str, cwd: Path, capture: bool = False) -> str:
    done = subprocess.run(
        command, cwd=cwd, check=False, stdout=subprocess.PIPE if capture else None, text=True
    )
    if done.returncode:
        sys.exit(f"{command[0]} failed; see above")
    return done.stdout or ""


if __name__ == "__main__":
    build(Path(sys.argv[1]).resolve())
