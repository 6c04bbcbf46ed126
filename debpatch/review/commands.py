"""The command lines that act on a review, with the inputs that it was made from."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from debpatch.inputs.repository import Commit


@dataclass(frozen=True, slots=True)
class Commands:
    """What the user named: the ``patch``, and None for what was found without being named.

    ``folder`` is where the review goes; ``is_unpacked`` says that the package is a folder, into
    which patches can be written.
    """

    patch: str
    folder: str
    repo: str | None = None
    package: str | None = None
    base: str | None = None
    is_unpacked: bool = False

    def on_patch(self, command: str, *options: str) -> str:
        """A command about the patch."""
        base = ["--base", self.base] if self.base and command != "validate-dep3" else []
        package = ["--package", self.package] if self.package else []
        return self._line(command, *options, *self._repo, *package, *base, self.patch)

    def import_commits(self, commits: Sequence[Commit]) -> str:
        """The command that writes ``commits`` into the package; in its folder where it has one."""
        package = ["--package", self.package] if self.package and self.is_unpacked else []
        return self._line("import-commits", _revisions(commits), *self._repo, *package)

    def cherry_pick(self, commits: Sequence[Commit]) -> str:
        """Git's own way, for who has no package."""
        return shlex.join(["git", "cherry-pick", "-x", *(commit.sha[:12] for commit in commits)])

    @property
    def _repo(self) -> list[str]:
        return ["--repo", self.repo] if self.repo else []

    def _line(self, *words: str) -> str:
        return shlex.join(["debpatch", *words])


def _revisions(commits: Sequence[Commit]) -> str:
    return ",".join(commit.sha[:12] for commit in commits)
