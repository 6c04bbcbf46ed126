"""Where a command's output goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from debpatch.cli.options import Format
from debpatch.errors import DebpatchError
from debpatch.files import write_file
from debpatch.render.json import Json, dump
from debpatch.render.page import Look
from debpatch.render.safe import one_line


def deliver_as(
    format_: Format, output: Path | None, *, json: Callable[[], Json], text: Callable[[Look], str]
) -> None:
    """Render a result in the format that was asked for, and ``deliver`` it."""
    deliver(dump(json()) if format_ == "json" else text(look_for(output)), output)


def look_for(output: Path | None) -> Look:
    """The look of a text: plain and 80 wide in a file, else as the terminal is."""
    return Look() if output else Look.of_terminal()


def deliver(text: str | Iterable[str], output: Path | None) -> None:
    """Print ``text``, or write it to ``output`` so that the file is never seen half-written.

    Pieces of text are printed as they come. It is written as UTF-8, and bytes that were none (in a
    patch, which must stay as it is) go out as they came in.
    """
    pieces = (_encoded(piece) for piece in ([text] if isinstance(text, str) else text))
    if output is None:
        _print(pieces)
        return
    write_file(output, pieces)


def note(message: str) -> None:
    """Tell the user on standard error, in one line, what is no error and no part of a result."""
    print(f"debpatch: note: {one_line(message)}", file=sys.stderr)


def note_merges(revisions: str, merges: Sequence[str]) -> None:
    """Tell the user which merges of the range ``revisions`` are left out, if any are."""
    if merges:
        note(f"{revisions}: skipped merge commits: {', '.join(sha[:12] for sha in merges)}")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _print(pieces: Iterable[bytes]) -> None:
    try:
        sys.stdout.flush()
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    except OSError as error:
        # Python would try again at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # the reader has gone, as in `| head`
            raise DebpatchError(f"cannot write the result: {error.strerror}") from error


# -- progress on standard error, where somebody watches --------------------------------------------


class Watcher(NamedTuple):
    """What is told how a clone goes on (see ``git.clone.Progress``), and what is done now."""

    progress: Callable[[str, float | None], None]
    tell: Callable[[str], None]


@contextmanager
def watching() -> Iterator[Watcher]:
    """A bar for each stage of a clone, and then one for work of unknown length; on a terminal."""
    if not sys.stderr.isatty():
        yield Watcher(lambda stage, share: None, lambda what: None)  # noqa: ARG005
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        stages: dict[str, TaskID] = {}
        work: list[TaskID] = []

        def progress(stage: str, share: float | None) -> None:
            if stage not in stages:
                stages[stage] = bar.add_task(escape(stage), total=1.0)
            bar.update(stages[stage], completed=share or 0.0)

        def tell(what: str) -> None:
            while stages:
                bar.remove_task(stages.popitem()[1])
            if not work:
                work.append(bar.add_task("", total=None))
            bar.update(work[0], description=escape(what))

        yield Watcher(progress, tell)
