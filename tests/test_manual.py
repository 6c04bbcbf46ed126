"""The manual and the help: every command is in them, and their examples run as they stand."""

from __future__ import annotations

import os
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import debpatch, environment
from documents import exit_code

from debpatch.cli.app import app
from debpatch.cli.examples import EXAMPLES, folded
from debpatch.demo import Demo

TOOLS = Path(__file__).resolve().parents[1] / "tools"
COMMANDS = sorted(app.commands)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("man")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1763683200")
        patch.setattr(sys, "argv", ["manual.py", str(folder)])
        runpy.run_path(str(TOOLS / "manual.py"), run_name="__main__")
    return folder


def test_every_command_has_a_page_and_examples(pages: Path) -> None:
    names = {"debpatch.1", *(f"debpatch-{name}.1" for name in COMMANDS)}
    assert {page.name for page in pages.iterdir()} == names
    assert sorted(EXAMPLES) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_run_as_they_stand(name: str, demo: Demo, tmp_path: Path) -> None:
    folder = shutil.copytree(demo.repository.parent, tmp_path / "demo", symlinks=True)
    who = {"DEBFULLNAME": "Grete Vinter", "DEBEMAIL": "grete@debian.example.org"}
    for _, command in EXAMPLES[name]:
        program, *arguments = shlex.split(command)
        assert program == "debpatch"
        done = debpatch(*arguments, cwd=folder, env=who)
        assert done.code == exit_code(["debpatch", name]), done.err
        assert done.out


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
    assert "debpatch-export-patch - turn quilt patches into mails for `git am`" in shown
    assert "--onto REV" in shown
    assert "--author 'Grete Vinter <grete@debian.example.org>'" in shown
    assert "2025-11-21" in shown
