"""A target for coverage-guided fuzzing of the header reader; see ``campaign``."""

from __future__ import annotations

from debpatch.formats.dep3_header import read_header

SEEDS = (
    b"""Description: x
 y
 .
 z
Author: A <a@b.c>
Origin: upstream, commit:1234567
Bug-Debian: https://bugs.debian.org/1
Forwarded: non-needed
Last-Update: 2024/1/2
---
--- a/x
+++ b/x
@@ -1 +1 @@
-a
+b
""",
    b"""From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001
From: =?utf-8?q?=C3?= <a@b.c>
Date: x
Subject: [PATCH] y

prose

Orign: backport
---
 x | 2 +-
""",
    b"#! /bin/sh /usr/share/dpatch/dpatch-run\n## DP: x\n",
)
"""What to begin with."""


def check(data: bytes) -> None:
    """Whatever the bytes are: every one of the header's is kept, and nothing fails."""
    header = read_header(data)
    assert b"".join(header.data[line.start : line.end] for line in header.lines) == header.data
    assert data.startswith(header.data)
