"""What upstream's history says of the commits that headers name, from one reading of it.

A fix reaches a release branch as itself, as a cherry-pick, or as a backport that says so. Which
releases have it is a question of ancestry, and git-describe(1) answers with one tag where several
branches have it, so every commit gets the set of all tags that contain it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from debpatch.formats.references import ReferenceKind, may_name, named_commits
from debpatch.formats.versions import Release, releases
from debpatch.git.differences import commit_diff
from debpatch.git.history import upstream_tips

if TYPE_CHECKING:
    from debpatch.git.history import History
    from debpatch.git.repository import Commit, Repository

How = Literal["itself", "cherry-pick", "backport", "same-change"]
"""Why a commit is taken for the fix: it is the commit that the header names; its message says that
it was cherry-picked from it, or is a backport of it; subject, author and changed lines are equal.
"""


@dataclass(frozen=True, slots=True)
class Landing:
    """A commit that has the fix, and the releases that contain it, oldest version first."""

    sha: str
    subject: str
    how: How
    releases: tuple[Release, ...]

    @property
    def first(self) -> Release | None:
        """The release with the lowest version."""
        return self.releases[0] if self.releases else None


@dataclass(frozen=True, slots=True)
class Landings:
    """Where the fix of each commit asked for stands, by full id; ``releases`` are all there are."""

    of: Mapping[str, tuple[Landing, ...]]
    releases: tuple[Release, ...]


def find_landings(
    repository: Repository,
    wanted: Iterable[str],
    package_name: str = "",
    history: History | None = None,
) -> Landings:
    """Find where the fixes of the commits ``wanted`` (full ids) stand in ``repository``.

    ``package_name`` tells the project's own tags in a repository that several share. ``history``
    is that of all branches and releases, where it has been read already. Raises DebpatchError where
    the clone lacks what it should have.
    """
    known = tuple(releases(repository.tags, package_name))
    fixes = {sha: _sources(repository, sha) for sha in wanted}
    if not fixes:
        return Landings({}, known)
    from debpatch.git.history import read_history

    search = _Search.of(repository, {sha for family in fixes.values() for sha in family})
    tagged = {release: f"refs/tags/{release.tag}" for release in known}
    tagged = {r: repository.resolve(name) for r, name in tagged.items() if repository.has(name)}
    tips = [*upstream_tips(repository), *tagged.values()]
    history = history or read_history(repository, tips)
    found: dict[str, dict[str, How]] = defaultdict(dict)
    for commit in history.commits.values():
        for sha, how in search.matches(commit):
            found[sha].setdefault(commit.sha, how)
    having = _releases_having(history, tagged)
    return Landings(
        {
            sha: tuple(
                Landing(at, history.commits[at].subject, how, having(at))
                for at, how in _of_family(sha, family, found).items()
            )
            for sha, family in fixes.items()
        },
        known,
    )


def _releases_having(
    history: History, tagged: Mapping[Release, str]
) -> Callable[[str], tuple[Release, ...]]:
    """Gives the releases that contain a commit; ``tagged`` are the commits of their tags."""
    bits: dict[str, int] = defaultdict(int)
    for number, sha in enumerate(tagged.values()):
        bits[sha] |= 1 << number
    reached = history.reached(bits)
    return lambda sha: tuple(r for n, r in enumerate(tagged) if reached[sha] >> n & 1)


def _of_family(
    sha: str, family: Iterable[str], found: Mapping[str, Mapping[str, How]]
) -> dict[str, How]:
    """The landings of all of ``family``; that of the commit asked for is itself."""
    landings: dict[str, How] = {}
    for member in family:
        for landing, how in found.get(member, {}).items():
            landings.setdefault(landing, how if member == sha or how != "itself" else "cherry-pick")
    return landings


# -- what makes a commit a landing -----------------------------------------------------------------

_HOW: Mapping[ReferenceKind, How] = {"cherry-picked": "cherry-pick", "ported": "backport"}

_Change = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Search:
    """The commits looked for: by the first digits of their ids, and by subject.

    ``changes`` keeps what was read, for subjects repeat.
    """

    repository: Repository
    by_prefix: Mapping[str, tuple[str, ...]]
    by_subject: Mapping[str, tuple[Commit, ...]]
    changes: dict[str, _Change] = field(default_factory=dict)

    @classmethod
    def of(cls, repository: Repository, shas: Iterable[str]) -> _Search:
        by_prefix: dict[str, tuple[str, ...]] = {}
        by_subject: dict[str, tuple[Commit, ...]] = {}
        for sha in sorted(shas):
            commit = repository.commit(sha)
            by_prefix[sha[:7]] = (*by_prefix.get(sha[:7], ()), sha)
            by_subject[commit.subject] = (*by_subject.get(commit.subject, ()), commit)
        return cls(repository, by_prefix, by_subject)

    def matches(self, commit: Commit) -> Iterator[tuple[str, How]]:
        """The wanted commits whose fix ``commit`` has."""
        if commit.sha in self.by_prefix.get(commit.sha[:7], ()):
            yield commit.sha, "itself"
        yield from self._mentioned(commit)
        for wanted in self.by_subject.get(commit.subject, ()):
            if wanted.sha != commit.sha and self._is_same_change(wanted, commit):
                yield wanted.sha, "same-change"

    def _mentioned(self, commit: Commit) -> Iterator[tuple[str, How]]:
        message = commit.message
        if not may_name(message, self.by_prefix.keys()):
            return
        for reference in named_commits(message.encode("utf-8", "replace")):
            how = _HOW.get(reference.kind)
            for wanted in self.by_prefix.get(reference.sha[:7].lower(), ()):
                if how and wanted.startswith(reference.sha.lower()) and wanted != commit.sha:
                    yield wanted, how

    def _is_same_change(self, one: Commit, other: Commit) -> bool:
        if other.author != one.author or len(other.parents) != 1 or len(one.parents) != 1:
            return False
        return self._change(one) == self._change(other)

    def _change(self, commit: Commit) -> _Change:
        """What a commit changes, by file, without context and places."""
        if commit.sha not in self.changes:
            self.changes[commit.sha] = [
                (file.path, "".join(hunk.changed for hunk in file.hunks))
                for file in commit_diff(self.repository, commit).files
            ]
        return self.changes[commit.sha]


def _picked_from(message: str) -> tuple[str, ...]:
    """The ids, as written, of the commits that ``message`` says it was cherry-picked from."""
    references = named_commits(message.encode("utf-8", "replace"))
    return tuple(found.sha for found in references if found.kind == "cherry-picked")


def _sources(repository: Repository, sha: str) -> tuple[str, ...]:
    """The commit itself, and what its message says that it was cherry-picked from."""
    picked = _picked_from(repository.commit(sha).message)
    known = (repository.resolve(source) for source in picked if repository.has(source))
    return tuple(dict.fromkeys((sha, *known)))
