"""Run a command in the source after each step of a plan, like ``git rebase --exec``."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from debpatch.git.repository import Commit, Repository

_TAIL = 4096
"""Bytes of a command's output that are kept, from its end."""


@dataclass(frozen=True, slots=True)
class Run:
    """How the command ended after the step ``commit``: exit status, seconds, end of its output.

    The status is that of the shell; a signal's number is negative.
    """

    commit: Commit
    status: int
    seconds: float
    output: str


def run_after_each(
    repository: Repository,
    steps: Iterable[tuple[Commit, str]],
    command: str,
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[Run, ...]:
    """Check out the tree that each of ``steps`` gives, and run ``command`` there in a shell.

    All steps share one temporary folder, so that a build goes on from where it was. The command is
    the user's own, as is its environment.
    """
    runs = []
    with tempfile.TemporaryDirectory(prefix="debpatch-exec-") as folder:
        for commit, tree in steps:
            tell(f"{commit.short}: {command}")
            repository.check_out(tree, Path(folder))
            runs.append(_run(commit, command, Path(folder)))
    return tuple(runs)


def _run(commit: Commit, command: str, folder: Path) -> Run:
    start = time.monotonic()
    with tempfile.TemporaryFile() as output, _process(command, folder, output.fileno()) as process:
        status = process.wait()
        output.seek(max(0, output.seek(0, os.SEEK_END) - _TAIL))
        tail = output.read().decode("utf-8", "surrogateescape")
    return Run(commit, status, time.monotonic() - start, tail)


@contextmanager
def _process(command: str, folder: Path, output: int) -> Iterator[subprocess.Popen[bytes]]:
    """The running command, in a group of its own that ends with it."""
    process = subprocess.Popen(  # noqa: S602 - the user asks for a shell command
        command,
        shell=True,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
                process.wait(5)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
