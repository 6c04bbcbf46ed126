"""What the fuzzers check, on inputs of hypothesis's and on those that once crashed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debpatch.errors import DebpatchError
from debpatch.formats.diff import parse_diff

TARGETS = ("dep3_header", "dep3_fix", "mail", "patch", "series")
CRASHED = {
    "dep3_fix": (
        b"From: =?\xd3&tf-8?q?=C3?= <a@b.c>\n",
        b"Subject: =?x\xff?b?eA==?=\n",
        b"#! /bin\ndLast-Up## DP: date: 2023/1/2\nLast-Update: 11x\n",
    ),
    "patch": (
        b"diff --git \n--- /dev/null\n+++ b/n\n@@ -0,0 +\xb1 @@\n",
        b"--- a/x\n+++ b/x\n@@ -2777777777 +1 @@\n-a\n+b\n",
        b"--- a/x\n+++ b/x\n@@ -%b +1 @@\n-a\n+b\n" % (b"7" * 5000),
        b"--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n-a\n b\n@@ -2,3 +1,2 @@\n-a\n b\n b\n",
        b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+\n\\ No newline at end of file\n",
        b"diff --git a/z\ndeleted file mode 100644\nBinary files x and /dev/null differ\n",
    ),
}
"""Inputs that brought a reader down once."""

Check = Callable[[bytes], None]


def check_of(target: str) -> Check:
    check: Check = import_module(f"fuzz.fuzz_{target}").check
    return check


def seeds_of(target: str) -> Sequence[bytes]:
    seeds: Sequence[bytes] = import_module(f"fuzz.fuzz_{target}").SEEDS
    return seeds


def words() -> list[bytes]:
    lines = Path(__file__).with_name("words.dict").read_text().splitlines()
    quoted = (line[1:-1] for line in lines if line.startswith('"'))
    return [word.encode().decode("unicode_escape").encode("latin-1") for word in quoted]


@pytest.mark.parametrize("target", TARGETS)
def test_what_once_crashed(target: str) -> None:
    for data in (*seeds_of(target), *CRASHED.get(target, ())):
        check_of(target)(data)


@pytest.mark.hypothesis
@pytest.mark.parametrize("target", ["dep3_header", "mail", "patch", "series"])
def test_whatever_the_bytes_are(target: str) -> None:
    check, pieces = check_of(target), st.sampled_from([*words(), b"\n", b"-a\n", b"+b\n", b" c\n"])

    @given(st.lists(pieces | st.binary(max_size=6), max_size=30).map(b"".join))
    def any_bytes(data: bytes) -> None:
        check(data)

    @given(st.sampled_from(seeds_of(target)), st.data())
    def damaged_seeds(seed: bytes, data: st.DataObject) -> None:
        at, length = data.draw(st.integers(0, len(seed))), data.draw(st.integers(0, 8))
        check(seed[:at] + data.draw(pieces) + seed[at + length :])

    any_bytes()
    damaged_seeds()


def test_a_diff_that_names_no_file_is_told() -> None:
    with pytest.raises(DebpatchError, match="does not name a file"):
        parse_diff(b"--- /dev/null\n+++ /dev/null\n@@ -0,0 +1 @@\n+a\n")
