"""Why a hunk is missing: by what is in the tree that the patch applies to."""

from __future__ import annotations

import pytest

from debpatch.formats.diff import parse_diff

from .conftest import MakeTree
from .diffs import compared, git_diff, sketch

BEFORE = """\
#include "link.h"

int link_read(struct link *link)
{
    struct frame frame;

    int got = read(link->fd, &frame, sizeof(frame));
    if (got < 0)
    {
        return -1;
    }
    return handle(link, &frame);
}
"""
AFTER = BEFORE.replace("got < 0", "got != sizeof(frame)").replace("-1;", "-EIO;")
FIX = git_diff({"link.c": BEFORE}, {"link.c": AFTER})
NOTHING = parse_diff(b"")


def reason(make: MakeTree, files: dict[str, str], **moved: str) -> str | None:
    """Why FIX, of which the patch has nothing, is missing at a base of ``files``."""
    (hunk,) = compared(FIX, NOTHING, make(files), **moved).hunks
    assert hunk.status.value == "missing"
    return hunk.reason.value if hunk.reason else None


def test_without_a_base_there_is_no_reason() -> None:
    (hunk,) = compared(FIX, NOTHING).hunks
    assert hunk.reason is None


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"link.c": BEFORE}, "not-carried"),
        ({"link.c": BEFORE.replace("int got", "ssize_t got")}, "not-carried"),
        ({"link.c": BEFORE.replace("    ", "\t")}, "not-carried"),
        ({"link.c": BEFORE.replace("got < 0", "n < 0")}, "not-carried"),
        ({"other.c": BEFORE}, "file-absent"),
        ({}, "file-absent"),
        ({"src/link.c": BEFORE}, "not-carried"),  # by its last name
        ({"link.c": "int nothing_of_it;\n"}, "code-absent"),
        ({"link.c": ""}, "code-absent"),
        ({"link.c": AFTER}, "already-present"),
        ({"link.c": AFTER.replace("    ", "\t")}, "already-present"),
    ],
)
def test_by_what_the_file_has(tree: MakeTree, files: dict[str, str], expected: str) -> None:
    assert reason(tree, files) == expected


def test_a_file_under_its_name_at_the_base(tree: MakeTree) -> None:
    (hunk,) = compared(FIX, NOTHING, tree({"old.c": BEFORE}), **{"link.c": "old.c"}).hunks
    assert hunk.reason is not None
    assert hunk.reason.value == "not-carried"


def test_a_file_whose_other_hunks_went_elsewhere(tree: MakeTree) -> None:
    two = sketch(
        new_c="@@\n x();\n-    send(a, 17);\n+    send_all(a);\n@@\n y();\n-    wait(b, 3);\n"
    )
    one = sketch(old_c=" x();\n-    send(a, 17);\n+    send_all(a);\n")
    base = tree({"old.c": "x();\n    send(a, 17);\ny();\n    wait(b, 3);\n"})
    first, second = compared(two, one, base).hunks
    assert first.status.value == "identical"
    assert second.reason is not None
    assert second.reason.value == "not-carried"


def test_a_new_file_can_always_be_carried(tree: MakeTree) -> None:
    created = git_diff({}, {"new.c": AFTER})
    (hunk,) = compared(created, NOTHING, tree({"link.c": BEFORE})).hunks
    assert hunk.reason is not None
    assert hunk.reason.value == "not-carried"


@pytest.mark.parametrize(
    ("there", "expected"), [(BEFORE, "already-present"), (BEFORE[:-1], "not-carried")]
)
def test_a_line_break_at_the_end_of_the_file(tree: MakeTree, there: str, expected: str) -> None:
    fix = git_diff({"link.c": BEFORE[:-1]}, {"link.c": BEFORE})
    (hunk,) = compared(fix, NOTHING, tree({"link.c": there})).hunks
    assert hunk.is_trivial
    assert hunk.reason is not None
    assert hunk.reason.value == expected


def test_something_added_beside_code_that_is_not_there(tree: MakeTree) -> None:
    fix = sketch(
        link_c="""
            @@ int link_ask(struct link *link)
                 send_request(link);
            +    link->waits = true;
                 start_timer(link);
        """
    )
    (hunk,) = compared(fix, NOTHING, tree({"link.c": BEFORE})).hunks
    assert hunk.reason is not None
    assert hunk.reason.value == "code-absent"


def test_something_removed_that_is_gone_already(tree: MakeTree) -> None:
    fix = git_diff(
        {"link.c": BEFORE}, {"link.c": BEFORE.replace("    return handle", "    handle")}
    )
    gone = BEFORE.replace("    return handle(link, &frame);\n", "")
    (hunk,) = compared(fix, NOTHING, tree({"link.c": gone})).hunks
    assert hunk.reason is not None
    assert hunk.reason.value == "code-absent"
