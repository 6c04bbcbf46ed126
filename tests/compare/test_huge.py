"""Hunks too big for a lexer: line by line, and no word on comments and names."""

from __future__ import annotations

import pytest

from debpatch.caching import HUGE

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
    assert len(TABLE) > HUGE
    other = TABLE.replace(old, new) if old else TABLE
    found = compared(git_diff({}, {"table.c": TABLE}), git_diff({}, {"table.c": other}))

    (hunk,) = found.hunks
    assert hunk.status.value == status
    assert hunk.carried == (carried, LINES)
    assert found.identifiers == ()
    lost = {pair.upstream.text for pair in hunk.lines if pair.upstream and not pair.equal}
    assert lost <= set(TABLE.splitlines())
    assert len(lost) == min(LINES - carried, 1000)


def test_the_same_lines_in_another_order_are_all_carried() -> None:
    first, *rest = TABLE.splitlines(keepends=True)
    other = "".join([*rest, first])
    (hunk,) = compared(git_diff({}, {"t.c": TABLE}), git_diff({}, {"t.c": other})).hunks

    assert (hunk.status.value, hunk.carried, hunk.lines) == ("adapted", (LINES, LINES), ())


def test_lines_are_carried_as_often_as_they_stand_there() -> None:
    twice = TABLE + TABLE
    found = compared(git_diff({}, {"t.c": twice}), git_diff({}, {"t.c": TABLE}))
    assert found.carried == (LINES, 2 * LINES)
    found = compared(git_diff({"t.c": twice}, {}), git_diff({"t.c": TABLE}, {}))
    assert found.carried == (LINES, 2 * LINES)


def test_what_is_removed_is_not_what_is_added() -> None:
    found = compared(git_diff({"t.c": TABLE}, {}), git_diff({}, {"t.c": TABLE}))
    assert found.carried[0] == 0


def test_partners_are_found_among_many_by_a_sample_of_their_lines() -> None:
    """A file for each of several tables, in the patch under other names and with a line changed."""
    tables = [TABLE.replace("an entry", f"entry {n}") for n in range(10)]
    assert sum(map(len, tables)) * 2 > 16 * HUGE
    ours = {f"old/{n}.c": table for n, table in enumerate(tables)}
    theirs = {
        f"new/{9 - n}.c": table.replace("{ 7, a_name }", "{ 7, a_new_name }")
        for n, table in enumerate(tables)
    }
    found = compared(git_diff({}, ours), git_diff({}, theirs))
    pairs = {(h.upstream.path, h.patch.path) for h in found.hunks if h.upstream and h.patch}

    assert pairs == {(f"old/{n}.c", f"new/{9 - n}.c") for n in range(10)}
    assert found.carried == (10 * (LINES - 1), 10 * LINES)
