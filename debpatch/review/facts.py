"""Gather all facts about one patch; every question is asked, and what has no answer is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from debpatch.backport.conflicts import ConflictCheck, check_conflicts
from debpatch.backport.plan import Plan, Tell, plan_backport
from debpatch.backport.search import Bounds
from debpatch.dep3.settings import Settings, settings_of
from debpatch.dep3.targets import PatchFile
from debpatch.dep3.targets import PatchSet as HeaderTarget
from debpatch.dep3.validate import HeaderReport as HeaderReport
from debpatch.dep3.validate import look_up, validate
from debpatch.errors import DebpatchError
from debpatch.git.differences import commit_diff
from debpatch.git.history import path_log, whole_history
from debpatch.git.merge import Pick, pick
from debpatch.git.releases import first_release
from debpatch.git.repository import Commit, Repository
from debpatch.git.tree import Edit, Tree
from debpatch.landings.already_applied import AlreadyApplied
from debpatch.landings.backports import Backports, find_backports
from debpatch.landings.identity import Identity
from debpatch.landings.origin import find_whole, read_alternatives
from debpatch.landings.ports import in_order, own_series
from debpatch.landings.report import PatchReport, compare
from debpatch.package.locate import Located
from debpatch.package.target import Target, package_target, revision_target
from debpatch.proposals.options import Option, OwnPatch, StartingPoint, as_it_is, options_for
from debpatch.review.judge import SAME, closest
from debpatch.review.review import Facts, Neighbour, NoAnswer, SearchEnded, Topic, Unknown

_BOUNDS = Bounds(seconds=30)


def gather_facts(
    located: Located, today: date, upstream: Sequence[str] = (), tell: Tell = lambda _: None
) -> Facts:
    """Find out all there is to know about the patch of ``located``.

    ``upstream`` names the commits that it comes from, a series each; without it the patch does.
    Raises DebpatchError where what ``upstream`` names is not there, or is of another project.
    """
    unknown = _Unknown()
    if located.unknown:
        unknown.add(NoAnswer(Topic.TREE, located.unknown))
    if located.notice:
        unknown.add(NoAnswer(Topic.PACKAGE_TREE, located.notice))
    repository, patch = located.repository, located.patch
    with unknown.about(Topic.HISTORY):
        whole_history(repository)  # of which nearly all below asks
    named, identity = _named(located, upstream, unknown)
    fixes = tuple({commit.sha: commit for commits in named for commit in commits}.values())
    target = _target(located, unknown)
    tell("where the fix stands upstream")
    surveys = _surveys(repository, fixes, target, unknown)
    series = own_series(repository, surveys) or in_order(repository, fixes)
    tell("what the patch carries")
    comparison = _comparison(located, named, identity, fixes, series)
    header = _header(located, today, unknown)
    tell("which commits apply")
    plain = [commit for commit in fixes if len(commit.parents) < 2]
    plan = _plan(target, series, tell, unknown)
    patched = _patched(located, target, comparison)
    tell("what the options cost")
    ground = None
    if target and target.base:
        ground = StartingPoint(target.repository, target.tree, target.base)
    own = _own_way(located, ground, patched, plain, comparison) if ground and patched else None
    return Facts(
        patch,
        located.package.called if located.package else None,
        located.entry,
        located.base,
        target.called if target else None,
        fixes,
        series,
        comparison,
        _picked(target, patched, comparison),
        header,
        surveys,
        tuple(neighbours(target, series, plan)) if target else (),
        tuple(_conflicts(target, plain, series, unknown)),
        plan,
        tuple(_repairs(located, plan, patched)),
        options_for(ground, own, series, plan) if ground else (),
        tuple(unknown.said),
    )


@dataclass(slots=True)
class _Unknown:
    """Collects why something is not known, each once."""

    said: list[Unknown] = field(default_factory=list)

    @contextmanager
    def about(self, topic: Topic) -> Iterator[None]:
        """Note the error that ends the work within, and go on."""
        try:
            yield
        except DebpatchError as error:
            self.add(NoAnswer(topic, str(error)))

    def add(self, why: Unknown) -> None:
        if why not in self.said:
            self.said.append(why)


def _named(
    located: Located, upstream: Sequence[str], unknown: _Unknown
) -> tuple[Sequence[tuple[Commit, ...]], Identity | None]:
    """The commits that the patch comes from, one alternative each, and how they were found."""
    if upstream:
        return read_alternatives(located, upstream)
    with unknown.about(Topic.FIX):
        named, found = read_alternatives(located)
        if found is None and (whole := find_whole(located, [c for each in named for c in each])):
            return (whole.commits,), whole
        return named, found
    return (), None


def _target(located: Located, unknown: _Unknown) -> Target | None:
    """What to pick onto: the package as it is before the patch, else the base."""
    package, repository = located.package, located.repository
    if package is not None and located.notice is None:
        with unknown.about(Topic.PACKAGE):
            return package_target(repository, package, located.base, located.entry)
    return revision_target(repository, located.base) if located.base else None


def _surveys(
    repository: Repository, fixes: Sequence[Commit], target: Target | None, unknown: _Unknown
) -> tuple[Backports, ...]:
    with unknown.about(Topic.LANDINGS):
        return tuple(find_backports(repository, fix, (), target) for fix in fixes)
    return ()


def _comparison(
    located: Located,
    named: Sequence[tuple[Commit, ...]],
    identity: Identity | None,
    fixes: tuple[Commit, ...],
    series: tuple[Commit, ...],
) -> PatchReport:
    repository = located.repository
    alternatives = list(named)
    for commits in (in_order(repository, fixes), series):
        if commits and {c.sha for c in commits} not in [{c.sha for c in a} for a in alternatives]:
            alternatives.append(commits)
    return compare(located, alternatives, identity)


def _header(located: Located, today: date, unknown: _Unknown) -> HeaderReport:
    patch, package = located.patch, located.package
    settings = Settings()
    with unknown.about(Topic.SETTINGS):
        settings = settings_of(package)
    file = PatchFile(patch.name, _name(located), lambda: patch.data)
    target = HeaderTarget([file], package=package)
    found = look_up(target, located.repository, located.base)
    report = next(validate(target, settings, today, found))
    if report.unverifiable:
        unknown.add(NoAnswer(Topic.HEADER, report.unverifiable))
    return report


def _name(located: Located) -> str:
    """What the patch is called in the package's series, or would be."""
    return located.entry or located.patch.name.rpartition("/")[2]


def _plan(
    target: Target | None, wanted: Sequence[Commit], tell: Tell, unknown: _Unknown
) -> Plan | None:
    if target is None or not wanted:
        return None
    with unknown.about(Topic.PLAN):
        plan = plan_backport(target, wanted, bounds=_BOUNDS, with_follow_ups=True, tell=tell)
        if plan.bound:
            unknown.add(SearchEnded(plan.bound, plan.tried))
        return plan
    return None


def _conflicts(
    target: Target | None,
    fixes: Sequence[Commit],
    series: Sequence[Commit],
    unknown: _Unknown,
) -> Iterator[ConflictCheck]:
    if target is None:
        return
    is_other = {commit.sha for commit in series} != {commit.sha for commit in fixes}
    for commits in (fixes, series if is_other else ()):
        if commits:
            with unknown.about(Topic.CONFLICTS):
                yield check_conflicts(target, commits)


def _patched(located: Located, target: Target | None, comparison: PatchReport) -> str | None:
    """The tree of the target with the patch, where that applies."""
    if target is None or comparison.failures:
        return None
    edit = Edit.of(Tree(target.repository, target.tree, target.name))
    edit.apply(located.patch.files)
    return edit.write("the patched tree").sha


def _picked(
    target: Target | None, patched: str | None, comparison: PatchReport
) -> tuple[Commit, ...]:
    """The first alternative that comes to the same as the patch when it is picked."""
    for item in comparison.alternatives if target and patched else ():
        commits = item.alternative.commits
        if target and _tree_of_picks(target, commits) == patched:
            return tuple(commits)
    return ()


def _tree_of_picks(target: Target, commits: Sequence[Commit]) -> str | None:
    tree = target.tree
    for commit in commits:
        if len(commit.parents) != 1:
            return None
        found = pick(target.repository, commit, tree)
        if found.outcome == "conflict":
            return None
        tree = found.tree
    return tree


def _repairs(located: Located, plan: Plan | None, patched: str | None) -> Iterator[Pick]:
    """Upstream's later mends of its own, each picked onto the patch and what comes after it."""
    package, tree = located.package, patched
    if tree and package and located.entry:
        tree = package_target(located.repository, package, located.base).tree
    for step in plan.series if plan else ():
        if tree and step.role == "follow-up":
            picked = pick(located.repository, step.commit, tree)
            yield picked
            tree = picked.tree if picked.outcome == "clean" else tree


def _own_way(
    located: Located,
    ground: StartingPoint,
    patched: str,
    fixes: Sequence[Commit],
    comparison: PatchReport,
) -> Option:
    """The patch as it is, as one of the ways."""
    best = closest(comparison.alternatives)
    compared = (best.comparison,) if best else ()
    is_same = best is not None and best.comparison.verdict in SAME
    differing = () if is_same else (OwnPatch(_name(located), compared),)
    return as_it_is(ground, "this patch", patched, fixes, differing)


# -- what else upstream did to the files of a series before it -------------------------------------

_MOST = 60  # commits that are looked at


def neighbours(target: Target, series: Sequence[Commit], plan: Plan | None) -> Iterator[Neighbour]:
    """What upstream did between the target's base and ``series`` to the files of the series.

    Oldest first; merges and the series itself are left out. Only the last ones are looked at where
    there are very many.
    """
    if not series or target.upstream is None:
        return
    repository = target.repository
    paths = {file.path for commit in series for file in commit_diff(repository, commit).files}
    found = path_log(repository, series[-1].sha, target.upstream, sorted(paths))[:_MOST]
    own = {commit.sha for commit in series}
    shas = [sha for sha in reversed(found) if sha not in own]
    planned = {step.commit.sha for step in plan.series} if plan else set()
    applied = AlreadyApplied(target)
    commits = [repository.commit(sha) for sha in shas]
    applied.read_ahead(commit for commit in commits if commit.sha not in planned)
    for commit in commits:
        is_planned = commit.sha in planned
        carrier = None if is_planned else applied.of(commit)
        yield Neighbour(commit, first_release(repository, commit.sha), carrier, is_planned)
