"""Where a fix has landed: which branches have it, as what commit, and how sure that is.

Three readings of the history, however many branches there are. The first is of messages: it tells
which branch has which commit, and finds landings by what they say and who wrote them. For branches
where that leaves a doubt, the second reads what the commits changed that touch the fix's files, and
compares contents. Where content alone speaks for a commit, the third asks whether it is not rather
the landing of some other commit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from posixpath import basename

from debpatch.git.branches import Branch
from debpatch.git.changes import CommitLines, read_changes, read_whole_changes
from debpatch.git.differences import commit_diff, find_renames
from debpatch.git.history import History
from debpatch.git.repository import Commit, Repository
from debpatch.landings.affected import only_for_releases
from debpatch.landings.evidence import Fix, Sign, confidence, picked_from
from debpatch.landings.similarity import Likeness, Rarity, contained

CLAIMED = 0.6
"""From this confidence on a commit is a landing; docs/find-backports.md has what others give."""
SUSPECTED = 0.2
"""From this confidence on it cannot be said that there is none."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A commit that may be a landing, and what speaks for it.

    ``similarity`` is that of the contents, from 0 to 1; None where nobody compared them.
    """

    commit: Commit
    signs: frozenset[Sign]
    similarity: float | None = None

    @property
    def confidence(self) -> float:
        """How sure it is that this is a landing, from 0 to 1."""
        return confidence(self.signs, self.similarity)


Found = Mapping[Branch, tuple[Candidate, ...]]
"""The candidates on each branch, the surest first; only those that may be landings."""


def find_landings(
    repository: Repository,
    fix: Fix,
    branches: Sequence[Branch],
    having: Sequence[str],
    history: History,
) -> Found:
    """Find where ``fix`` has landed on ``branches``, none of which has its first commit itself.

    ``having`` are ids of commits that do have it, tips of other branches. ``history`` has the
    commits of all branches without those of the fix's first commit.
    """
    search = _Search(repository, fix, branches, history)
    search.read_messages()
    if doubtful := [branch for branch in branches if search.best(branch) < _CERTAIN]:
        search.read_contents(doubtful)
        for branch in doubtful:
            search.drop_copies_of_others(branch, having)
    for branch in branches:
        search.drop_mere_likenesses(branch)
    return {branch: search.on(branch) for branch in branches}


def origins(repository: Repository, commit: Commit) -> tuple[Commit, ...]:
    """The commits that ``commit`` says it was cherry-picked from, and these in turn."""
    found: dict[str, Commit] = {}
    ahead = [commit]
    while ahead:
        for sha in picked_from(ahead.pop()):
            if repository.has(sha):
                origin = repository.commit(repository.resolve(sha))
                if origin.sha not in found and origin.sha != commit.sha:
                    found[origin.sha] = origin
                    ahead.append(origin)
    return tuple(found.values())


_CERTAIN = 0.995
_SAME = 0.97  # similarity of the same lines in the same context
_COPY = 0.9  # similarity of the same lines
_SLIGHT = 0.2  # similarity that is worth a word
_WHOLE = 0.75  # part of the fix's lines from which on a commit has all of it
_WEAK = frozenset({Sign.PATCH_ID, Sign.CONTENT, Sign.AUTHOR, Sign.MENTION, Sign.REPEATED_SUBJECT})
_PERSONAL = frozenset({Sign.SUBJECT, Sign.AUTHOR_DATE, Sign.CHANGE_ID, Sign.MESSAGE_ID})


class _Search:
    """One search, and the candidates that it has come to."""

    def __init__(
        self, repository: Repository, fix: Fix, branches: Sequence[Branch], history: History
    ) -> None:
        self.repository = repository
        self.fix = fix
        self.history = history
        self.bits = {branch: 1 << number for number, branch in enumerate(branches)}
        tips: dict[str, int] = defaultdict(int)
        for branch, bit in self.bits.items():
            tips[branch.tip] |= bit
        self.reached = history.reached(tips)
        self.candidates: dict[str, Candidate] = {}
        self.paths: set[str] = set()
        self.ours: CommitLines = {}
        self.changes: Mapping[str, CommitLines] = {}

    def on(self, branch: Branch) -> tuple[Candidate, ...]:
        """The candidates on ``branch`` that may be landings, the surest first."""
        found = [c for c in self._on(branch) if c.confidence >= SUSPECTED]
        return tuple(sorted(found, key=lambda c: (-c.confidence, c.commit.date)))

    def best(self, branch: Branch) -> float:
        """How sure the surest candidate on ``branch`` is."""
        return max((candidate.confidence for candidate in self._on(branch)), default=0.0)

    def _on(self, branch: Branch) -> list[Candidate]:
        bit = self.bits[branch]
        return [c for sha, c in self.candidates.items() if self.reached[sha] & bit]

    # -- messages ----------------------------------------------------------------------------------

    def read_messages(self) -> None:
        """Find the commits whose messages and authors speak for them."""
        for sha, commit in self.history.commits.items():
            if self.reached[sha] and len(commit.parents) < 2:
                signs = self.fix.signs(commit)
                if signs - {Sign.AUTHOR}:
                    self.candidates[sha] = Candidate(commit, signs)
        for branch in self.bits:
            self._doubt_repeated_subjects(branch)

    def _doubt_repeated_subjects(self, branch: Branch) -> None:
        named = [c for c in self._on(branch) if Sign.SUBJECT in c.signs]
        if len(named) > 1:
            for candidate in named:
                signs = candidate.signs - {Sign.SUBJECT} | {Sign.REPEATED_SUBJECT}
                self.candidates[candidate.commit.sha] = replace(candidate, signs=signs)

    # -- contents ----------------------------------------------------------------------------------

    def read_contents(self, branches: Sequence[Branch]) -> None:
        """Compare the fix with the commits on ``branches`` that touch the same files."""
        first = self.fix.commits[0].sha
        self.ours = read_whole_changes(self.repository, [first]).get(first, {})
        self.paths = _paths(self.repository, self.fix.commits[0], branches)
        tips = [branch.tip for branch in branches]
        self.changes = read_changes(self.repository, tips, [first], self.paths)
        rarity = Rarity.among([*self.changes.values(), self.ours])
        likeness = Likeness(self.ours, rarity)
        # What a commit does to other files can only make it less alike, so few are read whole.
        alike = {sha: likeness.to(part) for sha, part in self.changes.items()}
        wanted = [sha for sha in alike if sha in self.candidates or alike[sha] >= _SLIGHT]
        # All releases change much the same, which makes none the landing of another.
        paths = (path.decode("utf-8", "replace") for path in self.ours)
        least = _COPY if only_for_releases(paths) else 0.0
        for sha, whole in read_whole_changes(self.repository, wanted).items():
            similarity = likeness.to(whole)
            self._add(sha, similarity if similarity >= least else 0.0)
        # Whoever commits by a script commits much in a second, which alone is no proof.
        for candidate in [c for branch in branches for c in self._on(branch)] if self.ours else ():
            if candidate.commit.sha not in self.changes:
                self._add(candidate.commit.sha, 0.0)

    def _add(self, sha: str, alike: float) -> None:
        commit = self.history.commits[sha]
        known = self.candidates.get(sha)
        signs = known.signs if known else self.fix.signs(commit)
        self.candidates[sha] = Candidate(commit, signs | _of_content(alike), alike)

    def drop_copies_of_others(self, branch: Branch, having: Sequence[str]) -> None:
        """Drop candidates for which only content speaks, and which are another commit's copy.

        The other commit is looked for where the fix is, at the tips ``having``. A candidate that
        has the whole fix in it stays, unless the other commit has its subject or author, too.
        """
        weak = [c for c in self.on(branch) if c.similarity is not None and c.signs <= _WEAK]
        if not weak:
            return
        others = read_changes(self.repository, having, [branch.tip], self.paths)
        rarity = Rarity.among([*others.values(), *(self.changes[c.commit.sha] for c in weak)])
        for candidate in weak:
            theirs = self.changes[candidate.commit.sha]
            likeness = Likeness(theirs, rarity)
            copied = [sha for sha, other in others.items() if likeness.to(other) >= _COPY]
            if self._is_of_another(candidate, set(copied) - self.fix.shas, rarity):
                del self.candidates[candidate.commit.sha]

    def _is_of_another(self, candidate: Candidate, copied: Set[str], rarity: Rarity) -> bool:
        if any(
            Fix((self.repository.commit(sha),)).signs(candidate.commit) & _PERSONAL
            for sha in copied
        ):
            return True
        is_copy = (candidate.similarity or 0) >= _COPY
        theirs = self.changes[candidate.commit.sha]
        return bool(copied) and not is_copy and contained(self.ours, theirs, rarity) < _WHOLE

    def drop_mere_likenesses(self, branch: Branch) -> None:
        """Where one candidate is certain, that others are somewhat like it means nothing."""
        found = self.on(branch)
        weak = _WEAK | {Sign.MESSAGE_ID}  # now and then a commit has that of another by mistake
        likenesses = [c for c in found if c.signs <= weak and (c.similarity or 0) < _COPY]
        if any(c.confidence >= _CERTAIN for c in found if c not in likenesses):
            for candidate in likenesses:
                del self.candidates[candidate.commit.sha]


def _of_content(alike: float) -> frozenset[Sign]:
    if alike < _SLIGHT:
        return frozenset()
    return frozenset({Sign.PATCH_ID if alike >= _SAME else Sign.CONTENT})


def _paths(repository: Repository, commit: Commit, branches: Sequence[Branch]) -> set[str]:
    """Where the files that ``commit`` changes may lie on ``branches``.

    A file that a branch does not have is looked for in its other folders, and where that finds none
    of them, by renames.
    """
    diff = commit_diff(repository, commit)
    wanted = {path for file in diff.files for path in (file.old_path, file.new_path) if path}
    paths = set(wanted)
    for branch in branches:
        missing = {path for path in wanted if not repository.is_file(branch.tip, path)}
        names = {basename(path) for path in missing}
        there = repository.entries(repository.tree(branch.tip)) if missing else {}
        found = {path for path in there if basename(path) in names}
        if missing == wanted and not found:
            found = set(renamed_on(repository, commit, branch).values())
        paths |= found
    return paths


def renamed_on(repository: Repository, commit: Commit, branch: Branch) -> Mapping[str, str]:
    """The files of ``commit`` that have another name on ``branch``: their path there by theirs."""
    if not commit.parents:
        return {}
    paths = {file.old_path for file in commit_diff(repository, commit).files if file.old_path}
    return find_renames(repository, branch.tip, commit.parents[0], paths)
