"""What the rules look at: one patch, or one list of patches."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from debpatch.dep3.header import Header
from debpatch.inputs.series import SeriesEntry

if TYPE_CHECKING:
    from debpatch.dep3.evidence import Evidence


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
