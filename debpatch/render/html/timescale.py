"""Where things go on a picture of time, and where the words for them do."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

_GAP = 22.0
"""The least between two things that happened, in units of the picture."""
_MONTH = 62.0
"""The same between the names of two months."""
_CHARACTER = 6.8
"""The width of a character of a label."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Times, in Unix seconds, and their places from left to right.

    Time does not run evenly: what happened within days gets room enough to be told apart, and the
    rest of the width is in proportion.
    """

    times: Sequence[int]
    places: Sequence[float]

    @classmethod
    def of(cls, times: Iterable[int], left: float, right: float) -> Scale:
        """Spread ``times``, at least one, from ``left`` to ``right``."""
        ordered = sorted(set(times))
        gap = min(_GAP, (right - left) / max(len(ordered) - 1, 1))
        rest = right - left - gap * (len(ordered) - 1)
        whole = max(ordered[-1] - ordered[0], 1)
        places = [
            left + gap * number + rest * (time - ordered[0]) / whole
            for number, time in enumerate(ordered)
        ]
        return cls(ordered, places)

    def __call__(self, time: int) -> float:
        """The place of ``time``; what is earlier or later than all is at the edge."""
        at = bisect_left(self.times, time)
        if at == 0:
            return self.places[0]
        if at == len(self.times):
            return self.places[-1]
        before, after = self.times[at - 1], self.times[at]
        share = (time - before) / (after - before)
        return self.places[at - 1] + share * (self.places[at] - self.places[at - 1])

    def months(self) -> Iterator[tuple[float, str]]:
        """Where months begin, and their names; as many as there is room for."""
        start, end = self.times[0], self.times[-1]
        first = datetime.fromtimestamp(start, UTC)
        right, named = self.places[0], 0
        for number in range(first.year * 12 + first.month, 10_000 * 12):
            month = datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
            if month.timestamp() > end:
                return
            place = self(int(month.timestamp()))
            if place >= right:
                yield place, f"{month:%b}" if month.year == named else f"{month:%b %Y}"
                right, named = place + _MONTH, month.year


@dataclass(slots=True)
class LabelRows:
    """Rows of labels beside a line, in which none covers another; ``most`` rows at most."""

    most: int
    rows: list[list[tuple[float, float]]] = field(default_factory=list)

    def place(self, x: float, text: str) -> int | None:
        """The first row, from 0, with room for ``text`` around ``x``; None where none has."""
        half = len(text) * _CHARACTER / 2 + 2
        for number, taken in enumerate([*self.rows, []][: self.most]):
            if all(x + half <= left or x - half >= right for left, right in taken):
                if number == len(self.rows):
                    self.rows.append(taken)
                taken.append((x - half, x + half))
                return number
        return None
