"""The command line as a user has it: a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, read as JSON."""
        return json.loads(self.out)


def debpatch(*arguments: str | Path, cwd: Path | None = None, stdin: bytes = b"") -> Done:
    """Run ``debpatch`` with ``arguments``."""
    done = subprocess.run(
        [sys.executable, "-m", "debpatch", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        check=False,
    )
    return Done(done.returncode, _text(done.stdout), _text(done.stderr))


def flat(text: str) -> str:
    """Text without the line breaks of its paragraphs."""
    return " ".join(text.split())


def refusal(*arguments: str | Path, cwd: Path | None = None, stdin: bytes = b"") -> str:
    """The one line with which ``debpatch`` says that it cannot do this."""
    done = debpatch(*arguments, cwd=cwd, stdin=stdin)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("debpatch: ")
    assert done.err.count("\n") == 1
    return done.err.removeprefix("debpatch: ").rstrip("\n")


def environment(**changes: str) -> dict[str, str]:
    """The environment of this process with ``changes``."""
    return {**os.environ, **changes}


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
