"""The patches that an update adds or changes, and how they compare with upstream's commits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from debpatch.compare.comparison import Comparison, Verdict
from debpatch.compare.equality import Status
from debpatch.dep3.settings import settings_of
from debpatch.dep3.targets import PatchFile, PatchSet
from debpatch.dep3.validate import Finding, look_up, validate
from debpatch.errors import DebpatchError
from debpatch.formats.dep3_header import read_header
from debpatch.formats.patch import Patch, parse_patch
from debpatch.formats.series import SeriesEntry
from debpatch.git.differences import Size
from debpatch.git.repository import Commit, Repository
from debpatch.git.tree import Tree
from debpatch.landings.origin import named_alternatives
from debpatch.landings.report import report
from debpatch.landings.revisions import read_revisions
from debpatch.package.package_tree import series_trees
from debpatch.package.patch_series import by_the_series
from debpatch.package.source_package import SourcePackage
from debpatch.proposals.options import OwnPatch
from debpatch.proposals.patch_text import split_trailers
from debpatch.proposals.request import Occasion
from debpatch.proposals.templates import say


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
        for found in parse_patch(proposed.read(entry.path) or b"", entry.name):
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


def own_patches(patches: Sequence[PatchFacts]) -> list[OwnPatch]:
    """The patches that are not upstream's as they stand."""
    return [
        OwnPatch(patch.name, tuple(one.comparison for one in patch.compared))
        for patch in patches
        if not patch.is_upstream
    ]


# -- what a patch has of the commits that its header names -----------------------------------------

_PICKED = re.compile(r"\(cherry picked from commit ([0-9a-f]{7,64})\)")


@dataclass(frozen=True)
class Ancestor:
    """A commit that the header names, and how the patch compares with it."""

    commit: Commit
    comparison: Comparison

    @property
    def is_same(self) -> bool:
        """Whether every changed line is the commit's, and none of them is left out."""
        return all(
            not count or status in {Status.IDENTICAL, Status.CONTEXT}
            for status, count in self.comparison.summary.items()
        )


def ancestors(repository: Repository, patch: Patch, base: Tree | None) -> tuple[Ancestor, ...]:
    """The commits that the header of ``patch`` names, compared with it; merges are left out."""
    commits = named_commits_of(repository, patch)
    compared = report(repository, patch, base, [[commit] for commit in commits]).alternatives
    return tuple(
        Ancestor(commit, item.comparison) for commit, item in zip(commits, compared, strict=True)
    )


def named_commits_of(repository: Repository, patch: Patch) -> tuple[Commit, ...]:
    """The commits that the header of ``patch`` names as where it comes from, without merges."""
    try:
        named = named_alternatives(repository, patch)
    except DebpatchError:
        return ()
    commits = (commit for sha in named for commit in read_revisions(repository, sha))
    return tuple(commit for commit in commits if len(commit.parents) < 2)


def told_truly(body: Sequence[str], found: Sequence[Ancestor]) -> tuple[str, ...]:
    """The ``body`` of a message with what is true of the ancestors, and nothing else of that kind.

    ``(cherry picked from commit ...)`` is put where the lines are the same; where they are not, a
    line of that kind that names the commit gives way to a sentence.
    """
    same = [one for one in found if one.is_same]
    others = [one for one in found if not one.is_same]
    said_by_same = {sha for one in same for sha in _PICKED.findall(one.commit.message)}
    lines = [line for line in body if not _is_untrue(line, others, said_by_same)]
    text, trailers = split_trailers(lines)
    if same and not any(same[0].commit.sha in line for line in lines):
        gap = [] if trailers or not text else [""]
        return (*text, *gap, *trailers, f"(cherry picked from commit {same[0].commit.sha})")
    if others and not same:
        gap = [""] if text and text[-1] else []
        said = _wrapped(say("adapted", others[0]))
        return (*text, *gap, *said, *([""] if trailers else []), *trailers)
    return tuple(lines)


def _is_untrue(line: str, others: Sequence[Ancestor], said_by_same: set[str]) -> bool:
    picked = _PICKED.search(line)
    if picked is None or picked[1] in said_by_same:
        return False
    return any(one.commit.sha.startswith(picked[1]) for one in others)


def _wrapped(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, 72, break_long_words=False, break_on_hyphens=False)


# -- what `validate-dep3` has to say of the patches that an update adds or changes -----------------


def check_headers(
    repository: Repository, current: SourcePackage, proposed: SourcePackage, occasion: Occasion
) -> tuple[Finding, ...]:
    """The findings on patches of ``proposed`` that ``current`` does not have as they are."""
    patches = [
        PatchFile(entry.name, entry.name, lambda entry=entry: proposed.read(entry.path) or b"")  # type: ignore[misc]
        for entry in new_patches(current, proposed)
    ]
    target = PatchSet(patches, package=proposed)
    settings = settings_of(proposed)
    upstream = look_up(target, repository, occasion.base)
    reports = validate(target, settings, occasion.today, upstream)
    return tuple(finding for report in reports for finding in report.findings)
