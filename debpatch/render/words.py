"""What differs between two lines, word by word."""

from __future__ import annotations

import re

from rapidfuzz.distance import LCSseq

Pieces = tuple[tuple[str, bool], ...]
"""A line in pieces, each with whether it differs."""

_WORD = re.compile(r"\w+|\s+|.", re.DOTALL)
_LONGEST = 1000
"""Beyond so many characters a line is data, and its words are not worth comparing."""


def marked(left: str, right: str) -> tuple[Pieces, Pieces]:
    """Both lines cut into pieces, each marked whether it differs."""
    if len(left) > _LONGEST or len(right) > _LONGEST:
        return ((left, True),), ((right, True),)
    ours, theirs = _WORD.findall(left), _WORD.findall(right)
    match = LCSseq.opcodes(ours, theirs)
    return (
        _joined([("".join(ours[c.src_start : c.src_end]), c.tag != "equal") for c in match]),
        _joined([("".join(theirs[c.dest_start : c.dest_end]), c.tag != "equal") for c in match]),
    )


def _joined(pieces: list[tuple[str, bool]]) -> Pieces:
    """The pieces without empty ones, and with neighbours of one kind as one."""
    joined: list[tuple[str, bool]] = []
    for text, differs in pieces:
        if joined and joined[-1][1] == differs:
            joined[-1] = joined[-1][0] + text, differs
        elif text:
            joined.append((text, differs))
    return tuple(joined)
