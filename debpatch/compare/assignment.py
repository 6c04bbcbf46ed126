"""Optimal assignment with a price for staying alone.

Two lists, a gain for some of the pairs: who goes with whom so that the sum is greatest? A pair is
only made where its gain exceeds the price. Most pairs are beyond doubt; the graph of the others
falls into small parts, and each is solved exactly by the Hungarian method (H. W. Kuhn, 1955) in its
form with potentials.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping


def assign(gains: Mapping[tuple[int, int], float], price: float) -> dict[int, int]:
    """Pair left with right so that the sum of (gain - price) is greatest; give left -> right.

    ``gains`` names the possible pairs by (left, right); pairs not named are not made.
    """
    worth = {pair: gain - price for pair, gain in gains.items() if gain > price}
    pairs: dict[int, int] = {}
    while certain := _certain(worth):
        pairs.update(certain)
        taken = set(certain.values())
        worth = {(u, p): w for (u, p), w in worth.items() if u not in certain and p not in taken}
    for lefts, rights in _parts(worth):
        pairs.update(_solve(lefts, rights, worth))
    return pairs


def _certain(worth: Mapping[tuple[int, int], float]) -> dict[int, int]:
    """The pairs worth more than all that their two members could be worth elsewhere.

    Every best assignment has them: from one without, it would pay to part both and join them.
    """
    by_left, by_right = defaultdict(list), defaultdict(list)
    for (left, right), value in worth.items():
        by_left[left].append(value)
        by_right[right].append(value)
    for values in (*by_left.values(), *by_right.values()):
        values[:] = [*sorted(values, reverse=True), 0.0][:2]
    return {
        left: right
        for (left, right), value in worth.items()
        if value == by_left[left][0] == by_right[right][0]
        and value > by_left[left][1] + by_right[right][1]
    }


def _parts(worth: Mapping[tuple[int, int], float]) -> list[tuple[list[int], list[int]]]:
    """The connected parts of the graph of possible pairs."""
    by_left, by_right = defaultdict(list), defaultdict(list)
    for left, right in worth:
        by_left[left].append(right)
        by_right[right].append(left)
    parts = []
    seen: set[int] = set()
    for start in sorted(by_left):
        if start in seen:
            continue
        lefts, rights, todo = {start}, set(), [start]
        while todo:
            for right in by_left[todo.pop()]:
                if right not in rights:
                    rights.add(right)
                    fresh = [left for left in by_right[right] if left not in lefts]
                    lefts.update(fresh)
                    todo += fresh
        seen |= lefts
        parts.append((sorted(lefts), sorted(rights)))
    return parts


def _solve(
    lefts: list[int], rights: list[int], worth: Mapping[tuple[int, int], float]
) -> dict[int, int]:
    """One part, each left either with a right or with a column of its own that costs nothing."""
    if len(lefts) == 1:
        best = max(rights, key=lambda right: (worth.get((lefts[0], right), 0.0), -right))
        return {lefts[0]: best}
    width = len(rights) + len(lefts)
    cost = [
        [-worth.get((left, right), 0.0) for right in rights] + [0.0] * len(lefts) for left in lefts
    ]
    row_of = _hungarian(cost, width)
    return {
        lefts[row]: rights[column]
        for column, row in enumerate(row_of[: len(rights)])
        if row is not None and (lefts[row], rights[column]) in worth
    }


def _hungarian(cost: list[list[float]], width: int) -> list[int | None]:
    """The row that each column is given, so that all rows have one and the sum is least."""
    row_potential = [0.0] * len(cost)
    column_potential = [0.0] * width
    row_of: list[int | None] = [None] * width
    for row in range(len(cost)):
        # Grow a tree of tight edges from `row` until it reaches a free column (Dijkstra).
        slack = [float("inf")] * width
        came_from: list[int | None] = [None] * width
        tree: list[tuple[int, int]] = []  # columns of the tree, each with the row that owns it
        outside = set(range(width))
        column: int | None = None
        current: int | None = row
        while current is not None:
            base = row_potential[current]
            for candidate in outside:
                reduced = cost[current][candidate] - base - column_potential[candidate]
                if reduced < slack[candidate]:
                    slack[candidate], came_from[candidate] = reduced, column
            column = min(outside, key=lambda candidate: (slack[candidate], candidate))
            step = slack[column]
            row_potential[row] += step
            for member, owner in tree:
                row_potential[owner] += step
                column_potential[member] -= step
            for candidate in outside:
                slack[candidate] -= step
            outside.remove(column)
            current = row_of[column]
            if current is not None:
                tree.append((column, current))
        # Turn the edges along the path back to `row`.
        while column is not None:
            previous = came_from[column]
            row_of[column] = row if previous is None else row_of[previous]
            column = previous
    return row_of
