"""What a patch has of the upstream commits that its header names, in words that are true of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from debpatch.compare.comparison import Comparison
from debpatch.compare.ladder import Status
from debpatch.compare.report import report
from debpatch.errors import DebpatchError
from debpatch.inputs.patch import Patch
from debpatch.inputs.repository import Commit, Repository
from debpatch.inputs.revisions import read_revisions
from debpatch.inputs.tree import Tree
from debpatch.inputs.workspace import named_alternatives
from debpatch.proposals.commit_message import split_trailers

_PICKED = re.compile(r"\(cherry picked from commit ([0-9a-f]{7,64})\)")


@dataclass(frozen=True)
class Ancestor:
    """A commit that the header names, and how the patch compares with it."""

    commit: Commit
    comparison: Comparison

    @property
    def is_same(self) -> bool:
        """Whether every changed line is the commit's, and none of them is left out."""
        return all(
            not count or status in {Status.IDENTICAL, Status.CONTEXT}
            for status, count in self.comparison.summary.items()
        )

    @property
    def sentence(self) -> str:
        """What the patch has of the commit."""
        name = f'commit {self.commit.short} ("{self.commit.subject}")'
        lines, of = self.comparison.carried
        return (
            f"This adapts {name}; of its {of} changed lines that can be carried here, {lines} are."
        )


def ancestors(repository: Repository, patch: Patch, base: Tree | None) -> tuple[Ancestor, ...]:
    """The commits that the header of ``patch`` names, compared with it; merges are left out."""
    commits = named_commits_of(repository, patch)
    compared = report(repository, patch, base, [[commit] for commit in commits]).alternatives
    return tuple(
        Ancestor(commit, item.comparison) for commit, item in zip(commits, compared, strict=True)
    )


def named_commits_of(repository: Repository, patch: Patch) -> tuple[Commit, ...]:
    """The commits that the header of ``patch`` names as where it comes from, without merges."""
    try:
        named = named_alternatives(repository, patch)
    except DebpatchError:
        return ()
    commits = (commit for sha in named for commit in read_revisions(repository, sha))
    return tuple(commit for commit in commits if len(commit.parents) < 2)


def told_truly(body: Sequence[str], found: Sequence[Ancestor]) -> tuple[str, ...]:
    """The ``body`` of a message with what is true of the ancestors, and nothing else of that kind.

    ``(cherry picked from commit ...)`` is put where the lines are the same; where they are not, a
    line of that kind that names the commit gives way to a sentence.
    """
    same = [one for one in found if one.is_same]
    others = [one for one in found if not one.is_same]
    said_by_same = {sha for one in same for sha in _PICKED.findall(one.commit.message)}
    lines = [line for line in body if not _is_untrue(line, others, said_by_same)]
    text, trailers = split_trailers(lines)
    if same and not any(same[0].commit.sha in line for line in lines):
        gap = [] if trailers or not text else [""]
        return (*text, *gap, *trailers, f"(cherry picked from commit {same[0].commit.sha})")
    if others and not same:
        paragraphs = [*text, *([""] if text and text[-1] else []), *_wrapped(others[0].sentence)]
        return (*paragraphs, *([""] if trailers else []), *trailers)
    return tuple(lines)


def _is_untrue(line: str, others: Sequence[Ancestor], said_by_same: set[str]) -> bool:
    picked = _PICKED.search(line)
    if picked is None or picked[1] in said_by_same:
        return False
    return any(one.commit.sha.startswith(picked[1]) for one in others)


def _wrapped(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, 72, break_long_words=False, break_on_hyphens=False)
