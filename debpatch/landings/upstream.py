"""Upstream's history as it is searched for the commits of a series' patches.

Contents are read of the commits that the base does not have, once for all patches: what the base
has, no patch can still bring.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from posixpath import basename

from debpatch.formats.versions import Release
from debpatch.git.branches import is_prerelease, release_branches
from debpatch.git.changes import read_changes
from debpatch.git.differences import find_renames
from debpatch.git.file_lines import CommitLines
from debpatch.git.history import History, is_ancestor, upstream_tips, whole_history
from debpatch.git.releases import known_releases, releases_with
from debpatch.git.repository import Commit, Repository
from debpatch.landings.affected import CHANGE_LOG
from debpatch.landings.similarity import Rarity


@dataclass(frozen=True)
class Upstream:
    """What the repository knows.

    ``base`` is the full id of the packaged release's commit, or of the last one known before it;
    None where there is none. ``later`` are the commits that it does not have, and ``changes`` what
    these did to the files of the series, merges left out. ``releases`` are all, oldest version
    first; ``own_line`` those that come after the base on its own line.
    """

    repository: Repository
    base: str | None
    history: History
    later: History
    changes: Mapping[str, CommitLines]
    rarity: Rarity
    releases: tuple[Release, ...]
    own_line: tuple[Release, ...]
    _by_line: Mapping[bytes, Sequence[str]] = field(repr=False)
    _weights: dict[str, float] = field(repr=False, default_factory=dict)

    @classmethod
    def read(cls, repository: Repository, base: str | None, paths: Iterable[str]) -> Upstream:
        """Read what bears on ``paths``, the files that a series changes.

        Raises DebpatchError where the clone lacks objects.
        """
        known = known_releases(repository)
        history = whole_history(repository)
        branches = release_branches(repository)
        main = branches[0].tip if branches else None
        places = _places(repository, paths, base, main)
        tips = dict.fromkeys([*upstream_tips(repository), *repository.tag_commits.values()])
        without = [base] if base else []
        changes = read_changes(repository, tips, without, places) if places else {}
        return cls(
            repository,
            base,
            history,
            history.part(tips, without),
            changes,
            Rarity.among(list(changes.values())),
            known,
            _own_line(repository, known, base),
            _index_of_lines(changes),
        )

    def commit_of(self, release: Release) -> str:
        """The full id of a release's commit."""
        return self.repository.tag_commits[release.tag]

    def releases_with(self, sha: str) -> tuple[Release, ...]:
        """The releases that have the commit, oldest version first."""
        return releases_with(self.repository, sha)

    @property
    def newest(self) -> Release | None:
        """The newest release, final ones first."""
        final = [release for release in self.releases if not is_prerelease(release.tag)]
        return next(reversed(final or self.releases), None)

    def sharing_words(self, commit: Commit) -> frozenset[str]:
        """Later commits that have a key in common with ``commit``: a subject, a name, an id.

        Those that it names are among them.
        """
        keys = commit.keys
        found = self.later.matching(keys)
        return frozenset(c.sha for c in found if len(c.parents) < 2 and not keys.isdisjoint(c.keys))

    def sharing_lines(self, lines: CommitLines) -> Mapping[str, float]:
        """Later commits that change the same lines: the weight of what they have in common."""
        common: dict[str, float] = defaultdict(float)
        for line in dict.fromkeys(line for file in lines.values() for line in file.changed):
            commits = self._by_line.get(line, ())
            if len(commits) <= _COMMONPLACE and (weight := self.rarity.weight(line[1:])):
                for sha in commits:
                    common[sha] += weight
        return common

    def weight_in_series(self, sha: str) -> float:
        """The weight of all that a later commit changes in the files of the series."""
        if sha not in self._weights:
            self._weights[sha] = self.rarity.changed(self.changes[sha].values())
        return self._weights[sha]

    def weight_of(self, lines: Counter[bytes]) -> float:
        """The weight of changed lines, their signs before them."""
        return self.rarity.of_changed(lines)


_COMMONPLACE = 300
"""A line that more commits change tells nothing."""


def _own_line(
    repository: Repository, known: Sequence[Release], base: str | None
) -> tuple[Release, ...]:
    """The releases after ``base`` that differ from it in the version's last number alone.

    Where there are none, those that descend from it: the project has no lines, or this one ended.
    """
    tagged = repository.tag_commits
    packaged = next((release for release in known if tagged[release.tag] == base), None)
    if packaged is None or base is None:
        return ()
    later = [release for release in known if release.version.key > packaged.version.key]
    stem = packaged.version.numbers[:-1]
    same = [release for release in later if stem and release.version.numbers[:-1] == stem]
    return tuple(same or [r for r in later if is_ancestor(repository, base, tagged[r.tag])])


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
