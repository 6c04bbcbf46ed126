"""The hunks of a comparison in the order in which a reviewer wants them, what is missing first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from debpatch.compare.absence import Reason
from debpatch.compare.change import Change
from debpatch.compare.comparison import HunkComparison
from debpatch.compare.equality import Status
from debpatch.formats.repository_url import repository_at_forge
from debpatch.git.repository import Commit
from debpatch.landings.report import AlternativeReport
from debpatch.render.html.sides import Row, rows

_MOST_ROWS = 400
"""A longer hunk is cut, so that one generated file does not make a page that nobody can open."""
_MOST_OPEN = 12
"""So many hunks are shown open; the others open on a click."""


class Group(StrEnum):
    """What a reader can filter by: the levels, and what is missing in two parts."""

    MISSING = "missing"
    ADAPTED = "adapted"
    ADDED = "added"
    RENAMED = "renamed"
    FORMATTING = "formatting"
    CONTEXT = "context"
    IDENTICAL = "identical"
    ABSENT = "absent"


TITLES = {
    Group.MISSING: "not carried",
    Group.ADAPTED: "adapted",
    Group.ADDED: "only in the patch",
    Group.RENAMED: "renamed",
    Group.FORMATTING: "formatting",
    Group.CONTEXT: "context",
    Group.IDENTICAL: "identical",
    Group.ABSENT: "nothing to carry",
}

MEANINGS = {
    Group.MISSING: "Upstream changes this, and the patch does not.",
    Group.ADAPTED: "Some of upstream's changed lines are carried, others differ.",
    Group.ADDED: "No upstream hunk explains this one.",
    Group.RENAMED: "Equal except for names, which are changed throughout.",
    Group.FORMATTING: "Equal except for comments and white space.",
    Group.CONTEXT: "The same changed lines in another context.",
    Group.IDENTICAL: "Identical; at most the offset differs.",
    Group.ABSENT: "The code does not exist, or has this change already, or only comments change.",
}

_WHY = {
    Reason.FILE_ABSENT: "The file does not exist at the base, so there is nothing to carry.",
    Reason.CODE_ABSENT: "The code that it changes does not exist at the base.",
    Reason.ALREADY_PRESENT: "The base already has this change.",
    Reason.NOT_CARRIED: "The base has the code, and the patch does not change it.",
    None: "It is not known whether the base has the code that it changes.",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hunk stands: its file, which one of the file's hunks, in which function."""

    path: str
    number: int
    section: str
    sha: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class HunkView:
    """One hunk, or a pair of them, as it is shown.

    ``why`` says why a side is missing. ``explained_by`` are commits that brought lines which only
    the patch has, with how many. ``more`` is how many rows were cut off.
    """

    id: str
    group: Group
    upstream: Place | None
    patch: Place | None
    carried: tuple[int, int] | None
    why: str | None
    explained_by: tuple[tuple[Commit, int], ...]
    renamed: tuple[tuple[str, str], ...]
    is_repeat: bool
    is_open: bool
    rows: tuple[Row, ...]
    more: int

    @property
    def title(self) -> str:
        """How the group is called."""
        return TITLES[self.group]


@dataclass(frozen=True)
class ComparisonView:
    """A comparison with one alternative: its commits, its totals and its hunks."""

    id: str
    report: AlternativeReport
    hunks: tuple[HunkView, ...]

    @property
    def totals(self) -> tuple[tuple[Group, int], ...]:
        """How many hunks there are of each group that there are any of."""
        found = [hunk.group for hunk in self.hunks]
        return tuple((group, found.count(group)) for group in Group if group in found)

    @property
    def shares(self) -> tuple[tuple[Group, float, float], ...]:
        """Of a bar of a hundred, where the part of each group begins and how wide it is."""
        begin, shares = 0.0, []
        for group, number in self.totals:
            width = 100 * number / len(self.hunks)
            shares.append((group, round(begin, 2), round(width, 2)))
            begin += width
        return tuple(shares)


def comparison_view(number: int, item: AlternativeReport, url: CommitUrl) -> ComparisonView:
    """What to show of the comparison ``item``, the ``number``-th from 1."""
    grouped = [(_group(hunk), hunk) for hunk in item.comparison.hunks]
    grouped.sort(key=lambda pair: list(Group).index(pair[0]))
    hunks = tuple(_views(grouped, number, item, url))
    return ComparisonView(f"comparison-{number}", item, hunks)


def _views(
    grouped: Sequence[tuple[Group, HunkComparison]],
    number: int,
    item: AlternativeReport,
    url: CommitUrl,
) -> Iterator[HunkView]:
    for count, (group, hunk) in enumerate(grouped, 1):
        shown, more = rows(hunk, _MOST_ROWS)
        found = item.origins.get(hunk.patch, ()) if hunk.patch else ()
        yield HunkView(
            f"hunk-{number}-{count}",
            group,
            _place(hunk.upstream, url),
            _place(hunk.patch, url),
            hunk.carried if hunk.status is Status.ADAPTED else None,
            _WHY[hunk.reason] if hunk.status is Status.MISSING else None,
            tuple((origin.commit, origin.lines) for origin in found),
            tuple((renaming.upstream, renaming.patch) for renaming in hunk.identifiers),
            hunk.is_repeat,
            group in (Group.MISSING, Group.ADAPTED, Group.ADDED)
            and number == 1
            and count <= _MOST_OPEN
            and not more,
            tuple(shown),
            more,
        )


def _group(hunk: HunkComparison) -> Group:
    if hunk.status is not Status.MISSING:
        return Group(hunk.status.value)
    is_due = hunk.reason in (None, Reason.NOT_CARRIED) and not hunk.is_trivial
    return Group.MISSING if is_due else Group.ABSENT


def _place(change: Change | None, url: CommitUrl) -> Place | None:
    if change is None:
        return None
    sha = change.sha
    return Place(
        change.path, change.hunk.number, change.hunk.section, sha, url(sha) if sha else None
    )


# -- addresses of commits, where the upstream repository is at a forge whose addresses are known ---

CommitUrl = Callable[[str], str | None]
"""Gives the address of a commit, None where it is not known."""

_SHA = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")


def commit_urls(repository: str | None) -> CommitUrl:
    """The addresses of the commits of the repository at this URL; https only."""
    home = repository_at_forge(repository.removesuffix(".git")) if repository else None
    if home is None:
        return lambda _: None
    host = urlsplit(home).hostname
    folder = "commit" if host in {"github.com", "codeberg.org"} else "-/commit"
    return lambda sha: f"{home}/{folder}/{sha}" if _SHA.fullmatch(sha) else None
