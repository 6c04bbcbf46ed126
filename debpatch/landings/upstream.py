"""Upstream's history as one audit needs it: two readings, however long the series is.

The first, of messages, tells which release has which commit. The second, of contents, is of the
commits that the base does not have: what the base has, no patch can still bring.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from posixpath import basename

from debpatch.formats.commit_keys import bare_subject
from debpatch.formats.versions import Release, releases
from debpatch.git.branches import is_prerelease, release_branches
from debpatch.git.changes import CommitLines, read_changes
from debpatch.git.differences import find_renames
from debpatch.git.history import History, read_history, upstream_tips
from debpatch.git.repository import Commit, Repository
from debpatch.landings.affected import CHANGE_LOG
from debpatch.landings.similarity import Rarity


@dataclass(frozen=True)
class Upstream:
    """What the repository knows.

    ``base`` is the full id of the packaged release's commit, or of the last one known before it;
    None where there is none.
    ``later`` are the commits that it does not have, merges left out, and ``changes`` what these did
    to the files of the series. ``order`` numbers all commits, parents before children.
    ``releases`` are all, oldest version first; ``own_line`` those that come after the base on its
    own line, ``tagged`` their commits. ``main`` is the tip of the main branch.
    """

    repository: Repository
    base: str | None
    main: str | None
    history: History
    later: Mapping[str, Commit]
    changes: Mapping[str, CommitLines]
    rarity: Rarity
    order: Mapping[str, int]
    releases: tuple[Release, ...]
    own_line: tuple[Release, ...]
    tagged: Mapping[Release, str]
    _numbers: Mapping[str, int]
    _having: Mapping[str, int]
    _by_line: Mapping[bytes, Sequence[str]]
    _by_key: Mapping[str, Sequence[str]] = field(repr=False)

    @classmethod
    def read(
        cls,
        repository: Repository,
        base: str | None,
        name: str,
        paths: Iterable[str],
        onto: str | None = None,
    ) -> Upstream:
        """Read what bears on ``paths``, the files that a series changes.

        ``name`` is the package's, to tell its releases from others in the repository; ``onto`` is
        the full id of a commit that is asked about as if it were a release. Raises DebpatchError
        where the clone lacks objects.
        """
        known = tuple(releases(repository.tag_commits, name))
        tagged = {release: repository.tag_commits[release.tag] for release in known}
        tips = upstream_tips(repository)
        tips = tuple(dict.fromkeys([*tips, *tagged.values(), *([onto] if onto else [])]))
        history = read_history(repository, tips)
        branches = release_branches(repository)
        main = branches[0].tip if branches else None
        older = history.reached({base: 1}) if base else {}
        later = {
            sha: commit
            for sha, commit in history.commits.items()
            if not older.get(sha) and len(commit.parents) < 2
        }
        places = _places(repository, paths, base, main)
        without = [base] if base else []
        changes = read_changes(repository, tips, without, places) if places and later else {}
        asked = dict.fromkeys([*tagged.values(), *([onto] if onto else [])])
        numbers = {sha: number for number, sha in enumerate(asked)}
        return cls(
            repository,
            base,
            main,
            history,
            later,
            changes,
            Rarity.among(list(changes.values())),
            {sha: n for n, sha in enumerate(reversed(list(history.commits)))},
            known,
            _own_line(history, known, tagged, base),
            tagged,
            numbers,
            history.reached({sha: 1 << number for sha, number in numbers.items()}),
            _index_of_lines(changes),
            _index_of_words(later.values()),
        )

    def has(self, place: str, sha: str) -> bool:
        """Whether a commit is in the history of ``place``, the commit of a release."""
        return bool(self._having.get(sha, 0) >> self._numbers[place] & 1)

    def releases_with(self, sha: str) -> tuple[Release, ...]:
        """The releases that have the commit, oldest version first."""
        return tuple(release for release in self.releases if self.has(self.tagged[release], sha))

    @property
    def newest(self) -> Release | None:
        """The newest release, final ones first."""
        final = [release for release in self.releases if not is_prerelease(release.tag)]
        return next(reversed(final or self.releases), None)

    def sharing_words(self, commit: Commit) -> frozenset[str]:
        """Later commits with the same subject, author and date, Change-Id, or ids named in common.

        Those of ``commit`` itself and of the commits that it names are among them.
        """
        keys = (*_keys(commit), commit.sha[:_SHORT])
        return frozenset(sha for key in keys for sha in self._by_key.get(key, ()))

    def naming(self, commit: Commit) -> History:
        """The later commits that name the id of ``commit``, or say to revert it by its subject."""
        keys = (commit.sha[:_SHORT], _subject_key(f'Revert "{commit.subject}"'))
        found = {sha for key in keys for sha in self._by_key.get(key, ())} - {commit.sha}
        ordered = sorted(found, key=lambda sha: -self.order[sha])
        return History({sha: self.later[sha] for sha in ordered})

    def sharing_lines(self, lines: CommitLines) -> Mapping[str, float]:
        """Later commits that change the same lines: the weight of what they have in common."""
        common: dict[str, float] = defaultdict(float)
        for line in {line for file in lines.values() for line in file.changed}:
            commits = self._by_line.get(line, ())
            if len(commits) <= _COMMONPLACE and (weight := self.rarity.weight(line[1:])):
                for sha in commits:
                    common[sha] += weight
        return common

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """The weight of all that each later commit changes in the files of the series."""
        return {sha: self.rarity.changed(lines.values()) for sha, lines in self.changes.items()}

    def weight_of(self, lines: Counter[bytes]) -> float:
        """The weight of changed lines, their signs before them."""
        return sum(count * self.rarity.weight(line[1:]) for line, count in lines.items())


_SHORT = 7
"""Digits of the shortest abbreviation of an id that counts."""
_COMMONPLACE = 300
"""A line that more commits change tells nothing."""


def _own_line(
    history: History, known: Sequence[Release], tagged: Mapping[Release, str], base: str | None
) -> tuple[Release, ...]:
    """The releases after ``base`` that differ from it in the version's last number alone.

    Where there are none, those that descend from it: the project has no lines, or this one ended.
    """
    packaged = next((release for release in known if tagged[release] == base), None)
    if packaged is None or base is None:
        return ()
    later = [release for release in known if release.version.key > packaged.version.key]
    stem = packaged.version.numbers[:-1]
    same = [release for release in later if stem and release.version.numbers[:-1] == stem]
    descend = history.inherited({base: 1})
    return tuple(same or [release for release in later if descend.get(tagged[release])])


def _places(
    repository: Repository, paths: Iterable[str], base: str | None, main: str | None
) -> set[str]:
    """The files to look at: those of the series, and what they are called at the main branch.

    Lists of changes are left out: every commit writes to them.
    """
    wanted = {path for path in paths if not CHANGE_LOG.match(basename(path))}
    if main is None:
        return wanted
    there = repository.entries(repository.tree(main)).keys()
    missing = {path for path in wanted - there if not base or repository.is_file(base, path)}
    names = {basename(path) for path in missing}
    namesakes = {path for path in there if basename(path) in names}
    gone = {path for path in missing if basename(path) not in {basename(p) for p in namesakes}}
    moved = find_renames(repository, base, main) if gone and base else {}
    return wanted | namesakes | {new for new, old in moved.items() if old in gone}


def _index_of_lines(changes: Mapping[str, CommitLines]) -> Mapping[bytes, Sequence[str]]:
    index: dict[bytes, list[str]] = defaultdict(list)
    for sha, files in changes.items():
        for line in {line for file in files.values() for line in file.changed}:
            index[line].append(sha)
    return index


def _index_of_words(commits: Iterable[Commit]) -> Mapping[str, Sequence[str]]:
    index: dict[str, list[str]] = defaultdict(list)
    for commit in commits:
        index[commit.sha[:_SHORT]].append(commit.sha)
        for key in set(_keys(commit)):
            index[key].append(commit.sha)
    return index


_WORDS = re.compile(r"\b(?:(?P<sha>[0-9a-f]{7,64})|(?P<id>I[0-9a-f]{40}|CVE-\d{4}-\d{4,}))\b", re.I)


def _subject_key(subject: str) -> str:
    return f"subject {bare_subject(subject)}"


def _keys(commit: Commit) -> Iterator[str]:
    """What two commits have in common that are about the same thing."""
    yield _subject_key(commit.subject)
    yield f"author {commit.author} {commit.author_date}"
    for word in _WORDS.finditer(commit.message):
        yield word["sha"][:_SHORT].lower() if word["sha"] else word["id"].upper()
