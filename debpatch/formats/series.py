"""The quilt series: which patches a package carries, in which order."""

from __future__ import annotations

import re
from dataclasses import dataclass

from debpatch.errors import DebpatchError
from debpatch.formats.paths import is_inside

PATCHES = "debian/patches"

SERIES_FILES = (f"{PATCHES}/debian.series", f"{PATCHES}/series")
"""Where the series is, first match first: dpkg-source(1) prefers the vendor's own."""

# quilt also knows -pab, which means -p1.
_STRIP = re.compile(r"(?<!\S)-p ?([0-9]{1,3})(?!\S)")


@dataclass(frozen=True, slots=True)
class SeriesEntry:
    """One patch of a series.

    ``name`` is its path below ``debian/patches``, ``strip`` the number of leading path components
    to take off the names in the patch (``patch -p``), ``reverse`` whether it is applied in reverse
    (``patch -R``), ``line`` its line in the series file, from 1.
    """

    name: str
    strip: int
    reverse: bool
    line: int

    @property
    def path(self) -> str:
        """The patch's path in the package."""
        return f"{PATCHES}/{self.name}"


def parse_series(data: bytes, *, where: str = "series") -> tuple[SeriesEntry, ...]:
    """Read a series file, as quilt(1) and dpkg-source(1) do; ``where`` names it in errors.

    ``-pN`` and ``-R`` are understood, other options to patch(1) are ignored as dpkg-source ignores
    them. A name that leads out of ``debian/patches`` is a DebpatchError.
    """
    entries = []
    for number, line in enumerate(data.splitlines(), 1):
        words = [word.decode("utf-8", "surrogateescape") for word in line.split()]
        comment = next((n for n, word in enumerate(words) if word.startswith("#")), len(words))
        if comment == 0:
            continue
        name, *options = words[:comment]
        if not is_inside(name):
            raise DebpatchError(
                f"{where}:{number}: {name!r} leads out of {PATCHES}; name a file in it"
            )
        strip = _STRIP.findall(" ".join(options)) or ["1"]
        entries.append(SeriesEntry(name, int(strip[-1]), "-R" in options, number))
    return tuple(entries)
