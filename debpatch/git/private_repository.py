"""A bare repository of our own in a temporary folder, which borrows somebody's objects and refs.

It has a configuration of its own, so the owner's hooks, filters, merge drivers and helpers never
run; theirs is never written to, and whatever debpatch writes is gone at the end.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from debpatch.errors import DebpatchError
from debpatch.folders import scratch_folder
from debpatch.formats.paths import unquote
from debpatch.git.command import Git, GitCommandError, Stream

# Unpacking what was imported would renew the times of equal objects that the user has loose.
# Without limits Git would map all of a huge pack into memory.
_CONFIG = """\
[core]
\trepositoryformatversion = 1
\tbare = true
\thooksPath = /dev/null
\tlogAllRefUpdates = false
\tpackedGitWindowSize = 16m
\tpackedGitLimit = 128m
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


class AtClose(Protocol):
    """Something that is to be done before a repository is closed."""

    def __call__(self, *, is_good: bool) -> None:
        """Do it; ``is_good`` is False where the process shall end at once."""


class PrivateRepository:
    """The private repository; a context manager that leaves no trace.

    ``location`` is the owner's repository as its user named it; ``bare``, ``shallow`` and
    ``partial`` say what kind of clone it is, ``object_format`` which hash makes its ids. To ask
    anything of one that is closed raises DebpatchError.
    """

    bare: bool
    shallow: bool
    partial: bool
    object_format: str

    def __init__(self, path: Path | str) -> None:
        """Borrow from the repository at ``path``: a work tree, a bare one, or a folder inside one.

        Raises DebpatchError where there is none or Git is too old.
        """
        self.location = str(path)
        self._is_open = True
        self.at_close: list[AtClose] = []
        self._memory: dict[Any, Any] = {}
        # A signal may come before our caller holds what it has to close, or while it is closed.
        self._own_folder, self._remove = scratch_folder()
        self._own_git = Git(self._own_folder)
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
        self.close(is_good=kind is None or issubclass(kind, Exception))

    def close(self, *, is_good: bool = False) -> None:
        """End Git's processes, remove the private repository, and forget what was read from it.

        ``is_good`` says that nothing is in haste, and is told who wanted to be told ``at_close``.
        """
        if self._is_open:
            for tell in self.at_close:
                tell(is_good=is_good)
            self._is_open = False
            self._own_git.clear_cache()
            self._remove()
            self._memory.clear()
            for name in [*vars(self)]:
                if isinstance(getattr(type(self), name, None), cached_property):
                    delattr(self, name)

    def _require_open(self) -> None:
        if not self._is_open:
            raise DebpatchError(f"{self.location}: the repository is closed; ask before it is")

    @property
    def _folder(self) -> Path:
        self._require_open()
        return self._own_folder

    @property
    def _git(self) -> Git:
        self._require_open()
        return self._own_git

    @property
    def git_version(self) -> tuple[int, ...]:
        """The version of the installed Git."""
        return self._git.version_info

    @property
    def memory(self) -> dict[Any, Any]:
        """The place for answers that are ``cached_while_open``."""
        self._require_open()
        return self._memory

    def _borrow(self, path: Path) -> None:
        if not path.exists():
            raise DebpatchError(f"{path}: no such directory; give a Git repository")
        user = Git(path if path.is_dir() else path.parent)
        status, output, _ = user.status_and_output(
            "rev-parse",
            "--path-format=absolute",
            "--git-common-dir",
            "--show-object-format",
            "--is-shallow-repository",
            "--is-bare-repository",
        )
        if status:
            raise DebpatchError(
                f"{path}: not a Git repository; give a clone of the upstream repository"
            )
        said = output.decode("utf-8", "surrogateescape").removesuffix("\n")
        common, object_format, shallow, bare = said.rsplit("\n", 3)
        if "\n" in common:
            raise DebpatchError(f"{common!r}: the repository's path has a line break; rename it")
        refs = user.output("for-each-ref", "--format=%(objectname) %(refname)")
        head = user.status_and_output("symbolic-ref", "-q", "HEAD")[1].strip()
        if not head:
            head = user.status_and_output("rev-parse", "-q", "--verify", "HEAD")[1].strip()
        self.object_format = object_format
        self._lay_out(Path(common), refs, head)
        self.bare = bare == "true"
        self.shallow = shallow == "true"
        self.partial = any(Path(common, "objects", "pack").glob("*.promisor"))

    def _lay_out(self, common: Path, refs: bytes, head: bytes) -> None:
        folder = self._folder
        (folder / "objects").mkdir()
        (folder / "refs").mkdir()
        (folder / "config").write_text(_CONFIG.format(object_format=self.object_format))
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

    def run(self, *command: str, stdin: bytes = b"") -> bytes:
        """Run ``git command...``, which stores no objects, on ``stdin`` and give its output.

        Raises DebpatchError where the clone lacks what is asked, GitCommandError on other failures.
        """
        return self._output(*command, stdin=stdin)

    def status_and_output(self, *command: str, stdin: bytes = b"") -> tuple[int, bytes, str]:
        """As ``run``, for a command whose status is an answer: status, output and messages."""
        return self._git.status_and_output(*command, stdin=stdin)

    def run_into(self, stream: Stream, *command: str, stdin: bytes = b"") -> None:
        """As ``run``, for much output: written to ``stream`` piece by piece as it comes."""
        with self._said_clearly():
            self._git.output_into(stream, *command, stdin=stdin)

    def run_or_none(self, *command: str) -> bytes | None:
        """As ``run``, for a command that says by the exit status 1 that there is none: None.

        Git says so, too, where it could not read all that it had to; that is no answer.
        """
        status, output, messages = self.status_and_output(*command)
        if status == 1 and not re.search("^(error|fatal): ", messages, re.M):
            return None
        with self._said_clearly():
            if status:
                raise GitCommandError(["git", *command], status, messages)
        return output

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
        with self._said_clearly():
            return (git or self._git).output(*command, stdin=stdin)

    @contextmanager
    def _said_clearly(self) -> Iterator[None]:
        """Raise DebpatchError where Git fails because the clone lacks something."""
        try:
            yield
        except GitCommandError as error:
            missing = re.search(
                r"(?:unable to read (?:tree|blob)?\s*\(?|could not read |not a valid commit name )"
                r"([0-9a-f]{40,64})",
                str(error),
                re.IGNORECASE,
            )
            vague = re.search(
                r"[Cc]ould not (?:read|fetch)|promisor|missing|bad object", str(error)
            )
            if missing or (vague and (self.partial or self.shallow)):
                raise DebpatchError(self.lacks(missing[1] if missing else "objects")) from error
            raise

    def lacks(self, what: str) -> str:
        """What to tell a user whose clone does not have ``what``."""
        kind, option = "damaged", "--refetch"
        if self.partial:
            kind, option = "partial", "--refetch --no-filter"
        if self.shallow:
            kind, option = "shallow", "--unshallow"
        cure = f"run git fetch {option} there"
        return f"{self.location}: the clone is {kind} and lacks {what}; {cure}"


# -- somebody's objects, borrowed so that not even their times change ------------------------------


def alternates(*folders: Path) -> str:
    """A value for ``GIT_ALTERNATE_OBJECT_DIRECTORIES`` (git(1)) that names ``folders``."""
    return ":".join('"' + re.sub(r'(["\\])', r"\\\1", str(folder)) + '"' for folder in folders)


def object_folders(git: Git) -> tuple[Path, ...]:
    """The folders that the repository of ``git`` borrows objects from, and those that they do."""
    output = git.output("count-objects", "-v").decode("utf-8", "surrogateescape")
    return tuple(Path(unquote(found)) for found in re.findall(r"(?m)^alternate: (.*)$", output))


def show(folders: Iterable[Path], view: Path) -> None:
    """Make ``view`` a folder with the objects of ``folders``; if it is one, add their new packs.

    Loose objects are looked for once: nobody asks for those that come later, and when the owner's
    gc packs the others, the copies stay.
    """
    is_new = not view.exists()
    (view / "pack").mkdir(parents=True, exist_ok=True)
    for folder in folders:
        if is_new:
            _copy_loose(folder, view)
        for index in (folder / "pack").glob("*.idx"):
            _link(index, view / "pack")


def _copy_loose(folder: Path, view: Path) -> None:
    for group in folder.glob("[0-9a-f][0-9a-f]"):
        (view / group.name).mkdir(exist_ok=True)
        for file in group.iterdir():
            with suppress(FileNotFoundError):  # packed at this moment
                shutil.copyfile(file, view / group.name / file.name)


def _link(index: Path, folder: Path) -> None:
    if (folder / index.name).is_symlink():
        return
    pack = index.with_suffix(".pack")
    (folder / index.with_suffix(".mtimes").name).touch()
    (folder / pack.name).symlink_to(pack)
    (folder / index.name).symlink_to(index)
