"""All that a document can say of an update, gathered once; plain values for the templates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from debian.debian_support import Version

from debpatch.compare.comparison import Comparison, Verdict
from debpatch.compare.report import report
from debpatch.dep3.header import read_header
from debpatch.dep3.values import debian_bug
from debpatch.errors import DebpatchError
from debpatch.inputs.package_tree import series_trees
from debpatch.inputs.patch import Patch, parse_patch
from debpatch.inputs.repository import Commit, Repository
from debpatch.inputs.revisions import read_revisions
from debpatch.inputs.source_package import SourcePackage
from debpatch.inputs.tree import Tree
from debpatch.inputs.workspace import named_alternatives, package_base
from debpatch.picks.plan import Plan, plan_backport
from debpatch.picks.target import package_target
from debpatch.proposals.bugs import Bugs
from debpatch.proposals.commit_facts import CommitFacts, commit_facts
from debpatch.proposals.debdiff import Debdiff, debdiff
from debpatch.proposals.options import Ground, Option, Size, as_it_is, options_for, picked
from debpatch.proposals.proposed_package import new_entries
from debpatch.proposals.suites import Suite
from debpatch.proposals.unstable import Unstable, find_unstable
from debpatch.proposals.upstream_series import find_series

Kind = Literal["pu", "unblock", "security", "maintainer", "upstream"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_CVE = re.compile(r"\bCVE-\d{4}-\d{4,}\b")


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
        """The comparison's totals."""
        if self.comparison.verdict is Verdict.IDENTICAL:
            return "identical, hunk by hunk"
        lines, of = self.comparison.carried
        hunks = [f"{n} {status.value}" for status, n in self.comparison.summary.items() if n]
        return (
            f"{self.comparison.verdict.value}: {lines} of {of} changed lines that can be carried "
            f"are; hunks: {', '.join(hunks)}"
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


@dataclass(frozen=True)
class Proposal:
    """An update, and what is known about it.

    ``size`` is what changes in the source as the compiler sees it; ``options`` the ways to the same
    end, the update's own first. ``on_base`` is what comes of picking its commits onto the upstream
    release; None where it has none. ``unstable`` is None where nobody said.
    """

    kind: Kind
    source: str
    current: Version
    version: Version
    suite: Suite
    distribution: str
    entry: str
    patches: tuple[PatchFacts, ...]
    gone: tuple[str, ...]
    commits: tuple[CommitFacts, ...]
    unstable: Unstable | None
    bugs: Bugs
    debdiff: Debdiff
    size: Size
    options: tuple[Option, ...]
    base: str
    on_base: Option | None

    @property
    def cves(self) -> tuple[str, ...]:
        """The CVE ids that the changelog or a commit names."""
        texts = [self.entry, *(commit.message for commit in self.commits)]
        return tuple(dict.fromkeys(cve for text in texts for cve in _CVE.findall(text)))

    @property
    def is_fixed_in_unstable(self) -> bool:
        """Whether unstable's release has all of the commits that it needs, and there are some."""
        found = [commit.in_unstable for commit in self.commits]
        return bool(found) and all(each is not None and each.is_settled for each in found)

    @property
    def synopsis(self) -> str:
        """What it does, in a line."""
        first = self.patches[0].synopsis if self.patches else "new upstream version"
        more = len(self.patches) - 1
        return first if more < 1 else f"{first} (and {more} more)"


def gather(
    repository: Repository,
    current: SourcePackage,
    proposed: SourcePackage,
    kind: Kind,
    suite: Suite,
    *,
    series: Sequence[Commit] = (),
    plan: Plan | None = None,
    options: tuple[Option, ...] = (),
    base: str | None = None,
    unstable: str | None = None,
    bugs: Bugs | None = None,
) -> Proposal:
    """Find out what there is to say of the update from ``current`` to ``proposed``.

    ``series`` are upstream commits that do the same, ``plan`` brings them to the package, and
    ``options`` are the ways that this makes, the update's own first; what is not given is looked
    for, also ``unstable``, the version there.

    Raises DebpatchError where both packages are the same, a series does not apply, or the base is
    not known.
    """
    tag = base or package_base(repository, current)
    difference = debdiff(repository, current, proposed)
    if not difference.data:
        raise DebpatchError(f"{proposed.location}: is the same as {current.location}")
    trees = series_trees(repository, proposed)
    patches, commits = _patches(repository, current, proposed, trees)
    before = package_target(repository, current, tag)
    after = package_target(repository, proposed, tag if _same_upstream(current, proposed) else None)
    ground = Ground(repository, before.tree, tag, current.name)
    there = find_unstable(repository, current.name, unstable)
    if not options:
        own = as_it_is(ground, "this update", after.tree, commits, _differs(patches))
        series = series or find_series(before, commits, ground.line)
        if series and plan is None:
            plan = plan_backport(before, series, with_follow_ups=True)
        options = options_for(ground, own, series, plan)
    given = bugs or Bugs()
    return Proposal(
        kind,
        current.name,
        current.version,
        proposed.version,
        suite,
        proposed.distribution,
        new_entries(current, proposed),
        patches,
        tuple(sorted({e.name for e in current.series} - {e.name for e in proposed.series})),
        tuple(commit_facts(repository, commit, there) for commit in commits),
        there,
        Bugs(given.upstream, tuple(dict.fromkeys((*given.debian, *_closed(proposed, current))))),
        difference,
        ground.size(before.tree, after.tree),
        options,
        tag,
        picked(replace(ground, tree=repository.tree(tag)), commits) if commits else None,
    )


def _same_upstream(one: SourcePackage, other: SourcePackage) -> bool:
    return one.upstream_version == other.upstream_version


def _patches(
    repository: Repository,
    current: SourcePackage,
    proposed: SourcePackage,
    trees: Sequence[Tree],
) -> tuple[tuple[PatchFacts, ...], list[Commit]]:
    """The patches that are new or changed, and the commits that they name, each once."""
    old = {entry.name: current.read(entry.path) for entry in current.series}
    facts = []
    commits: dict[str, Commit] = {}
    for entry, before in zip(proposed.series, trees, strict=False):
        data = proposed.read(entry.path) or b""
        if old.get(entry.name) == data:
            continue
        for patch in parse_patch(data, entry.name, entry.strip):
            named = _named(repository, patch)
            patch_facts = _patch_facts(repository, patch, before, named)
            facts.append(patch_facts)
            kept = {one.sha for one in patch_facts.compared}
            commits |= {commit.sha: commit for commit in named if commit.sha in kept}
    return tuple(facts), list(commits.values())


def _named(repository: Repository, patch: Patch) -> list[Commit]:
    try:
        named = named_alternatives(repository, patch)
    except DebpatchError:
        return []
    commits = [commit for sha in named for commit in read_revisions(repository, sha)]
    return [commit for commit in commits if len(commit.parents) < 2]


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
        header.synopsis,
        tuple(field.text for field in header.bugs),
        Size(len(patch.files), added, removed),
        tuple(same[:1] or compared),
        tuple(residual),
    )


def _closed(proposed: SourcePackage, current: SourcePackage) -> tuple[int, ...]:
    """The bugs that the new entries close, and those that the headers of new patches name."""
    from debian.changelog import Changelog

    text = (proposed.read("debian/changelog") or b"").decode("utf-8", "replace")
    closed: list[int] = []
    for block in Changelog(text):
        if block.version <= current.version:
            break
        closed += block.bugs_closed
    old = {entry.name for entry in current.series}
    for entry in proposed.series:
        if entry.name not in old:
            header = read_header(proposed.read(entry.path) or b"")
            found = (debian_bug(field.text) for field in header.bugs)
            closed += [bug[0] for bug in found if bug]
    return tuple(closed)


def _differs(patches: Sequence[PatchFacts]) -> str:
    """What of the patches is not upstream's, in a sentence."""
    own = [patch.name for patch in patches if not patch.compared]
    changed = [
        f"{patch.name} ({'; '.join(one.sentence for one in patch.compared)})"
        for patch in patches
        if patch.compared and not patch.is_upstream
    ]
    said = [*changed, *(f"{name} names no upstream commit" for name in own)]
    return "; ".join(said) if said else "nothing: every patch is upstream's commit"
