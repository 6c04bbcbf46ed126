"""Replacements inside of a header that leave every other byte alone."""

from __future__ import annotations

import re

from debpatch.dep3.header import Field, Header
from debpatch.dep3.rules import Edit


def rename(header: Header, field: Field, name: str) -> Edit:
    """Give ``field`` another name."""
    start = _name_start(header, field)
    return Edit(start, start + len(field.name), name.encode())


def revalue(header: Header, field: Field, value: str) -> Edit:
    """Give ``field`` another value, on one line."""
    after_name = _name_start(header, field) + len(field.name)
    colon = re.compile(rb"[ \t]*:").match(header.data, after_name)
    assert colon is not None  # noqa: S101 - it is what made the line a field
    end = field.lines[-1].end
    while end > colon.end() and header.data[end - 1] in b"\r\n":
        end -= 1
    return Edit(colon.end(), end, b" " + value.encode("utf-8", "surrogateescape"))


def _name_start(header: Header, field: Field) -> int:
    return header.data.index(field.name.encode(), field.lines[0].start)
