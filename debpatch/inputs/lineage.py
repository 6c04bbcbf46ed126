"""Where a commit, a file or a line comes from, as Git tells it of one at a time.

What is asked of many commits at once is in ``history``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from debpatch.inputs.remembered import remembered
from debpatch.inputs.repository import Repository


def commits_between(repository: Repository, start: str, end: str) -> tuple[str, ...]:
    """The ids of the commits of ``end`` that ``start`` does not have, parents first."""
    output = repository.run(
        "rev-list", "--topo-order", "--reverse", "--end-of-options", end, f"^{start}"
    )
    return tuple(output.decode().split())


@remembered()
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
