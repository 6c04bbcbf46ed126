"""A tree of files: what a patch applies to, or what it gives."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from debpatch.inputs.repository import Repository


@dataclass(frozen=True, eq=False)
class Tree:
    """A tree in the private repository; ``sha`` is its id, ``name`` how to speak of it."""

    repository: Repository
    sha: str
    name: str

    def read(self, path: str) -> bytes | None:
        """The content of the file at ``path``; None where there is none."""
        return self.repository.read(self.sha, path)

    @property
    def paths(self) -> Collection[str]:
        """The paths of all files."""
        return self.repository.entries(self.sha).keys()
