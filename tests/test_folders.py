"""The shipped files are found in a checkout and in an installed package, and nowhere else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from debpatch import folders

CHECKOUT = Path(__file__).resolve().parent.parent


def ask(site: Path, name: str) -> str:
    """What the debpatch in the folder ``site`` answers to ``name()``, in a process of its own."""
    program = (
        "from debpatch import folders\n"
        "from debpatch.errors import DebpatchError\n"
        f"try: print(folders.{name}())\n"
        "except DebpatchError as error: print('error:', error)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": str(site)},
        cwd=site,
        check=True,
        capture_output=True,
        text=True,
    )
    return result.stdout.strip()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of installed packages with nothing in it but debpatch's modules for this."""
    package = tmp_path / "site" / "debpatch"
    package.mkdir(parents=True)
    for name in ("__init__.py", "errors.py", "folders.py"):
        shutil.copy(CHECKOUT / "debpatch" / name, package)
    return package.parent


@pytest.mark.skipif(
    not Path(folders.__file__).is_relative_to(CHECKOUT / "debpatch"),
    reason="it is not the checkout's debpatch that is tested",
)
def test_checkout() -> None:
    assert folders.fixtures() == CHECKOUT / "fixtures"
    assert folders.templates() == CHECKOUT / "templates"
    assert (folders.fixtures() / "demo" / "history.toml").is_file()


@pytest.mark.parametrize("name", ["fixtures", "templates"])
def test_installed(site: Path, name: str) -> None:
    (site / "debpatch" / name).mkdir()
    (site / name).mkdir()

    assert ask(site, name) == str(site / "debpatch" / name)


@pytest.mark.parametrize("name", ["fixtures", "templates"])
def test_a_stranger_beside_a_damaged_installation_is_not_ours(site: Path, name: str) -> None:
    (site / name).mkdir()

    assert ask(site, name) == (
        f"error: {site / 'debpatch' / name} is missing, so the installation is damaged;"
        " reinstall debpatch"
    )
