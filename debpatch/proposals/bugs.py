"""Bugs that a change is about, as a user names them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

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
            raise DebpatchError(f"{text!r} is no bug of Debian's; give its number, as in 1140745")
        found.append(int(number[1]))
    addresses = tuple(dict.fromkeys(urls))
    for url in addresses:
        if not _URL.fullmatch(url):
            raise DebpatchError(f"{url!r} is no address of a bug; give it as https://...")
    return Bugs(addresses, tuple(dict.fromkeys(found)))
