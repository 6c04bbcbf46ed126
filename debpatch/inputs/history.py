"""Many commits read at once, from one ``git log``.

What is asked of a history, such as which branches have a commit, is answered from here and not by a
Git process for each commit: a process takes longer to start than a thousand commits to read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from debpatch.inputs.repository import Commit, Repository

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

    Raises DebpatchError where the clone lacks some of them.
    """
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
