"""Many commits read at once, from one ``git log``.

What is asked of a history, such as which branches have a commit, is answered from here and not by a
Git process for each commit: a process takes longer to start than a thousand commits to read.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import (
    ItemsView,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
    Set,
    ValuesView,
)
from dataclasses import dataclass, field
from functools import cached_property

from debpatch.caching import cached_while_open, is_cached
from debpatch.git.commit_graph import CommitGraph
from debpatch.git.index import ask, open_index
from debpatch.git.known_commits import KnownCommits
from debpatch.git.repository import Commit, Repository


@dataclass(frozen=True, eq=False)
class History:
    """Commits: children before parents, and else the younger first.

    How old one is, ``git.commit_graph`` says, so that the order follows from the commits alone.
    ``order`` are the numbers that they have among the ``known`` ones.
    """

    known: KnownCommits = field(repr=False)
    order: Sequence[int] = field(repr=False)

    @classmethod
    def of(cls, repository: Repository, commits: Iterable[Commit]) -> History:
        """The history of these commits alone, as they are given."""
        known = KnownCommits(repository)
        return cls(known, known.graph.by_age({known.put(commit) for commit in commits}))

    @cached_property
    def commits(self) -> Mapping[str, Commit]:
        """The commits, by full id; what one says is read when it is asked for."""
        return _Commits(self)

    @cached_property
    def ages(self) -> Mapping[str, int]:
        """A number for each commit, lower for parents than for their children."""
        return _Ages(self)

    @cached_property
    def places(self) -> Sequence[int]:
        """How many commits here are older than the one of each number; -1 for one not here."""
        places = [-1] * len(self.known.graph)
        for place, number in enumerate(reversed(self.order)):
            places[number] = place
        return places

    def place(self, sha: str) -> int:
        """How many commits here are older than that with the full id ``sha``; -1 if not here."""
        number = self.known.graph.number(sha)
        is_older = number is not None and number < len(self.places)  # than this history
        return self.places[number] if is_older and number is not None else -1

    def read_ahead(self, shas: Iterable[str]) -> None:
        """Read at once what commits say that are going to be asked for one by one."""
        numbers = (self.known.graph.number(sha) for sha in shas)
        self.known.read_ahead(number for number in numbers if number is not None)

    def matching(self, keys: Set[str]) -> list[Commit]:
        """All commits that have one of ``keys`` (see ``formats.commit_keys``), in this order.

        There may be a few among them that have none.
        """
        places = self.places
        found = self.known.matching(keys, self.order)
        here = [number for number in found if number < len(places) and places[number] >= 0]
        return list(self.known.commits(sorted(here, key=lambda number: -places[number])))

    def reached(self, starts: Mapping[str, int]) -> Mapping[str, int]:
        """Which of ``starts`` have each commit in their history; 0 where none has.

        Each start, a full id, has a bit or several of its own; the answer has them all. Only
        commits of this history are followed and told of, and ids that are parents of some.
        """
        graph = self.known.graph
        numbered, others = graph.numbered(starts)
        return _Bits(graph, graph.reached(numbered, self.order), others)

    def inherited(self, starts: Mapping[str, int]) -> Mapping[str, int]:
        """Which of ``starts`` each commit has in its history; the other way round."""
        graph = self.known.graph
        numbered, others = graph.numbered(starts)
        return _Bits(graph, graph.inherited(numbered, self.order), others)

    def part(self, tips: Iterable[str], without: Iterable[str]) -> History:
        """The commits that ``tips`` have and ``without`` do not."""
        graph, wanted, unwanted = self.known.graph, 1, 2
        starts = dict.fromkeys(tips, wanted) | dict.fromkeys(without, unwanted)
        bits = graph.reached(graph.numbered(starts)[0], self.order)
        return History(self.known, array("i", [n for n in self.order if bits[n] == wanted]))


class _Commits(Mapping[str, Commit]):
    """The commits of a history by id."""

    def __init__(self, history: History) -> None:
        self.history = history

    def __getitem__(self, sha: str) -> Commit:
        number = self.history.known.graph.number(sha)
        if number is None or self.history.place(sha) < 0:
            raise KeyError(sha)
        return self.history.known.commit(number)

    def __contains__(self, sha: object) -> bool:
        return isinstance(sha, str) and self.history.place(sha) >= 0

    def __iter__(self) -> Iterator[str]:
        ids = self.history.known.graph.ids
        return (ids[number] for number in self.history.order)

    def __len__(self) -> int:
        return len(self.history.order)

    def values(self) -> ValuesView[Commit]:
        return _Values(self)

    def items(self) -> ItemsView[str, Commit]:
        return _Items(self)


class _Values(ValuesView[Commit]):
    """The commits in their order, many read at once."""

    _mapping: _Commits

    def __iter__(self) -> Iterator[Commit]:
        history = self._mapping.history
        return history.known.commits(history.order)


class _Items(ItemsView[str, Commit]):
    """The same, with their ids."""

    _mapping: _Commits

    def __iter__(self) -> Iterator[tuple[str, Commit]]:
        return ((commit.sha, commit) for commit in self._mapping.values())


class _Ages(Mapping[str, int]):
    """The places of a history's commits by id."""

    def __init__(self, history: History) -> None:
        self._history = history

    def __getitem__(self, sha: str) -> int:
        place = self._history.place(sha)
        if place < 0:
            raise KeyError(sha)
        return place

    def __iter__(self) -> Iterator[str]:
        return iter(self._history.commits)

    def __len__(self) -> int:
        return len(self._history.order)


class _Bits(Mapping[str, int]):
    """Bits by id; 0 for all commits that are not among those with any."""

    def __init__(self, graph: CommitGraph, bits: Sequence[int], others: Mapping[str, int]) -> None:
        self._graph = graph
        self._bits = bits
        self._others = others

    def __getitem__(self, sha: str) -> int:
        number = self._graph.number_of_any(sha)
        if number is None or number >= len(self._bits):
            return self._others.get(sha, 0)
        return self._bits[number]

    def __contains__(self, sha: object) -> bool:
        return isinstance(sha, str) and bool(self[sha])

    def __iter__(self) -> Iterator[str]:
        yield from (sha for sha, own in zip(self._graph.ids, self._bits, strict=False) if own)
        yield from self._others

    def __len__(self) -> int:
        return len(self._others) + sum(map(bool, self._bits))


def read_history(
    repository: Repository, tips: Iterable[str], without: Iterable[str] = ()
) -> History:
    """The commits that ``tips`` have and ``without`` do not; full ids of commits.

    Raises DebpatchError where the clone lacks some of the commits.
    """
    tips, without = tuple(tips), tuple(without)
    return _with(repository, whole_history(repository), (*tips, *without)).part(tips, without)


@cached_while_open()
def whole_history(repository: Repository) -> History:
    """All that upstream's branches and the tags have.

    Raises DebpatchError where the clone lacks some of it.
    """
    known, tips = KnownCommits(repository), _tips(repository)
    known.read_all(tips)
    # Other clones may have told the index of commits that this one does not have.
    graph = known.graph
    order = graph.by_age(range(len(graph)))
    bits = graph.reached(graph.numbered(dict.fromkeys(tips, 1))[0], order)
    return History(known, array("i", [number for number in order if bits[number]]))


def known_ahead(repository: Repository) -> KnownCommits:
    """The commits that are known without asking Git: those of the whole history, or the index's."""
    if is_cached(repository, whole_history):
        return whole_history(repository).known
    known = KnownCommits(repository)
    known.load()
    return known


def _tips(repository: Repository) -> Sequence[str]:
    return (*upstream_tips(repository), *repository.tag_commits.values())


@cached_while_open(most=64)
def _bearers(repository: Repository, sha: str) -> Mapping[str, int]:
    return whole_history(repository).inherited({sha: 1})


def is_at_hand(repository: Repository) -> bool:
    """Whether the whole history is known, or comes at once from the index."""
    return is_cached(repository, whole_history) or open_index(repository).has_any("graph")


def is_ancestor(repository: Repository, sha: str, other: str) -> bool:
    """Tell whether the commit ``sha`` is ``other`` or in its history."""
    if is_at_hand(repository) and other in whole_history(repository).commits:
        if other in repository.tag_commits.values():
            return bool(_tags_having(repository)[sha] & _tag_bits(repository)[other])
        return bool(_bearers(repository, sha)[other])
    return merge_base(repository, sha, other) == sha


def tags_having(repository: Repository, sha: str) -> frozenset[str]:
    """The short names of the tags whose history has the commit ``sha``, by the whole history."""
    having, bits = _tags_having(repository)[sha], _tag_bits(repository)
    return frozenset(tag for tag, at in repository.tag_commits.items() if having & bits[at])


@cached_while_open()
def _tag_bits(repository: Repository) -> Mapping[str, int]:
    """A bit for each commit that has a tag."""
    return {sha: 1 << n for n, sha in enumerate(dict.fromkeys(repository.tag_commits.values()))}


@cached_while_open()
def _tags_having(repository: Repository) -> Mapping[str, int]:
    return whole_history(repository).reached(_tag_bits(repository))


_MOST_BESIDE = 200
"""So many commits are read one by one sooner than by a process that finds them by itself."""


def _with(repository: Repository, history: History, shas: Sequence[str]) -> History:
    """``history`` and what ``shas`` have besides, such as the patches of a package as commits."""
    known, graph = history.known, history.known.graph
    beside: dict[int, None] = {}
    todo = [sha for sha in shas if history.place(sha) < 0]
    while todo:
        sha = todo.pop()
        number = graph.number(sha)
        if number is None:
            if len(beside) == _MOST_BESIDE:
                known.read([*shas, *(f"^{tip}" for tip in _tips(repository))])
            number = known.put(repository.commit(sha))
        if number not in beside:
            beside[number] = None
            todo += [sha for sha in graph.parent_ids(number) if history.place(sha) < 0]
    if not beside:
        return history
    return History(known, graph.by_age([*beside, *history.order]))


# -- where a commit, a file or a line comes from, as Git tells it of one at a time -----------------


def commits_between(repository: Repository, start: str, end: str) -> tuple[str, ...]:
    """The ids of the commits of ``end`` that ``start`` does not have, parents first."""
    output = repository.run(
        "rev-list", "--topo-order", "--reverse", "--end-of-options", end, f"^{start}"
    )
    return tuple(output.decode().split())


@cached_while_open()
def merge_base(repository: Repository, one: str, other: str) -> str | None:
    """The best common ancestor of two commits (git-merge-base(1)); None where there is none."""
    command = ("merge-base", one, other)
    output = ask(repository, *command, ids=(one, other), or_none=True)
    return output.decode().split()[0] if output else None


def path_log(
    repository: Repository, sha: str, since: str | None, paths: Iterable[str], kinds: str = ""
) -> tuple[str, ...]:
    """The commits of ``sha`` that changed ``paths``, newest first, without merges.

    Those that the commit ``since`` has are left out; ``kinds`` are the letters of git-log(1)'s
    ``--diff-filter``, where only some changes count.
    """
    output = ask(
        repository, "log", "--no-merges", "--format=%H",
        *([f"--diff-filter={kinds}"] if kinds else []), sha, *([f"^{since}"] if since else []),
        "--", *(f":(literal){p}" for p in paths), ids=(sha, since),
    )  # fmt: skip
    return tuple(output.decode().split())


def blame(
    repository: Repository, sha: str, path: str, lines: Iterable[int], since: str | None = None
) -> Mapping[int, str]:
    """The commit that last touched each of ``lines``, from 1, of ``path`` as of ``sha``.

    Lines that the commit ``since`` has already are left out.
    """
    ranges = [f"-L{number},{number}" for number in sorted(set(lines))]
    if not ranges or sha == since:
        return {}
    revisions = [sha] if since is None else [sha, f"^{since}"]
    command = ("blame", "--incremental", *ranges, *revisions, "--", path)
    output = ask(repository, *command, ids=(sha, since))
    # Each entry opens with: commit, line in that commit, line here, number of lines. What is known
    # of a commit follows its first entry, and "boundary" is what ``since`` has.
    heads = list(re.finditer(rb"^([0-9a-f]{40,64}) \d+ (\d+) (\d+)$", output, re.M))
    ends = [head.start() for head in heads[1:]] + [len(output)]
    older = {
        head[1]
        for head, end in zip(heads, ends, strict=True)
        if since and re.search(rb"^boundary$", output[head.end() : end], re.M)
    }
    return {
        int(head[2]) + n: head[1].decode()
        for head in heads
        if head[1] not in older
        for n in range(int(head[3]))
    }


# -- where upstream's history ends, in a repository that a package may be kept in as well ----------

# As DEP-14, gbp-pq(1), dgit(1) and pristine-tar(1) name them.
_PACKAGING = r"(?:debian|ubuntu|kali|patch-queue|dgit)/.+|pristine-tar"
_UPSTREAM = re.compile(rf"refs/(?:heads|remotes/[^/]+)/(?!(?:{_PACKAGING})$).+")


def upstream_tips(repository: Repository) -> tuple[str, ...]:
    """The full ids of the newest commits of all branches but a package's own.

    What those have is Debian's, and must not be taken for what upstream did: the commits of a patch
    queue are the very patches that are looked for.
    """
    return tuple({ref.sha: None for ref in repository.refs if _UPSTREAM.fullmatch(ref.name)})
