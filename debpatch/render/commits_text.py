"""How a commit is called where people read of it."""

from __future__ import annotations

from debpatch.inputs.repository import Commit
from debpatch.render.safe import one_line


def label(what: str | Commit) -> str:
    """A patch by its name, a commit by its id and subject."""
    return one_line(what) if isinstance(what, str) else f"{what.short} {one_line(what.subject)}"


def clipped(text: str, room: int) -> str:
    """``text`` on one line, cut where there is no room for it."""
    text = one_line(text)
    return text if len(text) <= room else text[: max(room - 3, 0)] + "..."
