"""Bugs that a change is about, as a user names them."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from debpatch.errors import DebpatchError

_NUMBER = re.compile(r"(?:https?://bugs\.debian\.org/|#)?([1-9]\d{0,7})")
_URL = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True, slots=True)
class Bugs:
    """Bugs of upstream's tracker by address, of Debian's by number."""

    upstream: tuple[str, ...] = ()
    debian: tuple[int, ...] = ()


def read_bugs(urls: Iterable[str] = (), numbers: Iterable[str] = ()) -> Bugs:
    """Read addresses, and numbers with or without ``#`` or the address of Debian's tracker.

    Raises DebpatchError for what is neither.
    """
    found = []
    for text in numbers:
        number = _NUMBER.fullmatch(text.strip())
        if number is None:
            raise DebpatchError(f"{text!r} is not a Debian bug; give its number, such as 1140745")
        found.append(int(number[1]))
    addresses = tuple(dict.fromkeys(urls))
    for url in addresses:
        if not _URL.fullmatch(url):
            raise DebpatchError(f"{url!r} is not the URL of a bug; give it as https://...")
    return Bugs(addresses, tuple(dict.fromkeys(found)))


# -- what Debian's bug tracker says of bugs, where a user wants it asked: it is on the network -----

_PATIENCE = 30.0
"""So many seconds the tracker may be silent."""


@dataclass(frozen=True, slots=True)
class BugReport:
    """A bug as the tracker has it.

    ``source`` is the source package that it is assigned to. ``found`` and ``fixed`` are versions of
    it, or ``SOURCE/VERSION`` of another package.
    """

    number: int
    title: str
    source: str
    severity: str
    tags: tuple[str, ...]
    found: tuple[str, ...]
    fixed: tuple[str, ...]
    archived: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The bugs asked for that the tracker knows; ``problem`` says why it did not answer."""

    reports: tuple[BugReport, ...]
    problem: str | None = None

    def about(self, number: int) -> BugReport | None:
        """The report of this number; None where the tracker has none."""
        return next((report for report in self.reports if report.number == number), None)


def ask_tracker(numbers: Sequence[int]) -> Answer:
    """Look bugs up by their numbers, in one question. Raises nothing: no answer is one as well."""
    if not numbers:
        return Answer(())
    try:
        import debianbts
    except ModuleNotFoundError:
        return Answer((), "python-debianbts is not installed (apt install python3-debianbts)")
    try:
        with _patience():
            return Answer(tuple(map(_report, debianbts.get_status(list(numbers)))))
    except Exception as error:  # the library does not say what it raises where an answer is odd
        return Answer((), " ".join(str(error).split()) or type(error).__name__)


@contextmanager
def _patience() -> Iterator[None]:
    """The library sets no limit of its own."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _report(bug: Any) -> BugReport:
    """Read a ``debianbts.Bugreport``."""
    source = str(bug.source)
    return BugReport(
        number=int(bug.bug_num),
        title=" ".join(str(bug.subject).split()),
        source=source,
        severity=str(bug.severity),
        tags=tuple(map(str, bug.tags)),
        found=_versions(bug.found_versions, source),
        fixed=_versions(bug.fixed_versions, source),
        archived=bool(bug.archived),
    )


def _versions(said: Any, source: str) -> tuple[str, ...]:
    """What the tracker writes as ``SOURCE/VERSION`` or as ``VERSION``."""
    return tuple(str(version).removeprefix(f"{source}/") for version in said or ())
