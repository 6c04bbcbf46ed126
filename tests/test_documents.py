"""Every command line in the documentation is one: it runs on the demo, or its parts are there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from documents import blocks, differs, documents, inline, lines, run

from debpatch.cli.app import app
from debpatch.demo import Demo

DOCUMENTS = documents()


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_command_lines_run_on_the_demo(document: Path, demo: Demo, tmp_path: Path) -> None:
    there = tmp_path / "debpatch-demo"
    folder = tmp_path
    for line in lines(document):
        if line.is_synopsis or line.is_of_openvpn:
            continue
        if line.command.startswith("cd "):
            folder = tmp_path / line.command.removeprefix("cd ")
        elif line.command == "debpatch demo":  # as an example of the manual, which is run too
            assert not line.shown
        elif line.command == "debpatch":
            run(line, folder)
        else:
            if not there.exists():
                shutil.copytree(demo.repository.parent, there, symlinks=True)
            package = there / demo.package.name
            run(line, package if line.is_of_job else there if folder == tmp_path else folder)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_synopsis_names_is_there(document: Path) -> None:
    for line in [*lines(document), *inline(document)]:
        words = line.command.split()
        if (
            words[0] != "debpatch"
            or len(words) == 1
            or not re.fullmatch("[a-z][a-z0-9-]+", words[1])
        ):
            continue
        command = app.commands.get(words[1])
        assert command is not None, f"{line.file}:{line.number}: no command {words[1]}"
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        named = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", line.command))
        assert named <= known, f"{line.file}:{line.number}: {named - known}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_command_line_is_overlooked(document: Path) -> None:
    names = "|".join(app.commands)
    seen = {line.number for line in lines(document)}
    shown = {text for line in lines(document) for text in line.shown}
    for number, text in blocks(document):
        if re.search(rf"\bdebpatch (?:{names})\b", text):
            assert number in seen or text.rstrip() in shown, f"{document.name}:{number}: {text}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        path, _, heading = target.partition("#")
        if "://" not in target:
            place = document.parent / path if path else document
            assert place.exists(), target
            assert not heading or heading in _anchors(place), target


def _anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings}


def test_every_command_has_a_page() -> None:
    pages = {path.stem for path in DOCUMENTS} | {"demo"}
    names = {"dep3" if name == "validate-dep3" else name for name in app.commands}
    assert names <= pages


def test_what_differs_from_what_is_shown() -> None:
    printed = "one\ntwo\n\nthree\nfour\n"
    assert differs(["one", "two", "three"], printed) is None
    assert differs(["one", "[...]", "four"], printed) is None
    assert differs(["one", "three"], printed) == "three"
    assert differs(["[...]", "five"], printed) == "five"
    assert differs(["[...]", "two", "one"], printed) == "one"
