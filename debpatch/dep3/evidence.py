"""What upstream's repository says of one patch: the commits that its header names.

The header's claims are taken one by one: is the commit there, does the patch carry it, where has it
landed, is it in the packaged version already. What cannot be looked up stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from debpatch.formats.dep3_header import Header
from debpatch.formats.references import Reference, ReferenceKind, named_commits
from debpatch.formats.versions import Release
from debpatch.git.differences import commit_diff

if TYPE_CHECKING:
    from debpatch.compare.change import Change
    from debpatch.formats.diff import Hunk
    from debpatch.git.repository import Commit, Repository
    from debpatch.landings.standing import InReleases

# A check of form alone neither compares nor opens a repository, and need not wait for these.


class Match(StrEnum):
    """How much a patch and a commit have in common; the comparison's verdict, and ``context``."""

    IDENTICAL = "identical"
    CONTEXT = "context"
    """The changed lines are equal, only what stands around them differs."""
    EQUIVALENT = "equivalent"
    ADAPTED = "adapted"
    DIVERGED = "diverged"

    @property
    def same_lines(self) -> bool:
        """Whether the changed lines are equal to the letter."""
        return self in {Match.IDENTICAL, Match.CONTEXT}

    @property
    def carried(self) -> bool:
        """Whether the patch has at least half of what the commit changes."""
        return self is not Match.DIVERGED


@dataclass(frozen=True, slots=True)
class Named:
    """A commit that the header names on ``line``, ``sha`` as written there.

    ``commit`` is None where the repository does not have it, or has several that begin so;
    ``is_missing`` where it has no object that does. ``match`` is None where it was not compared;
    ``releases`` are those that contain the commit, oldest version first.
    """

    sha: str
    kind: ReferenceKind
    line: int
    commit: Commit | None
    is_missing: bool
    match: Match | None = None
    releases: tuple[Release, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """The facts about one patch.

    ``together`` is how the patch compares with all the commits of its Origin as one change, where
    it names several. ``source`` is the commit that the patch comes from, the one that it is most
    like; one mentioned in passing counts only where the changed lines are equal. ``landings`` are
    where that commit's fix stands. ``base`` is the release that is packaged, if known;
    ``complete`` whether the repository has all of upstream's history, so that what it lacks does
    not exist.
    """

    named: tuple[Named, ...]
    together: Match | None
    source: Named | None
    landings: tuple[InReleases, ...]
    releases: tuple[Release, ...]
    base: Release | None
    complete: bool

    def of(self, *kinds: ReferenceKind) -> tuple[Named, ...]:
        """The named commits of these kinds."""
        return tuple(named for named in self.named if named.kind in kinds)


_CLAIMS: frozenset[ReferenceKind] = frozenset(
    {"origin", "applied-upstream", "cherry-picked", "ported", "from"}
)
_ORDER: Mapping[Match | None, int] = {match: n for n, match in enumerate(Match)}  # likest first
_MOST_MENTIONS = 8  # compared; a changelog as a header can name hundreds


def find_named(header: Header, repository: Repository) -> tuple[Named, ...]:
    """The commits that ``header`` names before its end, looked up in ``repository``."""
    late = {line.number for line in header.lines if line.kind == "after"}
    keys = {line.number: field.key for field in header.fields for line in field.lines}
    found: dict[tuple[str, ReferenceKind], Named] = {}
    for reference in named_commits(header.data):
        if reference.line in late:
            continue
        sha = reference.sha.lower()
        commit = repository.commit(repository.resolve(sha)) if repository.has(sha) else None
        is_missing = commit is None and not repository.run("rev-parse", f"--disambiguate={sha}")
        kind = _kind(reference, keys.get(reference.line))
        named = Named(reference.sha, kind, reference.line, commit, is_missing)
        found.setdefault((commit.sha if commit else sha, kind), named)
    return tuple(found.values())


def _kind(reference: Reference, key: str | None) -> ReferenceKind:
    """The kind of a reference, also where the field's name is misspelt."""
    if key == "origin":
        return "origin"
    return "applied-upstream" if key == "applied-upstream" else reference.kind


def gather(
    named: Iterable[Named],
    patch: bytes,
    repository: Repository,
    base: Release | None,
) -> Evidence:
    """Compare the ``patch`` with the commits that its header has ``named``, and place them.

    ``base`` is the release that is packaged, if known. Raises DebpatchError where the patch's diff
    is damaged or the repository lacks objects.
    """
    from debpatch.compare.change import changes
    from debpatch.formats.diff import parse_diff
    from debpatch.git.releases import known_releases, releases_with
    from debpatch.landings.standing import in_releases

    ours = changes(parse_diff(patch, where="the patch").files, None)
    theirs: dict[str, list[Change]] = {}
    compared = []
    mentions = 0
    for one in named:
        mentions += one.kind == "mentioned"
        is_wanted = one.kind in _CLAIMS or (one.kind == "mentioned" and mentions <= _MOST_MENTIONS)
        if one.commit and is_wanted:
            sha = one.commit.sha
            if sha not in theirs:
                theirs[sha] = changes(commit_diff(repository, one.commit).files, sha)
            releases = releases_with(repository, sha)
            one = replace(one, match=_match(theirs[sha], ours), releases=releases)
        compared.append(one)
    origins = [one.commit.sha for one in compared if one.kind == "origin" and one.commit]
    several = [change for sha in origins for change in theirs[sha]] if len(origins) > 1 else []
    source = _source(compared)
    return Evidence(
        tuple(compared),
        _match(several, ours) if several else None,
        source,
        in_releases(repository, source.commit.sha) if source and source.commit else (),
        known_releases(repository),
        base,
        complete=bool(repository.refs) and not (repository.shallow or repository.partial),
    )


def _source(compared: Iterable[Named]) -> Named | None:
    found = [
        one
        for one in compared
        if one.match
        and (one.kind == "origin" or one.match.carried)
        and (one.kind in _CLAIMS or one.match.same_lines)
    ]
    return min(found, key=lambda one: _ORDER[one.match], default=None)


def _match(upstream: list[Change], patch: list[Change]) -> Match:
    if _text(upstream) == _text(patch):
        is_identical = [c.hunk.body for c in upstream] == [c.hunk.body for c in patch]
        return Match.IDENTICAL if is_identical else Match.CONTEXT
    return _compared(*(tuple((c.path, c.old_path, c.hunk) for c in s) for s in (upstream, patch)))


_Side = tuple[tuple[str, str | None, "Hunk"], ...]


@lru_cache(maxsize=64)  # a header that was mended is looked at once more
def _compared(upstream: _Side, patch: _Side) -> Match:
    from debpatch.compare.change import Change
    from debpatch.compare.comparison import compare
    from debpatch.compare.equality import Status

    ours, theirs = ([Change(None, *each) for each in side] for side in (upstream, patch))
    comparison = compare(ours, theirs, None)
    statuses = {status for status, count in comparison.summary.items() if count}
    if statuses == {Status.IDENTICAL}:
        return Match.IDENTICAL
    if statuses <= {Status.IDENTICAL, Status.CONTEXT}:
        return Match.CONTEXT
    return Match[comparison.verdict.name]


def _text(side: Iterable[Change]) -> list[object]:
    return [(change.path, change.text) for change in side]


# -- which Debian bugs a changelog closes with which patch -----------------------------------------

# What deb-changelog(5) and dpkg-parsechangelog(1) take for the closing of bugs.
_CLOSES = re.compile(r"closes:\s*(?:bug)?#?\s?\d+(?:,\s*(?:bug)?#?\s?\d+)*", re.IGNORECASE)
_ITEM = re.compile(r"^\s+[*+-]\s", re.MULTILINE)
_GONE = re.compile(r"\b(?:drop|remov|delet|disabl|revert)\w*", re.IGNORECASE)
_PATCH_NAME = re.compile(r"[\w./+~-]*\w")
_SHORTEST_STEM = 8  # shorter names without an extension are words


def closed_with(changelog: str, patches: Iterable[str]) -> Mapping[str, tuple[int, ...]]:
    """The bugs that an item of the changelog closes where it names one patch, by patch.

    An item that names several patches does not say which of them is for which bug, and one about
    a patch that went says nothing of what is there.
    """
    names: dict[str, str] = {}
    for patch in patches:
        path = PurePosixPath(patch)
        names |= {patch: patch, path.name: patch}
        if len(path.stem) >= _SHORTEST_STEM and re.search(r"[-_.\d]", path.stem):
            names.setdefault(path.stem, patch)
    closed: dict[str, tuple[int, ...]] = {}
    for item in _ITEM.split(changelog):
        closes = [int(bug) for found in _CLOSES.findall(item) for bug in re.findall(r"\d+", found)]
        if not closes or _GONE.search(item):
            continue
        words = (word.removeprefix("debian/patches/") for word in _PATCH_NAME.findall(item))
        named = {names[word] for word in words if word in names}
        if len(named) == 1:
            patch = named.pop()
            closed[patch] = tuple(dict.fromkeys((*closed.get(patch, ()), *closes)))
    return closed
