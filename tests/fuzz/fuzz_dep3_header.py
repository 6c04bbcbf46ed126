"""A target for coverage-guided fuzzing of the header reader and the fixer.

With atheris (which is not needed for anything else)::

    pip install atheris
    python tests/fuzz/fuzz_dep3_header.py -max_total_time=600

Without it, ``make fuzz`` runs the same properties on hypothesis's examples.
"""

from __future__ import annotations

import sys
from datetime import date

from debpatch.dep3.fix import mend
from debpatch.dep3.header import read_header
from debpatch.dep3.settings import Settings
from debpatch.dep3.targets import PatchFile, Target
from debpatch.dep3.validate import validate

TODAY = date(2024, 6, 1)


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


def main() -> None:
    """Let atheris look for bytes that fail."""
    import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]

    atheris.instrument_all()
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
