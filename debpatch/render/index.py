"""`index`: a document with the names of docs/schema for machines, a text for people."""

from __future__ import annotations

from datetime import UTC, datetime

from debpatch.git.filling import IndexState
from debpatch.render.json import Json, document_of
from debpatch.render.page import Look, Page, count
from debpatch.render.safe import one_line


def document(state: IndexState) -> Json:
    """The state as a document."""
    return document_of(
        "index",
        {
            "repository": state.repository,
            "path": state.path,
            "size": state.size,
            "written": _moment(state.written) if state.size else None,
            "commits": state.commits,
            "keys": state.keys,
            "changes": state.changes,
            "removed": state.removed,
        },
    )


def _moment(seconds: int) -> str:
    """A moment as RFC 3339 writes it, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_text(state: IndexState, look: Look) -> str:
    """The state as text."""
    page = Page(look)
    name = one_line(state.repository)
    if state.removed is not None:
        page.line((f"Removed the index of {name} ({_size(state.removed)}).", "bold"))
    elif not state.size:
        page.line((f"There is no index of {name} yet.", "bold"))
    else:
        page.line((f"Index of {name}: {_size(state.size)}", "bold"))
        page.line(f"  {count(state.commits, 'commit')}, with their parents")
        page.line(f"  {count(state.keys, 'commit')}, with their subjects and what they refer to")
        page.line(f"  {count(state.changes, 'commit')}, with all the lines that they change")
        page.line((f"  last written {_moment(state.written)}, {_age(state.written)}", "dim"))
    page.line((f"  {one_line(state.path)}", "dim"))
    return str(page)


def _size(number: int) -> str:
    units = (("GB", 10**9), ("MB", 10**6), ("kB", 10**3))
    unit, least = next((pair for pair in units if number >= pair[1]), ("bytes", 1))
    return f"{number / least:.3g} {unit}" if least > 1 else f"{number} {unit}"


def _age(written: int) -> str:
    """How long ago a moment was, in the largest unit of which there is one."""
    seconds = int(datetime.now(UTC).timestamp()) - written
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            return f"{count(seconds // length, unit)} ago"
    return "just now"
