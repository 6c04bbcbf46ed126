"""tools/set_up.py makes an environment once, and never takes a half-made one for ready."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent


def make_project(place: Path) -> Path:
    """A project that requires nothing, so that no network is needed."""
    pytest.importorskip("ensurepip", reason="this Python cannot make environments: python3-venv")
    for name in ("tools/set_up", "debpatch/__init__", "debpatch/errors", "debpatch/files"):
        copy = (place / name).with_suffix(".py")
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(CHECKOUT / copy.relative_to(place), copy)
    (place / "pyproject.toml").write_text("[build-system]\n[project]\ndependencies = []\n")
    (place / "requirements.txt").write_text("# none\n")
    return place


@dataclass(frozen=True)
class Twice:
    """A project whose environment two processes have set up at once, and what they said."""

    project: Path
    said: list[str]


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Twice:
    project = make_project(tmp_path_factory.mktemp("twice"))
    processes = start(project), start(project)
    return Twice(project, [process.communicate()[0] for process in processes])


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


def test_an_interrupted_one_is_made_anew(tmp_path: Path) -> None:
    project = make_project(tmp_path)
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


def test_two_at_once(twice: Twice) -> None:
    assert sorted(text != "" for text in twice.said) == [False, True]


def test_new_requirements_are_installed_into_it(twice: Twice) -> None:
    project = twice.project
    kept = project / "environment" / "kept"
    kept.touch()
    (project / "requirements.txt").write_text("# other\n")

    assert set_up(project)
    assert kept.exists()
    assert not set_up(project)
