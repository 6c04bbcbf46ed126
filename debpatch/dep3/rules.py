"""What a rule is, and the register of all rules.

A rule is a function that looks at one thing and yields a ``Problem`` for each place where it is
broken. Its docstring is what ``--explain`` prints and what the documentation is made from: the
first paragraph says what is wrong, the rest why, and where the rule comes from.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from debpatch.formats.dep3_header import Field, Header
from debpatch.formats.series import SeriesEntry

if TYPE_CHECKING:
    from debpatch.dep3.evidence import Evidence

Severity = Literal["error", "warning", "info"]
RuleKind = Literal["syntax", "semantics", "series", "evidence"]


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
    kind: RuleKind
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


def rule(name: str, severity: Severity, kind: RuleKind) -> Callable[[Check], Check]:
    """Register the decorated check under ``name``."""
    assert name not in _RULES  # noqa: S101 - ours to get right

    def register(check: Check) -> Check:
        _RULES[name] = Rule(name, severity, kind, check)
        return check

    return register


def all_rules() -> tuple[Rule, ...]:
    """All rules, by kind and then as their modules have them."""
    from debpatch.dep3 import evidence_rules, semantics, syntax  # noqa: F401

    return tuple(_RULES.values())


# -- what rules look at ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Case:
    """One patch: its header, the day of the check, and what else is known of it.

    ``closes`` are the Debian bugs that the changelog closes where it names the patch; ``evidence``
    is what upstream's repository says, None where no repository was given.
    """

    header: Header
    today: date
    closes: tuple[int, ...] = ()
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A folder of patches: its series, and the files there, both named from the folder.

    ``mentioned`` are names that stand in a comment of the series or in another series file.
    """

    path: str
    entries: tuple[SeriesEntry, ...]
    files: frozenset[str]
    mentioned: frozenset[str] = field(default=frozenset())


# -- replacements inside of a header that leave every other byte alone -----------------------------


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
