"""find-backports by content: recall and precision where trailers name the landings.

DEBPATCH_LABELLED_REPO names a repository whose release branches name their origins
(``cherry picked from commit``), and DEBPATCH_LABELLED_FIXES how many fixes to try, chosen at random
from those with a landing and from those of the main branch without. The search is made (a) with the
trailers hidden from it, (b) with messages and authors hidden altogether. DEBPATCH_LABELLED_LOG
names a file for every miss and every claim that no trailer bears out, to be looked at: a landing
that nobody wrote a trailer for is right.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from pathlib import Path

from bench import Row
from debpatch.formats.commit_keys import bare_subject
from debpatch.git.branches import Branch, release_branches
from debpatch.git.history import History, read_history
from debpatch.git.repository import Commit, Repository
from debpatch.landings.evidence import Fix, picked_from
from debpatch.landings.landings import CLAIMED, Landing, search

_TRAILER = re.compile(r"^.*cherry[ -]picked from.*$", re.MULTILINE | re.IGNORECASE)
_THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)

Hide = Callable[[Commit], Commit]


def _without_trailers(commit: Commit) -> Commit:
    return replace(commit, message=_TRAILER.sub("", commit.message))


def _without_words(commit: Commit) -> Commit:
    return replace(commit, message="", author=commit.sha)


def rows(folder: Path) -> Iterator[Row]:  # noqa: ARG001 - nothing is written
    """Measure both searches, by the confidence from which on something is claimed."""
    place = os.environ.get("DEBPATCH_LABELLED_REPO")
    if not place:
        yield Row("DEBPATCH_LABELLED_REPO is not set: no repository with trailers to measure by")
        return
    with Repository(place) as repository:
        labels = _read_labels(repository)
        yield Row(f"{labels.pairs} pairs of fix and landing, {len(labels.fixes)} fixes to try")
        for name, hide in (("trailers", _without_trailers), ("all words", _without_words)):
            start = time.monotonic()
            hidden = History.of(repository, map(hide, labels.history.commits.values()))
            found = {
                (fix, branch): candidates
                for fix in labels.fixes
                for branch, candidates in _search(repository, fix, labels, hidden).items()
            }
            seconds = (time.monotonic() - start) / (len(labels.fixes) or 1)
            yield Row(f"{name} hidden, {seconds:.2f} s a fix")
            for threshold in _THRESHOLDS:
                yield Row(f"  from {threshold:.2f}: {labels.judge(repository, found, threshold)}")
            _log(repository, labels, found, name)


@dataclass(frozen=True)
class _Labels:
    """The fixes to try, and for a fix and a branch the landings that trailers name."""

    history: History
    branches: tuple[Branch, ...]
    fixes: tuple[str, ...]
    landings: Mapping[tuple[str, Branch], Set[str]]

    @property
    def pairs(self) -> int:
        """How many landings there are to find."""
        return sum(len(self.landings[key]) for key in self.landings if key[0] in set(self.fixes))

    def judge(
        self,
        repository: Repository,
        found: Mapping[tuple[str, Branch], tuple[Landing, ...]],
        threshold: float,
    ) -> str:
        """Recall, and what is claimed beyond the trailers."""
        claims = {
            (*key, candidate.commit.sha)
            for key, candidates in found.items()
            for candidate in candidates
            if candidate.confidence >= threshold
        }
        wanted = {(*key, sha) for key in found for sha in self.landings.get(key, ())}
        others = claims - wanted
        alike = sum(_share_words(repository, fix, sha) for fix, _, sha in others)
        return (
            f"recall {len(claims & wanted)}/{len(wanted)} {len(claims & wanted) / len(wanted):.2%};"
            f" {len(others)} other claims, {alike} with the same subject or author and date"
        )


def _share_words(repository: Repository, fix: str, sha: str) -> bool:
    one, other = repository.commit(fix), repository.commit(sha)
    same_date = (one.author, one.author_date) == (other.author, other.author_date)
    return same_date or bare_subject(one.subject) == bare_subject(other.subject)


def _read_labels(repository: Repository) -> _Labels:
    main, *branches = release_branches(repository)
    history = read_history(repository, [main.tip, *(branch.tip for branch in branches)])
    bits = {branch.tip: 1 << number for number, branch in enumerate(branches)}
    reached, on_main = history.reached(bits), history.reached({main.tip: 1})
    landings: dict[tuple[str, Branch], set[str]] = defaultdict(set)
    for sha, commit in history.commits.items():
        if on_main[sha] or len(commit.parents) > 1 or "picked" not in commit.message:
            continue
        origins = [repository.resolve(o) for o in picked_from(commit) if repository.has(o)]
        for branch in branches:
            if reached[sha] & bits[branch.tip]:
                for origin in origins:
                    if origin in history.commits and not reached[origin] & bits[branch.tip]:
                        landings[origin, branch].add(sha)
    return _Labels(history, tuple(branches), _sample(history, on_main, landings), landings)


def _sample(
    history: History,
    on_main: Mapping[str, int],
    landings: Mapping[tuple[str, Branch], Set[str]],
) -> tuple[str, ...]:
    """Fixes with a landing, and as many of the main branch that have none."""
    landed = sorted({fix for fix, _ in landings})
    oldest = min((history.commits[fix].date for fix in landed if fix in history.commits), default=0)
    others = sorted(
        sha
        for sha, commit in history.commits.items()
        if on_main[sha] and len(commit.parents) == 1 and commit.date > oldest
    )
    number = int(os.environ.get("DEBPATCH_LABELLED_FIXES", "0")) or len(landed)
    choose = random.Random(number)  # noqa: S311 - the same sample each time
    chosen = choose.sample(landed, min(number, len(landed)))
    others = sorted(set(others) - set(landed))
    return (*chosen, *choose.sample(others, min(number, len(others))))


def _search(
    repository: Repository, fix: str, labels: _Labels, hidden: History
) -> Mapping[Branch, tuple[Landing, ...]]:
    """Search among the ``hidden`` commits; reading them anew for each fix would take most time."""
    has = hidden.inherited({fix: 1})
    bits = {b: 1 << n for n, b in enumerate(labels.branches) if not has[b.tip]}
    reached = hidden.reached({branch.tip: bit for branch, bit in bits.items()})
    found = list(search(repository, Fix((hidden.commits[fix],)), labels.branches, hidden))
    return {
        branch: tuple(each for each in found if reached[each.commit.sha] & bit)
        for branch, bit in bits.items()
    }


def _log(
    repository: Repository,
    labels: _Labels,
    found: Mapping[tuple[str, Branch], tuple[Landing, ...]],
    name: str,
) -> None:
    """Write down what there is to look at."""
    place = os.environ.get("DEBPATCH_LABELLED_LOG")
    if not place:
        return
    with Path(place).open("a", encoding="utf-8") as log:
        for (fix, branch), candidates in found.items():
            wanted = labels.landings.get((fix, branch), set())
            claimed = {c.commit.sha: c for c in candidates if c.confidence >= CLAIMED}
            for sha in (*(wanted - claimed.keys()), *(claimed.keys() - wanted)):
                sure = claimed[sha].confidence if sha in claimed else 0.0
                what = "claim" if sha in claimed else "miss "
                subjects = " | ".join(repository.commit(each).subject[:60] for each in (fix, sha))
                print(f"{name}: {what} {sure:.2f} {fix[:12]} {branch.name} {sha[:12]} {subjects}",
                      file=log)  # fmt: skip
