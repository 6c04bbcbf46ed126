"""A C project of any size, a fix that changes each of its functions, and a backport of that fix.

The same arguments give the same project. Its functions share a vocabulary, as those of real code
do, so any hunk resembles many others a little and one of them much.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench._scratch import commit, git, new_repository

MIXED = (
    "identical", "context", "renamed", "adapted", "identical",
    "missing", "renamed", "identical", "adapted", "context",
)  # fmt: skip
"""What becomes of ten hunks of a fix in a backport such as people write."""
ADAPTED = ("adapted",)
"""Each hunk has to be weighed against all that resemble it."""
UNRELATED = ("missing", "added")
"""None has a counterpart, which is only known after looking at all of them, and at the base."""


@dataclass(frozen=True, slots=True)
class Case:
    """A repository with the tags ``base`` and ``fix``, and a patch that backports the fix."""

    repository: Path
    patch: Path


@dataclass(frozen=True, slots=True)
class _Function:
    """One function at the base, with the patch, and upstream before and after the fix."""

    base: str
    patched: str
    before: str
    fixed: str


def generate(folder: Path, hunks: int, per_file: int, kinds: Sequence[str]) -> Case:
    """Make a fix of ``hunks`` hunks, ``per_file`` of them in each file, and its backport.

    ``kinds`` says in turn what the backport makes of the fix's hunks.
    """
    functions = [_function(number, kinds[number % len(kinds)]) for number in range(hunks)]
    files = {f"src/part{at}/file{at}.c": functions[at : at + per_file]
             for at in range(0, hunks, per_file)}  # fmt: skip
    sides = {side: _tree(files, side) for side in ("base", "before", "fixed", "patched")}
    return _case(folder, **sides)


def generate_huge(folder: Path, *, changed: bool) -> Case:
    """Make a fix that adds a megabyte in each of 20 files, and a patch with the same files.

    ``changed`` says whether one line in each is another one in the patch.
    """
    files = {f"data/table{n}.c": _table(n) for n in range(20)}
    ours = {
        path: content.replace(b"0x00100, ", b"0x00100 /* ours */, ") if changed else content
        for path, content in files.items()
    }
    small = {"main.c": b"int main(void);\n"}
    return _case(folder, small, small, small | files, small | ours)


def generate_history(folder: Path, commits: int) -> tuple[Path, list[str]]:
    """Make a repository in which each of so many ``commits`` fixes one function; give both.

    The tag v1.0.0 stands before the first of them, v1.0.1 at the last.
    """
    repository = new_repository(folder)
    functions = [_function(number, "identical") for number in range(commits)]
    now = [function.before for function in functions]
    stream = [_commit(0, {_path(n): _file(now, n) for n in range(_FILES)}, "v1.0.0")]
    for number, function in enumerate(functions):
        now[number] = function.fixed
        stream.append(_commit(number + 1, {_path(number): _file(now, number)}, "v1.0.1"))
    git(repository, "fast-import", "--quiet", stdin=b"".join(stream))
    git(repository, "branch", "main", "v1.0.1")
    made = git(repository, "rev-list", "--reverse", "v1.0.0..v1.0.1").decode().split()
    return repository, made


_FILES = 40


def _path(number: int) -> str:
    return f"src/part{number % _FILES}.c"


def _file(functions: Sequence[str], number: int) -> bytes:
    """The file that has the function of this number: every so many-th function."""
    return "\n".join(functions[number % _FILES :: _FILES]).encode()


def _commit(number: int, files: Mapping[str, bytes], tag: str) -> bytes:
    """A commit on the one before it, as git-fast-import(1) takes it."""
    who = f"Bench <bench@example.org> {number} +0000"
    subject = f"Change {number}"
    stream = [f"commit refs/tags/{tag}\nmark :{number + 1}\ncommitter {who}\n".encode()]
    stream += [f"data {len(subject)}\n{subject}\n".encode()]
    stream += [f"from :{number}\n".encode()] if number else []
    for path, content in files.items():
        stream += [b"M 100644 inline %b\ndata %d\n" % (path.encode(), len(content)), content, b"\n"]
    return b"".join(stream)


def _case(
    folder: Path,
    base: Mapping[str, bytes],
    before: Mapping[str, bytes],
    fixed: Mapping[str, bytes],
    patched: Mapping[str, bytes],
) -> Case:
    repository = new_repository(folder / "repository")
    start = commit(repository, base)
    git(repository, "tag", "base", start)
    git(repository, "tag", "fix", commit(repository, fixed, commit(repository, before, start)))
    patch = folder / "backport.patch"
    patch.write_bytes(git(repository, "diff", start, commit(repository, patched, start)))
    return Case(repository, patch)


def _tree(files: Mapping[str, Sequence[_Function]], side: str) -> dict[str, bytes]:
    head = '#include "session.h"\n\n'
    return {
        path: (head + "\n".join(getattr(function, side) for function in functions)).encode()
        for path, functions in files.items()
    }


_HEADS = ("ack", "buf", "con", "dev", "evt", "grp", "key", "lnk", "msg", "net", "pkt", "rte")
_TAILS = ("addr", "count", "data", "flags", "head", "index", "info", "list", "next", "peer", "size")
_VOCABULARY = [head + tail for head in _HEADS for tail in _TAILS]


def _table(number: int) -> bytes:
    words = (_VOCABULARY[(at * number) % len(_VOCABULARY)] for at in range(32_000))
    return "".join(f'    {{ 0x{at:05x}, "{word}" }},\n' for at, word in enumerate(words)).encode()


_FUNCTION = """\
static int
{a}_{number}(struct session *session, int {b})
{{
    struct {c} *entry = session->{d};
    int status = prepare_{e}(entry, {b});

    if (status < 0)
    {{
        return {report}_{c}(session, status);
    }}
{change}    release_{e}(entry);
    session->{h} += status;
{end}    return finish_{i}(session, status);
}}
"""
_OLD = """\
    session->{f} = update_{g}(entry, status);
    notify_{h}(session, {b});
"""
_NEW = """\
    if (session->{f} != status)
    {{
        session->{f} = {send}_{g}(session, entry, status);
        log_{h}(session, "{h} of {c} changed");
    }}
    notify_{h}(session, entry);
"""
_ADAPTED = """\
    session->{f} = forward_{g}(session, entry, status);
    if (entry->{i})
    {{
        log_{h}(session, "{h} of {c} changed");
    }}
    notify_{h}(session, {b});
"""
_LOOP = """\
    for (unsigned at = {number}; at < count_{a}(entry); at++)
        entry->{h}[at] |= mask_{d}(at) << {number};
"""


def _function(number: int, kind: str) -> _Function:
    words = random.Random(number).sample(_VOCABULARY, 9)  # noqa: S311
    names = dict(zip("abcdefghi", words, strict=True), number=str(number))

    def text(change: str, send: str = "forward", report: str = "report", end: str = "") -> str:
        changed = change.format(**names, send=send)
        return _FUNCTION.format(**names, report=report, change=changed, end=end)

    send = "dispatch" if kind == "renamed" else "forward"
    before = text(_OLD)
    fixed = before if kind == "added" else text(_NEW, send)
    patched = {
        "identical": fixed,
        "context": text(_NEW, report="tell"),
        "renamed": text(_NEW, "deliver"),
        "adapted": text(_ADAPTED),
        "missing": before,
        "added": text(_OLD, end=_LOOP.format(**names)),
    }[kind]
    base = text(_OLD, report="tell") if kind == "context" else before
    return _Function(base, patched, before, fixed)
