"""Which places have what a patch brings, and what became of it: by all of its landings.

A fix is in a release as the commit that the patch carries, or as another landing of it: releases of
one line have other ids than those of the next. A landing that was reverted there does not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from debpatch.formats.commit_keys import bare_subject
from debpatch.formats.versions import Release
from debpatch.git.history import is_ancestor, whole_history
from debpatch.git.releases import first_release, releases_with
from debpatch.git.repository import Commit, Repository
from debpatch.landings.landings import Landing, find_landings
from debpatch.landings.repairs import FollowUp, follow_ups


@dataclass(frozen=True, slots=True)
class InReleases:
    """A landing of a fix, and the releases that have it and no revert of it, oldest first.

    ``released_in`` is the oldest release that has the commit, reverted or not.
    """

    landing: Landing
    releases: tuple[Release, ...]
    released_in: str | None

    @property
    def commit(self) -> Commit:
        """The commit that brought the fix."""
        return self.landing.commit

    @property
    def first(self) -> Release | None:
        """The release with the lowest version."""
        return self.releases[0] if self.releases else None


def in_releases(repository: Repository, sha: str) -> tuple[InReleases, ...]:
    """The landings of the commit ``sha`` with the releases of each; the newest commit first."""
    ages = whole_history(repository).ages
    found = [each for each in find_landings(repository, sha) if each.is_claimed]
    found.sort(key=lambda each: -ages.get(each.commit.sha, -1))
    return tuple(
        InReleases(
            each,
            tuple(
                release
                for release in releases_with(repository, each.commit.sha)
                if stands(repository, repository.tag_commits[release.tag], each.commit.sha)
            ),
            first_release(repository, each.commit.sha),
        )
        for each in found
    )


def landed(repository: Repository, commits: Iterable[Commit]) -> tuple[Commit, ...]:
    """The commits themselves, and all that land one of them elsewhere."""
    found = (each for commit in commits for each in find_landings(repository, commit.sha))
    return tuple({each.commit.sha: each.commit for each in found if each.is_claimed}.values())


def has_all(repository: Repository, place: str, commits: Iterable[Commit]) -> bool:
    """Whether the commit ``place`` has all of ``commits`` in its history, unreverted.

    As these commits or as other landings of theirs.
    """
    return all(
        any(stands(repository, place, each.sha) for each in landed(repository, [commit]))
        for commit in commits
    )


def stands(repository: Repository, place: str, sha: str) -> bool:
    """Whether the commit ``place`` has the commit ``sha`` in its history, and no revert of it."""
    return is_ancestor(repository, sha, place) and not any(
        later.kind == "reverts" and stands(repository, place, later.commit.sha)
        for later in follow_ups(repository, [repository.commit(sha)])
        if later.of.sha == sha
    )


def later_about(repository: Repository, commits: Iterable[Commit]) -> tuple[FollowUp, ...]:
    """What repairs, reverts or mentions a landing of ``commits``, oldest first.

    The same follow-up on several lines is told once. What the commits themselves came after is not
    afterwards.
    """
    commits = tuple(commits)
    once: dict[tuple[str, str], FollowUp] = {}
    for later in follow_ups(repository, landed(repository, commits)):
        if not any(is_ancestor(repository, later.commit.sha, own.sha) for own in commits):
            once.setdefault((later.kind, bare_subject(later.commit.subject)), later)
    return tuple(once.values())
