"""What a rule is, and the register of all rules.

A rule is a function that looks at one thing and yields a ``Problem`` for each place where it is
broken. Its docstring is what ``--explain`` prints and what the documentation is made from: the
first paragraph says what is wrong, the rest why, and where the rule comes from.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]
Kind = Literal["syntax", "semantics", "series", "evidence"]


@dataclass(frozen=True, slots=True)
class Edit:
    """A replacement of the header's bytes from ``start`` to ``end``."""

    start: int
    end: int
    new: bytes


@dataclass(frozen=True, slots=True)
class Witness:
    """An upstream commit that proves a finding; ``released_in`` is the oldest version with it."""

    sha: str
    subject: str
    released_in: str | None


@dataclass(frozen=True, slots=True)
class Problem:
    """A place where a rule is broken.

    ``line`` is the line of the file, None for the file as a whole. ``cure`` says how to mend it in
    words. ``edits`` and ``adds`` (names and values of new fields) are the mending itself, given
    only where it is certain. ``evidence`` are the commits that prove it.
    """

    line: int | None
    message: str
    cure: str | None = None
    edits: tuple[Edit, ...] = ()
    adds: tuple[tuple[str, str], ...] = ()
    evidence: tuple[Witness, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its id, how bad it is to break it, what it looks at, and the check."""

    id: str
    severity: Severity
    kind: Kind
    check: Callable[[Any], Iterator[Problem]]

    @property
    def summary(self) -> str:
        """One sentence: what is wrong."""
        return " ".join(self.explanation.split("\n\n", 1)[0].split())

    @property
    def explanation(self) -> str:
        """The whole of the rule's documentation."""
        return inspect.cleandoc(self.check.__doc__ or "")


_RULES: dict[str, Rule] = {}

Check = Callable[[Any], Iterator[Problem]]


def rule(name: str, severity: Severity, kind: Kind) -> Callable[[Check], Check]:
    """Register the decorated check under ``name``."""
    assert name not in _RULES  # noqa: S101 - ours to get right

    def register(check: Check) -> Check:
        _RULES[name] = Rule(name, severity, kind, check)
        return check

    return register


def all_rules() -> tuple[Rule, ...]:
    """All rules, by kind and then as their modules have them."""
    from debpatch.dep3 import evidence_rules, semantics, series_rules, syntax  # noqa: F401

    return tuple(_RULES.values())
