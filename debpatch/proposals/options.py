"""The ways to bring a fix into a stable release, side by side and in the same figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from debpatch.backport.plan import Plan, Role, Step
from debpatch.compare.comparison import Comparison
from debpatch.formats.versions import Release, read_release
from debpatch.git.differences import Size, diffstat
from debpatch.git.history import commits_between, is_ancestor
from debpatch.git.merge import certain, pick, pick_each, unaffected
from debpatch.git.releases import first_release, known_releases, tags_containing
from debpatch.git.repository import Commit, Repository
from debpatch.landings.repairs import follow_ups

_MOST_LATER = 400  # commits whose picks are tried


@dataclass(frozen=True, slots=True)
class Missing:
    """A later commit that repairs or takes back one that is carried, whose id is ``of``."""

    sha: str
    subject: str
    released_in: str | None
    of: str


@dataclass(frozen=True, slots=True)
class LaterPicks:
    """What is ahead: of ``commits`` up to the release, each picked alone, so many conflict.

    ``without`` is how many of the same conflict with the package as it is.
    """

    release: str
    commits: int
    conflicts: int
    without: int


@dataclass(frozen=True, slots=True)
class Part:
    """A commit of a planned series, and what it is there for.

    ``of`` are the commits that need a prerequisite, or the one that a follow-up repairs.
    """

    commit: Commit
    role: Role
    of: tuple[Commit, ...]
    released_in: str | None


@dataclass(frozen=True)
class OwnPatch:
    """A patch that is no upstream commit as it stands, and how it compares with those it names."""

    name: str
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Stuck:
    """A commit that does not apply, and the files in which it conflicts."""

    commit: Commit
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Option:
    """One way, and where it is not as upstream has it: its ``own`` patches.

    ``size`` is None where the way is no way: a series of which some commits are ``stuck``.
    ``parts`` are the commits with their roles where the way was planned. ``missing`` are follow-ups
    that it does not have; ``later`` is None where nobody counted. ``release`` is the tag, where the
    way is to take it.
    """

    name: str
    commits: tuple[Commit, ...]
    size: Size | None
    own: tuple[OwnPatch, ...] = ()
    stuck: tuple[Stuck, ...] = ()
    missing: tuple[Missing, ...] = ()
    later: LaterPicks | None = None
    parts: tuple[Part, ...] = ()
    release: str | None = None


@dataclass(frozen=True)
class StartingPoint:
    """What the options stand on: the package's tree before the update, and upstream's releases."""

    repository: Repository
    tree: str
    base: str

    @property
    def line(self) -> tuple[Release, ...]:
        """The releases after the base with the same first two numbers, oldest first."""
        base = read_release(self.base, self.repository.project)
        if base is None:
            return ()
        known = known_releases(self.repository)
        numbers = base.version.numbers[:2]
        return tuple(
            release
            for release in known
            if release.version.numbers[:2] == numbers and release.version.key > base.version.key
        )

    def size(self, old: str, new: str) -> Size:
        """How much two trees differ."""
        return diffstat(self.repository, old, new)

    def later(self, tree: str, has: Iterable[Commit] = ()) -> LaterPicks | None:
        """How many of the later commits on the release line conflict on ``tree``, each alone."""
        if not self.line:
            return None
        last = self.line[-1].tag
        shas = commits_between(
            self.repository, self.repository.resolve(self.base), self.repository.resolve(last)
        )
        carried = {commit.sha for commit in has}
        commits = [self.repository.commit(sha) for sha in shas if sha not in carried]
        commits = [commit for commit in commits if len(commit.parents) == 1]
        if len(commits) > _MOST_LATER:
            return None
        without = self._conflicting(commits, self.tree)
        alike = {c.sha for c in unaffected(self.repository, commits, self.tree, tree)}
        others = [commit for commit in commits if commit.sha not in alike]
        conflicts = (without & alike) | self._conflicting(others, tree)
        return LaterPicks(last, len(commits), len(conflicts), len(without))

    def _conflicting(self, commits: Sequence[Commit], onto: str) -> set[str]:
        """Which of ``commits``, each alone, conflict on the tree ``onto``."""
        fitting = certain(self.repository, commits, onto)
        doubtful = [commit for commit in commits if commit.sha not in fitting]
        picks = pick_each(self.repository, doubtful, onto)
        return {found.commit.sha for found in picks if found.outcome == "conflict"}


def options_for(
    start: StartingPoint, update: Option | None, series: Sequence[Commit], plan: Plan | None
) -> tuple[Option, ...]:
    """The ways there are: the ``update`` itself, the planned series, a new upstream release.

    ``update`` is what ``as_it_is`` makes of it. ``series`` is what upstream made of the fix on the
    package's line, and ``plan`` brings it to the package. A way that is the update again, or does
    not have the fix, is left out.
    """
    found = [update] if update else []
    planned = [step.commit for step in plan.series] if plan else []
    if plan and planned and not (update and list(update.commits) == planned):
        found.append(_planned(start, plan))
    release = _new_release(start, series)
    return (*found, release) if release else tuple(found)


def as_it_is(
    start: StartingPoint,
    name: str,
    tree: str,
    commits: Sequence[Commit],
    own: Sequence[OwnPatch] = (),
) -> Option:
    """A way that gives ``tree`` and carries ``commits``."""
    return Option(
        name,
        tuple(commits),
        start.size(start.tree, tree),
        tuple(own),
        missing=_missing(start, commits),
        later=start.later(tree, commits),
    )


def picked(start: StartingPoint, commits: Sequence[Commit]) -> Option:
    """Upstream's own ``commits``, picked one upon the other in this order."""
    tree = start.tree
    for commit in commits:
        found = pick(start.repository, commit, tree)
        if found.outcome == "conflict":
            paths = tuple(conflict.path for conflict in found.conflicts)
            return Option(_SERIES, tuple(commits), None, stuck=(Stuck(commit, paths),))
        tree = found.tree
    return Option(_SERIES, tuple(commits), start.size(start.tree, tree))


_SERIES = "upstream's series"


def _planned(start: StartingPoint, plan: Plan) -> Option:
    commits = [step.commit for step in plan.series]
    parts = tuple(_part(start.repository, step) for step in plan.series)
    if plan.clean:
        return replace(as_it_is(start, _SERIES, plan.tree, commits), parts=parts)
    stuck = (
        Stuck(commit, tuple(each.conflict.path for each in conflicts))
        for commit, conflicts in plan.left
    )
    return Option(_SERIES, tuple(commits), None, stuck=tuple(stuck), parts=parts)


def _part(repository: Repository, step: Step) -> Part:
    about = [step.follows.of] if step.follows else [need.by for need in step.needs]
    of = tuple({commit.sha: commit for commit in about}.values())
    return Part(step.commit, step.role, of, first_release(repository, step.commit.sha))


def _new_release(start: StartingPoint, series: Sequence[Commit]) -> Option | None:
    """The first release on the package's line that has all of ``series``."""
    repository = start.repository
    having = [tags_containing(repository, commit.sha) for commit in series]
    release = next(
        (r for r in start.line if having and all(r.tag in tags for tags in having)), None
    )
    if release is None:
        return None
    base, end = repository.resolve(start.base), repository.resolve(release.tag)
    commits = [repository.commit(sha) for sha in commits_between(repository, base, end)]
    commits = [commit for commit in commits if len(commit.parents) == 1]
    return Option(
        f"new upstream release {release.tag}",
        tuple(commits),
        start.size(base, end),
        missing=_missing(start, commits),
        release=release.tag,
    )


def _missing(start: StartingPoint, carried: Sequence[Commit]) -> tuple[Missing, ...]:
    there = {commit.sha for commit in carried}
    base = start.repository.resolve(start.base)
    return tuple(
        Missing(
            found.commit.sha,
            found.commit.subject,
            first_release(start.repository, found.commit.sha),
            found.of.sha,
        )
        for found in follow_ups(start.repository, carried)
        if found.kind != "mentions"
        and found.of.sha in there
        and not is_ancestor(start.repository, found.commit.sha, base)
    )
