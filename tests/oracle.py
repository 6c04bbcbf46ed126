"""Picks in memory and ``git cherry-pick`` in a work tree, in the same words."""

from __future__ import annotations

import re
from collections.abc import Callable

from repos import Picked, Repo

from debpatch.git.merge import Conflict, Pick
from debpatch.git.repository import Repository

# Git's stable names for conflicts, and what it prints for people where that is another word.
_SAID = {
    "contents": "content",
    "distinct modes": "distinct types",
    "directory rename suggested": "file location",
    "directory rename unclear split": "directory rename split",
    "file in way of directory rename": "implicit dir rename",
    "directory rename collision": "implicit dir rename",
}


def as_picked(found: Pick) -> Picked:
    """A pick in memory in the words that git-cherry-pick prints."""
    has_base = {stage.path for stage in found.merge.stages if stage.number == 1}
    kinds = [_said(conflict, conflict.path in has_base) for conflict in found.conflicts]
    return Picked(
        found.outcome,
        found.tree if found.outcome != "conflict" else None,
        tuple(sorted((s.path, s.number, s.mode, s.sha) for s in found.merge.stages)),
        tuple(sorted(kinds)),
    )


def assert_same(repository: Repository, repo: Repo, found: Pick, expected: Picked) -> None:
    """Outcome, tree, conflicting paths, kinds and all three versions of each file are equal.

    All but the names of the two sides, which Git writes into paths that it invents and into the
    markers of a conflict within a file that both sides renamed: of the sides we have others.
    """
    ours, place = as_picked(found), (found.commit.sha, found.onto)
    assert (ours.outcome, ours.tree) == (expected.outcome, expected.tree), place
    assert ours.conflicts == expected.conflicts, place
    known = {sha for *_, sha in ours.stages} & {sha for *_, sha in expected.stages}
    theirs = _unlabelled(expected, known, lambda sha: repo.run("cat-file", "blob", sha).stdout)
    assert _unlabelled(ours, known, repository.blob) == theirs, place


def _said(conflict: Conflict, has_base: bool) -> str:
    if conflict.kind == "binary":
        return "content" if has_base else "add/add"
    if conflict.kind.startswith("submodule"):
        return "submodule"
    return _SAID.get(conflict.kind, conflict.kind)


_LABEL = re.compile(r"~(HEAD|[0-9a-f]{7,64}( \(.*\))?)(?=$|_\d+$)")
_MARKER = re.compile(rb"^(<{7,}|>{7,}|\|{7,}) .*", re.MULTILINE)

_Entry = tuple[str, int, str, str | bytes]


def _unlabelled(picked: Picked, known: set[str], blob: Callable[[str], bytes]) -> list[_Entry]:
    """The unmerged entries without the names of sides; of blobs not ``known`` the content."""
    return sorted(
        (_LABEL.sub("~", path), number, mode,
         sha if sha in known else _MARKER.sub(rb"\1", blob(sha)))
        for path, number, mode, sha in picked.stages
    )  # fmt: skip
