"""Benchmarks: time and peak memory, as medians and ratios of runs that took turns.

``python -m bench`` runs all modules of this package whose names do not begin with ``_``;
``python -m bench NAME...`` runs some. Such a module has a docstring, whose first line is printed as
its heading, and one function::

    def rows(folder: Path) -> Iterator[Row]: ...

``folder`` is new and empty, and is removed afterwards. Rows are printed as they come, so a module
makes its material, measures it with ``medians`` and yields what it found. One that lacks something
(a repository that is not at hand) yields a ``Row`` that says so, without a cost.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

DEBPATCH = (sys.executable, "-m", "debpatch")
"""The command that starts debpatch as an installed program does."""

_STOPWATCH = Path(__file__).with_name("_stopwatch.py")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took: wall-clock seconds, seconds of processor time, peak memory in bytes.

    What children did that it waited for is included; the peak is that of the biggest process.
    """

    seconds: float
    processor: float
    memory: int


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the printed table: what was done, what it took, and how that compares."""

    what: str
    cost: Cost | None = None
    note: str = ""


Command = Sequence[str | Path]


def medians(commands: Mapping[str, Command], rounds: int = 5) -> dict[str, Cost]:
    """Run each command once a round, in turns, and give the median cost of each.

    Taking turns lets what else the machine does fall on all of them alike. Exit codes 0 and 1 count
    as success, as with diff(1); raises SystemExit on any other.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            costs[name].append(_run(command))
    return {
        name: Cost(
            median(cost.seconds for cost in many),
            median(cost.processor for cost in many),
            int(median(cost.memory for cost in many)),
        )
        for name, many in costs.items()
    }


def times(one: Cost, other: Cost, what: str) -> str:
    """How long ``one`` took beside ``other``, which is called ``what``: ``1.2 x git log``.

    By processor time, which says the same however busy the machine is.
    """
    return f"{one.processor / other.processor:.2f} x {what}"


def _run(command: Command) -> Cost:
    # A child's peak counts what its parent holds when it forks, so a small process starts it.
    result = subprocess.run(
        [sys.executable, "-I", "-S", _STOPWATCH, *command],
        env=_environment(),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    measured = json.loads(result.stderr.splitlines()[-1])
    if measured["status"] not in (0, 1):
        sys.exit(f"{' '.join(map(str, command))}: exit code {measured['status']}\n{result.stderr}")
    return Cost(measured["seconds"], measured["processor"], measured["memory"])


def _environment() -> dict[str, str]:
    """The environment without what would let Git or debpatch look elsewhere."""
    kept = {n: t for n, t in os.environ.items() if not n.startswith(("GIT_", "DEBPATCH_"))}
    return kept | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
