"""A person, a day, and a stage for the commands."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from debpatch.demo import Demo
from trust.commands import Stage, set_stage


@pytest.fixture
def stage(demo: Demo, tmp_path: Path) -> Stage:
    """Copies of the demo's parts."""
    return set_stage(demo, tmp_path / "stage")


@pytest.fixture(autouse=True)
def _surroundings_of_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person, a day, no package around, and a folder of our own for what is temporary."""
    monkeypatch.setenv("DEBFULLNAME", "Grete Vinter")
    monkeypatch.setenv("DEBEMAIL", "grete@debian.example.org")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772360000")
    for name in ("elsewhere", "tmp"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)


def needs_root() -> None:
    """Skip the test where this process is not root."""
    if os.geteuid():
        pytest.skip("only root can act for several users")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for little."""
    needs_root()
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "none", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("may not mount a file system here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)
