"""The upstream repository, read without ever being written to.

All work happens in a private bare repository in a temporary folder. It borrows the user's objects
(see ``borrowed``) and has the user's refs, but a configuration of its own, so the user's hooks,
filters, merge drivers and helpers never run and whatever debpatch writes is gone at the end.
"""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import Self

from debpatch.errors import DebpatchError
from debpatch.inputs.borrowed import alternates, object_folders, show
from debpatch.inputs.diff import Diff, parse_diff
from debpatch.inputs.git import Git, GitCommandError
from debpatch.inputs.objects import SCRATCH, FileChange, TreeEntry, fast_import, write_commit
from debpatch.inputs.suggestions import did_you_mean

_KEPT_TREES = 64
"""How many listings of whole trees are kept in memory."""
_KEPT_DIFFS = 64
"""Of how many commits what they changed is kept in memory."""

_RENAMES = "-l1000"
"""How many files to look for renames among (git-diff(1)); the default changes between versions."""

_BARE = (
    "--histogram", "--no-indent-heuristic", "--text", "-U0", "--no-color", "--no-ext-diff",
    "--no-textconv",
)  # fmt: skip
"""The options of a bare difference by the algorithm that Git merges with."""

# Unpacking what was imported would renew the times of equal objects that the user has loose.
_CONFIG = """\
[core]
\trepositoryformatversion = 1
\tbare = true
\thooksPath = /dev/null
\tlogAllRefUpdates = false
[extensions]
\tobjectFormat = {object_format}
[gc]
\tauto = 0
[fastimport]
\tunpackLimit = 1
[maintenance]
\tauto = false
[protocol]
\tallow = never
"""


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
    def subject(self) -> str:
        """The message's first paragraph on one line, as git-log(1) shows it."""
        return " ".join(self.message.strip().partition("\n\n")[0].split("\n"))


@dataclass(frozen=True, slots=True)
class Ref:
    """A full ref name and the object that it names."""

    name: str
    sha: str


class Repository:
    """The upstream repository as debpatch sees it; a context manager that leaves no trace."""

    def __init__(self, path: Path | str) -> None:
        """Open the repository at ``path``: a work tree, a bare repository, or a folder inside one.

        Raises DebpatchError where there is none or Git is too old.
        """
        self.location = str(path)
        self._folder = Path(tempfile.mkdtemp(prefix="debpatch-"))
        # A signal may come before our caller holds what it has to close, or while it is closed.
        self._remove = partial(shutil.rmtree, self._folder, ignore_errors=True)
        atexit.register(self._remove)
        self._git = Git(self._folder)
        self._entries: dict[str, Mapping[str, TreeEntry]] = {}
        self._commit_diffs: dict[str, Diff] = {}
        self._named: dict[tuple[str, str], Mapping[str, str]] = {}
        self._tags_containing: dict[str, tuple[str, ...]] = {}
        self._merge_bases: dict[tuple[str, str], str | None] = {}
        self._blob_diffs: dict[tuple[str, str], bytes] = {}
        try:
            self._git.require_version()
            self._borrow(Path(path))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End Git's processes and remove the private repository."""
        self._git.clear_cache()
        self._remove()
        atexit.unregister(self._remove)

    def _borrow(self, path: Path) -> None:
        if not path.exists():
            raise DebpatchError(f"{path}: there is no such folder; give a Git repository")
        user = Git(path if path.is_dir() else path.parent)
        status, output, _ = user.status_and_output(
            "rev-parse",
            "--path-format=absolute",
            "--git-common-dir",
            "--show-object-format",
            "--is-shallow-repository",
        )
        if status:
            raise DebpatchError(f"{path}: this is not a Git repository; clone upstream and name it")
        said = output.decode("utf-8", "surrogateescape").removesuffix("\n")
        common, object_format, shallow = said.rsplit("\n", 2)
        if "\n" in common:
            raise DebpatchError(f"{common!r}: a line break in the repository's path; rename it")
        refs = user.output("for-each-ref", "--format=%(objectname) %(refname)")
        head = user.status_and_output("symbolic-ref", "-q", "HEAD")[1].strip()
        if not head:
            head = user.status_and_output("rev-parse", "-q", "--verify", "HEAD")[1].strip()
        self._lay_out(Path(common), object_format, refs, head)
        self.shallow = shallow == "true"
        self.partial = any(Path(common, "objects", "pack").glob("*.promisor"))

    def _lay_out(self, common: Path, object_format: str, refs: bytes, head: bytes) -> None:
        folder = self._folder
        (folder / "objects").mkdir()
        (folder / "refs").mkdir()
        (folder / "config").write_text(_CONFIG.format(object_format=object_format))
        self._git.update_environment(
            GIT_ALTERNATE_OBJECT_DIRECTORIES=alternates(common / "objects")
        )
        (folder / "packed-refs").write_bytes(refs)
        is_ref = head.startswith(b"refs/")
        (folder / "HEAD").write_bytes(
            (b"ref: " if is_ref else b"") + (head or b"ref: refs/x") + b"\n"
        )
        if (common / "shallow").is_file():
            shutil.copyfile(common / "shallow", folder / "shallow")

    def folder(self, name: str) -> tuple[Path, bool]:
        """A folder of ours called ``name``, and whether it is new; gone with the repository."""
        path = self._folder / "debpatch" / name
        is_new = not path.exists()
        path.mkdir(parents=True, exist_ok=True)
        return path, is_new

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
        output = self._output(
            "for-each-ref", "--format=%(objecttype) %(objectname) %(*objecttype) %(*objectname) "
            "%(refname:strip=2)", "refs/tags",
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

    def tags_containing(self, sha: str) -> tuple[str, ...]:
        """The short names of the tags whose history has the commit."""
        if sha not in self._tags_containing:
            output = self._output(
                "for-each-ref", f"--contains={sha}", "--format=%(refname:strip=2)", "refs/tags"
            )
            tags = output.decode("utf-8", "surrogateescape").splitlines()
            self._tags_containing[sha] = tuple(tags)
        return self._tags_containing[sha]

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
        return tuple(found for found, kind in self._abbreviated(sha) if kind == "commit")

    def _abbreviated(self, sha: str) -> list[tuple[str, str]]:
        found = self._git.output("rev-parse", f"--disambiguate={sha}").decode().split()
        return [(full, _text(self._git.get_object_header(full)[1])) for full in found]

    def _why_unresolved(self, revision: str) -> str:
        if not self.refs:
            return f"the repository is empty, so {revision!r} is not in it; fetch upstream first"
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
            return f"{revision!r} names no commit{meant}"
        return f"{revision!r} names no commit; check the spelling, or git fetch there"

    def history(self, start: str, end: str) -> tuple[str, ...]:
        """The ids of the commits of ``end`` that ``start`` does not have, parents first."""
        output = self._output(
            "rev-list", "--topo-order", "--reverse", "--end-of-options", end, f"^{start}"
        )
        return tuple(output.decode().split())

    # -- objects -------------------------------------------------------------------------------

    def commit(self, sha: str) -> Commit:
        """Read the commit with the full id ``sha``."""
        raw = self._read(sha).decode("utf-8", "replace")
        head, _, message = raw.partition("\n\n")
        fields: dict[str, list[str]] = {}
        for line in head.splitlines():
            key, _, value = line.partition(" ")
            fields.setdefault(key, []).append(value)
        author, author_date = _person(fields["author"][0])
        return Commit(
            sha=sha,
            parents=tuple(fields.get("parent", ())),
            tree=fields["tree"][0],
            author=author,
            author_date=author_date,
            date=_person(fields["committer"][0])[1],
            message=message,
        )

    def tree(self, revision: str) -> str:
        """The id of the tree of a commit or tree id."""
        sha = self._find(f"{revision}^{{tree}}")
        if sha is None:
            raise DebpatchError(self._lacks(revision))
        return sha

    def entries(self, tree: str) -> Mapping[str, TreeEntry]:
        """All files of ``tree``, by path (surrogateescaped where it is not UTF-8)."""
        if tree not in self._entries:
            if len(self._entries) == _KEPT_TREES:
                del self._entries[next(iter(self._entries))]
            self._entries[tree] = self._list(tree)
        return self._entries[tree]

    def _list(self, tree: str) -> Mapping[str, TreeEntry]:
        entries = {}
        for record in self._output("ls-tree", "-r", "-z", "--full-tree", tree).split(b"\0")[:-1]:
            info, _, path = record.partition(b"\t")
            mode, _, sha = info.decode().split()
            entries[path.decode("utf-8", "surrogateescape")] = TreeEntry(mode, sha)
        return entries

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
            raise DebpatchError(self._lacks(sha)) from error

    def _lacks(self, what: str) -> str:
        cure = "git fetch --unshallow" if self.shallow else "git fetch --refetch"
        kind = "shallow" if self.shallow else "partial" if self.partial else "damaged"
        return f"{self.location}: the clone is {kind} and lacks {what}; run {cure} there"

    def run(self, *command: str, stdin: bytes = b"") -> bytes:
        """Run ``git command...``, which stores no objects, on ``stdin`` and give its output.

        Raises DebpatchError where the clone lacks what is asked, GitCommandError on other failures.
        """
        return self._output(*command, stdin=stdin)

    def run_in(self, work_tree: Path, *command: str, stdin: bytes = b"") -> bytes:
        """As ``run``, with a work tree, whose attributes count; the command may store objects."""
        view = self._folder / "debpatch" / "objects"
        show(self._object_folders, view)
        git = Git(work_tree)
        git.update_environment(
            GIT_DIR=str(self._folder),
            GIT_WORK_TREE=str(work_tree),
            GIT_ALTERNATE_OBJECT_DIRECTORIES=alternates(view),
        )
        return self._output(*command, stdin=stdin, git=git)

    @cached_property
    def _object_folders(self) -> tuple[Path, ...]:
        return object_folders(self._git)

    def _output(self, *command: str, stdin: bytes = b"", git: Git | None = None) -> bytes:
        try:
            return (git or self._git).output(*command, stdin=stdin)
        except GitCommandError as error:
            missing = re.search(r"unable to read (?:tree|blob)?\s*\(?([0-9a-f]{40,64})", str(error))
            vague = re.search(
                r"[Cc]ould not (?:read|fetch)|promisor|missing|bad object", str(error)
            )
            if missing or (vague and (self.partial or self.shallow)):
                raise DebpatchError(self._lacks(missing[1] if missing else "objects")) from error
            raise

    def files_named(self, name: str, tree: str) -> Mapping[str, str]:
        """The blobs of the files called ``name`` in any folder of ``tree``, by path.

        Reads one object a folder, and a folder once however many trees share it. Raises
        DebpatchError for a tree that no checkout could hold.
        """
        if (name, tree) not in self._named:
            self._named[name, tree] = self._find_named(name, tree)
        return self._named[name, tree]

    def _find_named(self, name: str, tree: str) -> Mapping[str, str]:
        found = {}
        for mode, entry, sha in self._children(tree):
            if mode == "40000":
                below = self.files_named(name, sha)
                found.update({f"{entry}/{path}": blob for path, blob in below.items()})
            elif entry == name and mode.startswith("100"):
                found[entry] = sha
        return found

    def _children(self, tree: str) -> Iterator[tuple[str, str, str]]:
        """Mode, name and id of each entry of one tree object (gitformat-tree)."""
        raw, width, at = self._read(tree), len(tree) // 2, 0
        while at < len(raw):
            end = raw.index(b"\0", at)
            mode, _, name = raw[at:end].partition(b" ")
            at = end + 1 + width
            sha = raw[end + 1 : at].hex()
            if name in {b"", b".", b"..", b".git"} or b"/" in name:  # as git-fsck(1) reports them
                raise DebpatchError(
                    f"{self.location}: the tree {tree[:12]} has a file with the name {name!r}; "
                    "no checkout can hold it, run git fsck there"
                )
            yield mode.decode(), name.decode("utf-8", "surrogateescape"), sha

    def check_out(self, tree: str, folder: Path) -> None:
        """Make the files in ``folder`` those of ``tree``; what Git did not put there stays."""
        self.run_in(folder, "read-tree", "--reset", "-u", tree)

    # -- differences ---------------------------------------------------------------------------

    def diff(self, old: str, new: str) -> Diff:
        """The difference of two trees or commits, with renames found as git-diff(1) does."""
        output = self._output(
            "diff-tree", "-p", "-r", "-M", _RENAMES, "--full-index", "--no-color", "--no-ext-diff",
            "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/", "--end-of-options", old, new,
        )  # fmt: skip
        return parse_diff(output, where=f"{old[:12]}..{new[:12]}")

    def diff_blobs(self, old: str, new: str) -> bytes:
        """The bare difference of two blobs, by the algorithm that Git merges with."""
        if (old, new) not in self._blob_diffs:
            self._blob_diffs[old, new] = self._output("diff", *_BARE, old, new)
        return self._blob_diffs[old, new]

    def read_blob_diffs(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Find at once, as the difference of two trees, what ``diff_blobs`` gives for ``pairs``."""
        missing = [pair for pair in dict.fromkeys(pairs) if pair not in self._blob_diffs]
        if not missing:
            return
        old, new = (
            self.write_tree(None, {str(n): TreeEntry("100644", pair[side])
                                   for n, pair in enumerate(missing)})
            for side in (0, 1)
        )  # fmt: skip
        output = self._output("diff-tree", "-p", "--no-renames", *_BARE, old, new)
        heads = list(re.finditer(rb"^diff --git \S*/([0-9]+) ", output, re.M))
        ends = [head.start() for head in heads[1:]] + [len(output)]
        for head, end in zip(heads, ends, strict=True):
            self._blob_diffs[missing[int(head[1])]] = output[head.end() : end]

    def diffstat(self, old: str, new: str) -> tuple[int, int, int]:
        """How many files differ, and how many lines were inserted and deleted (binary ones: 0)."""
        output = self._output("diff-tree", "-r", "-M", _RENAMES, "--numstat", "-z", old, new)
        lines = re.findall(rb"(?:^|\0)(\d+|-)\t(\d+|-)\t", output)
        inserted, deleted = (
            sum(int(line[side]) for line in lines if line[side] != b"-") for side in (0, 1)
        )
        return len(lines), inserted, deleted

    def commit_diff(self, commit: Commit) -> Diff:
        """What ``commit`` changed: against its first parent, a root commit against nothing."""
        if commit.sha not in self._commit_diffs:
            if len(self._commit_diffs) == _KEPT_DIFFS:
                del self._commit_diffs[next(iter(self._commit_diffs))]
            self._commit_diffs[commit.sha] = self._commit_diff(commit)
        return self._commit_diffs[commit.sha]

    def _commit_diff(self, commit: Commit) -> Diff:
        if commit.parents and self._find(f"{commit.parents[0]}^{{tree}}") is None:
            raise DebpatchError(self._lacks(f"the parent of {commit.sha[:12]}"))
        return self.diff(commit.parents[0] if commit.parents else self.empty_tree, commit.sha)

    def renames(self, old: str, new: str, paths: Iterable[str] | None = None) -> Mapping[str, str]:
        """Files that ``new`` has under another name than ``old``: new path -> old path.

        With ``paths``, only of these; Git then need not guess about all other files.
        """
        if paths is not None:
            ours, theirs = self.entries(self.tree(old)), self.entries(self.tree(new))
            wanted = {path: theirs[path] for path in paths if path in theirs and path not in ours}
            if not wanted:
                return {}
            gone = {path: entry for path, entry in ours.items() if path not in theirs}
            old, new = self.write_tree(None, gone), self.write_tree(None, wanted)
        output = self._output(
            "diff-tree", "-r", "-M", _RENAMES, "-z", "--name-status", "--diff-filter=R",
            "--end-of-options", old, new,
        )  # fmt: skip
        fields = iter(output.decode("utf-8", "surrogateescape").split("\0")[:-1])
        return {after: before for _, before, after in zip(fields, fields, fields, strict=True)}

    def path_log(
        self, sha: str, since: str | None, paths: Iterable[str], kinds: str = ""
    ) -> tuple[str, ...]:
        """The commits of ``sha`` that changed ``paths``, newest first, without merges.

        Those that the commit ``since`` has are left out; ``kinds`` are the letters of
        git-log(1)'s ``--diff-filter``, where only some changes count.
        """
        output = self._output(
            "log", "--no-merges", "--format=%H", *([f"--diff-filter={kinds}"] if kinds else []),
            sha, *([f"^{since}"] if since else []), "--", *(f":(literal){p}" for p in paths),
        )  # fmt: skip
        return tuple(output.decode().split())

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor of two commits (git-merge-base(1)); None where there is none."""
        if (one, other) not in self._merge_bases:
            status, output, _ = self._git.status_and_output("merge-base", one, other)
            self._merge_bases[one, other] = output.decode().split()[0] if status == 0 else None
        return self._merge_bases[one, other]

    def blame(
        self, sha: str, path: str, lines: Iterable[int], since: str | None = None
    ) -> Mapping[int, str]:
        """The commit that last touched each of ``lines``, from 1, of ``path`` as of ``sha``.

        Lines that the commit ``since`` has already are left out.
        """
        ranges = [f"-L{number},{number}" for number in sorted(set(lines))]
        if not ranges or sha == since:
            return {}
        revisions = [sha] if since is None else [sha, f"^{since}"]
        output = self._output("blame", "--incremental", *ranges, *revisions, "--", path)
        # Each entry opens with: commit, line in that commit, line here, number of lines. What is
        # known of a commit follows its first entry, and "boundary" is what ``since`` has.
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

    def grep(self, tree: str, words: Sequence[str]) -> Iterator[tuple[str, int, str]]:
        """The lines of text files in ``tree`` that hold one of ``words``: path, number, text.

        Raises DebpatchError where the clone lacks a file.
        """
        if not words:
            return
        status, output, messages = self._git.status_and_output(
            "grep", "-z", "-n", "-w", "-F", "-I", "-f", "-", tree, "--",
            stdin="\n".join(words).encode("utf-8", "surrogateescape"),
        )  # fmt: skip
        # What is not here counts as without a match, and is an error that the status does not tell.
        if status > 1 or re.search("^(error|fatal): ", messages, re.M):
            raise DebpatchError(self._lacks("files of it"))
        text = output.decode("utf-8", "surrogateescape")
        for match in re.finditer(r"([^\0]*)\0([0-9]+)\0([^\n]*)\n", text):  # a path may hold "\n"
            yield match[1].removeprefix(f"{tree}:"), int(match[2]), match[3]

    @cached_property
    def empty_tree(self) -> str:
        """The id of the tree without files in this repository's object format."""
        return self.write_tree(None, {})

    # -- trees of our own ----------------------------------------------------------------------

    def write_tree(self, base: str | None, changes: Mapping[str, FileChange]) -> str:
        """Make a tree from ``base`` with files replaced or removed."""
        return self.import_tree(base, changes.items())

    def write_commit(self, tree: str, parents: Sequence[str] = (), message: bytes = b"") -> str:
        """Make a commit that no ref names; the same arguments give the same id."""
        return write_commit(self._folder / "objects", tree, parents, message)

    def import_tree(self, base: str | None, changes: Iterable[tuple[str, FileChange]]) -> str:
        """As write_tree, from a stream that is read once, file by file."""
        self._git.feed(fast_import(base, changes), "fast-import", "--quiet", "--force", "--done")
        return self.tree(SCRATCH)


def _text(value: str | bytes) -> str:
    """GitPython says ``str`` where it gives bytes."""
    return value.decode() if isinstance(value, bytes) else value


def _person(line: str) -> tuple[str, int]:
    """Split ``Name <address> seconds zone``; a broken date counts as 0."""
    name, _, dates = line.rpartition("> ")
    seconds = dates.split(" ")[0]
    return name + ">" if name else line, int(seconds) if seconds.isdigit() else 0
