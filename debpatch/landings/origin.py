"""What to compare a single patch with: the commits that it names, or else those that it is like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from debpatch.compare.comparison import Verdict
from debpatch.errors import DebpatchError
from debpatch.formats.patch import Patch
from debpatch.formats.references import alternatives, named_commits
from debpatch.formats.series import SeriesEntry
from debpatch.git.differences import commit_diff
from debpatch.git.file_lines import folded_lines
from debpatch.git.repository import Commit, Repository
from debpatch.git.tree import Edit
from debpatch.landings.identity import Identity, identify, read_subject
from debpatch.landings.revisions import read_revisions
from debpatch.landings.upstream import Upstream
from debpatch.package.locate import Located
from debpatch.package.patch_series import SeriesPatch


def read_alternatives(
    located: Located, named: Sequence[str] = ()
) -> tuple[tuple[tuple[Commit, ...], ...], Identity | None]:
    """The series that the patch of ``located`` is to be compared with.

    Those that ``named`` says (``A``, ``A,B,C`` or ``A..B`` each); without any, those that the patch
    says itself; where it says nothing the one found by what it changes, and then also how. Raises
    DebpatchError where there is none, or where what is named is not there.
    """
    repository, patch = located.repository, located.patch
    if not named and not named_commits(patch.header):
        found = find_origin(located)
        if found is None:
            raise DebpatchError(
                f"{patch.name}: names no upstream commit, and no commit that the package lacks "
                "makes the same change; give it with --upstream"
            )
        return (found.commits,), found
    revisions = named or named_alternatives(repository, patch)
    return tuple(read_revisions(repository, text) for text in revisions), None


def named_alternatives(repository: Repository, patch: Patch) -> tuple[str, ...]:
    """The commits that the patch itself names and the repository has, one alternative each.

    Raises DebpatchError where there is none, and for an abbreviation that is of several.
    """
    named = named_commits(patch.header)
    for reference in named:
        meant = repository.abbreviated(reference.sha)
        if len(meant) > 1:
            raise DebpatchError(
                f"{patch.name}: names {reference.sha}, which is ambiguous: "
                f"{', '.join(sha[:12] for sha in meant)}; give the commit with --upstream"
            )
    here = [reference for reference in named if repository.has(reference.sha)]
    found = alternatives(here)
    if found:
        return found
    if named:
        shas = ", ".join(dict.fromkeys(reference.sha[:12] for reference in named))
        raise DebpatchError(
            f"{patch.name}: names {shas}, which {repository.location} does not have; run git "
            "fetch there, or give the commit with --upstream"
        )
    raise DebpatchError(f"{patch.name}: names no upstream commit; give it with --upstream")


_REST = 0.2
"""The part of a patch that the commits which it names may leave unexplained."""


def find_whole(located: Located, named: Sequence[Commit]) -> Identity | None:
    """The commits that are all of the patch, where those that it names are only a part of it.

    A part is meant where files that matter have few of the lines that ``named`` change. None where
    it is not so, or where no commits are found to be the whole.
    """
    theirs: Counter[bytes] = Counter()
    for commit in named:
        for file in folded_lines(commit_diff(located.repository, commit).files).values():
            theirs += file.changed
    files = [file.changed for file in folded_lines(located.patch.files).values()]
    left = sum(lines.total() for lines in files if (lines & theirs).total() * 2 < lines.total())
    if left <= _REST * sum(lines.total() for lines in files):
        return None
    found = find_origin(located)
    return found if found and found.match in {Verdict.IDENTICAL, Verdict.EQUIVALENT} else None


def find_origin(located: Located) -> Identity | None:
    """The commits that the patch carries by what it says and changes; None where none is found.

    Only commits that the packaged release does not have are looked at. Raises DebpatchError where
    the clone lacks objects.
    """
    repository, patch = located.repository, located.patch
    entry = SeriesEntry(patch.name, 1, reverse=False, line=0)
    alone = SeriesPatch(entry, patch.data, patch.files)
    base = repository.resolve(located.base) if located.base else None
    upstream = Upstream.read(repository, base, alone.paths)
    before = Edit.of(located.tree) if located.tree else None
    (found,) = identify(upstream, [read_subject(upstream, alone)], [before])
    return found
