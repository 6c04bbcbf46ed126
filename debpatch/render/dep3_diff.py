"""What ``--fix`` changes in a header, as a unified diff for reading."""

from __future__ import annotations

from difflib import unified_diff

from debpatch.render.safe import escape, one_line


def render(path: str, old: bytes, new: bytes) -> str:
    """The difference of two versions of the patch at ``path``; the rest of the file is equal."""
    lines = unified_diff(
        _lines(old), _lines(new), f"a/{one_line(path)}", f"b/{one_line(path)}", lineterm=""
    )
    return "".join(f"{escape(line)}\n" for line in lines)


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8", "surrogateescape").replace("\r\n", "\n").split("\n")
