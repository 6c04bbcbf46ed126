"""Start-up: `debpatch --version` beside bare interpreters (aim: 3 of them at most).

What a user waits for before anything happens; imports that are not late enough show here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bench import DEBPATCH, Row, medians, times


def rows(folder: Path) -> Iterator[Row]:  # noqa: ARG001
    """Measure the start of debpatch, of its command line, and of Python itself."""
    costs = medians(
        {
            "python -c pass": (sys.executable, "-c", "pass"),
            "debpatch --version": (*DEBPATCH, "--version"),
            "debpatch --help": (*DEBPATCH, "--help"),
        },
        rounds=21,
    )
    bare = costs["python -c pass"]
    for what, cost in costs.items():
        yield Row(what, cost, "" if cost is bare else times(cost, bare, "python -c pass"))
