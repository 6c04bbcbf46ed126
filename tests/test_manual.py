"""The manual and the help: every command is in them, and their examples run as they stand."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import debpatch, environment

from debpatch.cli.app import app
from debpatch.cli.examples import EXAMPLES, folded
from debpatch.demo import build_demo

TOOLS = Path(__file__).resolve().parents[1] / "tools"
COMMANDS = sorted(command.name or "" for command in app.registered_commands)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("man")
    made = environment(PYTHONPATH=str(TOOLS.parent), SOURCE_DATE_EPOCH="1763683200")
    subprocess.run([sys.executable, TOOLS / "manual.py", folder], check=True, env=made)
    return folder


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples")
    build_demo(folder)
    return folder


def test_every_command_has_a_page_and_examples(pages: Path) -> None:
    names = {"debpatch.1", *(f"debpatch-{name}.1" for name in COMMANDS)}
    assert {page.name for page in pages.iterdir()} == names
    assert sorted(EXAMPLES) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_run_as_they_stand(name: str, demo: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(demo, tmp_path / "demo", symlinks=True)
    for _, command in EXAMPLES[name]:
        program, *arguments = shlex.split(command)
        assert program == "debpatch"
        done = subprocess.run(
            [sys.executable, "-m", "debpatch", *arguments],
            cwd=folder,
            env=environment(DEBFULLNAME="Grete Vinter", DEBEMAIL="grete@debian.example.org"),
            capture_output=True,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr.decode()
        assert done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_help_ends_with_the_examples(name: str) -> None:
    said = [line.strip() for line in debpatch(name, "--help").out.splitlines()]
    for _, command in EXAMPLES[name]:
        lines = [line.strip() for line in folded(command)]
        assert any(said[n : n + len(lines)] == lines for n in range(len(said)))


def test_a_folded_command_is_the_same_command() -> None:
    for command in (command for examples in EXAMPLES.values() for _, command in examples):
        lines = folded(command)
        assert shlex.split("".join(line.removesuffix("\\") for line in lines)) == shlex.split(
            command
        )
        assert max(map(len, lines)) <= 76


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_pages_are_sound(pages: Path) -> None:
    for page in pages.iterdir():
        result = subprocess.run(
            ["groff", "-man", "-ww", "-z", "-Tutf8", page],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        assert result.stderr == ""


@pytest.mark.skipif(shutil.which("man") is None, reason="man is not installed")
@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_a_page_reads_as_the_help(pages: Path) -> None:
    shown = subprocess.run(
        ["man", "-l", pages / "debpatch-export-patch.1"],
        capture_output=True,
        text=True,
        check=True,
        env=environment(MANWIDTH="80", LC_ALL="C.UTF-8"),
    ).stdout
    assert "debpatch-export-patch - turn quilt patches into mails that `git am`" in shown
    assert "--onto REV" in shown
    assert "--author 'Grete Vinter <grete@debian.example.org>'" in shown
    assert "2025-11-21" in shown
