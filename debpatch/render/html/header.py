"""A patch's header with the findings under the lines that they are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from debpatch.dep3.validate import Finding


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """A line of the header, and what there is to say of it."""

    number: int
    text: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class HeaderView:
    """The header, line for line; ``whole`` are findings that are about none of its lines."""

    lines: tuple[HeaderLine, ...]
    whole: tuple[Finding, ...]


def header_view(header: bytes, findings: Sequence[Finding]) -> HeaderView:
    """Put ``findings`` where they belong in ``header``."""
    texts = header.decode("utf-8", "surrogateescape").rstrip("\n").split("\n")
    placed: dict[int, list[Finding]] = defaultdict(list)
    whole = []
    for finding in findings:
        if finding.line is not None and 1 <= finding.line <= len(texts):
            placed[finding.line].append(finding)
        else:
            whole.append(finding)
    lines = (
        HeaderLine(number, text.removesuffix("\r"), tuple(placed[number]))
        for number, text in enumerate(texts, 1)
    )
    return HeaderView(tuple(lines), tuple(whole))
