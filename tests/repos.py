"""Repositories that tests make, and real Git to compare with."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A U Thor",
    "GIT_AUTHOR_EMAIL": "author@example.org",
    "GIT_COMMITTER_NAME": "C O Mitter",
    "GIT_COMMITTER_EMAIL": "committer@example.org",
    "LC_ALL": "C",
    "TZ": "UTC",
    # After each commit Git asks another process whether there is anything to tidy up.
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "maintenance.auto",
    "GIT_CONFIG_VALUE_0": "false",
}

Files = Mapping[str, bytes | str | None]


class Repo:
    """A repository with a work tree; one tick of the clock between commits."""

    def __init__(self, path: Path, object_format: str = "sha1") -> None:
        self.path = path
        self.clock = 1_700_000_000
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", "--template=", f"--object-format={object_format}")

    def run(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        date = f"{self.clock} +0000"
        environment = {**_ENVIRONMENT, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        return subprocess.run(
            ["git", *command], cwd=self.path, env=environment, capture_output=True
        )

    def git(self, *command: str) -> str:
        done = self.run(*command)
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, files: Files) -> None:
        """Write files, or remove those that are None."""
        for name, content in files.items():
            path = self.path / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(os.fsencode(content) if isinstance(content, str) else content)

    def commit(self, files: Files, message: str = "change", tag: str | None = None) -> str:
        """Commit ``files``, and give the commit's id."""
        self.write(files)
        self.clock += 60
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "--allow-empty-message", "-m", message)
        if tag:
            self.git("tag", tag)
        return self.head()

    def namesakes(self) -> tuple[str, str]:
        """Two commits whose ids begin with the same four digits, one of them a letter."""
        tree = self.git("rev-parse", "HEAD^{tree}")
        seen: dict[str, bytes] = {}
        for number in itertools.count():
            data = b"tree %s\nauthor A <a> 0 +0000\ncommitter A <a> 0 +0000\n\n%d\n"
            data %= (tree.encode(), number)
            stored = b"commit %d\0%s" % (len(data), data)
            digits = hashlib.sha1(stored, usedforsecurity=False).hexdigest()[:4]
            if digits in seen and not digits.isdigit():
                return self._write(seen[digits]), self._write(data)
            seen[digits] = data
        raise AssertionError("there are only so many ids")

    def _write(self, commit: bytes) -> str:
        (self.path / ".git/commit").write_bytes(commit)
        return self.git("hash-object", "-w", "-t", "commit", ".git/commit")

    def head(self) -> str:
        """The id of the commit that was just made or picked, without asking Git for it."""
        head = (self.path / ".git/HEAD").read_text().strip()
        ref = head.removeprefix("ref: ")
        return head if ref == head else (self.path / ".git" / ref).read_text().strip()


@dataclass(frozen=True)
class Picked:
    """What ``git cherry-pick`` left in a work tree."""

    outcome: str
    tree: str | None
    stages: tuple[tuple[str, int, str, str], ...]
    conflicts: tuple[str, ...]


_KIND = re.compile(r"^CONFLICT ?\(([^)]*)\)", re.MULTILINE)


def cherry_pick(repo: Repo, sha: str, onto: str) -> Picked | None:
    """Pick ``sha`` onto ``onto`` in the work tree, as a person would; None where Git breaks."""
    repo.git("checkout", "-q", "--force", "--detach", onto)
    repo.git("clean", "-fdxq")
    before = repo.git("rev-parse", "HEAD^{tree}")
    done = repo.run("cherry-pick", "--allow-empty", "--keep-redundant-commits", sha)
    said = done.stdout.decode("utf-8", "replace")
    if done.returncode == 0:
        tree = repo.git("rev-parse", "HEAD^{tree}")
        return Picked("already-applied" if tree == before else "clean", tree, (), ())
    if b"BUG: " in done.stderr:  # Git's own, such as merge-ort.c's "this shouldn't happen"
        (repo.path / ".git" / "index.lock").unlink(missing_ok=True)
        return None
    assert done.returncode == 1, done
    unmerged = repo.git("ls-files", "-u", "-z").split("\0")[:-1]
    stages = []
    for record in unmerged:
        info, _, path = record.partition("\t")
        mode, blob, number = info.split()
        stages.append((path, int(number), mode, blob))
    repo.run("cherry-pick", "--abort")
    kinds = sorted(_KIND.findall(said))
    return Picked("conflict", None, tuple(sorted(stages)), tuple(kinds))
