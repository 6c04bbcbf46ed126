"""The one exception that reaches a user, and what may have been meant by a name in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class DebpatchError(Exception):
    """Something debpatch cannot do, told in one line: what, where, and what to do about it.

    The command line prints the message and exits with 2, as ``diff`` does in trouble.
    """


# -- what was probably meant by a name that is not there -------------------------------------------

# Not by difflib: of a tag of curl's, FRR's or OpenVPN's with one letter wrong, it has the right one
# first in 79 to 93 of 100 cases (Damerau-Levenshtein in 87 to 96), and for "plan" it has nothing.


_ALIKE = 0.7
"""How alike a name must be, from 0 to 1, to be worth a reader's time."""


def near(name: str, names: Iterable[str], most: int = 3) -> list[str]:
    """Those of ``names`` that are most like ``name``, the nearest first, at most ``most``."""
    scored = sorted((-_likeness(name.lower(), each.lower()), each) for each in set(names))
    return [each for score, each in scored[:most] if -score >= _ALIKE]


def did_you_mean(name: str, names: Iterable[str], said: Mapping[str, str] | None = None) -> str:
    """The end of a sentence that says ``name`` is not there; empty where nothing is alike.

    ``said`` gives how to speak of each of ``names``, without it by itself.
    """
    found = [(said or {}).get(each, each) for each in near(name, names)]
    return f"; did you mean {' or '.join(found)}?" if found else ""


def _likeness(one: str, other: str) -> float:
    from rapidfuzz.distance import DamerauLevenshtein

    if len(one) > 3 and one in other:  # shortened, as in "plan" for "plan-backport"
        return 0.9
    return DamerauLevenshtein.normalized_similarity(one, other)
