"""Which of several alternatives a patch comes closest to."""

from __future__ import annotations

from collections.abc import Iterable

from debpatch.compare.comparison import Verdict
from debpatch.compare.report import AlternativeReport

SAME = frozenset({Verdict.IDENTICAL, Verdict.EQUIVALENT})
"""The verdicts on a patch that is upstream's change, in whatever words."""


def closest(alternatives: Iterable[AlternativeReport]) -> AlternativeReport | None:
    """The alternative with the best verdict and of these the one carried most; the first of equals.

    None where there is none.
    """
    return min(alternatives, key=_distance, default=None)


def _distance(item: AlternativeReport) -> tuple[int, float]:
    lines, of = item.comparison.carried
    return list(Verdict).index(item.comparison.verdict), -lines / of if of else 0.0
