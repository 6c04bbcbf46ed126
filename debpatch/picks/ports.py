"""What upstream has ported to the target's own line itself, after the target was released."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from debpatch.inputs.history import is_ancestor, read_history
from debpatch.inputs.repository import Commit
from debpatch.picks.branches import Branch, release_branches
from debpatch.picks.evidence import Fix
from debpatch.picks.landings import CLAIMED, find_landings, origins
from debpatch.picks.target import Target


@dataclass(frozen=True, slots=True)
class Port:
    """On ``branch``, which goes on from the target's base, ``commit`` is there as ``landings``.

    They are in the order of the branch's history.
    """

    commit: Commit
    branch: str
    landings: tuple[Commit, ...]


def find_ports(target: Target, commits: Iterable[Commit]) -> tuple[Port, ...]:
    """The ports of ``commits`` ahead of ``target``; none where its base is not known."""
    base, repository = target.upstream, target.repository
    if base is None:
        return ()
    ahead = [
        branch
        for branch in release_branches(repository)
        if branch.tip != base and is_ancestor(repository, base, branch.tip)
    ]
    return tuple(port for commit in commits for port in _ports(target, base, commit, ahead))


def _ports(target: Target, base: str, commit: Commit, ahead: Iterable[Branch]) -> Iterator[Port]:
    repository = target.repository
    lacking = [b for b in ahead if not is_ancestor(repository, commit.sha, b.tip)]
    history = read_history(repository, [branch.tip for branch in lacking], [base, commit.sha])
    fix = Fix((commit, *origins(repository, commit)))
    found = find_landings(repository, fix, lacking, [commit.sha], history)
    for branch, candidates in found.items():
        shas = {each.commit.sha for each in candidates if each.confidence >= CLAIMED}
        if landings := [c for c in reversed(list(history.commits.values())) if c.sha in shas]:
            yield Port(commit, branch.name, tuple(landings))
