"""Patches with headers of every kind."""

from __future__ import annotations

from datetime import date

from debpatch.dep3.rules import Case, Problem, all_rules
from debpatch.formats.dep3_header import read_header

DIFF = "--- a/file.c\n+++ b/file.c\n@@ -1 +1 @@\n-old\n+new\n"
TODAY = date(2024, 6, 1)
SHA = "0123456789abcdef0123456789abcdef01234567"

CLEAN = """\
Description: Keep the frobnicator from frobbing twice
 It did so whenever it was asked once.
Author: Ann Author <ann@example.org>
Last-Update: 2024-05-01
"""
MAIL = f"""\
From {SHA} Mon Sep 17 00:00:00 2001
From: Ann Author <ann@example.org>
Date: Mon, 1 Jan 2024 10:00:00 +0100
Subject: [PATCH 2/3] Keep the frobnicator from frobbing twice

It did so whenever it was asked once.

Signed-off-by: Ann Author <ann@example.org>
---
 file.c | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

"""


def patch(header: str, diff: str = DIFF) -> bytes:
    """A patch with this header."""
    return (header + diff).encode("utf-8", "surrogateescape")


def problems(header: str, *, diff: str = DIFF) -> dict[str, list[Problem]]:
    """What the rules of form and meaning say of a header, by rule."""
    case = Case(read_header(patch(header, diff)), TODAY)
    found = {rule.id: list(rule.check(case)) for rule in all_rules() if rule.kind != "series"}
    return {name: said for name, said in found.items() if said}
