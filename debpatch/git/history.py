"""Many commits read at once, from one ``git log``.

What is asked of a history, such as which branches have a commit, is answered from here and not by a
Git process for each commit: a process takes longer to start than a thousand commits to read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

from debpatch.caching import cached_while_open, is_cached
from debpatch.git.repository import Commit, Repository

_FORMAT = "%H%x00%P%x00%T%x00%an <%ae>%x00%at%x00%ct%x00%B"


_FEW = 3


@dataclass(frozen=True, slots=True)
class History:
    """Commits by their full ids, children before parents."""

    commits: Mapping[str, Commit]
    _ages: dict[str, int] = field(default_factory=dict, compare=False, repr=False)
    _by_key: dict[str, dict[str, None]] = field(default_factory=dict, compare=False, repr=False)
    _asked: list[None] = field(default_factory=list, compare=False, repr=False)

    def matching(self, keys: Set[str]) -> list[Commit]:
        """At least the commits that have one of ``keys`` (see ``formats.commit_keys``), in order.

        To read all keys takes longer than to look through all commits a few times, so whoever asks
        looks at each itself, and those who ask often get no more than they need.
        """
        if len(self._asked) < _FEW:
            self._asked.append(None)
            return list(self.commits.values())
        if not self._by_key:
            for sha, commit in self.commits.items():
                for key in commit.keys:
                    self._by_key.setdefault(key, {})[sha] = None
        found = {sha for key in keys for sha in self._by_key.get(key, ())}
        ages = self.ages
        return [self.commits[sha] for sha in sorted(found, key=lambda sha: -ages[sha])]

    @property
    def ages(self) -> Mapping[str, int]:
        """A number for each commit, lower for parents than for their children."""
        if not self._ages:
            self._ages.update((sha, n) for n, sha in enumerate(reversed(list(self.commits))))
        return self._ages

    def reached(self, starts: Mapping[str, int]) -> Mapping[str, int]:
        """Which of ``starts`` have each commit in their history.

        Each start, a full id, has a bit or several of its own; the answer has them all. Only
        commits of this history are followed and told of, and ids that are parents of some.
        """
        bits: dict[str, int] = defaultdict(int, starts)
        for sha, commit in self.commits.items():
            if own := bits[sha]:
                for parent in commit.parents:
                    # A long line of commits shares one number, which may have a bit for each tag.
                    bits[parent] = bits[parent] | own if bits[parent] not in {0, own} else own
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
    if is_cached(repository, whole_history):
        whole = _with(repository, whole_history(repository), (*tips, *without))
        if whole is not None:
            return whole.part(tips, without)
    return _read(repository, tips, without)


@cached_while_open()
def whole_history(repository: Repository) -> History:
    """All that upstream's branches and the tags have, for who asks of many parts of it.

    Raises DebpatchError where the clone lacks some of it.
    """
    return _read(repository, (*upstream_tips(repository), *repository.tag_commits.values()), ())


@cached_while_open(most=64)
def _bearers(repository: Repository, sha: str) -> Mapping[str, int]:
    return whole_history(repository).inherited({sha: 1})


def is_ancestor(repository: Repository, sha: str, other: str) -> bool:
    """Tell whether the commit ``sha`` is ``other`` or in its history."""
    if is_cached(repository, whole_history) and other in whole_history(repository).commits:
        if other in repository.tag_commits.values():
            return bool(_tags_having(repository)[sha] & _tag_bits(repository)[other])
        return bool(_bearers(repository, sha).get(other))
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
    status, output, _ = repository.status_and_output("merge-base", one, other)
    return output.decode().split()[0] if status == 0 else None


def path_log(
    repository: Repository, sha: str, since: str | None, paths: Iterable[str], kinds: str = ""
) -> tuple[str, ...]:
    """The commits of ``sha`` that changed ``paths``, newest first, without merges.

    Those that the commit ``since`` has are left out; ``kinds`` are the letters of git-log(1)'s
    ``--diff-filter``, where only some changes count.
    """
    output = repository.run(
        "log", "--no-merges", "--format=%H", *([f"--diff-filter={kinds}"] if kinds else []),
        sha, *([f"^{since}"] if since else []), "--", *(f":(literal){p}" for p in paths),
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
    output = repository.run("blame", "--incremental", *ranges, *revisions, "--", path)
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
