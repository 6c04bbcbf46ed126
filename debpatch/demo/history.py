"""The demo's upstream repository, built commit by commit from ``history.toml``.

The ids must be the same everywhere. So commits and tags are written as the objects that they are
(gitrepository-layout(5), git-hash-object(1)), byte for byte: no porcelain, whose result depends on
configuration, identity, locale and clock.
"""

from __future__ import annotations

import re
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from debpatch.git.command import Git

_REFERENCE = re.compile(r"@\{([\w.-]+)(?::(\d+))?\}")


def completed(file: Path, commits: Mapping[str, str]) -> bytes:
    """Return the text of ``file`` with each ``@{name}`` as in the messages of the history."""
    return _resolve(file.read_text(encoding="utf-8"), commits).encode()


def build_history(source: Path, repository: Path) -> dict[str, str]:
    """Build the history in the folder ``source`` as a new bare repository.

    Returns the full id of each commit by its name in ``history.toml``, which describes its own
    format. Raises DebpatchError if Git is missing or too old.
    """
    history = tomllib.loads((source / "history.toml").read_text(encoding="utf-8"))
    repository.mkdir()
    git = Git(repository)
    git.require_version()
    git.output(
        "init", "--quiet", "--bare", "--template=", "--object-format=sha1", "--initial-branch=main"
    )
    with tempfile.TemporaryDirectory(prefix="debpatch-") as scratch:
        git.update_environment(GIT_INDEX_FILE=str(Path(scratch) / "index"))
        builder = _Builder(git, source / "upstream", history["maintainer"], Path(scratch))
        for step in history["steps"]:
            builder.add(step)
    refs = {f"refs/tags/{name}": sha for name, sha in builder.tags.items()}
    refs |= {f"refs/heads/{name}": builder.heads[name] for name in history["published"]}
    git.feed(
        (f"create {ref} {sha}\n".encode() for ref, sha in refs.items()), "update-ref", "--stdin"
    )
    # As a clone has it: one file, and not one for each object. With one thread it is always alike.
    git.output("-c", "pack.threads=1", "repack", "-a", "-d", "-q", "--no-write-bitmap-index")
    return builder.commits


@dataclass(frozen=True, slots=True)
class _Mail:
    """What a ``git format-patch`` mail says of its commit, the diff aside."""

    author: str
    date: datetime
    message: str

    @classmethod
    def read(cls, file: Path) -> _Mail:
        mail = message_from_bytes(file.read_bytes(), policy=default)
        assert isinstance(mail, EmailMessage)  # noqa: S101 - what the policy promises
        subject = str(mail["Subject"]).removeprefix("[PATCH] ")
        body = mail.get_content().split("\n---\n")[0].strip()
        message = f"{subject}\n\n{body}" if body else subject
        address = mail["From"].addresses[0]
        return cls(
            f"{address.display_name} <{address.addr_spec}>",
            parsedate_to_datetime(mail["Date"]),
            message + "\n",
        )


@dataclass(slots=True)
class _Builder:
    """A repository while it grows: its commits, branches' heads and tag objects, by name."""

    git: Git
    patches: Path
    maintainer: str
    scratch: Path
    commits: dict[str, str] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def add(self, step: Mapping[str, Any]) -> None:
        """Take one step of the history."""
        branch = step["branch"]
        if "from" in step:
            self.heads[branch] = self.commits[step["from"]]
        if "tag" in step:
            self.tags[step["tag"]] = self._tag(step)
        else:
            sha = self._merge(step) if "merge" in step else self._patch(step)
            self.commits[step["commit"]] = self.heads[branch] = sha

    def _patch(self, step: Mapping[str, Any]) -> str:
        file = self.patches / step["patch"]
        mail = _Mail.read(file)
        parent = self.heads.get(step["branch"])
        self._run("read-tree", parent or "--empty")
        self._run("apply", "--cached", "--whitespace=nowarn", str(file))
        return self._commit(
            self._run("write-tree"),
            [parent] if parent else [],
            _identity(mail.author, mail.date),
            _identity(step.get("committer", self.maintainer), step["date"]),
            _resolve(mail.message, self.commits),
        )

    def _merge(self, step: Mapping[str, Any]) -> str:
        parents = [self.heads[step["branch"]], self.heads[step["merge"]]]
        identity = _identity(self.maintainer, step["date"])
        tree = self._run("merge-tree", "--write-tree", *parents)
        return self._commit(tree, parents, identity, identity, f"Merge branch '{step['merge']}'\n")

    def _tag(self, step: Mapping[str, Any]) -> str:
        return self._object(
            "tag",
            [
                f"object {self.heads[step['branch']]}",
                "type commit",
                f"tag {step['tag']}",
                f"tagger {_identity(self.maintainer, step['date'])}",
            ],
            f"tidewatch {step['tag'].removeprefix('v')}\n",
        )

    def _commit(
        self, tree: str, parents: list[str], author: str, committer: str, message: str
    ) -> str:
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {author}", f"committer {committer}"]
        return self._object("commit", lines, message)

    def _object(self, kind: str, header: list[str], message: str) -> str:
        file = self.scratch / kind
        file.write_bytes("\n".join([*header, "", message]).encode())
        return self._run("hash-object", "-w", "--no-filters", "-t", kind, str(file))

    def _run(self, *command: str) -> str:
        return self.git.output(*command).decode().strip()


def _identity(person: str, date: datetime) -> str:
    return f"{person} {int(date.timestamp())} {date:%z}"


def _resolve(text: str, commits: Mapping[str, str]) -> str:
    """Write each ``@{name}`` as that commit's id, and ``@{name:12}`` as the first 12 digits."""
    return _REFERENCE.sub(lambda match: commits[match[1]][: int(match[2] or 40)], text)
