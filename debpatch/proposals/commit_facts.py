"""What upstream's history says of the commits that an update carries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from debpatch.formats.diff import FileDiff
from debpatch.formats.references import named_commits
from debpatch.git.differences import commit_diff
from debpatch.git.history import blame
from debpatch.git.releases import first_release
from debpatch.git.repository import Commit, Repository
from debpatch.proposals.unstable import InUnstable, Unstable, standing

_MOST_FILES = 20  # of a commit that blame is asked about


@dataclass(frozen=True, slots=True)
class Cause:
    """A commit that a fix repairs, as its message says; or else where its lines come from.

    Without such a message, ``lines`` says how many of the lines that the fix removes were last
    touched by this commit, of how many: a hint at where to look, and no more.
    """

    sha: str
    subject: str
    released_in: str | None
    lines: tuple[int, int] | None = None


@dataclass(frozen=True)
class CommitFacts:
    """One commit of upstream's; ``in_unstable`` is None where unstable's release is not known."""

    sha: str
    subject: str
    message: str
    released_in: str | None
    cause: Cause | None
    in_unstable: InUnstable | None

    @property
    def short(self) -> str:
        """The id as people write it."""
        return self.sha[:12]


def commit_facts(repository: Repository, commit: Commit, unstable: Unstable | None) -> CommitFacts:
    """Look up ``commit``, also in the release that ``unstable`` is built from."""
    tag = unstable.tag if unstable else None
    return CommitFacts(
        commit.sha,
        commit.subject,
        commit.message,
        first_release(repository, commit.sha),
        _cause(repository, commit),
        standing(repository, commit, tag) if tag else None,
    )


# -- since when ------------------------------------------------------------------------------------


def _cause(repository: Repository, commit: Commit) -> Cause | None:
    """What the message says that it fixes, else who last touched most of what it removes."""
    for sha in _causes(commit):
        if repository.has(sha):
            return _read(repository, repository.resolve(sha))
    touched = Counter(_removed_from(repository, commit))
    if not touched:
        return None
    (sha, lines), total = touched.most_common(1)[0], touched.total()
    return _read(repository, sha, (lines, total))


def _causes(commit: Commit) -> Iterator[str]:
    references = named_commits(commit.message.encode("utf-8", "replace"))
    return (reference.sha for reference in references if reference.kind == "cause")


def _read(repository: Repository, sha: str, lines: tuple[int, int] | None = None) -> Cause:
    return Cause(sha, repository.commit(sha).subject, first_release(repository, sha), lines)


def _removed_from(repository: Repository, commit: Commit) -> Iterator[str]:
    if not commit.parents:
        return
    for file in commit_diff(repository, commit).files[:_MOST_FILES]:
        if file.old_path is not None and (numbers := list(_removed(file))):
            yield from blame(repository, commit.parents[0], file.old_path, numbers).values()


def _removed(file: FileDiff) -> Iterator[int]:
    for hunk in file.hunks:
        number = hunk.old_start
        for line in hunk.lines:
            if line.sign == "-" and line.text.strip():
                yield number
            number += line.sign != "+"
