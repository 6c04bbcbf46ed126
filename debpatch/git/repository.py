"""The upstream repository: names for its commits, and the objects that they are made of.

It is read through a private repository (see ``private_repository``), and never written to. What is
asked of its history is in ``lineage`` and ``history``, of its contents in ``differences`` and
``changes``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from debpatch.caching import cached_while_open
from debpatch.errors import DebpatchError, did_you_mean
from debpatch.formats.commit_keys import keys_of
from debpatch.git.objects import SCRATCH, FileChange, LooseObjects, TreeEntry, fast_import
from debpatch.git.private_repository import PrivateRepository

_KEPT_TREES = 64
"""How many listings of whole trees are kept in memory."""
_KEPT_FOLDERS = 1024
_KEPT_COMMITS = 4096
_FOLDER = "40000"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: full id, ids of its parents and tree, author, message; dates are Unix seconds."""

    sha: str
    parents: tuple[str, ...]
    tree: str
    author: str
    author_date: int
    date: int
    message: str

    @property
    def short(self) -> str:
        """The id as people write it."""
        return self.sha[:12]

    @property
    def subject(self) -> str:
        """The message's first paragraph on one line, as git-log(1) shows it."""
        return " ".join(self.message.strip().partition("\n\n")[0].split("\n"))

    @property
    def keys(self) -> frozenset[str]:
        """What others that are about the same have in common with it: ``formats.commit_keys``."""
        return keys_of(self.sha, self.author, self.author_date, self.subject, self.message)


@dataclass(frozen=True, slots=True)
class Ref:
    """A full ref name and the object that it names."""

    name: str
    sha: str


class Repository(PrivateRepository):
    """The upstream repository as debpatch sees it; a context manager that leaves no trace.

    ``project`` is the name of the source package that is asked about, or nothing: it tells its
    releases from those of other projects that share the repository.
    """

    def __init__(self, path: Path | str, project: str = "") -> None:
        """Open the repository at ``path``; raises DebpatchError as PrivateRepository does."""
        super().__init__(path)
        self.project = project

    # -- names ---------------------------------------------------------------------------------

    @cached_property
    def refs(self) -> tuple[Ref, ...]:
        """All refs, in order of their names; an annotated tag's object is the tag's."""
        lines = (self._folder / "packed-refs").read_text("utf-8", "surrogateescape").splitlines()
        return tuple(Ref(name, sha) for sha, _, name in (line.partition(" ") for line in lines))

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The short names of all tags."""
        prefix = "refs/tags/"
        return tuple(r.name.removeprefix(prefix) for r in self.refs if r.name.startswith(prefix))

    @cached_property
    def branches(self) -> tuple[str, ...]:
        """The short names of all branches, those known from a remote only without the remote's."""
        found = (re.fullmatch(r"refs/(?:heads|remotes/[^/]+)/(.+)", ref.name) for ref in self.refs)
        return tuple(sorted({match[1] for match in found if match and match[1] != "HEAD"}))

    @cached_property
    def tag_commits(self) -> Mapping[str, str]:
        """The commit that each tag names, by the tag's short name; tags of other things are not."""
        return dict(sorted(self._dated_tags.items()))

    @property
    def oldest_tag(self) -> str | None:
        """The commit that the tag with the oldest date names; None where there is no tag."""
        return next(iter(self._dated_tags.values()), None)

    @cached_property
    def _dated_tags(self) -> Mapping[str, str]:
        output = self.run(
            "for-each-ref", "--sort=creatordate", "--format=%(objecttype) %(objectname) "
            "%(*objecttype) %(*objectname) %(refname:strip=2)", "refs/tags",
        )  # fmt: skip
        rows = (
            line.split(" ", 4) for line in output.decode("utf-8", "surrogateescape").split("\n")
        )
        found: dict[str, str] = {}
        for kind, sha, peeled_kind, peeled, name in (row for row in rows if len(row) == 5):
            if kind == "commit":
                found[name] = sha
            # Before Git 2.45 a tag of a tag was peeled only once.
            elif commit := peeled if peeled_kind == "commit" else self._find(f"{sha}^{{commit}}"):
                found[name] = commit
        return found

    @cached_property
    def head(self) -> str:
        """The full name of the ref that HEAD is; the id of a commit where it is detached."""
        return (self._folder / "HEAD").read_text("utf-8").strip().removeprefix("ref: ")

    def resolve(self, revision: str) -> str:
        """The full id of the commit that ``revision`` names (gitrevisions(7)).

        A branch known only from a remote may be named without it. Raises DebpatchError where there
        is no such commit, or more than one.
        """
        sha = self._find(f"{revision}^{{commit}}") or self._remote_branch(revision)
        if sha is None:
            raise DebpatchError(f"{self.location}: {self._why_unresolved(revision)}")
        return sha

    def has(self, revision: str) -> bool:
        """Tell whether ``revision`` names exactly one commit that is here."""
        return self._find(f"{revision}^{{commit}}") is not None

    def _find(self, name: str) -> str | None:
        # A private repository tracks nothing, and to be asked for @{upstream} ends git cat-file.
        if re.search(r"[\n\r\0]|^-|[\ud800-\udfff]|(?i:@\{(?:u|upstream|push)\})", name):
            return None
        try:
            return _text(self._git.get_object_header(name)[0])
        except ValueError:
            return None

    def _remote_branch(self, name: str) -> str | None:
        shas = {ref.sha for ref in self._remote_branches(name)}
        return shas.pop() if len(shas) == 1 else None

    def _remote_branches(self, name: str) -> list[Ref]:
        pattern = re.compile(rf"refs/remotes/[^/]+/{re.escape(name)}")
        return [ref for ref in self.refs if pattern.fullmatch(ref.name)]

    def abbreviated(self, sha: str) -> tuple[str, ...]:
        """The full ids of all commits here that the hexadecimal ``sha`` may stand for."""
        if len(sha) == 2 * hashlib.new(self.object_format).digest_size:
            return (sha.lower(),) if self.has(sha) else ()
        return tuple(found for found, kind in self._abbreviated(sha) if kind == "commit")

    @cached_while_open()
    def _abbreviated(self, sha: str) -> list[tuple[str, str]]:
        found = self._git.output("rev-parse", f"--disambiguate={sha}").decode().split()
        return [(full, _text(self._git.get_object_header(full)[1])) for full in found]

    def _why_unresolved(self, revision: str) -> str:
        if not self.refs:
            return "the repository is empty; fetch upstream first"
        if branches := self._remote_branches(revision):
            names = ", ".join(ref.name.removeprefix("refs/remotes/") for ref in branches)
            return f"{revision!r} is ambiguous: {names}; name one of them"
        if re.fullmatch("[0-9a-f]{4,40}", revision):
            kinds = self._abbreviated(revision)
            commits = [sha[:12] for sha, kind in kinds if kind == "commit"]
            if len(commits) > 1:
                return f"{revision!r} is ambiguous: {', '.join(commits)}; give more digits"
            if kinds:
                return f"{revision!r} is a {kinds[0][1]}, not a commit; name a commit"
        if self.shallow:
            return f"{revision!r} is not in this shallow clone; run git fetch --unshallow there"
        if meant := did_you_mean(revision, (*self.tags, *self.branches)):
            return f"{revision!r} is not a commit{meant}"
        return f"{revision!r} is not a commit; check the spelling, or run git fetch there"

    # -- objects -------------------------------------------------------------------------------

    @cached_while_open(most=_KEPT_COMMITS)
    def commit(self, sha: str) -> Commit:
        """Read the commit with the full id ``sha``; it is told as git-log(1) does."""
        raw = self._read(sha)
        parents = tuple(_PARENT.findall(raw.partition(b"\n\n")[0].decode("utf-8", "replace")))
        plain = _PLAIN_COMMIT.match(raw)
        if plain is None or b"\0" in raw:
            output = self.run("log", "--no-walk", "-z", f"--format={COMMIT_FORMAT}", sha)
            _, _, date, *said = output.split(b"\0")
            return read_commit(sha, parents, seconds(date), said)
        said = [plain["tree"], plain["author"], plain["author_date"], raw[plain.end() :]]
        return read_commit(sha, parents, seconds(plain["date"]), said)

    def tree(self, revision: str) -> str:
        """The id of the tree of a commit or tree id."""
        sha = self._find(f"{revision}^{{tree}}")
        if sha is None:
            raise DebpatchError(self.lacks(revision))
        return sha

    @cached_while_open(most=_KEPT_TREES)
    def entries(self, tree: str) -> Mapping[str, TreeEntry]:
        """All files of ``tree``, by path (surrogateescaped where it is not UTF-8).

        Raises DebpatchError for a tree that no checkout could hold.
        """
        return dict(self._below(tree))

    @cached_while_open(most=_KEPT_FOLDERS)
    def _below(self, tree: str) -> Sequence[tuple[str, TreeEntry]]:
        """The files of a folder; trees that are alike have most of their folders in common."""
        found: list[tuple[str, TreeEntry]] = []
        for mode, name, sha in self._children(tree):
            if mode == _FOLDER:
                found += [(f"{name}/{path}", entry) for path, entry in self._below(sha)]
            else:
                found.append((name, TreeEntry(mode, sha)))
        return found

    def is_file(self, revision: str, path: str) -> bool:
        """Tell whether the commit or tree has a file at ``path``; reads no more than it must."""
        return self._find(f"{revision}:{path}") is not None

    def read(self, tree: str, path: str) -> bytes | None:
        """The content of ``path`` in ``tree``; None where it is no file there."""
        entry = self.entries(tree).get(path)
        if entry is None or entry.mode == "160000":
            return None
        return self._read(entry.sha)

    def blob(self, sha: str) -> bytes:
        """The content of the blob with the full id ``sha``."""
        return self._read(sha)

    def _read(self, sha: str) -> bytes:
        try:
            return bytes(self._git.get_object_data(sha)[3])
        except ValueError as error:
            raise DebpatchError(self.lacks(sha)) from error

    @cached_while_open()
    def files_named(self, name: str, tree: str) -> Mapping[str, str]:
        """The blobs of the files called ``name`` in any folder of ``tree``, by path.

        Reads one object a folder, and a folder once however many trees share it. Raises
        DebpatchError for a tree that no checkout could hold.
        """
        found = {}
        for mode, entry, sha in self._children(tree):
            if mode == _FOLDER:
                below = self.files_named(name, sha)
                found.update({f"{entry}/{path}": blob for path, blob in below.items()})
            elif entry == name and mode.startswith("100"):
                found[entry] = sha
        return found

    @cached_while_open(most=_KEPT_FOLDERS)
    def _children(self, tree: str) -> Sequence[tuple[str, str, str]]:
        """Mode, name and id of each entry of one tree object (gitformat-tree)."""
        return tuple(self._read_children(tree))

    def _read_children(self, tree: str) -> Iterator[tuple[str, str, str]]:
        raw, width, at = self._read(tree), len(tree) // 2, 0
        while at < len(raw):
            end = raw.index(b"\0", at)
            mode, _, name = raw[at:end].partition(b" ")
            at = end + 1 + width
            sha = raw[end + 1 : at].hex()
            if name in {b"", b".", b"..", b".git"} or b"/" in name:  # as git-fsck(1) reports them
                raise DebpatchError(
                    f"{self.location}: the tree {tree[:12]} has a file {name!r}, which no "
                    "checkout can have; run git fsck there"
                )
            yield mode.decode(), name.decode("utf-8", "surrogateescape"), sha

    def check_out(self, tree: str, folder: Path) -> None:
        """Make the files in ``folder`` those of ``tree``; what Git did not put there stays."""
        self.run_in(folder, "read-tree", "--reset", "-u", tree)

    # -- objects of our own --------------------------------------------------------------------

    @cached_property
    def empty_tree(self) -> str:
        """The id of the tree without files in this repository's object format."""
        return self.write_tree(None, {})

    def write_tree(self, base: str | None, changes: Mapping[str, FileChange]) -> str:
        """Make a tree from ``base`` with files replaced or removed, in whatever order."""
        return self._own.write_tree(base, changes, self._children)

    def write_commit(self, tree: str, parents: Sequence[str] = (), message: bytes = b"") -> str:
        """Make a commit that no ref names; the same arguments give the same id."""
        return self._own.write_commit(tree, parents, message)

    @cached_property
    def _own(self) -> LooseObjects:
        return LooseObjects(self._folder / "objects", self.object_format)

    def import_tree(self, base: str | None, changes: Iterable[tuple[str, FileChange]]) -> str:
        """As write_tree, from a stream that is read once, file by file."""
        self._git.feed(fast_import(base, changes), "fast-import", "--quiet", "--force", "--done")
        return self.tree(SCRATCH)


def _text(value: str | bytes) -> str:
    """GitPython says ``str`` where it gives bytes."""
    return value.decode() if isinstance(value, bytes) else value


# -- commits as bytes ------------------------------------------------------------------------------

COMMIT_FORMAT = "%H%x00%P%x00%ct%x00%T%x00%an <%ae>%x00%at%x00%B"
"""How git-log(1) is asked for commits: id, parents, date, and what ``read_commit`` takes."""

_PARENT = re.compile(r"^parent (\w+)$", re.MULTILINE)
# A commit object that is what it should be (git-commit-tree(1), "COMMIT INFORMATION"), written in
# UTF-8; of any other Git itself has to say what is in it.
_PLAIN_COMMIT = re.compile(
    rb"""
    tree\ (?P<tree>[0-9a-f]+)\n
    (?: parent\ [0-9a-f]+\n )*
    author\ (?P<author> [^<>\s] (?: [^<>\n]* [^<>\s] )? \ <[^<>\s]*> )
    \ (?P<author_date>[0-9]{1,12})\ [+-][0-9]{4}\n
    committer\ [^<>\n]*\ <[^<>\n]*>\ (?P<date>[0-9]{1,12})\ [+-][0-9]{4}\n
    (?: (?!encoding\ ) [^\n]+\n )*
    \n
    """,
    re.VERBOSE,
)


def seconds(text: bytes) -> int:
    """A date as Git prints it, in Unix seconds; 0 for none, and for one of another world."""
    return int(text) if text.isdigit() and len(text) < 18 else 0


def read_commit(sha: str, parents: tuple[str, ...], date: int, said: Iterable[bytes]) -> Commit:
    """The commit of which Git says: its tree, author, author's date, message."""
    tree, author, author_date, message, *_ = said
    return Commit(
        sha,
        parents,
        tree.decode(),
        author.decode("utf-8", "replace"),
        seconds(author_date),
        date,
        message.decode("utf-8", "replace"),
    )
