"""``REVS``: how a user names the commits of a series."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from debpatch.errors import DebpatchError
from debpatch.formats.commit_keys import cve_key, issue_key
from debpatch.git.branches import release_branches
from debpatch.git.differences import commit_diff
from debpatch.git.history import commits_between, whole_history
from debpatch.git.repository import Commit, Repository
from debpatch.landings.affected import only_for_releases
from debpatch.landings.evidence import Fix, confidence
from debpatch.landings.landings import SUSPECTED, find_landings, is_on_line, origins


def read_revisions(repository: Repository, text: str) -> tuple[Commit, ...]:
    """The commits that ``text`` names, in its order, each once.

    One revision, several separated by commas, or a Git range ``A..B`` (gitrevisions(7)), oldest
    first and without merges, whose commits are in the range themselves. Raises DebpatchError for
    what is unknown or ambiguous, and for a range without commits.
    """
    commits: list[Commit] = []
    for part in text.split(","):
        name = part.strip()
        if not name:
            raise DebpatchError(f"{text!r}: a revision is empty; write A, A,B or A..B")
        if ".." in name:
            commits += _range(repository, name)
        else:
            commits.append(repository.commit(repository.resolve(name)))
    return tuple({commit.sha: commit for commit in commits}.values())


def merges_in(repository: Repository, text: str) -> tuple[str, ...]:
    """The merges in the ranges of ``text``, which ``read_revisions`` leaves out.

    What they change by themselves, as in solving a conflict, is in none of the commits.
    """
    shas = (
        sha
        for part in text.split(",")
        if ".." in part
        for sha in commits_between(repository, *_ends(repository, part.strip()))
    )
    return tuple(sha for sha in shas if len(repository.commit(sha).parents) > 1)


def _ends(repository: Repository, text: str) -> tuple[str, str]:
    start, _, end = text.partition("..")
    if end.startswith("."):
        raise DebpatchError(f"{text!r}: A...B is not a series; write A..B")
    return repository.resolve(start or "HEAD"), repository.resolve(end or "HEAD")


def _range(repository: Repository, text: str) -> list[Commit]:
    first, last = _ends(repository, text)
    shas = commits_between(repository, first, last)
    if not shas:
        swapped = commits_between(repository, last, first)
        start, _, end = text.partition("..")
        hint = f"; did you mean {end}..{start}?" if swapped else ""
        raise DebpatchError(f"{text!r}: this range has no commits{hint}")
    commits = [repository.commit(sha) for sha in shas]
    if plain := [commit for commit in commits if len(commit.parents) < 2]:
        return plain
    raise DebpatchError(f"{text!r}: this range has only merge commits; name other commits")


# -- ``REV``: how a user names a fix: a revision, a CVE, an issue ----------------------------------

_CVE = re.compile(r"CVE-(\d{4}-\d{4,})", re.IGNORECASE)
_ISSUE = re.compile(r"(?P<project>[\w.-]+/[\w.-]+)?[#!](?P<number>\d+)")
_ISSUE_URL = re.compile(
    r"https?://[^\s/]+/(?P<project>[\w.-]+/[\w.-]+)(?:/-)?/(?:issues|pull|merge_requests)/"
    r"(?P<number>\d+)/?"
)
_SHOWN = 5


def read_fix(repository: Repository, text: str) -> Commit:
    """The commit that ``text`` names: a revision, a CVE's id, ``#919``, an issue's URL.

    Raises DebpatchError where there is none, or more than one.
    """
    mention = _mention(text)
    if mention is None or repository.has(text):
        if re.search(r",|\.\.", text) and not repository.has(text):
            raise DebpatchError(f"{text!r}: these are several commits; name one fix at a time")
        return repository.commit(repository.resolve(text))
    fixes = _fixes(repository, *mention)
    if len(fixes) == 1:
        return fixes[0]
    if not fixes:
        raise DebpatchError(
            f"{repository.location}: no commit mentions {text}; give the id of the fix, or run "
            "git fetch there"
        )
    names = "; ".join(f"{fix.short} {fix.subject}" for fix in fixes[:_SHOWN])
    more = f"; and {len(fixes) - _SHOWN} more" if len(fixes) > _SHOWN else ""
    raise DebpatchError(f"several commits mention {text}, name one of them: {names}{more}")


def _fixes(repository: Repository, key: str, pattern: re.Pattern[str]) -> Sequence[Commit]:
    """The commits whose messages have the ``pattern``, without what is no fix, or is its copy."""
    main = release_branches(repository)[:1]
    on_main = whole_history(repository).reached({branch.tip: 1 for branch in main})
    found = [
        commit
        for commit in whole_history(repository).matching({key})
        if pattern.search(commit.message)
        and len(commit.parents) < 2
        and is_on_line(repository, commit.sha)
        and not _is_release(repository, commit)
    ]
    found.sort(key=lambda commit: (not on_main[commit.sha], commit.date))
    fixes = _without_landings(repository, found)
    if len(fixes) == 1 and not on_main[fixes[0].sha]:
        landings = find_landings(repository, fixes[0].sha)
        originals = [c.commit for c in landings if c.is_claimed and on_main[c.commit.sha]]
        return originals if len(originals) == 1 else fixes
    return fixes


def _mention(text: str) -> tuple[str, re.Pattern[str]] | None:
    """The key of the CVE or issue ``text``, and what mentions it; None for other names."""
    if cve := _CVE.fullmatch(text):
        pattern = re.compile(rf"\bCVE(?:-|:\s*){re.escape(cve[1])}\b", re.IGNORECASE)
        return cve_key(cve[1]), pattern
    if issue := _ISSUE.fullmatch(text) or _ISSUE_URL.fullmatch(text):
        number = issue["number"]
        project = re.escape(issue["project"] or "")
        before = rf"(?:(?<![\w/.-])|{project})" if project else r"(?<![\w&;])(?:[\w.-]+/[\w.-]+)?"
        mention = rf"{before}[#!]{number}\b|/(?:issues|pull|merge_requests)/{number}\b"
        return issue_key(number), re.compile(mention)
    return None


def _is_release(repository: Repository, commit: Commit) -> bool:
    return only_for_releases(file.path for file in commit_diff(repository, commit).files)


def _without_landings(repository: Repository, commits: Iterable[Commit]) -> list[Commit]:
    """Leave out those that are landings of an earlier one in the list."""
    fixes: list[Commit] = []
    for commit in commits:
        own = Fix((commit, *origins(repository, commit)))
        if not any(
            confidence(Fix((fix,)).signs(commit), None) >= SUSPECTED
            or confidence(own.signs(fix), None) >= SUSPECTED
            for fix in fixes
        ):
            fixes.append(commit)
    return fixes
