"""The command line: within the process of the tests, or as a process of its own."""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from debpatch.cli import main


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


def debpatch(
    *arguments: str | Path,
    cwd: Path | None = None,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
) -> Done:
    """Run ``debpatch`` with ``arguments`` in this process, which takes a sixth of the time.

    ``env`` is what differs from the environment of the tests.
    """
    streams = [io.TextIOWrapper(io.BytesIO(data), "utf-8") for data in (stdin, b"", b"")]
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    code = 0
    with pytest.MonkeyPatch.context() as patch:
        for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
            patch.setattr(sys, name, stream)
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["debpatch", *map(str, arguments)])
        patch.setattr("tempfile.tempdir", None)  # which Python chooses once a process
        if cwd is not None:
            patch.chdir(cwd)
        try:
            main()
        except SystemExit as exit_:
            code = exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        _, out, err = (_written(stream) for stream in streams)
    return Done(code, _text(out), _text(err))


_SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def _written(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue()


def program(*arguments: str | Path) -> list[str]:
    """The command that runs ``debpatch`` with ``arguments`` in a process of its own."""
    return [sys.executable, "-m", "debpatch", *map(str, arguments)]


def process(
    *arguments: str | Path,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
    limits: Mapping[int, int] | None = None,
) -> Done:
    """Run ``debpatch`` as a user does, with limits of setrlimit(2): as debpatch() otherwise."""

    def set_limits() -> None:
        for number, value in (limits or {}).items():
            resource.setrlimit(number, (value, value))

    done = subprocess.run(
        program(*arguments),
        input=stdin,
        env=environment(**(env or {})),
        capture_output=True,
        check=False,
        preexec_fn=set_limits if limits else None,
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
    assert "internal error" not in done.err
    return done.err.removeprefix("debpatch: ").rstrip("\n")


def environment(**changes: str) -> dict[str, str]:
    """The environment of this process with ``changes``."""
    return {**os.environ, **changes}


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
