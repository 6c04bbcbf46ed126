"""The rooms stand in their order, and the page that explains them names what is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

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
        "resources",
        "caching",
        "files",
        "folders",
        "locks",
        "suggestions",
        "__version__",
    }
    if room == "cli":
        allowed.add("demo")
    for file in (ROOT / "debpatch" / room).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("debpatch"):
                parts = f"{node.module}.{node.names[0].name}".split(".")
                assert parts[1] in allowed, f"{file}:{node.lineno}: {node.module}"


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
