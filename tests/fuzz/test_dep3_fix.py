from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from .fuzz_dep3_fix import check

_WORDS = [
    b"From ", b"0123456789abcdef0123456789abcdef01234567", b" Mon Sep 17 00:00:00 2001\n",
    b"From: ", b"Subject: [PATCH] ", b"Description:", b"Author: A <a@b.example>\n", b"Origin: ",
    b"upstream, ", b"commit:1234567", b"Bug: ", b"Bug-Debian: #1234\n", b"Orign: ",
    b"Forwarded: non-needed\n", b"Last-Update: ", b"2024-01-01", b"2024/1/2", b"\n", b"\n\n", b" ",
    b"\t", b"\r\n", b"---\n", b"#! /bin/sh\n", b"## DP: ",
    b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
    b"=?utf-8?q?=C3?=", b"\xff", b"\0", b"https://bugs.debian.org/1234", b"(cherry picked)\n",
    b"Applied-Upstream: no\n", b"X-Debpatch-Accept: bug-number\n", b"<short summary>", b"prose",
]  # fmt: skip


@given(st.lists(st.sampled_from(_WORDS), max_size=30).map(b"".join) | st.binary())
@example(b"Last-Updated: 2024/1/2\nBug-Debian: #1234")
@example(b"De\norwarded: no\nFD:x\nBinary files a/x differ")
def test_whatever_the_bytes_are(data: bytes) -> None:
    check(data)
