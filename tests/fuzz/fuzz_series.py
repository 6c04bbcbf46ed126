"""A target for coverage-guided fuzzing of the series reader; see ``campaign``."""

from __future__ import annotations

from debpatch.errors import DebpatchError
from debpatch.formats.paths import is_inside
from debpatch.formats.series import PATCHES, parse_series

SEEDS = (
    b"# a comment\nfix.patch -p0 # why\n\nsub/other.patch -R -p 2\r\n",
    b"../x.patch\n",
)
"""What to begin with."""


def check(data: bytes) -> None:
    """Whatever the bytes are: a place in one clear line, or patches below debian/patches."""
    try:
        entries = parse_series(data, where="series")
    except DebpatchError as error:
        if not str(error).startswith("series:"):
            raise
        return
    lines = data.splitlines()
    for entry in entries:
        assert is_inside(entry.name)
        assert entry.path == f"{PATCHES}/{entry.name}"
        assert entry.name.encode("utf-8", "surrogateescape") in lines[entry.line - 1]
        assert 0 <= entry.strip < 1000
