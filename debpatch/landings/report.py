"""All that `diff-upstream` finds out about one patch."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from debpatch.compare.alternative import Alternative, moved_paths, read_alternative
from debpatch.compare.change import Change, changes
from debpatch.compare.comparison import Comparison
from debpatch.compare.comparison import compare as compare_hunks
from debpatch.compare.equality import Status
from debpatch.compare.residual import Marker, ResidualReference, markers, residual_references
from debpatch.formats.diff import Diff, FileDiff
from debpatch.formats.patch import Patch
from debpatch.git.differences import tree_diff
from debpatch.git.history import blame
from debpatch.git.merge import pick
from debpatch.git.releases import first_release
from debpatch.git.repository import Commit, Repository
from debpatch.git.tree import Edit, Failure, Tree
from debpatch.landings.identity import Identity
from debpatch.package.locate import Located


@dataclass(frozen=True)
class TreeDifference:
    """The tree that a series gives beside the tree that the patch gives.

    ``stopped_at`` is the first commit of the series that does not apply cleanly to the base, and
    then there is no ``diff``.
    """

    diff: Diff | None
    stopped_at: Commit | None = None


@dataclass(frozen=True)
class AlternativeReport:
    """The comparison with one alternative; ``released_in`` names a release for each commit.

    ``origins`` tells of hunks that only the patch has which upstream commits brought their lines.
    ``trees`` is None for a single commit and where the base is not known.
    """

    alternative: Alternative
    released_in: tuple[str | None, ...]
    comparison: Comparison
    origins: Mapping[Change, tuple[Origin, ...]]
    trees: TreeDifference | None


@dataclass(frozen=True)
class PatchReport:
    """A patch beside its alternatives.

    ``base`` names the tree that it applies to, found by ``base_from``; None (and ``unknown`` says
    why) where that is not known, and then ``residual`` is None: nobody looked. ``notice`` says why
    it is not the tree to expect. ``failures`` are hunks without a place; ``is_applied`` says that
    this is because the tree has the whole patch already. ``markers`` are those of a conflict that
    somebody did not resolve. ``identity`` is how the commits were found that nothing named.
    """

    patch: Patch
    base: str | None
    failures: tuple[Failure, ...]
    is_applied: bool
    alternatives: tuple[AlternativeReport, ...]
    residual: tuple[ResidualReference, ...] | None
    markers: tuple[Marker, ...] = ()
    base_from: str | None = None
    unknown: str | None = None
    notice: str | None = None
    identity: Identity | None = None

    @property
    def binaries(self) -> tuple[FileDiff, ...]:
        """Binary files of the patch, whose contents nobody compared."""
        return tuple(file for file in self.patch.files if file.binary)


def compare(
    located: Located, alternatives: Sequence[Sequence[Commit]], identity: Identity | None = None
) -> PatchReport:
    """Compare the patch, where it belongs, with each of ``alternatives``, a series of commits each.

    ``identity`` is how they were found, where nothing named them.
    """
    return replace(
        report(located.repository, located.patch, located.tree, alternatives),
        base_from=located.found,
        unknown=located.unknown,
        notice=located.notice,
        identity=identity,
    )


def report(
    repository: Repository,
    patch: Patch,
    base: Tree | None,
    alternatives: Sequence[Sequence[Commit]],
) -> PatchReport:
    """Compare ``patch``, which applies to ``base``, with each of ``alternatives``."""
    failures: list[Failure] = []
    is_applied = False
    after: Tree | None = None
    if base is not None:
        edit = Edit.of(base)
        failures = edit.apply(patch.files)
        is_applied = bool(failures) and not Edit.of(base).apply(patch.files, reverse=True)
        after = base if is_applied else edit.write("the patched tree")
    residual = residual_references(patch.files, after) if after else None
    reports = tuple(
        _compare(repository, patch, base, after if is_applied or not failures else None, commits)
        for commits in alternatives
    )
    theirs = (change for item in reports for change in item.alternative.changes)
    return PatchReport(
        patch,
        base.name if base else None,
        tuple(failures),
        is_applied,
        reports,
        residual,
        markers(patch.files, theirs),
    )


def _compare(
    repository: Repository,
    patch: Patch,
    base: Tree | None,
    after: Tree | None,
    commits: Sequence[Commit],
) -> AlternativeReport:
    alternative = read_alternative(repository, commits)
    moved = moved_paths(alternative, base) if base else {}
    ours = changes(patch.files, None)
    comparison = compare_hunks(alternative.changes, ours, base, moved)
    released = tuple(first_release(repository, commit.sha) for commit in commits)
    trees = (
        _trees(repository, base, after, commits) if base and after and len(commits) > 1 else None
    )
    added = [hunk.patch for hunk in comparison.hunks if hunk.status is Status.ADDED and hunk.patch]
    found = origins(repository, added, commits, base) if base else {}
    return AlternativeReport(alternative, released, comparison, found, trees)


def _trees(
    repository: Repository, base: Tree, after: Tree, commits: Sequence[Commit]
) -> TreeDifference:
    tree = base.sha
    for commit in commits:
        picked = pick(repository, commit, tree)
        if picked.outcome == "conflict":
            return TreeDifference(None, commit)
        tree = picked.tree
    return TreeDifference(tree_diff(repository, tree, after.sha))


# -- where the lines that only the patch adds come from, if upstream has them too ------------------

# What a hand-made port adds of its own is often the effect of an earlier upstream commit that the
# fix relies on. Upstream's file, as it was after the fix, has the same line then, and blame tells
# since when.


@dataclass(frozen=True, slots=True)
class Origin:
    """An upstream commit that brought ``lines`` lines of a hunk that only the patch has."""

    commit: Commit
    lines: int


def origins(
    repository: Repository, added: Sequence[Change], commits: Sequence[Commit], base: Tree
) -> Mapping[Change, tuple[Origin, ...]]:
    """For each of the ``added`` hunks the upstream commits that brought the same lines.

    ``commits`` are what the patch was compared with; their lines, and those that ``base`` has
    already, are no news.
    """
    last = commits[-1].sha
    tree = repository.tree(last)
    compared = {commit.sha for commit in commits}
    found: dict[Change, Counter[str]] = defaultdict(Counter)
    for path in {change.path for change in added}:
        upstream = _numbered(repository.read(tree, path))
        for line in _numbered(base.read(path)):
            upstream.pop(line, None)
        wanted = {
            number: change
            for change in added
            if change.path == path
            for line in change.lines
            if not line.is_comment and (number := upstream.get(_squeezed(line.text)))
        }
        for number, sha in blame(repository, last, path, wanted).items():
            if sha not in compared:
                found[wanted[number]][sha] += 1
    return {
        change: tuple(Origin(repository.commit(sha), n) for sha, n in counts.most_common())
        for change, counts in found.items()
    }


_WORDS = re.compile(r"\w+")


def _numbered(content: bytes | None) -> dict[str, int]:
    """The lines of a file that say something and stand there once, with their numbers from 1."""
    lines = _lines((content or b"").decode("utf-8", "surrogateescape").split("\n"))
    often = Counter(lines)
    return {
        line: number
        for number, line in enumerate(lines, 1)
        if often[line] == 1 and len(_WORDS.findall(line)) > 1
    }


def _lines(texts: Iterable[str]) -> list[str]:
    return [_squeezed(text) for text in texts]


def _squeezed(text: str) -> str:
    return " ".join(text.split())
