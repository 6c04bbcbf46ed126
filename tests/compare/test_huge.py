"""Hunks too big for a lexer: line by line, and no word on comments and names."""

from __future__ import annotations

import pytest

from .diffs import compared, git_diff

LINES = 3000
TABLE = "".join(f"    {{ {n}, a_name }}, /* an entry of the table */\n" for n in range(LINES))


@pytest.mark.parametrize(
    ("old", "new", "status", "carried"),
    [
        ("", "", "identical", LINES),
        ("    { 5,", "\t{ 5,", "formatting", LINES),
        ("an entry", "another entry", "adapted", 0),
        ("a_name", "a_new_name", "adapted", 0),
        ("{ 5, a_name }", "{ 5, a_new_name }", "adapted", LINES - 1),
    ],
)
def test_a_hunk_of_many_lines(old: str, new: str, status: str, carried: int) -> None:
    assert len(TABLE) > 1 << 17
    other = TABLE.replace(old, new) if old else TABLE
    found = compared(git_diff({}, {"table.c": TABLE}), git_diff({}, {"table.c": other}))

    (hunk,) = found.hunks
    assert hunk.status.value == status
    assert hunk.carried == (carried, LINES)
    assert found.identifiers == ()
