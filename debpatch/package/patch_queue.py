"""A checkout of a patch queue, whose commits are the package's patches: gbp-pq(1).

``gbp pq import`` makes the branch ``patch-queue/NAME`` from the packaging branch ``NAME``, with a
commit for each patch; ``gbp pq export`` turns the commits back into ``debian/patches``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from debpatch.formats.series import PATCHES
from debpatch.git.history import commits_between
from debpatch.git.repository import Repository
from debpatch.package.source_tree import PackageFile, SourceDirectory

_HEAD = re.compile(r"ref: refs/heads/(patch-queue/(.+))\n?")
_TAG = re.compile(r"(?:Gbp|Gbp-Pq):\s*(?P<key>[a-z-]+)(?:\s+(?P<value>\S.*))?", re.IGNORECASE)
_LONGEST = 63
"""How long a file's name may be that is made from a subject: as gbp has it."""


@dataclass(frozen=True, slots=True)
class PatchQueue:
    """The files of such a checkout; implements SourceTree.

    ``patches`` are what ``gbp pq export`` would write, by path, in order, and then the series.
    """

    directory: SourceDirectory
    patches: Mapping[str, bytes]

    def read(self, path: str) -> bytes | None:
        """See SourceTree."""
        if path.startswith(f"{PATCHES}/"):
            return self.patches.get(path)
        return self.directory.read(path)

    def files(self, below: str = "") -> Iterator[PackageFile]:
        """See SourceTree."""
        for file in self.directory.files(below):
            if not file.path.startswith(f"{PATCHES}/"):
                yield file
        for path, data in self.patches.items():
            if path.startswith(below):
                yield PackageFile(path, "100644", data)


def open_patch_queue(directory: SourceDirectory) -> PatchQueue | None:
    """The patch queue that ``directory`` is a checkout of; None where it is something else.

    Raises DebpatchError where the packaging branch is missing.
    """
    match = _HEAD.fullmatch(_head(directory.root))
    if match is None:
        return None
    patches: dict[str, bytes] = {}
    with Repository(directory.root) as repository:
        start, end = (repository.resolve(f"refs/heads/{name}") for name in (match[2], match[1]))
        for sha in commits_between(repository, start, end):
            name, data = _patch(repository, sha, len(patches) + 1)
            if name:
                patches[f"{PATCHES}/{name}"] = data
    series = "".join(f"{path.removeprefix(f'{PATCHES}/')}\n" for path in patches)
    return PatchQueue(directory, patches | {f"{PATCHES}/series": series.encode()})


def _head(root: Path) -> str:
    """What HEAD says there, gitrepository-layout(5); empty without one."""
    git = root / ".git"
    try:
        if git.is_file():  # a linked work tree
            git = root / git.read_text().removeprefix("gitdir: ").rstrip("\n")
        return (git / "HEAD").read_text()
    except (OSError, UnicodeDecodeError):
        return ""


def _patch(repository: Repository, sha: str, number: int) -> tuple[str | None, bytes]:
    """The name and the text of a commit's patch; no name where it is none."""
    commit = repository.commit(sha)
    diff = repository.run("diff-tree", "-p", "--no-renames", "--no-commit-id", "--root", sha)
    lines, said = [], {}
    for line in commit.message.strip().partition("\n\n")[2].splitlines():
        if tag := _TAG.fullmatch(line):
            said[tag["key"].lower()] = tag["value"] or ""
        else:
            lines.append(line)
    if "ignore" in said or not diff or len(commit.parents) > 1:
        return None, b""
    date = format_datetime(datetime.fromtimestamp(commit.author_date, UTC))
    head = f"From: {commit.author}\nDate: {date}\nSubject: {commit.subject}\n\n"
    body = "\n".join(lines).strip("\n")
    text = head + (f"{body}\n" if body else "") + "---\n"
    topic = f"{said['topic'].strip('/')}/" if said.get("topic") else ""
    return topic + (said.get("name") or _name(commit.subject, number)), text.encode() + diff


def _name(subject: str, number: int) -> str:
    """The name that gbp gives a patch without one, from git-log(1)'s ``%f``."""
    stem = re.sub(r"\.{2,}", ".", re.sub(r"[^A-Za-z0-9._]+", "-", subject)).strip("-.")
    prefix, suffix = f"{number:04d}-", ".patch"
    return prefix + stem[: _LONGEST - len(prefix) - len(suffix)] + suffix
