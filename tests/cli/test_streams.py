"""Where a result goes: a reader that leaves, a full disk, an encoding that lacks characters."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from command_line import environment, program
from repos import Repo


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """A comparison that finds differences, with a character that ASCII lacks."""
    repo = Repo(tmp_path / "upstream")
    repo.commit({"x.c": "one\ntwo\n"}, tag="v1.0")
    repo.commit({"x.c": "one\nzwölf\n"}, "zwölf", tag="v1.1")
    patch = tmp_path / "p.patch"
    patch.write_text("--- a/x.c\n+++ b/x.c\n@@ -1,2 +1,2 @@\n one\n-two\n+elf\n")
    places = ("--repo", repo.path, "--base", "v1.0", "--upstream", "v1.1", patch)
    return program("diff-upstream", *places)


def test_results_are_utf_8_whatever_the_terminal_has(command: list[str]) -> None:
    done = subprocess.run(
        command, env=environment(PYTHONIOENCODING="ascii"), capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert "zwölf".encode() in done.stdout


def test_a_full_disk_is_one_line(command: list[str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr.decode() == "debpatch: cannot write the result: No space left on device\n"


def test_a_reader_that_leaves_is_no_error(command: list[str]) -> None:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (1, b"")
