"""The command lines of the documentation, and what it says that they print.

A command line stands in a code block, indented or fenced, and starts with ``debpatch`` or
``$ debpatch``; a ``cd`` before it counts, and so does a ``cat`` of what it wrote. One of a CI job
stands behind a dash, and runs in a package. What follows ``$ debpatch`` in the block is what it
prints: each line in its order, where ``[...]`` stands for lines that are left out.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from command_line import Done, debpatch, environment, program

ROOT = Path(__file__).resolve().parents[1]
_COMMAND = re.compile(
    r"(?:(?P<prompt>\$ )|(?P<job> +- (?:~/\.local/bin/)?))?(?P<command>(?:debpatch|cd|cat)(?: .*)?)"
)
_INLINE = re.compile(r"`(debpatch [^`]+)`")
_OPENVPN = re.compile(r"openvpn|dco-|apt:|\b7791f535|\b876a8cf5")
_PLACEHOLDER = re.compile(r"(?<![\w'\"/=-])(?:[A-Z]{3,}(?:\.\.\.)?(?![-\w'=])|\[|[A-Z]+\|)")


@dataclass(slots=True)
class Line:
    """A command line of the document ``file``, and what is said that it prints."""

    file: str
    number: int
    command: str
    is_of_job: bool = False
    shown: list[str] = field(default_factory=list)

    @property
    def is_synopsis(self) -> bool:
        """Whether it has placeholders: it says what there is, and cannot be run."""
        return bool(_PLACEHOLDER.search(self.command))

    @property
    def is_of_openvpn(self) -> bool:
        """Whether it is for OpenVPN's repository or package, and not for the demo's."""
        return any(_OPENVPN.search(text) for text in (self.command, *self.shown))


def documents() -> list[Path]:
    """The documents with command lines."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]


def lines(document: Path) -> list[Line]:
    """The command lines of a document, in their order."""
    found: list[Line] = []
    for block in _blocks(document.read_text(encoding="utf-8")):
        _read(document.name, block, found)
    return found


def inline(document: Path) -> list[Line]:
    """The commands that are named in the middle of a text."""
    text = document.read_text(encoding="utf-8")
    return [
        Line(document.name, text.count("\n", 0, match.start()) + 1, " ".join(match[1].split()))
        for match in _INLINE.finditer(text)
    ]


def blocks(document: Path) -> Iterator[tuple[int, str]]:
    """All lines of a document's code blocks, with their numbers."""
    for block in _blocks(document.read_text(encoding="utf-8")):
        yield from block


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    """The code blocks: their lines with their numbers, without the indentation."""
    block: list[tuple[int, str]] = []
    is_fenced = False
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.lstrip().startswith("```"):
            is_fenced = not is_fenced
        elif is_fenced:
            block.append((number, line))
            continue
        elif line.startswith("    "):
            block.append((number, line[4:]))
            continue
        elif not line and block:  # an indented block may have empty lines in it
            block.append((number, ""))
            continue
        if block:
            yield block
            block = []
    if block:
        yield block


def _read(name: str, block: list[tuple[int, str]], found: list[Line]) -> None:
    shows = False
    rest = iter(block)
    for number, text in rest:
        match = _COMMAND.fullmatch(text)
        if match is None or (shows and not match["prompt"]):
            if shows:
                found[-1].shown.append(text.rstrip())
            continue
        command = match["command"]
        while command.endswith("\\") or _goes_on(command):
            command = command.removesuffix("\\") + " " + next(rest, (0, ""))[1].strip()
        found.append(Line(name, number, command, bool(match["job"])))
        shows = bool(match["prompt"])


def _goes_on(synopsis: str) -> bool:
    return synopsis.count("[") > synopsis.count("]")


def differs(shown: list[str], printed: str) -> str | None:
    """The first of the ``shown`` lines that was not ``printed`` in its place; None if all were."""
    wanted = [line for line in shown if line]
    actual = [line.rstrip() for line in printed.splitlines() if line.strip()]
    place, is_free = 0, False
    for line in wanted:
        if line.strip() == "[...]":
            is_free = True
            continue
        end = len(actual) if is_free else place + 1
        at = next((n for n in range(place, min(end, len(actual))) if actual[n] == line), None)
        if at is None:
            return line
        place, is_free = at + 1, False
    return None


def run(line: Line, folder: Path, **changes: str) -> None:
    """Run a command line as a shell does: it must not fail, and print what is shown."""
    env = {"DEBFULLNAME": "Grete Vinter", "DEBEMAIL": "grete@debian.example.org", **changes}
    words = line.command.split()
    if words[0] == "debpatch" and not _FOR_A_SHELL.search(line.command):
        done = debpatch(*shlex.split(line.command)[1:], cwd=folder, env=env)
    else:
        done = _in_shell(line.command, folder, env)
    where = f"{line.file}:{line.number}: {line.command}"
    assert done.code == exit_code(words), f"{where}\n{done.code} {done.err}"
    missing = differs(line.shown, done.out)
    assert missing is None, f"{where}\ndoes not print {missing!r}, but\n{done.out}"


_FOR_A_SHELL = re.compile(r"[|&;<>()$`~*?]")


def _in_shell(command: str, folder: Path, env: Mapping[str, str]) -> Done:
    ours = f'debpatch() {{ {shlex.join(program())} "$@"; }}'
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{ours}\n{command}"],
        cwd=folder,
        env=environment(**env),
        check=False,
        capture_output=True,
        text=True,
    )
    return Done(done.returncode, done.stdout, done.stderr)


_NOTHING_TO_REPORT = {"demo", "index", "export-patch", "import-commits", "plan-backport"}


def exit_code(words: Sequence[str]) -> int:
    """What a command of the documentation ends with: most of them show that something is found."""
    finds = words[0] == "debpatch" and len(words) > 1 and words[1] not in _NOTHING_TO_REPORT
    return int(finds)
