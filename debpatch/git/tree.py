"""A tree of files: what a patch applies to, or what it gives."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename

from debpatch.caching import cached_while_open
from debpatch.errors import DebpatchError
from debpatch.formats.apply import apply_file
from debpatch.formats.diff import FileDiff
from debpatch.git.objects import FileChange, TreeEntry
from debpatch.git.repository import Repository


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

    @property
    def named(self) -> Mapping[str, Sequence[str]]:
        """The paths of the files of each name, in whatever directories."""
        return paths_by_name(self.repository, self.sha)


@cached_while_open(most=64)
def paths_by_name(repository: Repository, tree: str) -> Mapping[str, Sequence[str]]:
    """The paths of the files of a tree, by their names in whatever directories."""
    named: dict[str, list[str]] = defaultdict(list)
    for path in repository.entries(tree):
        named[basename(path)].append(path)
    return named


@dataclass(frozen=True, slots=True)
class Failure:
    """A hunk that finds no place; ``hunk`` is its number, from 1, in its file's part of a diff."""

    path: str
    hunk: int


@dataclass(slots=True)
class Edit:
    """A tree while patches are applied to it, one after the other; nothing is written before.

    ``reverse`` patches are taken back. Hunks apply as with ``patch -F0``; those that find no place
    are left out and reported.
    """

    tree: Tree
    changes: dict[str, tuple[str, bytes] | None]

    @classmethod
    def of(cls, tree: Tree) -> Edit:
        """Begin with ``tree`` as it is."""
        return cls(tree, {})

    def apply(self, files: Iterable[FileDiff], *, reverse: bool = False) -> list[Failure]:
        """Apply the parts of a diff; give the hunks that find no place."""
        failures = []
        for file in files:
            before, after = file.old_path, file.new_path
            if reverse:
                before, after = after, before
            mode, content = self._read(before or file.path)
            wanted = (file.old_mode if reverse else file.new_mode) or mode or "100644"
            applied = apply_file(file, content, reverse=reverse)
            if wanted == _SUBMODULE and applied.content and not _COMMIT.fullmatch(applied.content):
                failures += [Failure(file.path, hunk.number) for hunk in file.hunks]
                continue
            failures += [Failure(file.path, number) for number in applied.failed]
            if before and before != after and (reverse or not file.copied):
                self.changes[before] = None
            if file.copied and reverse:
                continue  # the file that was copied is there
            if after and applied.content is not None:
                self.changes[after] = (wanted, applied.content)
            elif after:
                self.changes[after] = None
        return failures

    def write(self, name: str) -> Tree:
        """The tree with all that was applied."""
        repository = self.tree.repository
        there = self.tree.paths
        changes = {p: _stored(change) for p, change in self.changes.items() if change or p in there}
        return Tree(repository, repository.write_tree(self.tree.sha, changes), name)

    def _read(self, path: str) -> tuple[str | None, bytes | None]:
        if path in self.changes:
            return self.changes[path] or (None, None)
        entry = self.tree.repository.entries(self.tree.sha).get(path)
        if entry and entry.mode == _SUBMODULE:
            return entry.mode, f"Subproject commit {entry.sha}\n".encode()
        return (entry.mode if entry else None), self.tree.read(path)


# A diff shows a submodule as a file with one line that names its commit (git-diff(1), --submodule).
_SUBMODULE = "160000"
_COMMIT = re.compile(rb"Subproject commit ([0-9a-f]{40}|[0-9a-f]{64})\n")


def _stored(change: tuple[str, bytes] | None) -> FileChange:
    if change and change[0] == _SUBMODULE and (commit := _COMMIT.fullmatch(change[1])):
        return TreeEntry(_SUBMODULE, commit[1].decode())
    return change


# -- words looked for in all files of a tree -------------------------------------------------------


def grep(repository: Repository, tree: str, words: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    """The lines of text files in ``tree`` that hold one of ``words``: path, number, text.

    Raises DebpatchError where the clone lacks a file.
    """
    if not words:
        return
    status, output, messages = repository.status_and_output(
        "grep", "-z", "-n", "-w", "-F", "-I", "-f", "-", tree, "--",
        stdin="\n".join(words).encode("utf-8", "surrogateescape"),
    )  # fmt: skip
    # What is not here counts as without a match, and is an error that the status does not tell.
    if status > 1 or re.search("^(error|fatal): ", messages, re.M):
        raise DebpatchError(repository.lacks("files of it"))
    text = output.decode("utf-8", "surrogateescape")
    for match in re.finditer(r"([^\0]*)\0([0-9]+)\0([^\n]*)\n", text):  # a path may hold "\n"
        yield match[1].removeprefix(f"{tree}:"), int(match[2]), match[3]
