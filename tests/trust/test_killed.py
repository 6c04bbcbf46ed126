"""Killed at any moment, a command leaves a package as before or complete, and no half document.

Processes are killed from outside at random moments; and those functions that write, at each moment
that matters: before every change of the file system, as Python's audit events tell of them.
"""

from __future__ import annotations

import ctypes
import os
import random
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from command_line import process, program

from debpatch.dep3 import fix
from debpatch.dep3.targets import PatchFile
from debpatch.files import change_debian, write_documents, write_folder
from trust.commands import READING, WRITING, Arguments, Stage, exit_code
from trust.faults import LONG, contents, copy_of

KILLS = 40 if LONG else 1
"""At random moments, of each command: 200 in a long run."""
COMMANDS: dict[str, Callable[[Stage], Arguments]] = {
    **WRITING,
    "export-patch": lambda s: (*READING["export-patch"](s), "--output", s.out / "mails"),
    "propose-update": READING["propose-update"],
    "review": READING["review"],
}
"""All commands that write to where the user says."""


def assert_whole(name: str, stage: Stage, whole: Stage, tried: Stage) -> None:
    """That what a killed command left is as before, or as after the whole command.

    validate-dep3 mends file by file, and a folder of documents gets one by one, each of them whole.
    """
    before, after = contents(stage.package), contents(whole.package)
    left, documents = contents(tried.package), contents(tried.out)
    if name == "validate-dep3 --fix":
        assert left.keys() == before.keys()
        assert all(data in (before[path], after[path]) for path, data in left.items())
    else:
        assert left in (before, after)
    full = contents(whole.out)
    assert documents.keys() <= full.keys()
    if name == "review":
        assert documents in ({}, full) or documents.keys() == full.keys()
    for path, data in documents.items():
        ours, theirs = (os.fsencode(each.out.parent) for each in (tried, whole))
        assert data.replace(ours, theirs) == full[path], path


@pytest.mark.parametrize("name", COMMANDS)
def test_killed_at_random_moments(stage: Stage, tmp_path: Path, name: str) -> None:
    whole = copy_of(stage, tmp_path / "whole")
    start = time.monotonic()
    assert process(*COMMANDS[name](whole)).code == exit_code(name)
    takes = time.monotonic() - start
    moments = random.Random(name)
    for number in range(KILLS):
        tried = copy_of(stage, tmp_path / f"try{number:02}")  # as long as "whole"
        with subprocess.Popen(
            program(*COMMANDS[name](tried)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as running:
            # Most of the time passes before anything is written.
            time.sleep(takes * moments.uniform(0 if number % 2 else 0.7, 1.05))
            running.kill()
        assert_whole(name, stage, whole, tried)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_leaves_nothing_behind(
    stage: Stage, tmp_path: Path, number: signal.Signals
) -> None:
    """Whenever the signal comes: the private repository goes, and nothing but a status is told."""
    moments = random.Random(number)
    for _ in range(KILLS * 2):
        with subprocess.Popen(
            program(*READING["diff-upstream"](stage)), stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as running:  # fmt: skip
            assert running.stderr
            while running.poll() is None and not any((tmp_path / "tmp").iterdir()):
                time.sleep(0.001)
            time.sleep(moments.choice((0, 0, 0.003, 0.05, 0.3)))
            running.send_signal(number)
            said = running.stderr.read()
        assert running.returncode in {0, 1, 128 + number, -number}  # the last as Python ends
        assert said == b""
        assert list((tmp_path / "tmp").iterdir()) == []


def test_told_to_end_as_the_private_repository_is_made(stage: Stage, tmp_path: Path) -> None:
    script = (
        "import os, signal, sys, tempfile\n"
        "made = tempfile.mkdtemp\n"
        "def mkdtemp(*given, **named):\n"
        "    try:\n"
        "        return made(*given, **named)\n"
        "    finally:\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "tempfile.mkdtemp = mkdtemp\n"
        "from debpatch.cli import main\n"
        "main()\n"
    )
    given = map(str, READING["diff-upstream"](stage))
    done = subprocess.run([sys.executable, "-c", script, *given], check=False, capture_output=True)
    assert (done.returncode, done.stderr) == (128 + signal.SIGTERM, b"")
    assert list((tmp_path / "tmp").iterdir()) == []


# -- the functions that write ----------------------------------------------------------------------

NEW = {f"f{number}": b"new %d\n" % number for number in range(4)}


def in_debian(folder: Path) -> None:
    change_debian(folder, {f"debian/{name}": data for name, data in NEW.items()})


def without_exchange(folder: Path) -> None:
    """As on a file system that cannot let two folders change places."""
    ctypes.CDLL = lambda *_, **__: object()  # type: ignore[assignment,misc]
    in_debian(folder)


def as_documents(folder: Path) -> None:
    write_documents(folder / "debian", NEW)


def as_a_review(folder: Path) -> None:
    write_folder(folder / "debian", {**NEW, "report.json": b"new\n"})


def in_a_header(folder: Path) -> None:
    file = folder / "debian" / "f1"
    fix.write(PatchFile("f1", "f1", file.read_bytes, file), NEW["f1"])


WRITERS: dict[str, tuple[Callable[[Path], None], bool]] = {
    "import-commits": (in_debian, True),
    "import-commits, elsewhere": (without_exchange, False),
    "export-patch, propose-update": (as_documents, False),
    "review": (as_a_review, True),
    "validate-dep3 --fix": (in_a_header, True),
}
"""What writes, and whether it does so in one step."""


@pytest.mark.parametrize("name", WRITERS)
def test_killed_before_any_change_of_the_file_system(tmp_path: Path, name: str) -> None:
    write, at_once = WRITERS[name]
    before = {**{f"f{number}": b"old\n" for number in range(3)}, "report.json": b"old\n"}
    seen = []
    for moment in count():
        folder = tmp_path / str(moment)
        (folder / "debian").mkdir(parents=True)
        for file, data in before.items():
            (folder / "debian" / file).write_bytes(data)
        is_killed = killed_before(moment, partial(write, folder), tmp_path)
        seen.append(contents(folder))
        if not is_killed:
            break
    complete = seen[-1]
    old = {"debian": b"a folder", **{f"debian/{file}": data for file, data in before.items()}}
    assert seen[0] == old != complete
    assert len(seen) > 3
    for left in seen:
        if at_once:
            assert left in (old, complete)
        elif "debian" in left:
            assert left.keys() <= complete.keys() | old.keys()
            assert all(data in (old.get(path), complete.get(path)) for path, data in left.items())
        else:  # the old folder stood aside, and the new one is beside it
            assert any(contents(aside).keys() >= {"debian", "debian.old"}
                       for aside in tmp_path.glob(".debpatch-*"))  # fmt: skip


_CHANGES = {
    "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.chmod",
    "os.truncate", "shutil.copyfile", "shutil.copytree", "shutil.rmtree", "ctypes.dlsym",
}  # fmt: skip


def killed_before(moment: int, write: Callable[[], None], place: Path) -> bool:
    """Let a child write, which kills itself before that change below ``place``, if there is one."""
    child = os.fork()
    if child == 0:
        changes = count()

        def hook(event: str, details: tuple[object, ...]) -> None:
            is_change = event in _CHANGES or (
                event == "open" and isinstance(details[2], int) and details[2] & os.O_ACCMODE
            )
            is_here = event == "ctypes.dlsym" or str(details[0]).startswith(str(place))
            if is_change and is_here and next(changes) == moment:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        try:
            write()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL)
    return status == signal.SIGKILL
