"""The rooms stand in their order, and the page that explains them names what is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from inspect import getmembers, isfunction
from pathlib import Path
from types import FunctionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from debian.debian_support import Version

from debpatch.dep3.rules import Rule
from debpatch.git.repository import Repository
from debpatch.git.tree import Edit, Tree
from debpatch.package.locate import Located
from debpatch.package.source_package import SourcePackage
from debpatch.package.target import Target
from debpatch.proposals.options import StartingPoint

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/architecture.md"
FLOW = (
    "formats",
    "git",
    "package",
    "compare",
    "landings",
    "dep3",
    "backport",
    "audit",
    "proposals",
    "review",
    "render",
    "cli",
)


@pytest.mark.parametrize("room", FLOW)
def test_a_room_imports_only_from_those_before_it(room: str) -> None:
    allowed = {
        *FLOW[: FLOW.index(room) + 1],
        "errors",
        "caching",
        "files",
        "folders",
        "__version__",
    }
    if room == "cli":
        allowed |= {"commands", "demo"}
    for file in (ROOT / "debpatch" / room).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("debpatch"):
                parts = f"{node.module}.{node.names[0].name}".split(".")
                assert parts[1] in allowed, f"{file}:{node.lineno}: {node.module}"


def test_results_hold_data_only() -> None:
    """What `api` returns and `render` shows outlives the repository that it was found in."""
    shown: set[type] = set()
    for function in functions_of("debpatch.api"):
        shown |= types_in(hints_of(function)["return"])
    for file in (ROOT / "debpatch/render").rglob("*.py"):
        for function in functions_of(".".join(file.relative_to(ROOT).with_suffix("").parts)):
            hints = hints_of(function)
            shown |= {part for name in hints.keys() - {"return"} for part in types_in(hints[name])}
    assert {"PatchReport", "Backports", "Plan", "HeaderReport"} <= {each.__name__ for each in shown}
    assert not shown & {*HANDLES} - {Callable}
    for result in shown - {Rule}:  # which asks, and was found nowhere
        assert not (held := handles_in(result)), f"{result.__name__}.{held}"


def test_no_cache_of_the_process_holds_a_repository() -> None:
    """What is kept for a repository goes with it: see `cached_while_open`."""
    names = {each.__name__ for each in HANDLES if isinstance(each, type)}
    for file in (ROOT / "debpatch").rglob("*.py"):
        for node in ast.iter_child_nodes(ast.parse(file.read_bytes())):
            if isinstance(node, ast.FunctionDef):
                kept = any(re.match(r"(lru_)?cache\b", ast.unparse(d)) for d in node.decorator_list)
                keys = set(re.findall(r"\w+", ast.unparse(node.args)))
                assert not (kept and keys & names), f"{file}: {node.name}"


def functions_of(name: str) -> Iterator[FunctionType]:
    module = import_module(name)
    return (each for _, each in getmembers(module, isfunction) if each.__module__ == name)


def hints_of(what: object) -> dict[str, Any]:
    return get_type_hints(what, localns={"Version": Version})  # imported for annotations only


HANDLES = (Repository, Tree, Edit, Target, SourcePackage, Located, StartingPoint, Callable)


def handles_in(result: type, seen: set[type] | None = None) -> str:
    """The way from a result to what reads later or holds a repository; empty where none is."""
    seen = seen if seen is not None else set()
    if result in seen or not is_dataclass(result):
        return ""
    seen.add(result)
    hints = hints_of(result)
    for field in fields(result):
        for part in types_in(hints[field.name]):
            if part in HANDLES or getattr(part, "_is_protocol", False):
                return f"{field.name}: {part.__name__}"
            if way := handles_in(part, seen):
                return f"{field.name}: {part.__name__}.{way}"
    return ""


def types_in(hint: object) -> set[type]:
    """The classes that an annotation is made of."""
    own = {hint} if isinstance(hint, type) else set()
    origin = get_origin(hint)
    inner = {part for each in get_args(hint) for part in types_in(each)}
    return own | ({origin} if isinstance(origin, type) else set()) | inner


# Where sentences are written that are not errors: what they are.
SENTENCES = {
    "dep3": "the texts of rules",
    "proposals/self_check.py": "the texts of rules",
    "proposals/versions.py": "the rules by which a version is made",
    "formats": "what a format's own words are",
    "git/index.py": "SQL",
    "git/command.py": "that there is no Git, for an error",
    "git/repository.py": "why a revision is not found, for an error",
    "package/apt.py": "what apt says, and what it has, for an error",
    "package/locate.py": "by what a base was found, which JSON has in these words",
    "proposals/bugs.py": "why the bug tracker gave no answer",
    "proposals/patch_facts.py": "the line that git cherry-pick -x writes",
}
FOUR_WORDS = re.compile(r"(?:\b[A-Za-z]+(?:'[a-z]+)?[,;:]? ){3}[A-Za-z]")


def test_only_renderers_compose_sentences() -> None:
    """Four words in a row are one; docstrings, errors and the names of trees are none."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "debpatch").rglob("*.py")):
        path = file.relative_to(ROOT / "debpatch")
        room = path.parts[0]
        if room in {"render", "cli", "demo"}:
            continue
        place = room if room in SENTENCES else str(path)
        for text in texts_in(ast.parse(file.read_bytes())):
            if FOUR_WORDS.search(text):
                found.setdefault(place, []).append(text)
    assert {place: texts for place, texts in found.items() if place not in SENTENCES} == {}
    assert found.keys() == SENTENCES.keys()


def texts_in(node: ast.AST) -> Iterator[str]:
    """The texts in ``node`` but for docstrings, errors, progress on a bar, and trees' names."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.FunctionDef) and any(is_error(each) for each in ast.walk(node)):
        return
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("tell", "write", "Tree")):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from texts_in(child)


def is_error(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "DebpatchError"


def test_the_picture_and_the_table_have_every_room() -> None:
    rooms = {place.parent.name for place in (ROOT / "debpatch").glob("*/__init__.py")}
    assert rooms == {*FLOW, "demo"}
    picture, table = PAGE.read_text().split("```")[1:3]
    for room in FLOW:
        assert re.search(rf"\b{room}\b", picture)
        assert f"| `{room}/` |" in table


def test_what_the_page_names_is_there() -> None:
    named = re.findall(r"`([\w/.*-]+(?:\.py|\.md|/))`", PAGE.read_text())
    assert len(named) > 40
    for name in named:
        path = name.rstrip("/")
        places = [*ROOT.glob(path), *(ROOT / "debpatch").glob(path)]
        assert places or list((ROOT / "debpatch").rglob(path)), name
