"""Write the manual pages: ``python tools/manual.py FOLDER``.

A page a command and one for all of them, man(7), from the texts that ``--help`` prints. The date is
SOURCE_DATE_EPOCH's, so that a build can be repeated.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from debpatch import __version__
from debpatch.cli.app import app, records
from debpatch.cli.examples import EXAMPLES, folded

_ESCAPES = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}
_EXIT_CODES = (
    ("0", "There is nothing to report."),
    ("1", "Something was found; each command's page says what."),
    ("2", "It could not be done. One line on standard error says why, and what to do."),
)
_ENVIRONMENT = (
    ("DEBPATCH_REPO", "The upstream repository, if --repo does not name it."),
    (
        "DEBFULLNAME, DEBEMAIL",
        "Your name and address for changelog entries and mails, as for dch(1).",
    ),
    ("SOURCE_DATE_EPOCH", "The time to use instead of now, in seconds since 1970."),
    ("XDG_CACHE_HOME", "Where clones, source packages and indexes are kept, in debpatch/."),
    ("DEBPATCH_NO_INDEX", "If set and not empty, the index is not used, as with --no-index."),
    ("DEBPATCH_MAX_PATCH_MB", "The largest patch to read, decompressed, in MB. Default: 64."),
    ("DEBPATCH_MAX_HUNKS", "The most hunks that a patch may have. Default: 50000."),
    (
        "DEBPATCH_MAX_FILE_MB",
        "The largest file to read from a package's tarball, in MB. Default: 1000.",
    ),
    ("NO_COLOR", "If set, output has no colours."),
)
_FILES = (
    ("/usr/share/doc/debpatch/", "A tutorial, a page for each command, and how debpatch decides."),
    ("~/.config/debpatch/templates/", "Your own templates for the documents of propose-update."),
)


def pages() -> Iterator[tuple[str, str]]:
    """The name and the roff source of each page."""
    context = app.make_context("debpatch", [], resilient_parsing=True)
    names = sorted(app.commands)
    yield "debpatch.1", _overview(context, names)
    for name in names:
        command = app.commands[name]
        inner = command.make_context(f"debpatch {name}", [], parent=context, resilient_parsing=True)
        others = ["debpatch", *(f"debpatch-{other}" for other in names if other != name)]
        yield f"debpatch-{name}.1", _command(name, command, inner, others)


def _overview(context: click.Context, names: list[str]) -> str:
    about = app.help or ""
    listed = [
        (rf"\fBdebpatch\-{_text(name)}\fR(1)", command.short_help or "")
        for name, command in sorted(app.commands.items())
    ]
    return "".join(
        [
            _head("debpatch", about),
            _section("SYNOPSIS", _synopsis("debpatch", "[OPTIONS] [COMMAND [ARGS]...]")),
            _section("DESCRIPTION", _paragraphs(f"{about}\n\n{app.epilog}")),
            _section("COMMANDS", "".join(f".TP\n{name}\n{_text(what)}\n" for name, what in listed)),
            _section("OPTIONS", _terms(records(app, context, "option"))),
            _section("EXIT STATUS", _terms(_EXIT_CODES)),
            _section("ENVIRONMENT", _terms(_ENVIRONMENT)),
            _section("FILES", _terms(_FILES)),
            _section("SEE ALSO", _see_also([f"debpatch-{name}" for name in names])),
        ]
    )


def _command(name: str, command: click.Command, context: click.Context, others: list[str]) -> str:
    usage = " ".join(command.collect_usage_pieces(context))
    return "".join(
        [
            _head(f"debpatch-{name}", command.short_help or ""),
            _section("SYNOPSIS", _synopsis(f"debpatch {name}", usage)),
            _section("DESCRIPTION", _paragraphs(command.help or "")),
            _section("ARGUMENTS", _terms(records(command, context, "argument"))),
            _section("OPTIONS", _terms(records(command, context, "option"))),
            _section("EXAMPLES", _examples(name)),
            _section("SEE ALSO", _see_also(others)),
        ]
    )


def _head(name: str, what: str) -> str:
    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    date = datetime.fromtimestamp(int(seconds), UTC).date() if seconds else ""
    what = what[0].lower() + what[1:].rstrip(".")
    return (
        f'.TH {name.upper()} 1 "{date}" "debpatch {__version__}" "User Commands"\n'
        ".nh\n.ad l\n"  # commands and file names are not to be hyphenated
        f".SH NAME\n{_text(name)} \\- {_text(what)}\n"
    )


def _section(title: str, body: str) -> str:
    return f".SH {title}\n{body}" if body else ""


def _synopsis(program: str, usage: str) -> str:
    return f"\\fB{_text(program)}\\fR {_text(usage)}\n"


def _terms(terms: Iterable[tuple[str, str]]) -> str:
    return "".join(f".TP\n\\fB{_text(term)}\\fR\n{_text(said)}\n" for term, said in terms)


def _paragraphs(text: str) -> str:
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return ".PP\n".join(_text(" ".join(paragraph.split())) + "\n" for paragraph in paragraphs)


def _examples(name: str) -> str:
    if name not in EXAMPLES:
        return ""
    shown = "".join(
        f".PP\n{_text(what)}\n.PP\n.nf\n.RS 4\n"
        + "".join(f"{_text(line)}\n" for line in folded(command))
        + ".RE\n.fi\n"
        for what, command in EXAMPLES[name]
    )
    where = "" if name == "demo" else "In the folder that debpatch\\-demo(1) makes:\n"
    return where + shown


def _see_also(names: list[str]) -> str:
    return ",\n".join(f"\\fB{_text(name)}\\fR(1)" for name in names) + "\n"


def _text(text: str) -> str:
    """``text`` for roff: nothing in it is a request, an escape or a typographic character."""
    escaped = "".join(_ESCAPES.get(character, character) for character in text)
    return re.sub(r"(?m)^(?=\.)", r"\\&", escaped)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for file, page in pages():
        (folder / file).write_text(page, encoding="utf-8")
