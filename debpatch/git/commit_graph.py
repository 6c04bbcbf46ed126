"""Commits as numbers: whose parent is whose, in columns, so that a million take little memory.

A commit has a number as soon as it is heard of, as itself or as somebody's parent. Numbers mean
nothing outside of their graph. They only come from the order in which things were read, so nothing
that is told may depend on them: what is told in an order is told by age.

The age of a commit is its corrected date, as in Git's generation number v2 (commit-graph(5)): the
committer's date, or the second after the youngest parent's age where that is later. So a child is
always younger than its parents, however wrong the clocks were, and the order follows from the
commits alone.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise

NONE = -1
"""Stands for the number of a commit that is not there: the first parent of a root."""
_NOT_YET = -1


class CommitGraph:
    """The columns, by number; all commits that were read have their parents here.

    ``first`` is the number of the first parent, ``others`` those of a merge's further parents.
    ``dates`` are the committers', in Unix seconds.
    """

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.first = array("i")
        self.others: dict[int, tuple[int, ...]] = {}
        self.dates = array("q")
        self.ages = array("q")
        self._numbers: dict[str, int] = {}
        self._read = bytearray()

    def __len__(self) -> int:
        """How many commits have a number."""
        return len(self.ids)

    def number(self, sha: str) -> int | None:
        """The number of a commit that was read; None for others."""
        number = self._numbers.get(sha)
        return None if number is None or not self._read[number] else number

    def number_of_any(self, sha: str) -> int | None:
        """The number of a commit that was heard of; None for others."""
        return self._numbers.get(sha)

    def parents(self, number: int) -> tuple[int, ...]:
        """The numbers of a commit's parents."""
        first = self.first[number]
        return () if first == NONE else (first, *self.others.get(number, ()))

    def parent_ids(self, number: int) -> tuple[str, ...]:
        """The full ids of a commit's parents."""
        return tuple(self.ids[parent] for parent in self.parents(number))

    def add(self, ids: Sequence[str], parents: Sequence[str], dates: Sequence[int]) -> list[int]:
        """Take in commits as they were read, the ids of their parents with blanks between them.

        Gives their numbers.
        """
        self._hear_of([*ids, *" ".join(parents).split()])
        read, first, number_of = self._read, self.first, self._numbers.__getitem__
        numbers = list(map(number_of, ids))
        for number, text, date in zip(numbers, parents, dates, strict=True):
            if not read[number]:
                read[number] = 1
                self.dates[number] = date
                if " " in text:
                    first[number], *others = map(number_of, text.split(" "))
                    self.others[number] = tuple(others)
                elif text:
                    first[number] = number_of(text)
        return numbers

    def _hear_of(self, ids: Iterable[str]) -> None:
        """Give each of ``ids`` a number."""
        known = self._numbers
        new = [sha for sha in dict.fromkeys(ids) if sha not in known]
        known.update(zip(new, range(len(self.ids), len(self.ids) + len(new)), strict=True))
        self.ids += new
        self._read += bytes(len(new))
        for column, value in ((self.first, NONE), (self.dates, 0), (self.ages, _NOT_YET)):
            column.extend([value] * len(new))

    # -- ages --------------------------------------------------------------------------------------

    def by_age(self, numbers: Iterable[int]) -> array[int]:
        """Sort ``numbers``, the youngest first; of commits of one age by their ids."""
        order = array("i", numbers)
        ages = self._known_ages(order)
        order = array("i", sorted(order, key=ages.__getitem__, reverse=True))
        sorted_ages = [ages[number] for number in order]
        for at, (one, other) in enumerate(pairwise(sorted_ages)):
            if one == other and (not at or sorted_ages[at - 1] != one):
                end = at + 2
                while end < len(order) and sorted_ages[end] == one:
                    end += 1
                order[at:end] = array("i", sorted(order[at:end], key=self.ids.__getitem__))
        return order

    def _known_ages(self, numbers: Iterable[int]) -> array[int]:
        ages, dates, first, others = self.ages, self.dates, self.first, self.others
        lacking = [number for number in numbers if ages[number] == _NOT_YET]
        # Nearly always a parent has the older date, and is done before its children.
        for number in sorted(lacking, key=dates.__getitem__):
            parent, date = first[number], dates[number]
            if parent == NONE:
                ages[number] = date
            elif number not in others and (age := ages[parent]) != _NOT_YET:
                ages[number] = date if age < date else age + 1
            else:
                self._work_out_age(number)
        return ages

    def _work_out_age(self, number: int) -> None:
        ages, stack = self.ages, [number]
        while stack:
            number = stack[-1]
            own = [ages[parent] for parent in self.parents(number)]
            if _NOT_YET in own:
                lacking = [p for p in self.parents(number) if ages[p] == _NOT_YET]
                stack += [parent for parent in lacking if self._read[parent]]
            if stack[-1] == number:
                stack.pop()
                ages[number] = max([self.dates[number], *(age + 1 for age in own)])

    # -- what follows from who is whose parent -----------------------------------------------------

    def numbered(self, starts: Mapping[str, int]) -> tuple[list[tuple[int, int]], dict[str, int]]:
        """``starts`` by their numbers, and those that nobody has heard of by their ids."""
        numbers = {sha: self._numbers.get(sha) for sha in starts}
        return (
            [(number, starts[sha]) for sha, number in numbers.items() if number is not None],
            {sha: starts[sha] for sha, number in numbers.items() if number is None},
        )

    def reached(self, starts: Iterable[tuple[int, int]], order: Sequence[int]) -> list[int]:
        """The bits of ``starts`` that come to each commit, by number, from children to parents.

        Only from the commits in ``order``, the youngest first, do bits go on.
        """
        first, others = self.first, self.others
        bits = [0] * (len(self) + 1)  # the last takes what a root passes on
        for number, own in starts:
            bits[number] |= own
        for number in order:
            if own := bits[number]:
                parent = first[number]
                if (known := bits[parent]) != own:
                    # A long line of commits shares one object, which may have a bit for each tag.
                    bits[parent] = known | own if known else own
                if number in others:
                    for parent in others[number]:
                        bits[parent] |= own
        bits[NONE] = 0
        return bits

    def inherited(self, starts: Iterable[tuple[int, int]], order: Sequence[int]) -> list[int]:
        """The bits of ``starts`` that come to each commit of ``order`` from its parents."""
        first, others = self.first, self.others
        bits = [0] * (len(self) + 1)
        for number, own in starts:
            bits[number] |= own
        for number in reversed(order):
            if own := bits[first[number]]:
                bits[number] = bits[number] | own if bits[number] else own
            if number in others:
                for parent in others[number]:
                    bits[number] |= bits[parent]
        return bits

    def heads(self) -> list[str]:
        """The full ids of the commits that are nobody's parent."""
        is_parent = bytearray(len(self) + 1)
        for parent in self.first:
            is_parent[parent] = 1
        for parents in self.others.values():
            for parent in parents:
                is_parent[parent] = 1
        return [sha for sha, has_child in zip(self.ids, is_parent, strict=False) if not has_child]

    @property
    def is_whole(self) -> bool:
        """Whether every commit was read that is somebody's parent."""
        return all(self._read)

    # -- as bytes ----------------------------------------------------------------------------------

    def pack(self, start: int, end: int) -> bytes:
        """The columns of the commits from the number ``start`` to before ``end``, for ``load``.

        They, and those from which they descend, were read.
        """
        numbers = range(start, min(end, len(self)))
        ages = self._known_ages(numbers)
        merges = [(child, parent) for child in numbers for parent in self.others.get(child, ())]
        columns = (
            self.dates[start:end],
            ages[start:end],
            self.first[start:end],
            array("i", chain.from_iterable(merges)),
            bytes.fromhex("".join(self.ids[start:end])),
        )
        return _HEAD.pack(len(numbers), len(merges)) + b"".join(columns)

    def load(self, data: bytes) -> None:
        """Take in what ``pack`` gave; ValueError where that does not follow what is here."""
        if len(data) < _HEAD.size:
            raise ValueError("too short")
        count, merges = _HEAD.unpack_from(data)
        at = _HEAD.size
        columns = []
        for kind, length in (("q", count), ("q", count), ("i", count), ("i", 2 * merges)):
            columns.append(array(kind))
            end = at + length * columns[-1].itemsize
            columns[-1].frombytes(data[at:end])
            at = end
        text = data[at:].hex()
        width = len(text) // (count or 1)
        ids = [text[at : at + width] for at in range(0, len(text), width or 1)]
        self._numbers.update(zip(ids, range(len(self), len(self) + count), strict=True))
        dates, ages, first, others = columns
        self.ids += ids
        self.dates += dates
        self.ages += ages
        self.first += first
        self._read += b"\1" * count
        self._load_merges(others[::2], others[1::2])
        if len(self._numbers) != len(self.ids) or len(self.first) != len(self.ids):
            raise ValueError("wrong columns")

    def _load_merges(self, children: Sequence[int], parents: Sequence[int]) -> None:
        merges = dict(zip(children, zip(parents), strict=True))
        if len(merges) < len(children):  # some have more than two parents
            merges = {}
            for child, parent in zip(children, parents, strict=True):
                merges[child] = (*merges.get(child, ()), parent)
        self.others.update(merges)


_HEAD = struct.Struct("=2i")
