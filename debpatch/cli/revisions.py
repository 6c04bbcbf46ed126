"""``REVS``, with a word about what a range leaves out."""

from __future__ import annotations

from debpatch.cli.output import note
from debpatch.inputs import revisions
from debpatch.inputs.repository import Commit, Repository


def read_revisions(repository: Repository, text: str) -> tuple[Commit, ...]:
    """The commits that ``text`` names; which merges are not among them is told the user."""
    commits = revisions.read_revisions(repository, text)
    if merges := revisions.merges_in(repository, text):
        note(f"{text}: merges are left out: {', '.join(sha[:12] for sha in merges)}")
    return commits
