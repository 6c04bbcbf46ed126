"""The command lines that act on a review, with the inputs that it was made from."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from debpatch.git.repository import Commit


@dataclass(frozen=True, slots=True)
class Commands:
    """What the user named: the ``patch``, and None for what was found without being named.

    ``folder`` is where the review goes. ``unpacked`` is the package's folder, into which patches
    can be written; where there is none yet, ``dsc`` is what dpkg-source(1) makes it from.
    """

    patch: str
    folder: str
    repo: str | None = None
    package: str | None = None
    base: str | None = None
    unpacked: str | None = None
    dsc: Path | None = None

    def on_patch(self, command: str, *options: str) -> str:
        """A command about the patch."""
        base = ["--base", self.base] if self.base and command != "validate-dep3" else []
        package = ["--package", self.package] if self.package else []
        return self._line(command, *options, *self._repo, *package, *base, self.patch)

    def import_commits(self, commits: Sequence[Commit]) -> str:
        """The command that writes ``commits`` into the package, which it unpacks where need be."""
        package = ["--package", self.unpacked] if self.unpacked else []
        line = self._line("import-commits", _revisions(commits), *self._repo, *package)
        unpack = shlex.join(["dpkg-source", "-x", str(self.dsc)])
        return f"{unpack} && {line}" if self.dsc else line

    def cherry_pick(self, commits: Sequence[Commit]) -> str:
        """Git's own way, for who has no package."""
        return shlex.join(["git", "cherry-pick", "-x", *(commit.short for commit in commits)])

    @property
    def _repo(self) -> list[str]:
        return ["--repo", self.repo] if self.repo else []

    def _line(self, *words: str) -> str:
        return shlex.join(["debpatch", *words])


def _revisions(commits: Sequence[Commit]) -> str:
    return ",".join(commit.short for commit in commits)
