"""What upstream's history says of the commits that headers name, from one reading of it.

A fix reaches a release branch as itself, as a cherry-pick, or as a backport that says so. Which
releases have it is a question of ancestry, and git-describe(1) answers with one tag where several
branches have it, so every commit gets the set of all tags that contain it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from debpatch.inputs.references import named_commits
from debpatch.inputs.releases import Release, releases

if TYPE_CHECKING:
    from debpatch.inputs.repository import Commit, Repository

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
class History:
    """``landings`` of each commit asked for, by its full id; ``releases`` are all there are."""

    landings: Mapping[str, tuple[Landing, ...]]
    releases: tuple[Release, ...]


def read_history(repository: Repository, wanted: Iterable[str], package_name: str = "") -> History:
    """Find where the fixes of the commits ``wanted`` (full ids) stand in ``repository``.

    ``package_name`` tells the project's own tags in a repository that several share.
    """
    known = tuple(releases(repository.tags, package_name))
    fixes = {sha: _sources(repository, sha) for sha in wanted}
    if not fixes:
        return History({}, known)
    search = _Search.of(repository, {sha for family in fixes.values() for sha in family})
    tags = {release.tag: release for release in known}
    found: dict[str, dict[str, How]] = defaultdict(dict)
    containing: dict[str, tuple[Release, ...]] = {}
    for record in _records(repository, tags):
        for sha, how in search.matches(record.sha, record.subject, record.message):
            found[sha].setdefault(record.sha, how)
            containing[record.sha] = record.releases
    return History(
        {
            sha: tuple(
                Landing(landing, repository.commit(landing).subject, how, containing[landing])
                for landing, how in _of_family(sha, family, found).items()
            )
            for sha, family in fixes.items()
        },
        known,
    )


def _of_family(
    sha: str, family: Iterable[str], found: Mapping[str, Mapping[str, How]]
) -> dict[str, How]:
    """The landings of all of ``family``; that of the commit asked for is itself."""
    landings: dict[str, How] = {}
    for member in family:
        for landing, how in found.get(member, {}).items():
            landings.setdefault(landing, how if member == sha or how != "itself" else "cherry-pick")
    return landings


# -- one reading -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Record:
    sha: str
    subject: str
    message: str
    releases: tuple[Release, ...]


def _records(repository: Repository, tags: Mapping[str, Release]) -> Iterator[_Record]:
    """All commits, children before parents, each with the releases that contain it.

    A set of releases is a number with one bit for each, handed from child to parent.
    """
    order = list(tags)
    output = repository.run(
        "log", "--branches", "--remotes", "--tags", "--topo-order", "--no-color", "--no-decorate",
        "--decorate-refs=refs/tags/", "-z", "--format=%H%n%P%n%D%n%s%n%B",
    )  # fmt: skip
    bits = {f"tag: {tag}": 1 << n for n, tag in enumerate(order)}
    inherited: dict[str, int] = defaultdict(int)
    sets: dict[int, tuple[Release, ...]] = {}
    for raw in output.decode("utf-8", "replace").split("\0"):
        if not raw.strip():
            continue
        sha, parents, names, subject, message = raw.lstrip("\n").split("\n", 4)
        bitset = inherited.pop(sha, 0)
        for name in names.split(", "):
            bitset |= bits.get(name, 0)
        for parent in parents.split():
            inherited[parent] |= bitset
        if bitset not in sets:
            sets[bitset] = tuple(tags[tag] for n, tag in enumerate(order) if bitset >> n & 1)
        yield _Record(sha, subject, message, sets[bitset])


# -- what makes a commit a landing -----------------------------------------------------------------

_ID = re.compile(r"\b[0-9a-f]{7,64}\b")
_SAYS_BACKPORT = re.compile(r"\bback-?port\w*\b[^.]{0,160}\Z", re.IGNORECASE)


_Change = list[tuple[str, tuple[str, ...]]]


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

    def matches(self, sha: str, subject: str, message: str) -> Iterator[tuple[str, How]]:
        """The wanted commits whose fix the commit ``sha`` has."""
        if sha in self.by_prefix.get(sha[:7], ()):
            yield sha, "itself"
        picked: tuple[str, ...] | None = None
        for mention in _ID.finditer(message):
            for wanted in self.by_prefix.get(mention[0][:7], ()):
                if picked is None:
                    picked = _picked_from(message)
                if not wanted.startswith(mention[0]) or wanted == sha:
                    continue
                if mention[0] in picked:
                    yield wanted, "cherry-pick"
                elif _SAYS_BACKPORT.search(message, 0, mention.start()):
                    yield wanted, "backport"
        for commit in self.by_subject.get(subject, ()):
            if commit.sha != sha and self._is_same_change(commit, sha):
                yield commit.sha, "same-change"

    def _is_same_change(self, commit: Commit, sha: str) -> bool:
        other = self.repository.commit(sha)
        if other.author != commit.author or len(other.parents) != 1 or len(commit.parents) != 1:
            return False
        return self._change(commit) == self._change(other)

    def _change(self, commit: Commit) -> _Change:
        """What a commit changes, by file, without context and places."""
        if commit.sha not in self.changes:
            self.changes[commit.sha] = [
                (
                    file.path,
                    tuple(
                        n.sign + n.text for hunk in file.hunks for n in hunk.lines if n.sign != " "
                    ),
                )
                for file in self.repository.commit_diff(commit).files
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
