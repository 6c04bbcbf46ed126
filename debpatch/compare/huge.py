"""Huge hunks, which are data, or generated: compared by whole lines, in whatever order they stand.

There may be a million of these lines, so they are gone through and not kept. To match them in their
order would take the square of their number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

from debpatch.compare.change import Change
from debpatch.compare.lexer import LexedLine, layout, whole
from debpatch.inputs.diff import lines_of


def same_but_for_white_space(upstream: Change, patch: Change) -> bool:
    """Whether both remove the same lines, and add the same, in the same order."""
    return all(ours == theirs for ours, theirs in zip_longest(_folded(upstream), _folded(patch)))


def unmatched(change: Change, other: Change) -> Iterator[LexedLine]:
    """The changed lines of ``change`` that ``other`` has nowhere, or not as often."""
    theirs = (line for line in lines_of(other.hunk.body) if line.sign != " ")
    stock = Counter(hash(_key(line.sign, line.text, other.path)) for line in theirs)
    for place, line in enumerate(lines_of(change.hunk.body)):
        key = hash(_key(line.sign, line.text, change.path))
        if line.sign == " " or not line.text.strip():
            continue
        if stock[key]:
            stock[key] -= 1
        else:
            yield LexedLine(line.sign, line.text, whole(line.text), line.newline, place=place)


def _folded(change: Change) -> Iterator[str]:
    """What is removed, then what is added, without idle white space."""
    for sign in "-+":
        for line in lines_of(change.hunk.body):
            if line.sign == sign and line.text.strip():
                yield _key(sign, line.text, change.path)


def _key(sign: str, text: str, path: str) -> str:
    how = layout(path)
    kept = text.strip() if how == "free" else text.rstrip()
    return sign + kept
