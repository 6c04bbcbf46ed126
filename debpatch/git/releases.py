"""In which releases a commit is: the one place that answers this."""

from __future__ import annotations

from debpatch.caching import cached_while_open
from debpatch.formats.versions import Release, releases
from debpatch.git.history import is_at_hand, tags_having, whole_history
from debpatch.git.repository import Repository


@cached_while_open()
def known_releases(repository: Repository) -> tuple[Release, ...]:
    """The project's releases, oldest version first.

    Where the tags of several projects are in the repository, ``project`` tells which it is; where
    nobody said so, it is the one with most of them.
    """
    return tuple(releases(repository.tag_commits, repository.project))


@cached_while_open()
def releases_with(repository: Repository, sha: str) -> tuple[Release, ...]:
    """The releases whose history has the commit with the full id ``sha``, oldest version first.

    ``git describe --contains`` would name the nearest tag, which may be on another branch.
    """
    having = tags_containing(repository, sha)
    return tuple(r for r in known_releases(repository) if r.tag in having)


def first_release(repository: Repository, sha: str) -> str | None:
    """The tag of the release with the lowest version that has the commit; None if none does."""
    return next((r.tag for r in releases_with(repository, sha)), None)


@cached_while_open()
def tags_containing(repository: Repository, sha: str) -> frozenset[str]:
    """The short names of the tags whose history has the commit with the full id ``sha``."""
    if is_at_hand(repository) and sha in whole_history(repository).commits:
        return tags_having(repository, sha)
    output = repository.run(
        "for-each-ref", f"--contains={sha}", "--format=%(refname:strip=2)", "refs/tags"
    )
    return frozenset(output.decode("utf-8", "surrogateescape").splitlines())
