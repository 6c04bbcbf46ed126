"""What to compare a single patch with: the commits that it names, or else those that it is like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from debpatch.compare.comparison import Verdict
from debpatch.errors import DebpatchError
from debpatch.formats.references import named_commits
from debpatch.formats.series import SeriesEntry
from debpatch.git.changes import folded_lines
from debpatch.git.differences import commit_diff
from debpatch.git.repository import Commit
from debpatch.git.tree import Edit
from debpatch.landings.identity import Identity, identify, read_subject
from debpatch.landings.revisions import read_revisions
from debpatch.landings.upstream import Upstream
from debpatch.package.patch_series import SeriesPatch
from debpatch.package.workspace import Workspace, named_alternatives


def read_alternatives(
    workspace: Workspace, named: Sequence[str] = ()
) -> tuple[tuple[tuple[Commit, ...], ...], Identity | None]:
    """The series that the patch of ``workspace`` is to be compared with.

    Those that ``named`` says (``A``, ``A,B,C`` or ``A..B`` each); without any, those that the patch
    says itself; where it says nothing the one found by what it changes, and then also how. Raises
    DebpatchError where there is none, or where what is named is not there.
    """
    repository, patch = workspace.repository, workspace.patch
    if not named and not named_commits(patch.header):
        found = find_origin(workspace)
        if found is None:
            raise DebpatchError(
                f"{patch.name}: it names no upstream commit, and none that the package lacks "
                "changes the same; name it with --upstream"
            )
        return (found.commits,), found
    revisions = named or named_alternatives(repository, patch)
    return tuple(read_revisions(repository, text) for text in revisions), None


_REST = 0.2
"""The part of a patch that the commits which it names may leave unexplained."""


def find_whole(workspace: Workspace, named: Sequence[Commit]) -> Identity | None:
    """The commits that are all of the patch, where those that it names are only a part of it.

    A part is meant where files that matter have few of the lines that ``named`` change. None where
    it is not so, or where no commits are found to be the whole.
    """
    theirs: Counter[bytes] = Counter()
    for commit in named:
        for file in folded_lines(commit_diff(workspace.repository, commit).files).values():
            theirs += file.changed
    files = [file.changed for file in folded_lines(workspace.patch.files).values()]
    left = sum(lines.total() for lines in files if (lines & theirs).total() * 2 < lines.total())
    if left <= _REST * sum(lines.total() for lines in files):
        return None
    found = find_origin(workspace)
    return found if found and found.match in {Verdict.IDENTICAL, Verdict.EQUIVALENT} else None


def find_origin(workspace: Workspace) -> Identity | None:
    """The commits that the patch carries by what it says and changes; None where none is found.

    Only commits that the packaged release does not have are looked at. Raises DebpatchError where
    the clone lacks objects.
    """
    repository, patch, package = workspace.repository, workspace.patch, workspace.package
    entry = SeriesEntry(patch.name, 1, reverse=False, line=0)
    alone = SeriesPatch(entry, patch.data, patch.files)
    base = repository.resolve(workspace.base) if workspace.base else None
    upstream = Upstream.read(repository, base, package.name if package else "", alone.paths)
    before = Edit.of(workspace.tree) if workspace.tree else None
    (found,) = identify(upstream, [read_subject(upstream, alone)], [before])
    return found
