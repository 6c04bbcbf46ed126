"""Many commits read at once, from one ``git log``.

What is asked of a history, such as which branches have a commit, is answered from here and not by a
Git process for each commit: a process takes longer to start than a thousand commits to read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from debpatch.inputs.lineage import merge_base
from debpatch.inputs.remembered import is_remembered, remembered
from debpatch.inputs.repository import Commit, Repository
from debpatch.inputs.upstream_tips import upstream_tips

_FORMAT = "%H%x00%P%x00%T%x00%an <%ae>%x00%at%x00%ct%x00%B"


@dataclass(frozen=True, slots=True)
class History:
    """Commits by their full ids, children before parents."""

    commits: Mapping[str, Commit]

    def reached(self, starts: Mapping[str, int]) -> Mapping[str, int]:
        """Which of ``starts`` have each commit in their history.

        Each start, a full id, has a bit or several of its own; the answer has them all. Only
        commits of this history are followed and told of, and ids that are parents of some.
        """
        bits: dict[str, int] = defaultdict(int, starts)
        for sha, commit in self.commits.items():
            if own := bits[sha]:
                for parent in commit.parents:
                    bits[parent] |= own
        return bits

    def part(self, tips: Iterable[str], without: Iterable[str]) -> History:
        """The commits that ``tips`` have and ``without`` do not."""
        wanted, unwanted = 1, 2
        bits = dict.fromkeys(tips, wanted) | dict.fromkeys(without, unwanted)
        reached = self.reached(bits)
        return History({s: c for s, c in self.commits.items() if reached.get(s) == wanted})

    def inherited(self, starts: Mapping[str, int]) -> Mapping[str, int]:
        """Which of ``starts`` each commit has in its history; the other way round."""
        bits: dict[str, int] = defaultdict(int, starts)
        for sha in reversed(list(self.commits)):
            for parent in self.commits[sha].parents:
                bits[sha] |= bits[parent]
        return bits


def read_history(
    repository: Repository, tips: Iterable[str], without: Iterable[str] = ()
) -> History:
    """The commits that ``tips`` have and ``without`` do not; full ids of commits.

    Where the ``whole_history`` is known, this is a part of it. Raises DebpatchError where the clone
    lacks some of the commits.
    """
    tips, without = tuple(tips), tuple(without)
    if not tips:
        return History({})  # where Git would begin at HEAD
    if is_remembered(repository, whole_history):
        whole = _with(repository, whole_history(repository), (*tips, *without))
        if whole is not None:
            return whole.part(tips, without)
    return _read(repository, tips, without)


@remembered()
def whole_history(repository: Repository) -> History:
    """All that upstream's branches and the tags have, for who asks of many parts of it.

    Raises DebpatchError where the clone lacks some of it.
    """
    return _read(repository, (*upstream_tips(repository), *repository.tag_commits.values()), ())


@remembered(most=64)
def _bearers(repository: Repository, sha: str) -> Mapping[str, int]:
    return whole_history(repository).inherited({sha: 1})


def is_ancestor(repository: Repository, sha: str, other: str) -> bool:
    """Tell whether the commit ``sha`` is ``other`` or in its history."""
    if is_remembered(repository, whole_history) and other in whole_history(repository).commits:
        return bool(_bearers(repository, sha).get(other))
    return merge_base(repository, sha, other) == sha


_MOST_BESIDE = 200


def _with(repository: Repository, history: History, shas: Sequence[str]) -> History | None:
    """``history`` and what ``shas`` have besides, such as a package's patches; None if too much."""
    beside: dict[str, Commit] = {}
    todo = list(shas)
    while todo:
        sha = todo.pop()
        if sha not in history.commits and sha not in beside:
            if len(beside) == _MOST_BESIDE:
                return None
            beside[sha] = repository.commit(sha)
            todo += beside[sha].parents
    if not beside:
        return history
    order = TopologicalSorter({sha: commit.parents for sha, commit in beside.items()})
    first = [sha for sha in reversed(list(order.static_order())) if sha in beside]
    return History({**{sha: beside[sha] for sha in first}, **history.commits})


def _read(repository: Repository, tips: Iterable[str], without: Iterable[str]) -> History:
    output = repository.run("log", "--stdin", "--topo-order", "-z", f"--format={_FORMAT}",
                            stdin=_revisions(tips, without))  # fmt: skip
    fields = iter(output.decode("utf-8", "replace").split("\0"))
    return History({commit.sha: commit for commit in _commits(fields)})


def _revisions(tips: Iterable[str], without: Iterable[str]) -> bytes:
    return "".join([*(f"{sha}\n" for sha in tips), *(f"^{sha}\n" for sha in without)]).encode()


def _commits(fields: Iterator[str]) -> Iterator[Commit]:
    for sha in fields:
        if sha:
            parents, tree = tuple(next(fields).split()), next(fields)
            author, author_date, date = next(fields), int(next(fields) or 0), int(next(fields) or 0)
            yield Commit(sha, parents, tree, author, author_date, date, next(fields))
