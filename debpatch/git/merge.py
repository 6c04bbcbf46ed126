"""Three-way merges of trees without a work tree, as git-cherry-pick(1) does them.

``git merge-tree --write-tree`` merges as git-merge(1) would, renames included, and writes nothing
but objects. Only from Git 2.40 on can it be told the merge base, and only from 2.45 on may that be
a tree; so each merge gets a commit for our side that is a child of the base, beside the commit that
is picked. Every version understands that. One process does many merges.

Which driver merges a file is said by ``.gitattributes`` (gitattributes(5), "Performing a three-way
merge"). A cherry-pick reads them from the work tree, that is from *ours*; a bare repository has
none. So those files alone are laid out in a folder that serves as the work tree. Drivers that need
a configuration are unknown here and count as ``text``, as they do for whoever lacks it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice, takewhile
from pathlib import Path
from posixpath import basename
from typing import Literal

from debpatch.caching import cached_while_open
from debpatch.errors import DebpatchError
from debpatch.formats.paths import is_inside
from debpatch.git.objects import TreeEntry
from debpatch.git.repository import Commit, Repository

Outcome = Literal["clean", "conflict", "already-applied"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One conflict as Git names it.

    ``kind`` is Git's word: ``contents``, ``add/add``, ``modify/delete``, ``rename/rename``,
    ``binary``, ... ``others`` are further paths that take part, such as a file's old name.
    """

    path: str
    kind: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """An unmerged index entry (git-ls-files(1)): 1 is the base's, 2 ours, 3 theirs."""

    path: str
    number: int
    mode: str
    sha: str


@dataclass(frozen=True, slots=True)
class Merge:
    """The tree that a merge gives, with conflict markers in it where it is not clean.

    A path that Git had to invent ends in ``~`` and the id of a commit that nobody else knows.
    """

    tree: str
    conflicts: tuple[Conflict, ...] = ()
    stages: tuple[Stage, ...] = ()
    clean: bool = True


@dataclass(frozen=True, slots=True)
class Pick:
    """A cherry-pick of ``commit`` onto the tree ``onto``.

    ``already-applied`` means that nothing is left to change, so that ``tree`` is ``onto``.
    """

    commit: Commit
    onto: str
    outcome: Outcome
    merge: Merge

    @property
    def tree(self) -> str:
        """The tree that the pick gives."""
        return self.merge.tree

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What Git could not merge."""
        return self.merge.conflicts


@dataclass(frozen=True, slots=True)
class Sides:
    """The trees to merge: what both sides come from, and the sides.

    ``commit`` is the one that made ``theirs`` of ``base``, if there is one.
    """

    base: str
    ours: str
    theirs: str
    commit: Commit | None = None


def pick(repository: Repository, commit: Commit, onto: str) -> Pick:
    """Cherry-pick ``commit`` onto the tree or commit ``onto``; see ``pick_each``."""
    return pick_each(repository, [commit], onto)[0]


def pick_each(repository: Repository, commits: Sequence[Commit], onto: str) -> list[Pick]:
    """Cherry-pick each of ``commits`` alone onto the tree or commit ``onto``.

    A root commit is picked as all that it adds. Raises DebpatchError for a merge commit, of which
    it is not known which side is meant (git-cherry-pick(1), ``--mainline``).
    """
    tree = repository.tree(onto)
    sides = [
        Sides(_base(repository, commit), tree, commit.tree, commit if commit.parents else None)
        for commit in commits
    ]
    merges = merge_all(repository, sides)
    return [Pick(c, tree, _outcome(m, tree), m) for c, m in zip(commits, merges, strict=True)]


def certain(repository: Repository, commits: Iterable[Commit], onto: str) -> set[str]:
    """The ids of those of ``commits`` that cannot conflict on the tree ``onto``.

    It has all files that these change as they found them. A commit that adds, removes or renames
    files is not among them, since Git then asks what else was renamed.
    """
    ours = repository.entries(onto)
    shas = "".join(f"{commit.sha}\n" for commit in commits)
    output = repository.run("diff-tree", "--stdin", "-r", "-z", "--no-renames", stdin=shas.encode())
    fields = iter(output.decode("utf-8", "surrogateescape").split("\0")[:-1])
    found: set[str] = set()
    sha = ""
    for field in fields:
        if not field.startswith(":"):
            sha = field
            found.add(sha)
            continue
        mode, _, blob, _, kind = field[1:].split(" ")
        old = ours.get(next(fields))
        if kind != "M" or old != TreeEntry(mode, blob):
            found.discard(sha)
    return found


def unaffected(
    repository: Repository, commits: Iterable[Commit], one: str, other: str
) -> list[Commit]:
    """Those of ``commits``, of one parent each, that go onto the tree ``other`` as onto ``one``.

    Whether there is a conflict is the same for a commit that has all files in which the trees
    differ and leaves them alone: Git takes ours then, and what has its own name is no rename.
    """
    ours, theirs = repository.entries(one), repository.entries(other)
    paths = [path for path in {**ours, **theirs} if ours.get(path) != theirs.get(path)]
    for path in paths:
        is_changed = path in ours and path in theirs and ours[path].mode == theirs[path].mode
        if not is_changed or "\n" in path or basename(path) == ".gitattributes":
            return []
    known = list(commits)
    before = _blobs(repository, [commit.parents[0] for commit in known], paths)
    after = _blobs(repository, [commit.sha for commit in known], paths)
    return [
        commit
        for commit, old, new in zip(known, before, after, strict=True)
        if old == new and not any(blob.endswith(b" missing") for blob in old)
    ]


def _blobs(
    repository: Repository, commits: Sequence[str], paths: Sequence[str]
) -> list[list[bytes]]:
    """What git-cat-file(1) says of the files ``paths`` in each of ``commits``."""
    names = "".join(f"{sha}:{path}\n" for sha in commits for path in paths)
    output = repository.run(
        "cat-file", "--batch-check", stdin=names.encode("utf-8", "surrogateescape")
    )
    lines = iter(output.splitlines())
    return [[next(lines) for _ in paths] for _ in commits]


def _base(repository: Repository, commit: Commit) -> str:
    if len(commit.parents) > 1:
        raise DebpatchError(
            f"{commit.short} is a merge of {len(commit.parents)} commits, which cannot be "
            f"cherry-picked; name the commits that it merges: {commit.short}^..{commit.short}"
        )
    return repository.tree(commit.parents[0]) if commit.parents else repository.empty_tree


def _outcome(merged: Merge, onto: str) -> Outcome:
    if not merged.clean:
        return "conflict"
    return "already-applied" if merged.tree == onto else "clean"


# -- git merge-tree --------------------------------------------------------------------------------


def merge_all(repository: Repository, sides: Sequence[Sides]) -> list[Merge]:
    """Merge what ``theirs`` changed since ``base`` into ``ours``, for each of ``sides``."""
    command = ("merge-tree", "--write-tree", "--messages", "-z", "--stdin")
    merges = _known_merges(repository)
    # Where our side changed nothing there is nothing to merge.
    merges.update({each: Merge(each.theirs) for each in sides if each.base == each.ours})
    # Attributes hold for a whole process, so merges onto one tree go together.
    for ours, together in groupby(sides, key=lambda each: each.ours):
        todo = [each for each in together if each not in merges]
        if todo:
            requests = "".join(_request(repository, each) for each in todo)
            output = repository.run_in(
                _attributes(repository, ours), *command, stdin=requests.encode()
            )
            merges.update(zip(todo, _parse(output), strict=True))
    return [merges[each] for each in sides]


@cached_while_open()
def _known_merges(_: Repository) -> dict[Sides, Merge]:
    return {}


def _request(repository: Repository, sides: Sides) -> str:
    if sides.commit:
        ours = repository.write_commit(sides.ours, sides.commit.parents)
        return f"{ours} {sides.commit.sha}\n"
    parent = repository.write_commit(sides.base)
    children = (repository.write_commit(side, [parent]) for side in (sides.ours, sides.theirs))
    return " ".join(children) + "\n"


def _attributes(repository: Repository, tree: str) -> Path:
    """A folder with nothing but the ``.gitattributes`` files of ``tree``."""
    blobs = repository.files_named(".gitattributes", tree)
    name = hashlib.sha256(repr(sorted(blobs.items())).encode("utf-8", "surrogatepass"))
    folder, is_new = repository.folder(f"attributes-{name.hexdigest()}")
    if is_new:
        for path in filter(is_inside, blobs):
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(repository.read(tree, path) or b"")
    return folder


def _parse(output: bytes) -> Iterator[Merge]:
    """Read what ``--stdin -z`` prints (git-merge-tree(1), "OUTPUT FORMAT"): records between NULs.

    For each merge: whether it is clean, the tree, then the unmerged entries up to an empty record,
    then the messages up to another.
    """
    records = iter(output.decode("utf-8", "surrogateescape").split("\0")[:-1])
    for clean in records:
        tree = next(records)
        stages = tuple(_stage(record) for record in iter(lambda: next(records), ""))
        messages = []
        # Git 2.39 to 2.42 end the messages with advice on submodules, in no record of its own.
        for count in takewhile(str.isdigit, records):
            paths = tuple(islice(records, int(count)))
            messages.append((paths, next(records)))
            next(records)  # the text for people
        if clean == "1":  # Git may name a conflict that it has solved, such as a file's in the way
            yield Merge(tree)
        else:
            yield Merge(tree, tuple(_conflicts(messages, stages)), stages, clean=False)


def _stage(record: str) -> Stage:
    info, _, path = record.partition("\t")
    mode, sha, number = info.split(" ")
    return Stage(path, int(number), mode, sha)


def _conflicts(
    messages: Sequence[tuple[tuple[str, ...], str]], stages: Sequence[Stage]
) -> Iterator[Conflict]:
    """Each conflict once, by the name that says most.

    Git has one stable name, ``contents``, for what it tells people apart; and it reports a binary
    file's or a submodule's conflict a second time under that name.
    """
    kinds = [(paths, _kind(text)) for paths, text in messages if text.startswith("CONFLICT")]
    told = {paths[0] for paths, kind in kinds if kind.startswith(("binary", "submodule"))}
    for paths, kind in kinds:
        if kind != "contents":
            yield Conflict(paths[0], kind, paths[1:])
        elif paths[0] not in told:
            entries = [stage for stage in stages if stage.path == paths[0]]
            is_module = any(stage.mode == "160000" for stage in entries)
            has_base = any(stage.number == 1 for stage in entries)
            said = "submodule" if is_module else "contents" if has_base else "add/add"
            yield Conflict(paths[0], said, paths[1:])


def _kind(text: str) -> str:
    return text.removeprefix("CONFLICT").strip(" ()")
