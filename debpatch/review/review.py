"""A review: all facts about one patch as one value, the verdict on it, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from debpatch.backport.conflicts import ConflictCheck
from debpatch.backport.plan import Plan
from debpatch.dep3.validate import HeaderReport as HeaderReport
from debpatch.formats.patch import Patch
from debpatch.git.merge import Pick
from debpatch.git.repository import Commit
from debpatch.landings.backports import Backports
from debpatch.landings.report import PatchReport
from debpatch.package.source_package import PackageName
from debpatch.package.target import Carrier, TargetName
from debpatch.proposals.options import Option
from debpatch.review.advice import NextStep, Reason
from debpatch.review.timeline import Timeline


class Verdict(StrEnum):
    """What to do with the patch."""

    READY = "ready"
    """It is upstream's fix, and nothing that debpatch can check speaks against it."""
    MEND = "mend"
    """It can go in once something about it is put right."""
    REPLACE = "replace"
    """Upstream's own commits do the same and apply cleanly: take them."""
    DROP = "drop"
    """The package has the fix already."""
    UNKNOWN = "unknown"
    """Too little is known to say."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A commit on the way from the package's base to upstream's series, in the same files.

    ``released_in`` is the oldest version that has it. ``carried_by`` is what in the package has its
    change already: a patch by its name, or a commit; ``is_planned`` says that the plan needs it. A
    neighbour with neither is not needed.
    """

    commit: Commit
    released_in: str | None
    carried_by: Carrier | None
    is_planned: bool


class Topic(StrEnum):
    """What there may be no answer to."""

    HISTORY = "history"
    FIX = "fix"
    PACKAGE = "package"
    TREE = "tree"
    PACKAGE_TREE = "package-tree"
    LANDINGS = "landings"
    SETTINGS = "settings"
    HEADER = "header"
    PLAN = "plan"
    CONFLICTS = "conflicts"
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """What is not known, and why: the message of an error."""

    topic: Topic
    why: str


@dataclass(frozen=True, slots=True)
class SearchEnded:
    """The search for a plan ended at its ``bound``, when so many commits had been tried."""

    bound: str
    tried: int


Unknown = NoAnswer | SearchEnded


@dataclass(frozen=True, slots=True)
class Invocation:
    """What the user named: the ``patch``, and None for what was found without being named.

    ``folder`` is where the review goes. ``unpacked`` is the package's folder, into which patches
    can be written; where there is none yet, ``dsc`` is what dpkg-source(1) makes it from.
    """

    patch: str
    folder: str
    repo: str | None = None
    package: str | None = None
    base: str | None = None
    unpacked: str | None = None
    dsc: Path | None = None


@dataclass(frozen=True)
class Facts:
    """All about one patch; what could not be known is None or empty, and ``unknown`` says why.

    ``entry`` is the patch's name in the package's series, None where it is not one of them.
    ``base`` is the upstream revision that the package is built from, and ``target`` what the patch
    goes onto: the package without it, or the base. ``fixes`` are the commits that the patch comes
    from; ``series`` is what upstream made of them on the package's own line, or else the fixes
    again. ``comparison`` has an alternative for each fix, then one for all of them where there are
    several, then one for the series where it is something else; ``picked`` are the commits of one
    that give, picked, the very tree that the patch gives. ``backports`` has a survey for each fix.
    ``conflicts`` has a check of the fixes onto the target, then one of the series where it is
    something else. ``plan`` is for the series, with its follow-ups; ``repairs`` is what comes of
    picking these, in turn, onto the patched package, if the patch applies. The ``options`` begin
    with the patch itself, where it applies.
    """

    patch: Patch
    package: PackageName | None
    entry: str | None
    base: str | None
    target: TargetName | None
    fixes: tuple[Commit, ...]
    series: tuple[Commit, ...]
    comparison: PatchReport
    picked: tuple[Commit, ...]
    header: HeaderReport
    backports: tuple[Backports, ...]
    neighbours: tuple[Neighbour, ...]
    conflicts: tuple[ConflictCheck, ...]
    plan: Plan | None
    repairs: tuple[Pick, ...]
    options: tuple[Option, ...]
    unknown: tuple[Unknown, ...]

    @property
    def is_ported(self) -> bool:
        """Whether upstream has commits of its own for the package's line."""
        return {commit.sha for commit in self.series} != {commit.sha for commit in self.fixes}


@dataclass(frozen=True)
class Review:
    """The facts, what they come to, and ``documents``: proposals by their paths in its folder."""

    facts: Facts
    verdict: Verdict
    reason: Reason
    next_steps: tuple[NextStep, ...]
    invocation: Invocation
    documents: Mapping[str, bytes]
    timeline: Timeline | None = None
    upstream_url: str | None = None
