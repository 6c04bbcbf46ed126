"""Whatever a commit's message says, the header has our fields and no others, and the same diff."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debpatch.formats.dep3_fields import is_dep3
from debpatch.formats.dep3_header import read_header
from debpatch.formats.diff import parse_diff
from debpatch.proposals.patch_text import Description, Layout, compose, message_text, usual_layout

DIFF = b"""\
 a | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

--- a/a
+++ b/a
@@ -1 +1 @@
-one
+two
"""
FIELDS = [
    ("Origin", "upstream, commit:1234567890123456789012345678901234567890"),
    ("Last-Update", "2026-03-01"),
]
NASTY = """\
Subject of it

--- a/x
+++ b/x
@@ -1 +1 @@
-evil
+good
---
diff --git a/y b/y
Index: y
Forwarded: no
Origin: vendor
 Bug: 12
Desciption: misspelt
From 1234567890123456789012345678901234567890 Mon Sep 17 00:00:00 2001
Subject: another mail

Signed-off-by: A <a@example.org>
Bug: https://b.example.org/1
Reviewed-by: B <b@example.org>
"""
LINES = st.sampled_from(NASTY.splitlines()) | st.text(st.characters(codec="utf-8"), max_size=30)
MESSAGES = st.lists(LINES, max_size=12).map("\n".join) | st.just(NASTY)


@pytest.mark.parametrize("layout", get_args(Layout))
@given(message=MESSAGES)
def test_a_message_is_no_more_than_text(layout: Layout, message: str) -> None:
    text = message_text(message, "A subject")
    data = compose(layout, Description("A <a@example.org>", 0, text), FIELDS, DIFF)
    header = read_header(data)
    ours = [(f.key, f.text) for f in header.fields if is_dep3(f.key)]
    kinds = {"origin", "last-update", "bug", "forwarded", "applied-upstream", "bug-debian"}
    assert [pair for pair in ours if pair[0] in kinds] == [(n.lower(), v) for n, v in FIELDS]
    assert header.synopsis == "A subject"
    assert [f.text for f in header.all("author", "from")] == ["A <a@example.org>"]
    (file,) = parse_diff(data).files
    assert file.path == "a"
    assert file.hunks[0].added == ("two",)
    assert header.mails == ()


def bugs(message: str, tracker: str | None = None) -> tuple[str, ...]:
    return message_text(f"subject\n\n{message}", "subject", tracker).bugs


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Fixes: https://b.example.org/12.", ("https://b.example.org/12",)),
        ("This closes a/b#3", ("https://github.com/a/b/issues/3",)),
        ("Github: fixes a/b#3\nGithub: a/b#4", ("https://github.com/a/b/issues/3",)),
        ("Github: a/b#4", ("https://github.com/a/b/issues/4",)),
        ("Closes: #7", ("https://t.example.org/issues/7",)),
        ("Bug: https://b.example.org/1", ("https://b.example.org/1",)),
        ('Fixes: 1234567890ab ("other")', ()),
        ("the fix 12 is in", ()),
        ("Closes: https://bugs.debian.org/123456", ()),
    ],
)
def test_bugs_in_a_message(message: str, expected: tuple[str, ...]) -> None:
    assert bugs(message, "https://t.example.org/issues") == expected


def test_a_number_means_nothing_without_a_tracker() -> None:
    assert bugs("Closes: #7") == ()


def test_debian_bugs_in_a_message() -> None:
    text = message_text("s\n\nhttps://bugs.debian.org/123456", "s")
    assert text.debian_bugs == (123456,)


def test_the_layout_that_most_patches_have() -> None:
    git = b"From: a <a@b>\nSubject: x\n\n---\n" + DIFF
    deb822 = b"Description: x\nAuthor: a <a@b>\n---\n" + DIFF
    assert usual_layout([]) == "git"
    assert usual_layout([git, deb822]) == "git"
    assert usual_layout([git, deb822, deb822]) == "deb822"
