"""Each sentence of SECURITY.md that says what holds names the tests that prove it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from debpatch.formats.limits import FILE, HUNKS, PATCH, limit

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "SECURITY.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and "`" in line]


def functions(file: str) -> set[str]:
    """The names of the tests in a file."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_that_is_named_is_there() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)
    assert len(named) > 30
    assert [each for each in named if each[1] not in functions(each[0])] == []


def test_every_sentence_names_one() -> None:
    assert len(ROWS) > 20
    assert [row for row in ROWS if "::test_" not in row] == []


def test_the_limits_are_those_that_hold() -> None:
    for name in (PATCH, HUNKS, FILE):
        (row,) = (row for row in ROWS if f"`{name}`" in row)
        assert f"| {limit(name):,}" in row
