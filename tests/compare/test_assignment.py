"""The assignment is the best there is: as good as trying all of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from hypothesis import example, given
from hypothesis import strategies as st

from debpatch.compare.assignment import assign

SIZE = 6
PRICE = 0.25
# Tenths tie often, which is where a method that takes pairs one after the other goes wrong.
GAINS = st.dictionaries(
    st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)),
    st.integers(0, 10).map(lambda tenths: tenths / 10) | st.floats(0, 1),
    max_size=SIZE * SIZE,
)


def best_sum(gains: Mapping[tuple[int, int], float]) -> float:
    """The greatest sum that any assignment gives, found by trying all."""

    @cache
    def best(left: int, taken: int) -> float:
        if left == SIZE:
            return 0.0
        sums = [
            gains[left, right] - PRICE + best(left + 1, taken | 1 << right)
            for right in range(SIZE)
            if (left, right) in gains and not taken >> right & 1
        ]
        return max([best(left + 1, taken), *sums])

    return best(0, 0)


@given(GAINS)
@example({(0, 0): 0.9, (0, 1): 0.8, (1, 0): 0.8})  # the greatest pair is not in the greatest sum
def test_no_assignment_is_better(gains: dict[tuple[int, int], float]) -> None:
    pairs = assign(gains, PRICE)

    assert len(set(pairs.values())) == len(pairs)
    assert all(gains[pair] > PRICE for pair in pairs.items())
    assert abs(sum(gains[pair] - PRICE for pair in pairs.items()) - best_sum(gains)) < 1e-9
