"""One thing to compare a patch with: a commit, or an ordered series of commits read as one.

A series may touch the same lines twice, so it is folded first: each commit is picked, in memory,
onto what the ones before it gave. Where a pick does not fit there a new run begins at that commit's
own parent, and the hunks of all runs are compared at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from debpatch.compare.change import Change, changes
from debpatch.formats.diff import FileDiff
from debpatch.git.differences import commit_diff, find_renames, tree_diff
from debpatch.git.merge import pick
from debpatch.git.repository import Commit, Repository
from debpatch.git.tree import Tree


@dataclass(frozen=True)
class Alternative:
    """Commits in their order, what they change together, and the trees they start from."""

    commits: tuple[Commit, ...]
    changes: tuple[Change, ...]
    befores: tuple[str, ...]


@dataclass(slots=True)
class _Run:
    """Commits that follow each other, folded: the trees before and after them all."""

    commits: list[Commit]
    before: str
    after: str


def read_alternative(repository: Repository, commits: Sequence[Commit]) -> Alternative:
    """Read what ``commits``, in their order, change; a merge counts against its first parent."""
    runs: list[_Run] = []
    for commit in commits:
        folded = pick(repository, commit, runs[-1].after) if runs else None
        if folded is not None and folded.outcome != "conflict":
            runs[-1].commits.append(commit)
            runs[-1].after = folded.tree
        else:
            before = commit.parents[0] if commit.parents else repository.empty_tree
            runs.append(_Run([commit], repository.tree(before), commit.tree))
    return Alternative(
        tuple(commits),
        tuple(change for run in runs for change in _changes(repository, run)),
        tuple(run.before for run in runs),
    )


def _changes(repository: Repository, run: _Run) -> list[Change]:
    first, *others = run.commits
    if not others:
        return changes(commit_diff(repository, first).files, first.sha)
    parts = [(commit.sha, commit_diff(repository, commit).files) for commit in run.commits]
    folded = changes(tree_diff(repository, run.before, run.after).files, None)
    return [
        Change(_origin(change, parts), change.path, change.old_path, change.hunk)
        for change in folded
    ]


def _origin(change: Change, parts: Iterable[tuple[str, Sequence[FileDiff]]]) -> str:
    """The commit that a hunk of the folded series owes most lines to, the later of equals."""
    wanted = Counter(_lines(change))
    common = {
        sha: sum((wanted & Counter(_lines(own))).total() for own in changes(files, sha) if
                 own.path == change.path)
        for sha, files in parts
    }  # fmt: skip
    return max(reversed(common), key=lambda sha: common[sha])


def _lines(change: Change) -> list[str]:
    return change.text.split("\n")[:-1]


def moved_paths(alternative: Alternative, base: Tree) -> Mapping[str, str]:
    """Files of the alternative that lie elsewhere at ``base``: upstream's path -> path there."""
    wanted = {change.old_path for change in alternative.changes if change.old_path}
    wanted -= set(base.paths)
    moved: dict[str, str] = {}
    for before in alternative.befores:
        moved |= find_renames(base.repository, base.sha, before, wanted - moved.keys())
    return moved
