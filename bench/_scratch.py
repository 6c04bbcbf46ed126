"""Scratch repositories: Git without the user's configuration, and commits made from texts."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_ENVIRONMENT = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Bench"), ("EMAIL", "bench@example.org"), ("DATE", "@0 +0000"))
} | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}


def git(repository: Path, *command: str | Path, stdin: bytes = b"") -> bytes:
    """Run ``git command...`` in ``repository`` on ``stdin`` and give its output."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", *command],
        cwd=repository,
        env=kept | _ENVIRONMENT,
        input=stdin,
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout


def git_line(repository: Path, *command: str | Path) -> str:
    """Run a command that answers in one line, such as an id, and give that."""
    return git(repository, *command).decode().strip()


def new_repository(path: Path, borrow: Path | None = None) -> Path:
    """Make a bare repository at ``path``; it has the objects of the one at ``borrow`` as well."""
    path.mkdir(parents=True)
    git(path, "init", "-q", "--bare")
    if borrow:
        objects = git_line(borrow, "rev-parse", "--path-format=absolute", "--git-path", "objects")
        (path / "objects/info/alternates").write_text(objects + "\n")
    return path


def commit(repository: Path, files: Mapping[str, bytes], parent: str | None = None) -> str:
    """Commit ``files``, and nothing else, on ``parent``; give the id."""
    stream = [b"commit refs/heads/scratch\ncommitter Bench <bench@example.org> 0 +0000\ndata 0\n"]
    stream += [f"from {parent}\n".encode()] if parent else []
    stream += [b"deleteall\n"]
    for path, content in files.items():
        stream += [b"M 100644 inline %b\ndata %d\n" % (path.encode(), len(content)), content, b"\n"]
    git(repository, "fast-import", "--quiet", "--force", stdin=b"".join(stream))
    return git_line(repository, "rev-parse", "refs/heads/scratch")


def commit_patched(repository: Path, patch: Path, parent: str) -> str:
    """Commit what ``patch`` makes of ``parent``; give the id."""
    git(repository, "read-tree", parent)
    git(repository, "apply", "--cached", "--whitespace=nowarn", patch.resolve())
    tree = git_line(repository, "write-tree")
    return git_line(repository, "commit-tree", "-p", parent, "-m", "the patch", tree)
