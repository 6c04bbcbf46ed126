"""The wheel holds all that debpatch needs: built here, and run from an environment without us."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="hatchling, which builds the wheel, is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=CHECKOUT)
    (built,) = folder.glob("debpatch-*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel, and our dependencies without ourselves."""
    pytest.importorskip("pip", reason="pip, which installs the wheel, is not installed")
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, symlinks=True)
    programs = environment / "bin"
    pip = (sys.executable, "-m", "pip", "--python", programs / "python")
    run(*pip, "install", "--no-deps", "--no-index", "--quiet", wheel, cwd=environment)
    # A folder named in a .pth file comes last, and the .pth files in it, such as the one that
    # makes this checkout importable, are not read: debpatch can only be the wheel's.
    paths = {name: str(environment) for name in ("base", "platbase")}
    site = Path(sysconfig.get_path("purelib", "venv", paths))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return programs


def run(*command: str | Path, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert result.returncode == code, result.stderr
    return result


def files(folder: Path) -> set[str]:
    return {file.relative_to(CHECKOUT).as_posix() for file in folder.rglob("*") if file.is_file()}


def metadata(wheel: Path) -> Message:
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(archive.read(name))


def test_templates_and_fixtures_are_inside(wheel: Path) -> None:
    shipped = files(CHECKOUT / "templates") | files(CHECKOUT / "fixtures")
    with ZipFile(wheel) as archive:
        assert {f"debpatch/{name}" for name in shipped} <= set(archive.namelist())


def test_nothing_else_lands_in_site_packages(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"debpatch"}


def test_metadata(wheel: Path) -> None:
    said = metadata(wheel)
    assert said["Name"] == "debpatch"
    assert said["License-Expression"] == "GPL-2.0-or-later"
    assert said["Requires-Python"] == ">=3.11"
    required = [Requirement(text) for text in said.get_all("Requires-Dist", [])]
    assert len([item for item in required if item.marker is None]) == 9


def test_the_wheel_is_what_runs(programs: Path, tmp_path: Path) -> None:
    where = run(
        programs / "python", "-c", "import debpatch; print(debpatch.__file__)", cwd=tmp_path
    )
    assert Path(where.stdout.strip()).is_relative_to(programs.parent)


def test_version(wheel: Path, programs: Path, tmp_path: Path) -> None:
    wanted = f"debpatch {metadata(wheel)['Version']}\n"
    assert run(programs / "debpatch", "--version", cwd=tmp_path).stdout == wanted
    assert run(programs / "python", "-m", "debpatch", "--version", cwd=tmp_path).stdout == wanted


def test_demo(programs: Path, tmp_path: Path) -> None:
    told = run(programs / "debpatch", "demo", cwd=tmp_path)
    assert told.stderr == ""
    assert "link_do_read" in told.stdout
    assert (tmp_path / "debpatch-demo" / "review" / "report.html").is_file()

    (made,) = tmp_path.iterdir()
    (patch,) = made.glob("*.patch")
    (repository,) = made.glob("*.git")
    (package,) = made.glob("*.dsc")
    options = ("--repo", repository, "--package", package, "--format", "json")
    result = run(programs / "debpatch", "diff-upstream", *options, patch, cwd=tmp_path, code=1)
    found = json.loads(result.stdout)
    (comparison,) = found["comparisons"]
    assert comparison["verdict"] == "adapted"
    assert {use["path"] for use in found["residual_references"]} == {"src/link_bsd.c"}
