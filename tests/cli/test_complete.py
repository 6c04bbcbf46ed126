"""The Tab key, as the shells' own completion asks: by environment variables."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import debpatch, environment, program

from debpatch.cli.app import app
from debpatch.demo import Demo

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture
def here(demo: Demo) -> Path:
    """The folder of the demo."""
    return demo.repository.parent


def completed(line: str, folder: Path, **changes: str) -> list[str]:
    """What is offered for the last word of ``line``."""
    words = line.split(" ")
    asked = {
        "_DEBPATCH_COMPLETE": "bash_complete",
        "COMP_WORDS": "\n".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    done = debpatch(cwd=folder, env={**asked, **changes})
    assert (done.code, done.err) == (0, "")
    return [word.removeprefix("plain,") for word in done.out.split()]


def test_commands(here: Path) -> None:
    assert completed("debpatch plan", here) == ["plan-backport"]


def test_revisions_are_tags_and_branches(here: Path) -> None:
    line = "debpatch check-conflicts --repo tidewatch.git "
    assert completed(line + "v1.5", here) == ["v1.5.0_rc1", "v1.5.0"]
    assert completed(line + "rel", here) == ["release/1.4"]
    assert completed(line + "--onto mai", here) == ["main"]


def test_the_next_revision_of_a_list_or_range(here: Path) -> None:
    line = "debpatch plan-backport --repo tidewatch.git "
    assert completed(line + "v1.4.2..v1.4.7", here) == ["v1.4.2..v1.4.7"]
    assert completed(line + "main,release", here) == ["main,release/1.4"]


def test_the_repository_that_the_environment_names(here: Path) -> None:
    line = "debpatch find-backports v1.4.7"
    assert completed(line, here / "tidewatch-1.4.2") == []
    there = str(here / "tidewatch.git")
    assert completed(line, here / "tidewatch-1.4.2", DEBPATCH_REPO=there) == ["v1.4.7"]


def test_patches_are_files_and_those_of_the_series(here: Path) -> None:
    assert completed("debpatch diff-upstream ", here) == ["link-process-frames-immediately.patch"]
    package = here / "tidewatch-1.4.2"
    series = completed("debpatch diff-upstream debian/patches/", package)
    assert set(completed("debpatch diff-upstream ", package)) == set(series)
    assert "debian/patches/default-device.patch" in series
    assert len(series) == 4


def test_names_that_mean_more_to_a_shell_are_not_offered(here: Path, tmp_path: Path) -> None:
    repository = shutil.copytree(here / "tidewatch.git", tmp_path / "r.git")
    sha = (repository / "packed-refs").read_text() if (repository / "packed-refs").exists() else ""
    assert not sha  # the demo has loose refs, so that a ref is a file
    head = (repository / "refs/heads/main").read_text()
    for name in ("v9$(touch${IFS}x)", "v9;reboot", "v9`id`", "v9.1"):
        (repository / "refs/tags" / name).write_text(head)
    assert completed("debpatch check-conflicts --repo r.git v9", tmp_path) == ["v9.1"]


def test_no_repository_no_package_no_trouble(tmp_path: Path) -> None:
    assert completed("debpatch check-conflicts --repo nowhere v", tmp_path) == []
    (tmp_path / "debian").mkdir()
    (tmp_path / "debian/changelog").write_text("rubbish\n")
    assert completed("debpatch check-conflicts v", tmp_path) == []


def test_every_revision_and_patch_completes() -> None:
    for command in app.commands.values():
        for parameter in command.params:
            metavar = (parameter.metavar or "").strip("[].")
            if metavar in {"REV", "REVS", "TARGET", "PATCH"}:
                custom = parameter._custom_shell_complete
                assert custom is not None, f"{command.name}: {parameter.name}"


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("completion")
    made = environment(PYTHONPATH=str(TOOLS.parent))
    subprocess.run([sys.executable, TOOLS / "completion.py", folder], check=True, env=made)
    return folder


@pytest.mark.parametrize("file", ["bash/debpatch", "zsh/_debpatch", "fish/debpatch.fish"])
def test_shells_can_read_their_files(scripts: Path, file: str) -> None:
    shell = file.partition("/")[0]
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    subprocess.run([shell, "-n", scripts / file], check=True)


@pytest.mark.parametrize("file", ["bash/debpatch", "zsh/_debpatch", "fish/debpatch.fish"])
def test_debpatch_prints_the_same(scripts: Path, file: str) -> None:
    done = debpatch("--show-completion", file.partition("/")[0])
    assert (done.code, done.err, done.out.strip()) == (0, "", (scripts / file).read_text().strip())


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH that has debpatch."""
    script = tmp_path / "debpatch"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(program())} "$@"\n')
    script.chmod(0o755)
    return f"{tmp_path}:{os.environ['PATH']}"


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_tab_in_bash(scripts: Path, here: Path, path: str) -> None:
    script = (
        f". {scripts}/bash/debpatch; COMP_CWORD=4\n"
        "COMP_WORDS=(debpatch find-backports --repo tidewatch.git v1.4.7)\n"
        '_debpatch_completion debpatch v1.4.7 tidewatch.git; printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    assert tab(["bash", "-c", script], here, path) == ["v1.4.7"]


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_tab_in_fish(scripts: Path, here: Path, path: str) -> None:
    script = (
        f"source {scripts}/fish/debpatch.fish; "
        "complete --do-complete 'debpatch find-backports --repo tidewatch.git v1.4.7'"
    )
    assert tab(["fish", "--no-config", "-c", script], here, path) == ["v1.4.7"]


def tab(command: list[str], folder: Path, path: str) -> list[str]:
    done = subprocess.run(
        command, cwd=folder, env=environment(PATH=path), capture_output=True, text=True, check=True
    )
    return done.stdout.split()
