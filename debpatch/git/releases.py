"""In which releases a commit is."""

from __future__ import annotations

from debpatch.caching import cached_while_open, is_cached
from debpatch.formats.versions import releases
from debpatch.git.history import is_ancestor, whole_history
from debpatch.git.repository import Repository


def first_release(repository: Repository, sha: str) -> str | None:
    """The lowest version among the tags that contain the commit; None if none does.

    ``git describe --contains`` would name the nearest tag, which may be on another branch.
    """
    known = releases(tags_containing(repository, sha))
    return known[0].tag if known else None


@cached_while_open()
def tags_containing(repository: Repository, sha: str) -> tuple[str, ...]:
    """The short names of the tags whose history has the commit with the full id ``sha``."""
    if is_cached(repository, whole_history):
        tags = repository.tag_commits.items()
        return tuple(tag for tag, commit in tags if is_ancestor(repository, sha, commit))
    output = repository.run(
        "for-each-ref", f"--contains={sha}", "--format=%(refname:strip=2)", "refs/tags"
    )
    return tuple(output.decode("utf-8", "surrogateescape").splitlines())
