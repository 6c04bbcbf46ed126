"""Paths as Git and archives write them."""

from __future__ import annotations

import re
from pathlib import PurePosixPath


def is_inside(path: str) -> bool:
    """Whether a relative path stays below the folder that it starts from, by its words alone."""
    parts = PurePosixPath(path).parts
    return bool(parts) and not parts[0].startswith("/") and not {"..", "\0"} & {*parts, *path}


def unquote(name: str) -> str:
    """Undo Git's C-style quoting of unusual paths (core.quotePath in git-config(1))."""
    if not (name.startswith('"') and name.endswith('"') and len(name) > 1):
        return name
    raw = name[1:-1].encode("utf-8", "surrogateescape")
    plain = re.sub(rb"\\([0-7]{3}|.)", _unescape, raw)
    return plain.decode("utf-8", "surrogateescape")


def _unescape(escape: re.Match[bytes]) -> bytes:
    code = escape[1]
    if len(code) == 3:
        return bytes([int(code, 8) & 0xFF])
    return {
        b"n": b"\n",
        b"t": b"\t",
        b"r": b"\r",
        b"a": b"\a",
        b"b": b"\b",
        b"f": b"\f",
        b"v": b"\v",
    }.get(code, code)
