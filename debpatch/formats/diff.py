"""Unified diffs as values.

One model serves a quilt patch and an upstream commit, so that whatever compares them sees two
things of the same kind. The scanner below finds where each file's section begins and ends; unidiff
reads the hunks inside. The scanner is ours because patches in the wild hold prose that looks like a
file header (``--- note``), removed lines that look like one (``-- SQL comment``), hand-edited paths
and quilt's ``x.orig/`` prefixes, and a diff must not lose a line to any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from io import StringIO
from typing import Literal, cast

import unidiff.patch
from unidiff.errors import UnidiffParseError

from debpatch.caching import HUGE, cached_unless_huge
from debpatch.errors import DebpatchError
from debpatch.formats.paths import unquote

Sign = Literal[" ", "-", "+"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a hunk; ``newline`` is false where the file ends without one."""

    sign: Sign
    text: str
    newline: bool = True


NO_NEWLINE = "\\ No newline at end of file\n"


def body_of(lines: Iterable[Line]) -> str:
    """The text of ``lines`` as the body of a hunk."""
    return "".join(
        f"{line.sign}{line.text}\n{'' if line.newline else NO_NEWLINE}" for line in lines
    )


def lines_of(body: str) -> Iterator[Line]:
    """The lines of the body of a hunk, one after the other."""
    for line in _LINE.finditer(body):
        yield Line(cast(Sign, line[1]), line[2], not line[3])


_LINE = re.compile(r"([-+ ])(.*)\n(\\.*\n)?")


@dataclass(frozen=True)
class Hunk:
    """One hunk; ``number`` counts from 1 within its file, starts and counts are lines.

    ``body`` is its text as in a diff, each line with its sign and a line break; what marks the end
    of a file without one is always ``NO_NEWLINE``.
    """

    number: int
    old_start: int
    old_count: int
    new_start: int
    new_count: int
    section: str
    body: str

    @property
    def is_huge(self) -> bool:
        """Whether this is data, or generated."""
        return len(self.body) > HUGE

    @cached_unless_huge
    def lines(self) -> tuple[Line, ...]:
        """All lines, in their order; ``lines_of`` gives those of a huge one bit by bit."""
        return tuple(lines_of(self.body))

    @cached_property
    def changed(self) -> str:
        """The body without its context: what is removed and added, to the letter."""
        if self.body[:1] != " " and "\n " not in self.body:
            return self.body
        return body_of(line for line in lines_of(self.body) if line.sign != " ")

    @property
    def size(self) -> int:
        """How many lines are removed and added."""
        return sum(line[:1] in {"-", "+"} for line in self.body.split("\n"))

    @cached_unless_huge
    def removed(self) -> tuple[str, ...]:
        """The removed lines, without their signs."""
        return tuple(line.text for line in self.lines if line.sign == "-")

    @cached_unless_huge
    def added(self) -> tuple[str, ...]:
        """The added lines, without their signs."""
        return tuple(line.text for line in self.lines if line.sign == "+")

    @cached_unless_huge
    def old(self) -> tuple[Line, ...]:
        """The lines as they stand before the change."""
        return tuple(line for line in self.lines if line.sign != "+")

    @cached_unless_huge
    def new(self) -> tuple[Line, ...]:
        """The lines as they stand after the change."""
        return tuple(line for line in self.lines if line.sign != "-")


@dataclass(frozen=True)
class FileDiff:
    """What a diff does to one file; a path is None where the file does not exist on that side.

    Modes are Git's octal strings, blobs its object ids, both None where the diff does not say.
    ``copied`` says that the file at ``old_path`` stays where it is. ``names`` are the old and the
    new name to the letter, where components are taken from them.
    """

    old_path: str | None
    new_path: str | None
    hunks: tuple[Hunk, ...]
    old_mode: str | None = None
    new_mode: str | None = None
    binary: bool = False
    old_blob: str | None = None
    new_blob: str | None = None
    copied: bool = False
    names: tuple[str, str] | None = field(default=None, compare=False, repr=False)

    @property
    def path(self) -> str:
        """The name the file goes by: the new one, or the old one of a deleted file."""
        return self.new_path or self.old_path or ""


@dataclass(frozen=True)
class Diff:
    """A whole diff: what stands before it, its files, and the prefix its paths carried.

    ``prefix`` is the stripped first component of the old paths where it says more than ``a``
    (quilt writes ``openvpn-2.6.14``), without ``.orig``.
    """

    preamble: bytes
    files: tuple[FileDiff, ...]
    prefix: str | None = None


def parse_diff(data: bytes, *, strip: int = 1, where: str = "patch") -> Diff:
    """Read the unified diff in ``data``; text around its sections is passed over.

    ``strip`` leading components are taken from each path, as with ``patch -p``. ``where`` names the
    source in error messages. Raises DebpatchError where a hunk is cut short or damaged, a mode is
    none of Git's, or a path leads out of the tree.
    """
    # StringIO splits at "\n" alone; str.splitlines would also split at form feeds inside C sources.
    lines = StringIO(data.decode("utf-8", "surrogateescape"), newline="\n").readlines()
    sections = list(_sections(lines, where))
    files = tuple(_file_diff(section, lines, strip, where) for section in sections)
    prefixes = (_prefix(section.old_name) for section in sections)
    end = sections[0].start if sections else len(lines)
    preamble = "".join(lines[:end]).encode("utf-8", "surrogateescape")
    return Diff(preamble, files, next(filter(None, prefixes), None))


def strip_file(file: FileDiff, strip: int, where: str) -> FileDiff:
    """``file`` with so many leading components taken from the names that its diff has.

    Raises DebpatchError where a path then leads out of the tree. Git's renames have their names
    whole, and stay as they are.
    """
    if file.names is None:
        return file
    old_path, new_path = _stripped(file.names, strip, where)
    return replace(
        file,
        old_path=None if file.old_path is None else old_path,
        new_path=None if file.new_path is None else new_path,
    )


# -- where the sections are ------------------------------------------------------------------------

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_EXTENDED = re.compile(
    r"(old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to"
    r"|similarity index|dissimilarity index|index) (.*)"
)
_BINARY = re.compile(r"Binary files (?P<old>.+) and (?P<new>.+) differ$")
_DECORATION = re.compile(r"(Index: |diff |=+$)")
_GIT = "diff --git "
_MODES = {"100644", "100755", "120000", "160000"}  # file, executable, symbolic link, submodule
_MOST_CHOPPED = 3
_MOST_DIGITS = 10
_NULL = "/dev/null"


@dataclass(slots=True)
class _Section:
    """Where one file's part of the diff lies, in line indices, and what its header says."""

    start: int
    old_name: str = ""
    new_name: str = ""
    extended: dict[str, str] = field(default_factory=dict)
    hunks: list[tuple[int, int]] = field(default_factory=list)
    binary: bool = False


def _sections(lines: Sequence[str], where: str) -> Iterator[_Section]:
    at = 0
    lead: int | None = None  # where the decorations of the next section begin
    while at < len(lines):
        if not _opens_section(lines, at):
            if not _DECORATION.match(lines[at]):
                lead = None
            elif lead is None:
                lead = at
            at += 1
            continue
        section = _Section(at if lead is None else lead)
        at = _read_header(lines, at, section)
        at = _read_hunks(lines, at, section, where)
        lead = None
        yield section


def _opens_section(lines: Sequence[str], at: int) -> bool:
    line = lines[at]
    if line.startswith(_GIT):
        following = lines[at + 1] if at + 1 < len(lines) else ""
        return bool(_EXTENDED.match(following)) or following.startswith("--- ")
    return _names_files(lines, at) or bool(_BINARY.match(line.rstrip("\r\n")))


def _names_files(lines: Sequence[str], at: int) -> bool:
    """Tell a file header from prose or a removed line: only its three lines together are one."""
    return (
        at + 2 < len(lines)
        and lines[at].startswith("--- ")
        and lines[at + 1].startswith("+++ ")
        and bool(_HUNK.match(lines[at + 2]))
    )


def _read_header(lines: Sequence[str], at: int, section: _Section) -> int:
    """Read names, modes and binary marks into ``section``; give the index of what follows."""
    if lines[at].startswith(_GIT):
        section.old_name, section.new_name = _git_names(lines[at].removeprefix(_GIT).rstrip("\r\n"))
        at += 1
        while at < len(lines) and (entry := _EXTENDED.match(lines[at].rstrip("\r\n"))):
            section.extended[entry[1]] = entry[2]
            at += 1
    if at < len(lines) and (binary := _BINARY.match(lines[at].rstrip("\r\n"))):
        section.binary = True
        if not section.extended:
            section.old_name, section.new_name = binary["old"], binary["new"]
        return at + 1
    if at < len(lines) and lines[at].startswith("GIT binary patch"):
        section.binary = True
        return at + 1
    if _names_files(lines, at):
        section.old_name, section.new_name = _name(lines[at]), _name(lines[at + 1])
        at += 2
    return at


def _git_names(names: str) -> tuple[str, str]:
    """Split ``a/X b/Y`` where X may hold blanks: without a rename both halves are the same.

    What stands for ``a`` and ``b`` is a matter of configuration (diff.noprefix in git-config(1)).
    """
    half = len(names) // 2
    old, new = names[:half], names[half + 1 :]
    if names[half:].startswith(" ") and old.partition("/")[2] == new.partition("/")[2]:
        return old, new
    old, _, new = names.rpartition(" ")
    return old, new


_TIMESTAMP = re.compile(r"(\t.*|\s+\d{4}-\d\d-\d\d [\d:.]+( [+-]\d{4})?\s*)$")


def _name(line: str) -> str:
    name = line[4:].rstrip("\r\n")
    stamp = _TIMESTAMP.search(name)
    if stamp and re.match(r"\s+(1970-01-01|1969-12-31|Thu Jan +1 00:00:00 1970)", stamp[0]):
        return _NULL  # how diff -N writes a side that does not exist
    return _TIMESTAMP.sub("", name)


def _read_hunks(lines: Sequence[str], at: int, section: _Section, where: str) -> int:
    """Find the extent of each hunk by counting its lines; give the index after the last."""
    while at < len(lines):
        following = at
        while section.hunks and following < len(lines) and not lines[following].strip():
            following += 1  # blank lines between hunks come from editors
        if following == len(lines) or not (head := _HUNK.match(lines[following])):
            return at
        end = _hunk_end(lines, following, head, section, where)
        section.hunks.append((following, end))
        at = end
    return at


def _hunk_end(
    lines: Sequence[str], head_at: int, head: re.Match[str], section: _Section, where: str
) -> int:
    if any(len(number or "") > _MOST_DIGITS for number in head.groups()):
        raise DebpatchError(
            f"{where}:{head_at + 1}: the line number in this hunk's header is too large; correct it"
        )
    old_left, new_left = (int(count or 1) for count in (head[2], head[4]))
    at = head_at + 1
    while old_left > 0 or new_left > 0:
        if at == len(lines) and old_left == new_left <= _MOST_CHOPPED:
            # Editors chop blank lines off the end of a file; GNU patch assumes up to three as well.
            return at + old_left
        sign = lines[at][0] if at < len(lines) else ""
        if sign in {" ", "\r", "\n"}:
            old_left, new_left = old_left - 1, new_left - 1
        elif sign == "-":
            old_left -= 1
        elif sign == "+":
            new_left -= 1
        elif sign != "\\":
            old_left = -1
        if old_left < 0 or new_left < 0:
            raise DebpatchError(
                f"{where}:{at + 1}: the hunk that begins in line {head_at + 1} "
                f"({section.new_name}) is cut off or damaged: it does not have as many lines as "
                "its header says; get the patch again, or correct the header"
            )
        at += 1
    while at < len(lines) and lines[at].startswith("\\"):
        at += 1
    return at


# -- what they say ---------------------------------------------------------------------------------


def _file_diff(section: _Section, lines: Sequence[str], strip: int, where: str) -> FileDiff:
    extended = section.extended
    old_path = _path(extended.get("rename from") or extended.get("copy from"), 0, where)
    new_path = _path(extended.get("rename to") or extended.get("copy to"), 0, where)
    names = None
    if old_path is None and new_path is None:
        names = section.old_name, section.new_name
        old_path, new_path = _stripped(names, strip, where)
    index = re.match(r"([0-9a-f]+)\.\.([0-9a-f]+)(?: (\d+))?", extended.get("index", ""))
    mode = index[3] if index else None
    old_mode = extended.get("old mode", extended.get("deleted file mode", mode))
    new_mode = extended.get("new mode", extended.get("new file mode", mode))
    for said in (old_mode, new_mode):
        if said is not None and said not in _MODES:
            raise DebpatchError(
                f"{where}:{section.start + 1}: {said!r} is not a file mode; Git has "
                f"{', '.join(sorted(_MODES))}, correct the header"
            )
    old_path = None if "new file mode" in extended else old_path
    new_path = None if "deleted file mode" in extended else new_path
    if old_path is None and new_path is None:
        raise DebpatchError(
            f"{where}:{section.start + 1}: the diff does not name a file; correct its header"
        )
    return FileDiff(
        old_path,
        new_path,
        _hunks(section, lines, where),
        old_mode,
        new_mode,
        section.binary,
        _blob(index[1]) if index else None,
        _blob(index[2]) if index else None,
        copied="copy from" in extended,
        names=names,
    )


def _hunks(section: _Section, lines: Sequence[str], where: str) -> tuple[Hunk, ...]:
    bodies = [_body(lines, start + 1, end) for start, end in section.hunks]
    if not bodies:
        return ()
    text = ["--- a\n", "+++ b\n"]
    for (start, _), body in zip(section.hunks, bodies, strict=True):
        text += [lines[start], *body]
    try:
        # Of a large patch unidiff would keep every line in an object of many fields.
        (patched,) = unidiff.patch.PatchSet(text, metadata_only=True)  # type: ignore[arg-type,unused-ignore]
    except UnidiffParseError as error:
        raise DebpatchError(
            f"{where}:{section.hunks[0][0] + 1}: {section.new_name}: {error}; correct the hunk"
        ) from error
    return tuple(
        Hunk(
            number,
            hunk.source_start,
            hunk.source_length,
            hunk.target_start,
            hunk.target_length,
            hunk.section_header.strip(),
            "".join(body),
        )
        for number, (hunk, body) in enumerate(zip(patched, bodies, strict=True), 1)
    )


def _body(lines: Sequence[str], start: int, end: int) -> list[str]:
    """A hunk's lines, each with its sign and a line break, those that an editor chopped off too."""
    body: list[str] = []
    for line in lines[start:end]:
        if line[0] != "\\":
            sign = " " if line[0] in "\r\n" else ""
            body.append(sign + line.removesuffix("\n") + "\n")
        elif body and body[-1] != NO_NEWLINE:
            body.append(NO_NEWLINE)
    return body + [" \n"] * (end - len(lines))


def _stripped(names: tuple[str, str], strip: int, where: str) -> tuple[str | None, str | None]:
    old_path, new_path = (_path(name, strip, where) for name in names)
    # Without Git's rename lines both names mean one file (x.c.orig, x.orig/).
    return (new_path if old_path and new_path else old_path), new_path


def _path(name: str | None, strip: int, where: str) -> str | None:
    """The path inside the tree, or None for /dev/null; refuses a way out of the tree."""
    if not name or name == _NULL:
        return None
    path = unquote(name)
    parts = re.split("/+", path)
    parts = parts[strip:] if len(parts) > strip else parts[-1:]
    if ".." in parts or parts[:1] == [""] or "\0" in path:
        raise DebpatchError(f"{where}: the path {name!r} leads out of the tree, and is refused")
    inside = [part for part in parts if part != "."]
    if not inside:
        raise DebpatchError(f"{where}: the path {name!r} does not name a file; correct the header")
    return "/".join(inside)


def _prefix(name: str) -> str | None:
    first, slash, _ = name.strip('"').partition("/")
    first = first.removesuffix(".orig")
    return first if slash and first not in {"", "a", "b"} else None


def _blob(sha: str) -> str | None:
    return sha if sha.strip("0") else None
