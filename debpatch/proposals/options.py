"""The ways to bring a fix into a stable release, side by side and in the same figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from debpatch.inputs.history import History, read_history
from debpatch.inputs.merge import pick, pick_each
from debpatch.inputs.released import first_release
from debpatch.inputs.releases import Release, read_release, releases
from debpatch.inputs.repository import Commit, Repository
from debpatch.picks.follow_ups import follow_ups
from debpatch.proposals.commit_facts import CommitFacts

_MOST_LATER = 400  # commits whose picks are tried


@dataclass(frozen=True, slots=True)
class Size:
    """How much a change of the source is."""

    files: int
    insertions: int
    deletions: int


@dataclass(frozen=True, slots=True)
class Missing:
    """A later commit that repairs or takes back one that is carried, whose id is ``of``."""

    sha: str
    subject: str
    released_in: str | None
    of: str


@dataclass(frozen=True, slots=True)
class Later:
    """What is ahead: of ``commits`` up to the release, each picked alone, so many conflict.

    ``without`` is how many of the same conflict with the package as it is.
    """

    release: str
    commits: int
    conflicts: int
    without: int


@dataclass(frozen=True)
class Option:
    """One way; ``differs`` is a sentence on what is not as upstream has it.

    ``size`` is None where the way is no way: a series that conflicts, at ``stopped_at``.
    ``missing`` are follow-ups that it does not have; ``later`` is None where nobody counted.
    """

    name: str
    commits: tuple[Commit, ...]
    size: Size | None
    differs: str
    missing: tuple[Missing, ...]
    later: Later | None
    stopped_at: Commit | None = None


@dataclass(frozen=True)
class Ground:
    """What the options stand on: the package's tree before the update, and upstream's releases."""

    repository: Repository
    tree: str
    base: str
    package_name: str

    @property
    def line(self) -> tuple[Release, ...]:
        """The releases after the base with the same first two numbers, oldest first."""
        base = read_release(self.base, self.package_name)
        if base is None:
            return ()
        known = releases(self.repository.tags, self.package_name)
        numbers = base.version.numbers[:2]
        return tuple(
            release
            for release in known
            if release.version.numbers[:2] == numbers and release.version.key > base.version.key
        )

    def size(self, old: str, new: str) -> Size:
        """How much two trees differ."""
        return Size(*self.repository.diffstat(old, new))

    @cached_property
    def since(self) -> History:
        """All that upstream did after the base, on any branch."""
        refs = self.repository.refs
        tips = {ref.sha for ref in refs if not ref.name.startswith("refs/tags/")}
        return read_history(self.repository, sorted(tips), [self.repository.resolve(self.base)])

    def later(self, tree: str, has: Iterable[Commit] = ()) -> Later | None:
        """How many of the later commits on the release line conflict on ``tree``, each alone."""
        if not self.line:
            return None
        last = self.line[-1].tag
        shas = self.repository.history(
            self.repository.resolve(self.base), self.repository.resolve(last)
        )
        carried = {commit.sha for commit in has}
        commits = [self.repository.commit(sha) for sha in shas if sha not in carried]
        commits = [commit for commit in commits if len(commit.parents) == 1]
        if len(commits) > _MOST_LATER:
            return None
        conflicts, without = (
            sum(found.outcome == "conflict" for found in pick_each(self.repository, commits, onto))
            for onto in (tree, self.tree)
        )
        return Later(last, len(commits), conflicts, without)


def as_it_is(
    ground: Ground, name: str, tree: str, commits: Sequence[Commit], differs: str
) -> Option:
    """The update itself, which gives ``tree`` and carries ``commits``."""
    return Option(
        name,
        tuple(commits),
        ground.size(ground.tree, tree),
        differs,
        _missing(ground, commits, commits),
        ground.later(tree, commits),
    )


def series(ground: Ground, commits: Sequence[Commit]) -> Option:
    """Upstream's own commits, picked one upon the other."""
    tree = ground.tree
    for commit in commits:
        picked = pick(ground.repository, commit, tree)
        if picked.outcome == "conflict":
            where = ", ".join(conflict.path for conflict in picked.conflicts)
            said = f"{commit.sha[:12]} does not apply ({where})"
            return Option("upstream series", tuple(commits), None, said, (), None, commit)
        tree = picked.tree
    said = "nothing: every commit applies as it is"
    return as_it_is(ground, "upstream series", tree, commits, said)


def new_release(ground: Ground, wanted: Sequence[CommitFacts]) -> Option | None:
    """The first release on the package's line that has all of ``wanted``, else its newest one."""
    if not ground.line:
        return None
    having = [
        release
        for release in ground.line
        if wanted and all(_has(commit, release) for commit in wanted)
    ]
    release = having[0] if having else ground.line[-1]
    base, end = ground.repository.resolve(ground.base), ground.repository.resolve(release.tag)
    commits = [ground.repository.commit(sha) for sha in ground.repository.history(base, end)]
    said = "nothing: it is upstream's" if having else "it does not have all of the fixes"
    plain = [commit for commit in commits if len(commit.parents) == 1]
    return Option(
        f"new upstream release {release.tag}",
        tuple(plain),
        ground.size(base, end),
        said,
        _missing(ground, commits, commits),
        None,
    )


def _has(commit: CommitFacts, release: Release) -> bool:
    return any(release.tag == r.tag for landing in commit.landings for r in landing.releases)


def _missing(
    ground: Ground, carried: Sequence[Commit], has: Sequence[Commit]
) -> tuple[Missing, ...]:
    there = {commit.sha for commit in has}
    return tuple(
        Missing(
            found.commit.sha,
            found.commit.subject,
            first_release(ground.repository, found.commit.sha),
            found.of.sha,
        )
        for found in follow_ups(carried, ground.since)
        if found.kind != "mentions" and found.commit.sha not in there
    )
