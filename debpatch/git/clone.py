"""Clones of upstream repositories that are named by URL, kept in the user's cache."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from debpatch.errors import DebpatchError
from debpatch.files import alone_in, unfinished
from debpatch.folders import cache_folder
from debpatch.git.command import Git, GitCommandError, RemoteProgress

PROTOCOLS = ("https", "http", "git", "ssh")
"""The transports that are used; others (``ext::``, ``file://``) can run or read what they like."""

Progress = Callable[[str, float | None], None]
"""Told what Git does now, and how far it is, from 0 to 1 (None: not known)."""


def is_url(location: str) -> bool:
    """Tell a URL (also ``host:path``, as scp(1) writes it) from a path."""
    return bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]*::?//|[A-Za-z]+::|[^/@\s]+@[^/:\s]+:", location))


def clone(url: str, *, update: bool = False, progress: Progress | None = None) -> Path:
    """The folder with a bare clone of ``url``, made once and fetched anew only on ``update``.

    Raises DebpatchError where the transport is not allowed or the network fails.
    """
    if urlsplit(url).scheme not in PROTOCOLS and not re.match(r"[^-/@\s][^/@\s]*@", url):
        raise DebpatchError(f"{url}: unsupported protocol; use one of {', '.join(PROTOCOLS)}")
    folder = _folder(url)
    with _locked(folder):
        if not (folder / "HEAD").exists():
            _clone(url, folder, progress)
        elif update:
            _run(url, folder, progress, "fetch", "--prune", "--tags", "--progress", "origin")
    return folder


def cached(url: str) -> Path | None:
    """The folder with the clone of ``url`` that there is already; None where there is none."""
    folder = _folder(url)
    return folder if (folder / "HEAD").exists() else None


def _folder(url: str) -> Path:
    readable = re.sub(r"[^A-Za-z0-9.]+", "-", url.partition("://")[2] or url).strip("-.")
    digest = hashlib.sha256(url.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return cache_folder() / "repositories" / f"{readable[:80]}-{digest}.git"


def _clone(url: str, folder: Path, progress: Progress | None) -> None:
    """Clone beside the place and rename, so that a clone is whole or not there."""
    prefix = f".{folder.name}-"
    for left in folder.parent.glob(f"{prefix}*"):  # by a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    with unfinished(folder.parent, prefix) as made:
        new = made / folder.name
        new.mkdir(0o700)  # it may hold what not everybody may read
        _run(url, new, progress, "clone", "--mirror", "--progress", "--", url, ".")
        new.rename(folder)


def _run(url: str, folder: Path, progress: Progress | None, *command: str) -> None:
    git = Git(folder, PROTOCOLS)
    parser = _Progress(progress)
    hear = parser.new_message_handler()
    try:
        process = git.execute([git.GIT_PYTHON_GIT_EXECUTABLE, *command], as_process=True)
        rest = b""
        while chunk := process.stderr.read1(4096):
            *messages, rest = re.split(rb"[\r\n]+", rest + chunk)
            for message in messages:
                hear(message.decode("utf-8", "replace"))
        process.wait()
    except GitCommandError as error:
        lines = [line for line in parser.error_lines if line.strip()] or [str(error)]
        raise DebpatchError(
            f"{url}: git {command[0]} failed ({lines[-1].strip()}); check the address and the "
            "network, or give a clone of your own with --repo"
        ) from error


class _Progress(RemoteProgress):
    """GitPython's reader of Git's progress lines, telling us instead of keeping."""

    def __init__(self, tell: Progress | None) -> None:
        super().__init__()
        self._tell = tell

    def update(
        self,
        op_code: int,
        cur_count: str | float,
        max_count: str | float | None = None,
        message: str = "",  # noqa: ARG002 - GitPython's signature
    ) -> None:
        if self._tell:
            share = float(cur_count) / float(max_count) if max_count else None
            self._tell(_STAGES.get(op_code & self.OP_MASK, "working"), share)


_STAGES = {
    RemoteProgress.COUNTING: "counting objects",
    RemoteProgress.COMPRESSING: "compressing objects",
    RemoteProgress.RECEIVING: "receiving objects",
    RemoteProgress.RESOLVING: "resolving deltas",
}


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one process at a time clone or fetch into ``folder``."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with alone_in(folder.with_suffix(".lock")):
            yield
    except OSError as error:
        raise DebpatchError(
            f"{folder}: cannot store a clone there: {error.strerror}; free some space, or set "
            "XDG_CACHE_HOME"
        ) from error
