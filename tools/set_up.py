"""Make a virtual environment once: ``python -m tools.set_up FOLDER PIP-ARGUMENTS...``.

A note inside the folder says what it was made from. It is written last, so an environment whose
making was interrupted is made anew, and one whose requirements changed is brought up to date. Runs
at the same time wait for each other.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from debpatch.files import alone_in  # which needs nothing that has to be installed

PROJECT = Path(__file__).resolve().parent.parent


def set_up(folder: Path, requirements: Sequence[str]) -> None:
    """Make ``folder`` an environment with ``requirements``, pip's arguments, unless it is one."""
    # The interpreter's home, not its path: with the environment activated they are not the same.
    place = f"{sys.version} {sys.base_prefix} {folder}"
    wanted = f"{place} {_digest(requirements)}"
    note = folder / "made-from"
    with alone_in(PROJECT):
        made = note.read_text() if note.is_file() else None
        if made == wanted:
            return
        if made is not None and not made.startswith(place):  # unfinished, or of another Python
            shutil.rmtree(folder)
        folder.mkdir(exist_ok=True)
        note.write_text("unfinished")
        print(f"setting up {folder.name}, once: this takes a while", flush=True)
        _make(folder)
        _install(folder, requirements)
        note.write_text(wanted)


def _digest(requirements: Sequence[str]) -> str:
    """A digest of all that decides what pip installs."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    files = [path.read_text() for path in map(PROJECT.joinpath, requirements) if path.is_file()]
    decisive = repr([requirements, files, project["project"], project["build-system"]])
    return hashlib.sha256(decisive.encode()).hexdigest()


def _make(folder: Path) -> None:
    try:
        import ensurepip  # noqa: F401 - Debian has it in the package python3-venv
        import venv
    except ImportError:
        sys.exit("this Python cannot make virtual environments; apt install python3-venv")
    if not (folder / "bin" / "python").exists():
        venv.create(folder, symlinks=True, with_pip=True)


def _install(folder: Path, requirements: Sequence[str]) -> None:
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-qq"]
    command = [*pip, "--disable-pip-version-check", *requirements]
    if subprocess.run(command, cwd=PROJECT, check=False).returncode:
        sys.exit(f"cannot install what {folder.name} needs; see above, and try again")


if __name__ == "__main__":
    set_up(PROJECT / sys.argv[1], sys.argv[2:])
