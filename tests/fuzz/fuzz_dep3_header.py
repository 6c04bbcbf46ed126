"""A target for coverage-guided fuzzing of the header reader and the fixer; see ``campaign``."""

from __future__ import annotations

from datetime import date

from debpatch.dep3.fix import mend
from debpatch.dep3.header import read_header
from debpatch.dep3.settings import Settings
from debpatch.dep3.targets import PatchFile, Target
from debpatch.dep3.validate import validate

TODAY = date(2024, 6, 1)

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
    """Whatever the bytes are: all is kept, nothing fails, and mending twice is mending once."""
    header = read_header(data)
    assert b"".join(header.data[line.start : line.end] for line in header.lines) == header.data
    assert data.startswith(header.data)
    once = _mended(data)
    assert once.endswith(data[len(header.data) :])
    assert _mended(once) == once


def _mended(data: bytes) -> bytes:
    (report,) = validate(Target([PatchFile("x", "x", lambda: data)]), Settings(), TODAY)
    return mend(data, report.findings, TODAY)
