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
from itertools import pairwise

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

    def add(
        self, ids: Sequence[str], parents: Sequence[str], dates: Sequence[int]
    ) -> tuple[list[int], list[int]]:
        """Take in commits as they were read, the ids of their parents with blanks between them.

        Gives the numbers of all of them, and of those that are new.
        """
        self._hear_of([*ids, *" ".join(parents).split()])
        read, first, number_of = self._read, self.first, self._numbers.__getitem__
        numbers = list(map(number_of, ids))
        new = []
        for number, text, date in zip(numbers, parents, dates, strict=True):
            if not read[number]:
                read[number] = 1
                new.append(number)
                self.dates[number] = date
                if " " in text:
                    first[number], *others = map(number_of, text.split(" "))
                    self.others[number] = tuple(others)
                elif text:
                    first[number] = number_of(text)
        return numbers, new

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

    # -- as bytes, in which numbers count from 0 ---------------------------------------------------

    def pack(self, numbers: Sequence[int]) -> bytes:
        """The columns of the commits ``numbers``, which were read, for ``unpack``."""
        here = {number: at for at, number in enumerate(numbers)}
        beyond: list[int] = []
        first, others = array("i"), array("i")
        for number in numbers:
            for place, parent in enumerate(self.parents(number) or (NONE,)):
                at = here.setdefault(parent, len(here)) if parent != NONE else NONE
                if at == len(numbers) + len(beyond):
                    beyond.append(parent)
                if place == 0:
                    first.append(at)
                else:
                    others.extend((here[number], at))
        ages = self._known_ages(numbers)
        ids = "".join(self.ids[number] for number in (*numbers, *beyond))
        columns = (
            _HEAD.pack(len(numbers), len(beyond), len(others)),
            array("q", [self.dates[number] for number in numbers]),
            array("q", [ages[number] for number in numbers]),
            first,
            others,
            bytes.fromhex(ids),
        )
        return b"".join(columns)

    def unpack(self, data: bytes) -> list[int]:
        """Take in what ``pack`` gave, and give the numbers; ValueError where it is no such thing.

        What is here already stays as it is.
        """
        counts = _HEAD.unpack_from(data)
        at = _HEAD.size
        columns = []
        for kind, length in zip("qqii", (counts[0], counts[0], counts[0], counts[2]), strict=True):
            column = array(kind)
            end = at + length * column.itemsize
            column.frombytes(data[at:end])
            columns.append(column)
            at = end
        dates, ages, first, others = columns
        text = data[at:].hex()
        width = len(text) // (sum(counts[:2]) or 1)
        ids = [text[at : at + width] for at in range(0, len(text), width)]
        if len(first) != counts[0] or len(ids) != sum(counts[:2]):
            raise ValueError("wrong columns")
        if self.ids:
            return self._take_in(ids, dates, ages, first, others)
        self.ids, self.dates, self.ages, self.first = ids, dates, ages, first
        self._numbers = dict(zip(ids, range(len(ids)), strict=True))
        self._read = bytearray(b"\1") * counts[0] + bytes(counts[1])
        for column, value in ((dates, 0), (ages, _NOT_YET), (first, NONE)):
            column.extend([value] * counts[1])
        self.others = dict(zip(others[::2], zip(others[1::2]), strict=True))
        if len(self.others) * 2 < len(others):  # some have more than two parents
            self.others = {}
            for child, parent in zip(others[::2], others[1::2], strict=True):
                self.others[child] = (*self.others.get(child, ()), parent)
        return list(range(counts[0]))

    def _take_in(
        self, ids: list[str], dates: array[int], ages: array[int], first: array[int],
        others: array[int],
    ) -> list[int]:  # fmt: skip
        parents = [ids[parent] if parent != NONE else "" for parent in first]
        for child, parent in zip(others[::2], others[1::2], strict=True):
            parents[child] += f" {ids[parent]}"
        numbers, _ = self.add(ids[: len(first)], parents, dates)
        for number, age in zip(numbers, ages, strict=True):
            self.ages[number] = age
        return numbers


_HEAD = struct.Struct("=3i")
