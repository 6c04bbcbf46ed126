"""``REVS``: how a user names the commits of a series."""

from __future__ import annotations

from debpatch.errors import DebpatchError
from debpatch.inputs.lineage import commits_between
from debpatch.inputs.repository import Commit, Repository


def read_revisions(repository: Repository, text: str) -> tuple[Commit, ...]:
    """The commits that ``text`` names, in its order, each once.

    One revision, several separated by commas, or a Git range ``A..B`` (gitrevisions(7)), oldest
    first and without merges, whose commits are in the range themselves. Raises DebpatchError for
    what is unknown or ambiguous, and for a range without commits.
    """
    commits: list[Commit] = []
    for part in text.split(","):
        name = part.strip()
        if not name:
            raise DebpatchError(f"{text!r}: a revision is empty; write A, A,B or A..B")
        if ".." in name:
            commits += _range(repository, name)
        else:
            commits.append(repository.commit(repository.resolve(name)))
    return tuple({commit.sha: commit for commit in commits}.values())


def merges_in(repository: Repository, text: str) -> tuple[str, ...]:
    """The merges in the ranges of ``text``, which ``read_revisions`` leaves out.

    What they change by themselves, as in solving a conflict, is in none of the commits.
    """
    shas = (
        sha
        for part in text.split(",")
        if ".." in part
        for sha in commits_between(repository, *_ends(repository, part.strip()))
    )
    return tuple(sha for sha in shas if len(repository.commit(sha).parents) > 1)


def _ends(repository: Repository, text: str) -> tuple[str, str]:
    start, _, end = text.partition("..")
    if end.startswith("."):
        raise DebpatchError(f"{text!r}: A...B names no order; write A..B")
    return repository.resolve(start or "HEAD"), repository.resolve(end or "HEAD")


def _range(repository: Repository, text: str) -> list[Commit]:
    first, last = _ends(repository, text)
    shas = commits_between(repository, first, last)
    if not shas:
        swapped = commits_between(repository, last, first)
        start, _, end = text.partition("..")
        hint = f"; did you mean {end}..{start}?" if swapped else ""
        raise DebpatchError(f"{text!r}: there is no commit in this range{hint}")
    commits = [repository.commit(sha) for sha in shas]
    if plain := [commit for commit in commits if len(commit.parents) < 2]:
        return plain
    raise DebpatchError(f"{text!r}: there are only merges in this range; name other commits")
