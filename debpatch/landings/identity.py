"""Which upstream commits a patch carries, by what its header says and by what it changes.

A header can be wrong or say nothing, so every commit that it names is compared, and commits that
change the same lines are looked for besides. A commit is only claimed where the comparison bears
it out: what somebody at Debian wrote has none, and is not given one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from functools import cached_property

from debpatch.compare.alternative import Alternative, moved_paths, read_alternative
from debpatch.compare.change import Change, changes
from debpatch.compare.comparison import Verdict, compare
from debpatch.compare.equality import Status
from debpatch.errors import DebpatchError
from debpatch.formats.dep3_header import Header, read_header
from debpatch.formats.references import named_commits
from debpatch.git.changes import read_whole_changes
from debpatch.git.differences import commit_diff
from debpatch.git.file_lines import CommitLines, folded_lines
from debpatch.git.repository import Commit
from debpatch.git.tree import Edit, Tree
from debpatch.landings.affected import is_trivia
from debpatch.landings.evidence import Fix, Sign, confidence
from debpatch.landings.landings import CLAIMED
from debpatch.landings.similarity import Likeness
from debpatch.landings.upstream import Upstream
from debpatch.package.patch_series import SeriesPatch


@dataclass(frozen=True, slots=True)
class Identity:
    """The upstream ``commits`` that a patch carries, in upstream's order.

    ``match`` is how equal the patch is to them, as far as the files go that it changes; ``carried``
    how many of their changed lines in these files it has, of how many; ``left_out`` the commits'
    other files. ``own`` is how many of the patch's changed lines stand in hunks that no commit
    explains, of how many there are. ``signs`` are what speaks for it, ``confidence`` from 0 to 1.
    """

    commits: tuple[Commit, ...]
    match: Verdict
    carried: tuple[int, int]
    own: tuple[int, int]
    left_out: tuple[str, ...]
    signs: tuple[Sign, ...]
    confidence: float

    @property
    def explains(self) -> bool:
        """Whether a release that has the commits has what the patch is for."""
        if self.match is Verdict.DIVERGED:
            return bool(_PROOF & set(self.signs))
        return self.own[0] * 2 <= self.own[1]

    @property
    def is_whole(self) -> bool:
        """Whether that is beyond doubt: it is these commits, and nothing of its own is in it."""
        is_near = self.match is not Verdict.DIVERGED and not self.own[0]
        return is_near and self.confidence >= _SURE


@dataclass(frozen=True, slots=True)
class Subject:
    """A patch as it is looked for: its hunks, its folded lines, its header as a commit's message.

    ``named`` are the full ids of the commits that the header names, but for causes of bugs, and
    ``claimed`` those of them that it says the patch comes from.
    """

    patch: SeriesPatch
    header: Header
    changes: tuple[Change, ...]
    lines: CommitLines
    as_commit: Commit
    named: tuple[str, ...]
    claimed: tuple[str, ...]


def read_subject(upstream: Upstream, patch: SeriesPatch) -> Subject:
    """Make ready to look for ``patch``."""
    repository = upstream.repository
    header = read_header(patch.data)
    author = header.first("author", "from")
    text = f"{header.synopsis}\n\n{header.data.decode('utf-8', 'replace')}"
    named = {
        repository.resolve(reference.sha): reference.kind
        for reference in reversed(named_commits(header.data))
        if reference.kind != "cause" and repository.has(reference.sha)
    }
    return Subject(
        patch,
        header,
        tuple(changes(patch.files, None)),
        folded_lines(patch.files),
        Commit(patch.name, (), "", author.text if author else "", _date(header), 0, text),
        tuple(named),
        tuple(sha for sha, kind in named.items() if kind in _CLAIMS),
    )


_CLAIMS = {"origin", "applied-upstream", "cherry-picked"}


def _date(header: Header) -> int:
    """The author's date, as git-format-patch(1) writes it, in Unix seconds; 0 for none."""
    field = header.first("date")
    try:
        return int(parsedate_to_datetime(field.text).timestamp()) if field else 0
    except (ValueError, OverflowError):
        return 0


_TRIED = 6
"""So many commits are compared hunk by hunk with a patch, those first for which most speaks."""
_SURE = 0.99
"""The confidence that leaves no doubt."""
_LISTED = 50
"""So many commits are looked at for their lines."""
_SLIGHT = 0.15
"""The part of the patch in common from which on a commit is looked at."""
_ALONE = 0.5
"""The similarity from which on contents alone may speak for a commit."""
_MOSTLY = 0.5
"""The part of a commit that a patch must have to carry it beside others."""
_FEW = 3
"""So many lines in common may be chance."""
_PROOF = {Sign.TRAILER, Sign.NAMED, Sign.CHANGE_ID, Sign.MESSAGE_ID, Sign.AUTHOR_DATE}
"""Words that leave no doubt which commit is meant, however little of it is left in the patch."""
_REST = 0.1
"""The part of a patch that may be left unexplained before further commits are looked for, and that
such a one must explain."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A commit that a patch may carry, all that it changes, and what speaks for it."""

    commit: Commit
    lines: CommitLines
    signs: frozenset[Sign]
    similarity: float

    @property
    def confidence(self) -> float:
        return confidence(self.signs, self.similarity)

    @property
    def has_words(self) -> bool:
        """Whether more than the contents speaks for it."""
        return bool(self.signs - {Sign.MENTION, Sign.AUTHOR})

    @property
    def is_plausible(self) -> bool:
        return self.confidence >= CLAIMED and (self.has_words or self.similarity >= _ALONE)


def identify(
    upstream: Upstream, subjects: Sequence[Subject], befores: Sequence[Edit | None]
) -> Iterator[Identity | None]:
    """Find for each patch the commits that it carries; None where none is to be found.

    ``befores`` are what the patches apply to, in the same order; None where not all files of that
    are known.
    """
    shortlists = [_shortlist(upstream, subject) for subject in subjects]
    wanted = {sha for shortlist in shortlists for sha in shortlist}
    whole = read_whole_changes(upstream.repository, sorted(wanted))
    upstream.history.read_ahead(wanted)
    for subject, before, shortlist in zip(subjects, befores, shortlists, strict=True):
        candidates = _weigh(upstream, subject, {sha: whole.get(sha, {}) for sha in shortlist})
        yield _choose(_Case(upstream, subject, before), candidates)


def _shortlist(upstream: Upstream, subject: Subject) -> tuple[str, ...]:
    """Commits worth a look: named ones, and those with words or enough lines in common."""
    if not subject.changes:
        return ()
    common = upstream.sharing_lines(subject.lines)
    least = _SLIGHT * upstream.rarity.changed(subject.lines.values())
    alike = [
        sha
        for sha, weight in common.items()
        if weight >= least or weight >= _MOSTLY * upstream.weight_in_series(sha)
    ]
    alike.sort(key=lambda sha: -common[sha])
    words = sorted(upstream.sharing_words(subject.as_commit))
    return tuple(dict.fromkeys([*subject.named, *words, *alike[:_LISTED]]))


def _weigh(
    upstream: Upstream, subject: Subject, shortlist: Mapping[str, CommitLines]
) -> list[_Candidate]:
    """The commits of the shortlist with what speaks for them, the likeliest first."""
    likeness = Likeness(subject.lines, upstream.rarity)
    candidates = []
    for sha, lines in shortlist.items():
        commit = upstream.history.commits.get(sha) or upstream.repository.commit(sha)
        signs = Fix((commit,)).signs(subject.as_commit)
        candidates.append(_Candidate(commit, lines, signs, likeness.to(lines)))
    return sorted(candidates, key=lambda each: -each.confidence)


# -- one patch -------------------------------------------------------------------------------------


class _Case:
    """One patch, to be compared with commits; what it applies to is only written if needed."""

    def __init__(self, upstream: Upstream, subject: Subject, before: Edit | None) -> None:
        self.upstream = upstream
        self.subject = subject
        self._before = before
        self.paths = frozenset(change.path for change in subject.changes)
        self._changes: dict[str, Sequence[Change]] = {}

    @cached_property
    def base(self) -> Tree | None:
        """The tree that the patch applies to, if it is known."""
        return self._before.write("the series so far") if self._before else None

    def changes_of(self, commit: Commit) -> Sequence[Change]:
        """What the commit changes; nothing where the clone lacks it."""
        if commit.sha not in self._changes:
            try:
                files = commit_diff(self.upstream.repository, commit).files
            except DebpatchError:
                files = ()
            self._changes[commit.sha] = changes(files, commit.sha)
        return self._changes[commit.sha]


def _choose(case: _Case, candidates: Sequence[_Candidate]) -> Identity | None:
    """The commit, or the commits, that the patch is most equal to."""
    plausible = [each for each in candidates if each.is_plausible][:_TRIED]
    # To compare hunk by hunk takes time, and beside an equal commit no other counts.
    equal = [found for each in plausible if (found := _equal(case, each))]
    alike = equal or [found for each in plausible if (found := _alike(case, each))]
    best = min(alike, key=lambda each: _rank(case, each), default=None)
    if best is None:
        return None
    chosen = [each for each in candidates if each.commit == best.commits[0]]
    more = _others(case, candidates, chosen)
    several = _together(case, [*chosen, *more]) if more else None
    order = list(Verdict).index
    return several if several and order(several.match) <= order(best.match) else best


def _rank(case: _Case, identity: Identity) -> tuple[int, ...]:
    """Sorts the best first: of equal ones the one named, on the package's own line, the oldest."""
    (commit,) = identity.commits
    upstream = case.upstream
    return (
        list(Verdict).index(identity.match),
        identity.own[0],
        identity.carried[1] - identity.carried[0],
        not upstream.releases_with(commit.sha),
        commit.sha not in case.subject.named,
        not any(release in upstream.own_line for release in upstream.releases_with(commit.sha)),
        commit.date,
    )


def _equal(case: _Case, candidate: _Candidate) -> Identity | None:
    """The patch beside one commit, where both change the same lines of the patch's files."""
    theirs, ours = case.changes_of(candidate.commit), case.subject.changes
    here = [change for change in theirs if change.path in case.paths]
    if [(c.path, c.text) for c in here] != [(c.path, c.text) for c in ours]:
        return None
    is_identical = [c.hunk.body for c in here] == [c.hunk.body for c in ours]
    match = Verdict.IDENTICAL if is_identical else Verdict.EQUIVALENT
    lines = sum(change.size for change in here)
    left_out = _telling_paths(change for change in theirs if change.path not in case.paths)
    return _identity([candidate], match, (lines, lines), (0, lines), left_out)


def _alike(case: _Case, candidate: _Candidate) -> Identity | None:
    """The patch beside one commit, hunk by hunk; None where it is not that commit after all."""
    commit, theirs = candidate.commit, case.changes_of(candidate.commit)
    here = [change for change in theirs if change.path in case.paths]
    moved: Mapping[str, str] = {}
    if case.base and not here:
        moved = moved_paths(Alternative((commit,), tuple(theirs), commit.parents[:1]), case.base)
    compared = _compared(case, theirs, moved, [candidate])
    if compared is None:
        return _rewritten(case, candidate, here)
    return compared if candidate.has_words or _speaks_for_itself(compared) else None


def _speaks_for_itself(compared: Identity) -> bool:
    """Whether contents alone make it the commit: enough lines are, and most of the patch is."""
    is_alike = compared.match is not Verdict.DIVERGED and compared.own[0] * 2 <= compared.own[1]
    return is_alike and compared.carried[0] >= _FEW


def _rewritten(case: _Case, candidate: _Candidate, here: Sequence[Change]) -> Identity | None:
    """A mail of upstream's whose diff somebody wrote anew, to the same end."""
    if not {Sign.SUBJECT, Sign.AUTHOR_DATE} <= candidate.signs:
        return None
    common = _lines(candidate.lines, case.paths) & _lines(case.subject.lines)
    total = sum(change.size for change in case.subject.changes)
    of = sum(change.size for change in here)
    own = total - common.total()
    return _identity([candidate], Verdict.DIVERGED, (common.total(), of), (own, total), ())


def _compared(
    case: _Case,
    theirs: Sequence[Change],
    moved: Mapping[str, str],
    candidates: Sequence[_Candidate],
) -> Identity | None:
    """Compare, and judge by the files that both sides change."""
    comparison = compare(theirs, case.subject.changes, case.base, moved)
    met = {hunk.upstream.path for hunk in comparison.hunks if hunk.upstream and hunk.patch}
    if not met:
        return None
    judged = replace(
        comparison,
        hunks=tuple(h for h in comparison.hunks if not h.upstream or h.upstream.path in met),
    )
    added = [hunk.patch for hunk in judged.hunks if hunk.status is Status.ADDED and hunk.patch]
    own = sum(change.size for change in added if not is_trivia(change))
    left_out = _telling_paths(change for change in theirs if change.path not in met)
    total = sum(change.size for change in case.subject.changes)
    return _identity(candidates, judged.verdict, judged.carried, (own, total), left_out)


def _identity(
    candidates: Sequence[_Candidate],
    match: Verdict,
    carried: tuple[int, int],
    own: tuple[int, int],
    left_out: tuple[str, ...],
) -> Identity:
    signs = frozenset(sign for each in candidates for sign in each.signs)
    if match is Verdict.IDENTICAL:
        signs |= {Sign.PATCH_ID}
    elif any(each.similarity > _SLIGHT for each in candidates):
        signs |= {Sign.CONTENT}
    return Identity(
        tuple(each.commit for each in candidates),
        match,
        carried,
        own,
        left_out,
        tuple(sorted(signs, key=list(Sign).index)),
        max(confidence(each.signs, each.similarity) for each in candidates),
    )


def _telling_paths(changes: Iterable[Change]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(change.path for change in changes if not is_trivia(change)))


# -- several commits in one patch ------------------------------------------------------------------


def _others(
    case: _Case, candidates: Sequence[_Candidate], chosen: Sequence[_Candidate]
) -> list[_Candidate]:
    """Further commits that explain what ``chosen`` leave of the patch, those first that do most.

    A commit that the header names need not explain much, another one must be mostly there.
    """
    weigh, in_common = case.upstream.weight_of, case.upstream.rarity.in_common
    left = _lines(case.subject.lines)
    least = _REST * weigh(left)
    for each in chosen:
        left -= _lines(each.lines)
    more: list[_Candidate] = []
    while weigh(left) > least:
        gains = [(in_common(left, _lines(each.lines)), each) for each in candidates]
        fitting = [
            (gain, each)
            for gain, each in gains
            if gain
            and each not in chosen
            and (
                each.commit.sha in case.subject.claimed
                or (gain >= least and gain >= _MOSTLY * weigh(_lines(each.lines, case.paths)))
            )
        ]
        if not fitting:
            break
        _, best = max(fitting, key=lambda pair: pair[0])
        more.append(best)
        left -= _lines(best.lines)
    return more


def _lines(lines: CommitLines, paths: Collection[str] | None = None) -> Counter[bytes]:
    """All changed lines, of some paths or of all."""
    total: Counter[bytes] = Counter()
    for path, file in lines.items():
        if paths is None or path.decode("utf-8", "surrogateescape") in paths:
            total.update(file.changed)
    return total


def _together(case: _Case, candidates: Sequence[_Candidate]) -> Identity | None:
    """The patch beside several commits, read as one change in upstream's order."""
    upstream = case.upstream
    ages = upstream.history.ages
    ordered = sorted(candidates, key=lambda each: ages.get(each.commit.sha, 0))
    if any(len(each.commit.parents) > 1 for each in ordered):
        return None
    try:
        series = read_alternative(upstream.repository, [each.commit for each in ordered])
    except DebpatchError:
        return None
    return _compared(case, series.changes, {}, ordered)
