"""Where the lines that only the patch adds come from, if upstream has them too.

What a hand-made port adds of its own is often the effect of an earlier upstream commit that the fix
relies on. Upstream's file, as it was after the fix, has the same line then, and blame tells since
when.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from debpatch.compare.change import Change
from debpatch.git.history import blame
from debpatch.git.repository import Commit, Repository
from debpatch.git.tree import Tree


@dataclass(frozen=True, slots=True)
class Origin:
    """An upstream commit that brought ``lines`` lines of a hunk that only the patch has."""

    commit: Commit
    lines: int


def origins(
    repository: Repository, added: Sequence[Change], commits: Sequence[Commit], base: Tree
) -> Mapping[Change, tuple[Origin, ...]]:
    """For each of the ``added`` hunks the upstream commits that brought the same lines.

    ``commits`` are what the patch was compared with; their lines, and those that ``base`` has
    already, are no news.
    """
    last = commits[-1].sha
    tree = repository.tree(last)
    compared = {commit.sha for commit in commits}
    found: dict[Change, Counter[str]] = defaultdict(Counter)
    for path in {change.path for change in added}:
        upstream = _numbered(repository.read(tree, path))
        for line in _numbered(base.read(path)):
            upstream.pop(line, None)
        wanted = {
            number: change
            for change in added
            if change.path == path
            for line in change.lines
            if not line.is_comment and (number := upstream.get(_squeezed(line.text)))
        }
        for number, sha in blame(repository, last, path, wanted).items():
            if sha not in compared:
                found[wanted[number]][sha] += 1
    return {
        change: tuple(Origin(repository.commit(sha), n) for sha, n in counts.most_common())
        for change, counts in found.items()
    }


_WORDS = re.compile(r"\w+")


def _numbered(content: bytes | None) -> dict[str, int]:
    """The lines of a file that say something and stand there once, with their numbers from 1."""
    lines = _lines((content or b"").decode("utf-8", "surrogateescape").split("\n"))
    often = Counter(lines)
    return {
        line: number
        for number, line in enumerate(lines, 1)
        if often[line] == 1 and len(_WORDS.findall(line)) > 1
    }


def _lines(texts: Iterable[str]) -> list[str]:
    return [_squeezed(text) for text in texts]


def _squeezed(text: str) -> str:
    return " ".join(text.split())
