"""What upstream's history says of the commits that an update carries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from debpatch.dep3.landings import Landing, find_landings
from debpatch.inputs.diff import FileDiff
from debpatch.inputs.references import named_commits
from debpatch.inputs.released import first_release
from debpatch.inputs.releases import Release
from debpatch.inputs.repository import Commit, Repository

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


@dataclass(frozen=True, slots=True)
class Presence:
    """What speaks for a fix being in a release: a commit that is there, and why it is the fix."""

    sha: str
    subject: str
    because: str


@dataclass(frozen=True)
class CommitFacts:
    """One commit of upstream's.

    ``landings`` are where its fix stands, itself among them; ``in_unstable`` says what speaks for
    it being in the upstream release that unstable has, None where nothing was found.
    """

    sha: str
    subject: str
    message: str
    released_in: str | None
    cause: Cause | None
    landings: tuple[Landing, ...]
    in_unstable: Presence | None

    @property
    def short(self) -> str:
        """The id as people write it."""
        return self.sha[:12]


def commit_facts(
    repository: Repository, commits: Sequence[Commit], unstable: Release | None
) -> tuple[CommitFacts, ...]:
    """Look up ``commits``; ``unstable`` is the upstream release that unstable has, if known."""
    found = find_landings(repository, [commit.sha for commit in commits]).of
    return tuple(
        _facts(repository, commit, found.get(commit.sha, ()), unstable) for commit in commits
    )


def _facts(
    repository: Repository,
    commit: Commit,
    landings: tuple[Landing, ...],
    unstable: Release | None,
) -> CommitFacts:
    cause = _cause(repository, commit)
    present = _present(repository, commit, landings, cause, unstable.tag) if unstable else None
    released_in = first_release(repository, commit.sha)
    return CommitFacts(
        commit.sha, commit.subject, commit.message, released_in, cause, landings, present
    )


_HOW = {
    "itself": "it is that commit",
    "cherry-pick": "one is the cherry-pick of the other",
    "backport": "its message calls itself a backport",
    "same-change": "subject, author and changed lines are equal",
}


def _present(
    repository: Repository,
    commit: Commit,
    landings: Iterable[Landing],
    cause: Cause | None,
    tag: str,
) -> Presence | None:
    """What speaks for the fix being in the release ``tag``, the surest first."""
    for landing in landings:
        if any(release.tag == tag for release in landing.releases):
            return Presence(landing.sha, landing.subject, _HOW[landing.how])
    for reference in named_commits(commit.message.encode("utf-8", "replace")):
        if reference.kind in {"mentioned", "cherry-picked"} and repository.has(reference.sha):
            sha = repository.resolve(reference.sha)
            if tag in repository.tags_containing(sha):
                named = repository.commit(sha)
                return Presence(sha, named.subject, "the message names it")
    if cause and cause.lines is None and tag not in repository.tags_containing(cause.sha):
        because = "it repairs that commit, which unstable does not have"
        return Presence(cause.sha, cause.subject, because)
    return None


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
    for file in repository.commit_diff(commit).files[:_MOST_FILES]:
        if file.old_path is not None and (numbers := list(_removed(file))):
            yield from repository.blame(commit.parents[0], file.old_path, numbers).values()


def _removed(file: FileDiff) -> Iterator[int]:
    for hunk in file.hunks:
        number = hunk.old_start
        for line in hunk.lines:
            if line.sign == "-" and line.text.strip():
                yield number
            number += line.sign != "+"
