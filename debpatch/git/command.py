"""The one way debpatch runs Git: GitPython, in an environment of our own.

Git takes orders from many places: the user's and the system's configuration, dozens of ``GIT_*``
variables, attributes, hooks. What a stranger's repository or a calling hook put there must neither
run anything nor change a result, so each command gets an environment in which only the repository
it is pointed at speaks (git(1), "ENVIRONMENT VARIABLES"; git-config(1), "ENVIRONMENT").
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

from debpatch.errors import DebpatchError

try:
    import git
    from git import RemoteProgress
    from git.exc import GitCommandError, GitCommandNotFound
except ImportError as error:  # GitPython looks for the program while it is imported
    raise DebpatchError(
        "git is not there or does not run; install it (apt install git) and see that it is in PATH"
    ) from error

__all__ = [
    "OLDEST",
    "Git",
    "GitCommandError",
    "RemoteProgress",
    "Stream",
]  # from here, after the words above

OLDEST = (2, 38)
"""The first Git that merges trees without a work tree (git-merge-tree(1), ``--write-tree``)."""

_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "false",
    "GIT_PAGER": "cat",
    # A repository that belongs to somebody else is only ever read, and nothing of its runs.
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "safe.directory",
    "GIT_CONFIG_VALUE_0": "*",
    "HOME": os.devnull,
    "XDG_CONFIG_HOME": os.devnull,
    "LC_ALL": "C",
    "TZ": "UTC",
}


_PIECE = 1 << 20


class Stream(Protocol):
    """Something that takes what Git prints."""

    def write(self, data: bytes, /) -> Any:
        """Take the next piece."""


class Git(git.Git):
    """GitPython's command runner, deaf to the caller's Git environment.

    ``protocols`` are the transports that a command may use (``GIT_ALLOW_PROTOCOL``); none by
    default, so that a partial clone cannot reach out for what it lacks.
    """

    def __init__(self, folder: Path, protocols: Sequence[str] = ()) -> None:
        super().__init__(str(folder))
        # Git takes an empty list for "no restriction", so the list names a transport of no name.
        self.update_environment(**_ENVIRONMENT, GIT_ALLOW_PROTOCOL=":".join(protocols) or "none")

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Run as GitPython does, without the ``GIT_*`` variables of our caller."""
        with _without_git_variables():
            try:
                return super().execute(*args, **kwargs)
            except GitCommandNotFound as error:
                raise DebpatchError(
                    "git does not run; install it (apt install git) and see that it is in PATH"
                ) from error
            except GitCommandError as error:
                _require_no_signal(error.status)
                raise

    def output(self, *command: str, stdin: bytes = b"") -> bytes:
        """Run ``git command...`` on ``stdin`` and give its output; GitCommandError on failure."""
        return self._run(command, stdin, with_exceptions=True)[1]

    def status_and_output(self, *command: str, stdin: bytes = b"") -> tuple[int, bytes, str]:
        """Run ``git command...``; give exit status, output and messages, whatever the status."""
        return self._run(command, stdin, with_exceptions=False)

    def output_into(self, stream: Stream, *command: str, stdin: bytes = b"") -> None:
        """As ``output``, for much of it: written to ``stream`` piece by piece as it comes."""
        self._run(command, stdin, with_exceptions=True, stream=stream)

    def _run(
        self,
        command: Sequence[str],
        stdin: bytes,
        *,
        with_exceptions: bool,
        stream: Stream | None = None,
    ) -> tuple[int, bytes, str]:
        with TemporaryFile() as file:
            file.write(stdin)
            file.seek(0)
            status, output, messages = self.execute(
                [self.GIT_PYTHON_GIT_EXECUTABLE, *command],
                istream=file,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                with_extended_output=True,
                with_exceptions=with_exceptions,
                output_stream=stream,
                max_chunk_size=_PIECE,
            )
        _require_no_signal(status)
        return status, output, messages

    def feed(self, chunks: Iterator[bytes], *command: str) -> None:
        """Run ``git command...`` on ``chunks``; raises GitCommandError on failure."""
        process = self.execute(
            [self.GIT_PYTHON_GIT_EXECUTABLE, *command], as_process=True, istream=-1
        )
        stdin: IO[bytes] = process.stdin
        with suppress(BrokenPipeError), stdin:  # git has ended, and says why below
            for chunk in chunks:
                stdin.write(chunk)
        try:
            process.wait()
        except GitCommandError as error:
            _require_no_signal(error.status)
            raise

    def get_object_header(self, ref: Any) -> Any:
        """As GitPython; raises ValueError, too, where git could not even go on."""
        with self._reading("cat_file_header"):
            return super().get_object_header(ref)

    def get_object_data(self, ref: Any) -> Any:
        """As GitPython; raises ValueError, too, where git could not even go on."""
        with self._reading("cat_file_all"):
            found = super().get_object_data(ref)
            *_, size, data = found
            if len(data) < size:  # git has ended in the middle of it
                raise BrokenPipeError
            return found

    @contextmanager
    def _reading(self, reader: str) -> Iterator[None]:
        """Tell a reader of ours that has gone from the reader of debpatch's own output."""
        try:
            yield
        except BrokenPipeError as error:
            process = getattr(self, reader)
            setattr(self, reader, None)  # the next one begins anew
            with suppress(BrokenPipeError):  # what it was not told any more is of no use
                process.proc.stdin.close()
            _require_no_signal(process.proc.wait())
            raise ValueError("git cat-file has ended") from error

    def _parse_object_header(self, header_line: Any) -> Any:
        """As GitPython, which knows ids of 40 digits only, for those of SHA-256 as well."""
        if not header_line:
            raise BrokenPipeError
        tokens = header_line.split()
        if len(tokens) == 3 and len(tokens[0]) == 64:
            return tokens[0], tokens[1], int(tokens[2])
        return super()._parse_object_header(header_line)

    def require_version(self) -> None:
        """Raise DebpatchError where the installed Git is older than debpatch needs."""
        version = self.version_info
        if version[:2] < OLDEST:
            needed, found = ".".join(map(str, OLDEST)), ".".join(map(str, version))
            raise DebpatchError(
                f"Git {needed} or newer is needed, but this is {found}; upgrade git"
            )


def _require_no_signal(status: Any) -> None:
    """Raise DebpatchError where a process was killed: what it did not say is no answer."""
    if isinstance(status, int) and status < 0:
        raise DebpatchError(
            f"git was killed by signal {-status}; check memory and disk space, and try again"
        )


@contextmanager
def _without_git_variables() -> Iterator[None]:
    callers = {name: os.environ[name] for name in os.environ if name.startswith("GIT_")}
    for name in callers:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(callers)
