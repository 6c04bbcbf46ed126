"""A target for coverage-guided fuzzing of the header's rules and fixer; see ``campaign``."""

from __future__ import annotations

from datetime import date

from debpatch.dep3.fix import mend
from debpatch.dep3.settings import Settings
from debpatch.dep3.targets import PatchFile, PatchSet
from debpatch.dep3.validate import validate
from debpatch.formats.dep3_header import read_header

from .fuzz_dep3_header import SEEDS

__all__ = ["SEEDS", "check"]

TODAY = date(2024, 6, 1)


def check(data: bytes) -> None:
    """Whatever the bytes are: the diff is kept, and mending twice is mending once."""
    once = _mended(data)
    assert once.endswith(data[len(read_header(data).data) :])
    assert _mended(once) == once


def _mended(data: bytes) -> bytes:
    (report,) = validate(PatchSet([PatchFile("x", "x", lambda: data)]), Settings(), TODAY)
    return mend(data, report.findings, TODAY)
