"""What differs between two trees, commits or blobs, as Git finds it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from debpatch.caching import cached_while_open
from debpatch.errors import DebpatchError
from debpatch.formats.diff import Diff, parse_diff
from debpatch.git.index import ask, recall
from debpatch.git.objects import TreeEntry
from debpatch.git.repository import Commit, Repository

_KEPT_DIFFS = 64
"""Of how many commits what they changed is kept in memory."""

_RENAMES = "-l1000"
"""How many files to look for renames among (git-diff(1)); the default changes between versions."""

_BARE = (
    "--histogram", "--no-indent-heuristic", "--text", "-U1", "--no-color", "--no-ext-diff",
    "--no-textconv",
)  # fmt: skip
"""The options of a bare difference by the algorithm that Git merges with.

Without any context Git would first cut off what the ends of both files have in common
(``trim_common_tail`` in xdiff-interface.c), and no change could slide in there as it does when Git
merges.
"""


def tree_diff(repository: Repository, old: str, new: str) -> Diff:
    """The difference of two trees or commits, with renames found as git-diff(1) does."""
    output = ask(
        repository, "diff-tree", "-p", "-r", "-M", _RENAMES, "--full-index", "--no-color",
        "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/", "--end-of-options",
        old, new, ids=(old, new),
    )  # fmt: skip
    return parse_diff(output, where=f"{old[:12]}..{new[:12]}")


@cached_while_open(most=_KEPT_DIFFS)
def commit_diff(repository: Repository, commit: Commit) -> Diff:
    """What ``commit`` changed: against its first parent, a root commit against nothing.

    Raises DebpatchError where the clone does not have the parent.
    """
    if not commit.parents:
        return tree_diff(repository, repository.empty_tree, commit.sha)
    if not repository.has(commit.parents[0]):
        raise DebpatchError(repository.lacks(f"the parent of {commit.short}"))
    return tree_diff(repository, commit.parents[0], commit.sha)


class Size(NamedTuple):
    """How much a change is: so many files differ, so many lines are inserted and deleted."""

    files: int
    insertions: int
    deletions: int


def diffstat(repository: Repository, old: str, new: str) -> Size:
    """How much two trees or commits differ; the lines of binary files do not count."""
    command = ("diff-tree", "-r", "-M", _RENAMES, "--numstat", "-z", old, new)
    output = ask(repository, *command, ids=(old, new))
    lines = re.findall(rb"(?:^|\0)(\d+|-)\t(\d+|-)\t", output)
    inserted, deleted = (
        sum(int(line[side]) for line in lines if line[side] != b"-") for side in (0, 1)
    )
    return Size(len(lines), inserted, deleted)


def find_renames(
    repository: Repository, old: str, new: str, paths: Iterable[str] | None = None
) -> Mapping[str, str]:
    """Files that ``new`` has under another name than ``old``: new path -> old path.

    With ``paths``, only of these; Git then need not guess about all other files.
    """
    old, new = repository.tree(old), repository.tree(new)
    wanted = None if paths is None else sorted(set(paths))
    which = ["all"] if wanted is None else ["of", *wanted]
    question = ("renames", old, new, *which)
    output = recall(repository, question, lambda: _renames(repository, old, new, wanted))
    fields = iter(output.decode("utf-8", "surrogateescape").split("\0")[:-1])
    return {after: before for _, before, after in zip(fields, fields, fields, strict=True)}


def _renames(repository: Repository, old: str, new: str, paths: Iterable[str] | None) -> bytes:
    if paths is not None:
        ours, theirs = repository.entries(old), repository.entries(new)
        wanted = {path: theirs[path] for path in paths if path in theirs and path not in ours}
        if not wanted:
            return b""
        gone = {path: entry for path, entry in ours.items() if path not in theirs}
        old, new = repository.write_tree(None, gone), repository.write_tree(None, wanted)
    return repository.run(
        "diff-tree", "-r", "-M", _RENAMES, "-z", "--name-status", "--diff-filter=R",
        "--end-of-options", old, new,
    )  # fmt: skip


# -- blobs -----------------------------------------------------------------------------------------


def blob_diff(repository: Repository, old: str, new: str) -> bytes:
    """The hunks of two blobs with a line of context, by the algorithm that Git merges with."""
    known = _known_blob_diffs(repository)
    if (old, new) not in known:
        known[old, new] = _hunks(repository.run("diff", *_BARE, old, new))
    return known[old, new]


def read_blob_diffs(repository: Repository, pairs: Iterable[tuple[str, str]]) -> None:
    """Find at once, as the difference of two trees, what ``blob_diff`` gives for ``pairs``."""
    known = _known_blob_diffs(repository)
    missing = [pair for pair in dict.fromkeys(pairs) if pair not in known]
    if not missing:
        return
    old, new = (
        repository.write_tree(None, {str(n): TreeEntry("100644", pair[side])
                                     for n, pair in enumerate(missing)})
        for side in (0, 1)
    )  # fmt: skip
    output = repository.run("diff-tree", "-p", "--no-renames", *_BARE, old, new)
    heads = list(re.finditer(rb"^diff --git \S*/([0-9]+) ", output, re.M))
    ends = [head.start() for head in heads[1:]] + [len(output)]
    for head, end in zip(heads, ends, strict=True):
        known[missing[int(head[1])]] = _hunks(output[head.end() : end])


def _hunks(diff: bytes) -> bytes:
    """The diff of one file without its header."""
    return diff[diff.find(b"\n@@ ") + 1 :] if b"\n@@ " in diff else b""


@cached_while_open()
def _known_blob_diffs(repository: Repository) -> dict[tuple[str, str], bytes]:  # noqa: ARG001
    return {}
