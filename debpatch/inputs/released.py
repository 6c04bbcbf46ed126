"""In which release a commit first appeared."""

from __future__ import annotations

from debpatch.inputs.releases import releases
from debpatch.inputs.repository import Repository


def first_release(repository: Repository, sha: str) -> str | None:
    """The lowest version among the tags that contain the commit; None if none does.

    ``git describe --contains`` would name the nearest tag, which may be on another branch.
    """
    known = releases(repository.tags_containing(sha))
    return known[0].tag if known else None
