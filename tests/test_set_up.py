"""tools/set_up.py makes an environment once, and never takes a half-made one for ready."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that requires nothing, so that no network is needed."""
    pytest.importorskip("ensurepip", reason="this Python cannot make environments: python3-venv")
    for name in (
        "tools/set_up.py",
        "debpatch/__init__.py",
        "debpatch/errors.py",
        "debpatch/files.py",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(CHECKOUT / name, tmp_path / name)
    (tmp_path / "pyproject.toml").write_text("[build-system]\n[project]\ndependencies = []\n")
    (tmp_path / "requirements.txt").write_text("# none\n")
    return tmp_path


def start(project: Path) -> subprocess.Popen[str]:
    """Begin to set up ``environment`` in ``project``."""
    return subprocess.Popen(
        [sys.executable, "-m", "tools.set_up", "environment", "--requirement", "requirements.txt"],
        cwd=project,
        stdout=subprocess.PIPE,
        text=True,
    )


def set_up(project: Path) -> bool:
    """Set up, and tell whether there was anything to do."""
    process = start(project)
    said, _ = process.communicate()
    assert process.returncode == 0
    assert (
        subprocess.run([project / "environment/bin/python", "-c", ""], check=False).returncode == 0
    )
    return "setting up" in said


def test_an_interrupted_one_is_made_anew(project: Path) -> None:
    process = start(project)
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    process.communicate()
    leftover = project / "environment" / "half-made"
    leftover.parent.mkdir(exist_ok=True)
    leftover.touch()

    assert set_up(project)
    assert not leftover.exists()
    assert not set_up(project)


def test_new_requirements_are_installed_into_it(project: Path) -> None:
    set_up(project)
    kept = project / "environment" / "kept"
    kept.touch()
    (project / "requirements.txt").write_text("# other\n")

    assert set_up(project)
    assert kept.exists()
    assert not set_up(project)


def test_two_at_once(project: Path) -> None:
    said = [process.communicate()[0] for process in (start(project), start(project))]
    assert sorted(text != "" for text in said) == [False, True]
