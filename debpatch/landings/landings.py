"""Where a fix has landed: as which commits of upstream's, and how sure that is.

All of debpatch that speaks of a landing asks here, so that no two parts can say two things of one
commit. The answer for a commit depends on the repository alone: it is looked for on all of
upstream's lines of development, whoever asks and for whatever part of them.

Three readings of the history, however many lines there are. The first is of messages: it tells
which line has which commit, and finds landings by what they say and who wrote them. For lines where
that leaves a doubt, the second reads what the commits changed that touch the fix's files, and
compares contents. Where content alone speaks for a commit, the third asks whether it is not rather
the landing of some other commit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from posixpath import basename

from debpatch.caching import cached_while_open
from debpatch.formats.versions import read_release
from debpatch.git.branches import Branch, release_branches, tag_branches
from debpatch.git.changes import read_changes, read_whole_changes
from debpatch.git.differences import commit_diff, find_renames
from debpatch.git.file_lines import CommitLines
from debpatch.git.history import History, is_ancestor, read_history, whole_history
from debpatch.git.repository import Commit, Repository
from debpatch.git.tree import paths_by_name
from debpatch.landings.affected import only_for_releases
from debpatch.landings.evidence import Fix, Sign, confidence, picked_from
from debpatch.landings.similarity import Likeness, Rarity, contained
from debpatch.package.target import Target

CLAIMED = 0.6
"""From this confidence on a commit is a landing; docs/find-backports.md has what others give."""
SUSPECTED = 0.2
"""From this confidence on it cannot be said that there is none."""


@dataclass(frozen=True, slots=True)
class Landing:
    """A commit that is a landing of a fix, or may be, and what speaks for it.

    ``similarity`` is that of the contents, from 0 to 1; None where nobody compared them.
    """

    commit: Commit
    signs: frozenset[Sign]
    similarity: float | None = None

    @property
    def confidence(self) -> float:
        """How sure it is that this is a landing, from 0 to 1."""
        return 1.0 if Sign.ANCESTRY in self.signs else confidence(self.signs, self.similarity)

    @property
    def is_claimed(self) -> bool:
        """Whether it is sure enough to be called one."""
        return self.confidence >= CLAIMED

    @property
    def is_whole(self) -> bool:
        """Whether it is beyond doubt that it has all of the fix: it is the commit, or its copy."""
        return bool(self.signs & {Sign.ANCESTRY, Sign.TRAILER}) or (self.similarity or 0.0) >= _COPY


@cached_while_open()
def lines(repository: Repository) -> tuple[Branch, ...]:
    """Upstream's lines of development: the main branch, release branches, releases on neither."""
    branches = release_branches(repository)
    tags = {tag: sha for tag, sha in repository.tag_commits.items() if read_release(tag)}
    return (*branches, *tag_branches(whole_history(repository), branches, tags))


def is_on_line(repository: Repository, sha: str) -> bool:
    """Whether a commit is on one of upstream's lines of development."""
    return bool(_on_lines(repository).get(sha))


@cached_while_open()
def _on_lines(repository: Repository) -> Mapping[str, int]:
    return whole_history(repository).reached({branch.tip: 1 for branch in lines(repository)})


@cached_while_open()
def find_landings(repository: Repository, sha: str) -> tuple[Landing, ...]:
    """Find where the commit with the full id ``sha`` has landed, itself first, then the newest.

    Those that only may be landings are among them. Raises DebpatchError where the clone lacks
    objects.
    """
    return tuple(_find(repository, sha, lines(repository)))


def landings_on(
    repository: Repository, sha: str, branches: Iterable[Branch]
) -> Mapping[Branch, tuple[Landing, ...]]:
    """As ``find_landings``, for each of ``branches``; other ones than upstream's lines as well."""
    branches = tuple(branches)
    history = _history(repository, [branch.tip for branch in branches])
    bits = {branch: 1 << number for number, branch in enumerate(branches)}
    reached = _reached(repository, history, tuple(branch.tip for branch in branches))
    found = {landing.commit.sha: landing for landing in find_landings(repository, sha)}
    tips = {branch.tip for branch in lines(repository)}
    others = [b for b in branches if not any(is_ancestor(repository, b.tip, tip) for tip in tips)]
    if others:
        for landing in _find(repository, sha, others):
            found.setdefault(landing.commit.sha, landing)
    return {
        branch: tuple(each for each in found.values() if reached[each.commit.sha] & bits[branch])
        for branch in branches
    }


def landings_in(target: Target, sha: str) -> tuple[Landing, ...]:
    """As ``find_landings``, in a package: those that its base has, and patches of its series."""
    repository, base = target.repository, target.upstream
    found = {}
    if base:
        place = Branch(target.name, base)
        found = {each.commit.sha: each for each in landings_on(repository, sha, [place])[place]}
    if target.own and sha not in found:
        without = [base] if base else []
        history = read_history(repository, [target.commit], without)
        place = Branch(target.name, target.commit)
        search = _Search(repository, _fix(repository, sha), [place], history, without)
        for landing in search.landings():
            found.setdefault(landing.commit.sha, landing)
    return tuple(found.values())


def _find(repository: Repository, sha: str, branches: Sequence[Branch]) -> Iterator[Landing]:
    yield Landing(repository.commit(sha), frozenset({Sign.ANCESTRY}), 1.0)
    history = _history(repository, [sha, *(branch.tip for branch in branches)])
    yield from search(repository, _fix(repository, sha), branches, history)


def search(
    repository: Repository, fix: Fix, branches: Iterable[Branch], history: History
) -> Iterator[Landing]:
    """Search the commits of ``branches`` as ``history`` has them for landings of ``fix``.

    For who has a history of another reading; everybody else asks ``find_landings``.
    """
    yield from _Search(repository, fix, branches, history).landings()


def _history(repository: Repository, shas: Sequence[str]) -> History:
    """The whole history, or that of ``shas`` where they are on no branch and tag of upstream's."""
    whole = whole_history(repository)
    return whole if all(sha in whole.commits for sha in shas) else read_history(repository, shas)


def _fix(repository: Repository, sha: str) -> Fix:
    commit = repository.commit(sha)
    return Fix((commit, *origins(repository, commit)))


def possible_copies(repository: Repository, sha: str) -> tuple[str, ...]:
    """The commit ``sha`` and all that may be its copies by what is said, whatever they change."""
    fix = Fix((repository.commit(sha),))
    matching = whole_history(repository).matching(fix.keys)
    copies = (c.sha for c in matching if confidence(fix.signs(c), None) >= SUSPECTED)
    return tuple(dict.fromkeys([sha, *copies]))


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


def _starts(bits: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    starts: dict[str, int] = defaultdict(int)
    for sha, bit in bits:
        starts[sha] |= bit
    return starts


def _reached(repository: Repository, history: History, tips: tuple[str, ...]) -> Mapping[str, int]:
    """Which of ``tips`` have each commit of ``history``: the nth by the nth bit."""
    if history is whole_history(repository):
        return _reached_in_all(repository, tips)
    return history.reached(_starts((tip, 1 << number) for number, tip in enumerate(tips)))


@cached_while_open(most=4)
def _reached_in_all(repository: Repository, tips: tuple[str, ...]) -> Mapping[str, int]:
    starts = _starts((tip, 1 << number) for number, tip in enumerate(tips))
    return whole_history(repository).reached(starts)


_CERTAIN = 0.995
_SAME = 0.97  # similarity of the same lines in the same context
_COPY = 0.9  # similarity of the same lines
_SLIGHT = 0.2  # similarity that is worth a word
_WHOLE = 0.75  # part of the fix's lines from which on a commit has all of it
_WEAK = frozenset({Sign.PATCH_ID, Sign.CONTENT, Sign.AUTHOR, Sign.MENTION, Sign.REPEATED_SUBJECT})
_PERSONAL = frozenset({Sign.SUBJECT, Sign.AUTHOR_DATE, Sign.CHANGE_ID, Sign.MESSAGE_ID})


class _Search:
    """One search, and the candidates that it has come to, by id.

    It is for landings on the lines of development ``bits``, none of which has the fix's first
    commit, each with a bit of its own. ``having`` are tips of lines that do have it. What
    ``without`` have is not read.
    """

    def __init__(
        self,
        repository: Repository,
        fix: Fix,
        branches: Iterable[Branch],
        history: History,
        without: Sequence[str] = (),
    ) -> None:
        sha = fix.commits[0].sha
        self.repository = repository
        self.without = [sha, *without]
        self.fix = fix
        self.history = history
        bits = {branch: 1 << number for number, branch in enumerate(branches)}
        self._reached = _reached(repository, history, tuple(branch.tip for branch in bits))
        has = {branch: is_ancestor(repository, sha, branch.tip) for branch in bits}
        self.having = [sha, *(branch.tip for branch, is_there in has.items() if is_there)]
        self.bits = {branch: bit for branch, bit in bits.items() if not has[branch]}
        self._lacking = sum(self.bits.values())
        self._before: Mapping[str, int] | None = None
        self.candidates: dict[str, Landing] = {}
        self.paths: set[str] = set()
        self.ours: CommitLines = {}
        self.changes: Mapping[str, CommitLines] = {}

    def landings(self) -> Iterator[Landing]:
        """Search, and give all that are landings or may be, the newest first."""
        self._read_messages()
        if doubtful := [branch for branch in self.bits if self._best(branch) < _CERTAIN]:
            self._read_contents(doubtful)
            for branch in doubtful:
                self._drop_copies_of_others(branch)
        for branch in self.bits:
            self._drop_mere_likenesses(branch)
        ages = self.history.ages
        found = [each for each in self.candidates.values() if each.confidence >= SUSPECTED]
        yield from sorted(found, key=lambda each: -ages[each.commit.sha])

    def reached(self, sha: str) -> int:
        """The bits of the lines that have a commit; 0 for those that the fix is built on."""
        bits = self._reached[sha] & self._lacking
        return 0 if bits and self._is_before(sha) else bits

    def _is_before(self, sha: str) -> bool:
        """Whether the fix is built on a commit."""
        ages, fix = self.history.ages, self.fix.commits[0].sha
        if ages.get(sha, -1) > ages.get(fix, len(ages)):
            return False
        if self._before is None:
            self._before = self.history.reached({fix: 1})
        return bool(self._before[sha])

    def _best(self, branch: Branch) -> float:
        """How sure the surest candidate on ``branch`` is."""
        return max((each.confidence for each in self._on(branch)), default=0.0)

    def _on(self, branch: Branch) -> list[Landing]:
        bit = self.bits[branch]
        return [each for sha, each in self.candidates.items() if self.reached(sha) & bit]

    # -- messages ----------------------------------------------------------------------------------

    def _read_messages(self) -> None:
        """Find the commits whose messages and authors speak for them."""
        for commit in self.history.matching(self.fix.keys):
            if self.reached(commit.sha) and len(commit.parents) < 2:
                signs = self.fix.signs(commit)
                if signs - {Sign.AUTHOR}:
                    self.candidates[commit.sha] = Landing(commit, signs)
        for branch in self.bits:
            self._doubt_repeated_subjects(branch)

    def _doubt_repeated_subjects(self, branch: Branch) -> None:
        named = [each for each in self._on(branch) if Sign.SUBJECT in each.signs]
        if len(named) > 1:
            for each in named:
                signs = each.signs - {Sign.SUBJECT} | {Sign.REPEATED_SUBJECT}
                self.candidates[each.commit.sha] = replace(each, signs=signs)

    # -- contents ----------------------------------------------------------------------------------

    def _read_contents(self, branches: Sequence[Branch]) -> None:
        """Compare the fix with the commits on ``branches`` that touch the same files."""
        first = self.fix.commits[0].sha
        self.ours = read_whole_changes(self.repository, [first]).get(first, {})
        self.paths = _paths(self.repository, self.fix.commits[0], branches)
        tips = [branch.tip for branch in branches]
        self.changes = read_changes(self.repository, tips, self.without, self.paths)
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
        self.candidates[sha] = Landing(commit, signs | _of_content(alike), alike)

    def _drop_copies_of_others(self, branch: Branch) -> None:
        """Drop candidates for which only content speaks, and which are another commit's copy.

        The other commit is looked for where the fix is, at ``having``. A candidate that
        has the whole fix in it stays, unless the other commit has its subject or author, too.
        """
        weak = [
            c
            for c in self._on(branch)
            if c.confidence >= SUSPECTED and c.similarity is not None and c.signs <= _WEAK
        ]
        if not weak:
            return
        others = read_changes(self.repository, self.having, [branch.tip], self.paths)
        rarity = Rarity.among([*others.values(), *(self.changes[c.commit.sha] for c in weak)])
        for candidate in weak:
            theirs = self.changes[candidate.commit.sha]
            likeness = Likeness(theirs, rarity)
            copied = [sha for sha, other in others.items() if likeness.to(other) >= _COPY]
            if self._is_of_another(candidate, set(copied) - self.fix.shas, rarity):
                del self.candidates[candidate.commit.sha]

    def _is_of_another(self, candidate: Landing, copied: Set[str], rarity: Rarity) -> bool:
        if any(
            Fix((self.repository.commit(sha),)).signs(candidate.commit) & _PERSONAL
            for sha in copied
        ):
            return True
        is_copy = (candidate.similarity or 0) >= _COPY
        theirs = self.changes[candidate.commit.sha]
        return bool(copied) and not is_copy and contained(self.ours, theirs, rarity) < _WHOLE

    def _drop_mere_likenesses(self, branch: Branch) -> None:
        """Where one candidate is certain, that others are somewhat like it means nothing."""
        found = [each for each in self._on(branch) if each.confidence >= SUSPECTED]
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
        there = paths_by_name(repository, repository.tree(branch.tip)) if missing else {}
        found = {path for name in names for path in there.get(name, ())}
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
