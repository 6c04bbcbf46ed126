"""The patches that an update adds or changes, and how they compare with upstream's commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from debpatch.compare.absence import Reason
from debpatch.compare.comparison import Comparison, Verdict
from debpatch.compare.ladder import Status
from debpatch.compare.report import report
from debpatch.dep3.header import read_header
from debpatch.inputs.package_tree import series_trees
from debpatch.inputs.patch import Patch, parse_patch
from debpatch.inputs.repository import Commit, Repository
from debpatch.inputs.series import SeriesEntry
from debpatch.inputs.source_package import SourcePackage
from debpatch.inputs.tree import Tree
from debpatch.inputs.workspace import by_the_series
from debpatch.proposals.ancestry import named_commits_of
from debpatch.proposals.options import Size


@dataclass(frozen=True)
class ComparedCommit:
    """A commit that a patch's header names, and how the patch compares with it."""

    sha: str
    subject: str
    comparison: Comparison

    @property
    def short(self) -> str:
        """The id as people write it."""
        return self.sha[:12]

    @property
    def is_same(self) -> bool:
        """Whether the patch is the commit, in whatever words."""
        return self.comparison.verdict in {Verdict.IDENTICAL, Verdict.EQUIVALENT}

    @property
    def sentence(self) -> str:
        """What the comparison comes to."""
        if self.comparison.verdict is Verdict.IDENTICAL:
            return "the same, hunk by hunk"
        if self.comparison.verdict is Verdict.EQUIVALENT:
            return "all that could be carried; only context, names or white space differ"
        lines, of = self.comparison.carried
        left_out = sum(hunk.reason is Reason.NOT_CARRIED for hunk in self.comparison.hunks)
        own = self.comparison.summary[Status.ADDED]
        return (
            f"{lines} of the {of} changed lines that could be carried; hunks left out: {left_out}, "
            f"added: {own}"
        )


@dataclass(frozen=True)
class PatchFacts:
    """A patch that the update adds; ``residual`` are names still used though it takes them away.

    Where it is the same as one of the commits that its header names, ``compared`` has that one
    alone: the others are where the commit itself was picked from.
    """

    name: str
    synopsis: str
    bugs: tuple[str, ...]
    size: Size
    compared: tuple[ComparedCommit, ...]
    residual: tuple[str, ...]

    @property
    def is_upstream(self) -> bool:
        """Whether it is an upstream commit as it stands."""
        return any(one.is_same for one in self.compared)


def new_patches(current: SourcePackage, proposed: SourcePackage) -> tuple[SeriesEntry, ...]:
    """The patches of ``proposed`` that are new or changed, in the order of its series."""
    old = {entry.name: current.read(entry.path) for entry in current.series}
    return tuple(
        entry for entry in proposed.series if old.get(entry.name) != proposed.read(entry.path)
    )


def read_patches(
    repository: Repository, current: SourcePackage, proposed: SourcePackage
) -> tuple[tuple[PatchFacts, ...], tuple[Commit, ...]]:
    """The patches that are new or changed, and the commits that they name, each once.

    Raises DebpatchError where a series does not apply.
    """
    new = set(new_patches(current, proposed))
    facts = []
    commits: dict[str, Commit] = {}
    for entry, before in zip(proposed.series, series_trees(repository, proposed), strict=False):
        if entry not in new:
            continue
        for found in parse_patch(proposed.read(entry.path) or b"", entry.name, entry.strip):
            patch = by_the_series(found, entry)
            named = named_commits_of(repository, patch)
            patch_facts = _patch_facts(repository, patch, before, named)
            facts.append(patch_facts)
            kept = {one.sha for one in patch_facts.compared}
            commits |= {commit.sha: commit for commit in named if commit.sha in kept}
    return tuple(facts), tuple(commits.values())


def _patch_facts(
    repository: Repository, patch: Patch, before: Tree, named: Sequence[Commit]
) -> PatchFacts:
    header = read_header(patch.data)
    found = report(repository, patch, before, [[commit] for commit in named])
    compared = [
        ComparedCommit(commit.sha, commit.subject, item.comparison)
        for commit, item in zip(named, found.alternatives, strict=True)
    ]
    same = [one for one in compared if one.is_same]
    hunks = [hunk for file in patch.files for hunk in file.hunks]
    added, removed = (sum(len(getattr(h, side)) for h in hunks) for side in ("added", "removed"))
    residual = [f"{use.identifier} ({use.path}:{use.line})" for use in found.residual or ()]
    return PatchFacts(
        patch.name,
        header.synopsis.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
        tuple(field.text for field in header.bugs),
        Size(len(patch.files), added, removed),
        tuple(same[:1] or compared),
        tuple(residual),
    )


def difference_of(patches: Sequence[PatchFacts]) -> str:
    """What of the patches is not upstream's, in a sentence."""
    own = [patch.name for patch in patches if not patch.compared]
    changed = [
        f"{patch.name} ({'; '.join(one.sentence for one in patch.compared)})"
        for patch in patches
        if patch.compared and not patch.is_upstream
    ]
    said = [*changed, *(f"{name} names no upstream commit" for name in own)]
    return "; ".join(said) if said else "nothing, every patch is upstream's commit"
