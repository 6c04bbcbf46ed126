from __future__ import annotations

import pytest

from debpatch.dep3.evidence import closed_with

ENTRY = """\
hello (1.0-2) unstable; urgency=medium

{}

 -- Ann Author <ann@example.org>  Mon, 01 Jan 2024 00:00:00 +0000
"""


@pytest.mark.parametrize(
    ("item", "bugs"),
    [
        ("  * fix-crash.patch: do not crash. (Closes: #123456)", (123456,)),
        ("  * Add debian/patches/fix-crash.patch (Closes: #1234, #1235)", (1234, 1235)),
        ("  * New patch fix-crash, so that it\n    does not crash (closes: bug#1234).", (1234,)),
        ("  * Crashes:\n    - fix-crash.patch: for one (Closes: #1234)\n    - more", (1234,)),
        ("  * fix-crash.patch and other.patch (Closes: #1234)", None),
        ("  * Do not crash. (Closes: #1234)", None),
        ("  * fix-crash.patch: see #1234", None),
        ("  * Drop fix-crash.patch, applied upstream (Closes: #1234)", None),
        ("  * Crashes (Closes: #1234)\n    - fix-crash.patch", None),
        ("  * no-fix-crash.patch: other (Closes: #1234)", None),
    ],
)
def test_an_item_that_names_one_patch(item: str, bugs: tuple[int, ...] | None) -> None:
    closed = closed_with(ENTRY.format(item), ["fix-crash.patch", "other.patch"])
    assert closed.get("fix-crash.patch") == bugs


def test_short_names_are_words() -> None:
    assert not closed_with(ENTRY.format("  * Update build (Closes: #1234)"), ["build.patch"])


def test_patches_in_subfolders_go_by_their_names() -> None:
    item = "  * fix-crash.patch (Closes: #1234)"
    assert closed_with(ENTRY.format(item), ["sub/fix-crash.patch"]) == {
        "sub/fix-crash.patch": (1234,)
    }
