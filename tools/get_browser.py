"""Get what the tests of report.html need beyond Python: ``python tools/get_browser.py FOLDER``.

Debian's ``chromium`` by apt, and axe-core from npm, whose script goes into FOLDER. Exits with 1,
and says why, on a machine that does not have them and cannot get them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

AXE = "axe-core@4.10"


def missing(folder: Path) -> str | None:
    """Get what is not there yet; what is missing all the same, None where all is there."""
    if shutil.which("chromium") is None and not _installed("chromium"):
        return "there is no chromium, and this user cannot apt-get install it"
    if not (folder / "axe.min.js").is_file() and not _unpacked(folder):
        return "there is no axe-core, and npm cannot get it (apt install npm)"
    return None


def _installed(package: str) -> bool:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    print(f"installing {package}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-qq", "--no-install-recommends", package]
    return all(
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL).returncode == 0
        for command in (["apt-get", "update", "-qq"], install)
    )


def _unpacked(folder: Path) -> bool:
    """Whether axe-core's script could be laid into ``folder``."""
    if shutil.which("npm") is None:
        return False
    with tempfile.TemporaryDirectory() as scratch:
        pack = ["npm", "pack", "--silent", "--pack-destination", scratch, AXE]
        if subprocess.run(pack, stdout=subprocess.DEVNULL).returncode:
            return False
        (archive,) = Path(scratch).glob("*.tgz")
        shutil.unpack_archive(archive, scratch, filter="data")
        shutil.copy(Path(scratch, "package", "axe.min.js"), folder / "axe.min.js")
    return True


if __name__ == "__main__":
    if why := missing(Path(sys.argv[1])):
        sys.exit(f"test-browser is skipped: {why}")
