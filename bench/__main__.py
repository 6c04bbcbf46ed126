"""``python -m bench [NAME...]``: run benchmarks and print their tables."""

from __future__ import annotations

import os
import pkgutil
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import requires, version
from pathlib import Path

import bench
from bench import Row


def main(names: list[str]) -> None:
    """Run the benchmarks called ``names``, or all of them."""
    found = [module.name for module in pkgutil.iter_modules(bench.__path__)]
    known = [name for name in found if not name.startswith("_")]
    if unknown := set(names) - set(known):
        sys.exit(f"no benchmark is called {', '.join(unknown)}; there are: {', '.join(known)}")
    print(_machine())
    print("medians: wall-clock time, processor time, peak memory; ratios are of processor time")
    for name in names or known:
        module = import_module(f"bench.{name}")
        print(f"\n{(module.__doc__ or name).splitlines()[0]}", flush=True)
        with tempfile.TemporaryDirectory(prefix="debpatch-bench-") as folder:
            for row in module.rows(Path(folder)):
                print(_line(row), flush=True)


def _machine() -> str:
    """The machine, and the versions of what does the work on it."""
    git = subprocess.run(["git", "--version"], check=True, capture_output=True, text=True).stdout
    return (
        f"debpatch {version('debpatch')}, Python {platform.python_version()}, {git.strip()}; "
        f"{_processor()}, {os.cpu_count()} cores\n{', '.join(_libraries())}"
    )


def _libraries() -> Iterator[str]:
    for requirement in requires("debpatch") or []:
        name = re.match(r"[\w.-]+", requirement)
        if name and "extra ==" not in requirement:
            yield f"{name[0]} {version(name[0])}"


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(": ")[2]
    return platform.machine()


def _line(row: Row) -> str:
    if row.cost is None:
        return f"  {row.what}"
    cost = row.cost
    numbers = f"{cost.seconds:8.3f} s {cost.processor:8.3f} s {cost.memory / 2**20:6.0f} MB"
    return f"  {row.what:<42} {numbers}  {row.note}".rstrip()


if __name__ == "__main__":
    main(sys.argv[1:])
