"""Progress on standard error, where somebody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def cloning() -> Iterator[Callable[[str, float | None], None]]:
    """A bar for Git's progress; it appears with the first news and only on a terminal."""
    if not sys.stderr.isatty():
        yield lambda stage, share: None  # noqa: ARG005
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, object] = {}

        def tell(stage: str, share: float | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=1.0)
            bar.update(tasks[stage], completed=share or 0.0)  # type: ignore[arg-type]

        yield tell


@contextmanager
def working() -> Iterator[Callable[[str], None]]:
    """A bar for work of unknown length, with what is done now; only on a terminal."""
    if not sys.stderr.isatty():
        yield lambda what: None  # noqa: ARG005
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("working", total=None)
        yield lambda what: bar.update(task, description=escape(what))
