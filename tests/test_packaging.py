"""What the project says about itself in several places is the same everywhere."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    said: dict[str, Any] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    return said


def dependencies(project: dict[str, Any]) -> dict[NormalizedName, Requirement]:
    return _by_name(project["dependencies"])


def _by_name(required: list[str]) -> dict[NormalizedName, Requirement]:
    return {canonicalize_name(item.name): item for item in map(Requirement, required)}


def imported() -> set[NormalizedName]:
    """The distributions that the modules of debpatch import, late imports included."""
    names: set[str] = set()
    for file in (CHECKOUT / "debpatch").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add((node.module or "").partition(".")[0])
    names -= {*sys.stdlib_module_names, "debpatch"}
    known = {"debianbts": ["python-debianbts"]}  # an extra, which need not be installed
    known |= packages_distributions()  # Debian's packages may lack the lists of files for this
    return {canonicalize_name(known.get(name, [name])[0]) for name in names}


def test_what_is_imported_is_declared(project: dict[str, Any]) -> None:
    extra = _by_name(project["optional-dependencies"]["bts"])
    assert imported() <= dependencies(project).keys() | extra.keys()


def test_the_tested_floors_are_the_declared_ones(project: dict[str, Any]) -> None:
    lines = (CHECKOUT / "requirements-floors.txt").read_text().splitlines()
    tested = [Requirement(line) for line in lines if line and not line.startswith("#")]
    pins = {canonicalize_name(item.name): item.specifier for item in tested}
    for name, required in dependencies(project).items():
        (floor,) = required.specifier
        assert floor.operator == ">="
        assert str(pins[name]) == f"=={floor.version}"


def test_the_oldest_python_is_the_same_everywhere(project: dict[str, Any]) -> None:
    oldest = project["requires-python"].removeprefix(">=")
    major, minor = oldest.split(".")
    tools = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]
    assert tools["ruff"]["target-version"] == f"py{major}{minor}"
    assert f"sys.version_info >= ({major}, {minor})" in (CHECKOUT / "Makefile").read_text()


needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@needs_make
def test_make_says_what_there_is_to_make() -> None:
    text = (CHECKOUT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony is not None
    targets = [name for name in phony[1].split() if name != "python" and name[0] != "."]
    said = subprocess.run(
        ["make", "--no-print-directory"], cwd=CHECKOUT, check=True, capture_output=True, text=True
    ).stdout
    assert [line.split()[1] for line in said.splitlines()] == targets


@needs_make
def test_an_old_python_gets_one_clear_line(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text(
        "#!/bin/sh\n"
        f'exec "{sys.executable}" -c "import sys; sys.version_info = (3, 9, 2, \'final\', 0)\n$2"\n'
    )
    old.chmod(0o755)
    assert make_test(PYTHON=old) == [
        f"{old} is Python 3.9; 3.11 or newer is needed (make PYTHON=...)"
    ]


@needs_make
def test_a_missing_python_gets_one_clear_line(tmp_path: Path) -> None:
    missing = tmp_path / "python3"
    assert make_test(PYTHON=missing) == [
        f"{missing} is not there; install Python 3.11 or newer (apt install python3)"
    ]


def make_test(**variables: Path) -> list[str]:
    """What a `make test` that fails says, apart from make's own words."""
    given = [f"{name}={value}" for name, value in variables.items()]
    result = subprocess.run(
        ["make", "--no-print-directory", "test", *given],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 2
    return [line for line in result.stderr.splitlines() if not line.startswith("make")]
