"""The whole in a word and in figures."""

from __future__ import annotations

import pytest

from debpatch.compare.comparison import Comparison
from debpatch.formats.diff import parse_diff

from .conftest import MakeTree
from .diffs import compared, git_diff, sketch

FIRST = "@@ a\n x();\n-    send(frame, 1);\n+    send_all(frame, 17);\n"
SECOND = "@@ b\n y();\n-    wait(peer, 3);\n+    wait_long(peer, 30);\n"
THIRD = "@@ c\n z();\n+    audit(session, 4711);\n"


def verdict(upstream: str, patch: str) -> str:
    return compared(sketch(a_c=upstream), sketch(a_c=patch)).verdict.value


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (FIRST + SECOND, "identical"),
        (SECOND + FIRST, "identical"),
        (FIRST.replace(" x();", " x2();") + SECOND, "equivalent"),
        (FIRST.replace("    ", "\t") + SECOND, "equivalent"),
        (FIRST.replace("frame", "packet") + SECOND, "adapted"),  # no files vouch for the name
        (FIRST, "adapted"),
        (FIRST + SECOND + THIRD, "adapted"),
        (FIRST + SECOND.replace("long(peer, 30)", "for(peer)"), "adapted"),
        (THIRD, "diverged"),
    ],
)
def test_verdicts(patch: str, expected: str) -> None:
    assert verdict(FIRST + SECOND, patch) == expected


def test_what_cannot_be_carried_does_not_count(tree: MakeTree) -> None:
    """Two thirds of upstream's lines are not at the base; the rest is carried to the letter."""
    upstream = sketch(a_c=FIRST, gone_c=SECOND)
    base = tree({"a.c": "x();\n    send(frame, 1);\n"})
    found = compared(upstream, sketch(a_c=FIRST), base)
    assert found.verdict.value == "equivalent"
    assert found.carried == (2, 2)
    assert compared(upstream, sketch(a_c=FIRST)).verdict.value == "adapted"


def test_figures() -> None:
    found = compared(sketch(a_c=FIRST + SECOND), sketch(a_c=FIRST + THIRD))
    assert {status.value: n for status, n in found.summary.items() if n} == {
        "identical": 1,
        "missing": 1,
        "added": 1,
    }
    assert found.carried == (2, 4)


def test_a_hunk_carried_twice_is_counted_twice_and_its_lines_once() -> None:
    twice = FIRST + FIRST.replace(" x();", " x2();")
    found: Comparison = compared(sketch(a_c=FIRST), sketch(a_c=twice))
    assert sum(found.summary.values()) == 2
    assert found.carried == (2, 2)


def test_a_whole_new_file_and_a_deleted_one() -> None:
    created, deleted = git_diff({}, {"a.c": "int a;\n"}), git_diff({"a.c": "int a;\n"}, {})
    assert compared(created, created).verdict.value == "identical"
    assert compared(deleted, deleted).verdict.value == "identical"
    assert compared(created, deleted).verdict.value == "diverged"


def test_nothing_against_something() -> None:
    nothing = parse_diff(b"")
    assert compared(sketch(a_c=FIRST), nothing).verdict.value == "diverged"
    assert compared(nothing, sketch(a_c=FIRST)).verdict.value == "diverged"
