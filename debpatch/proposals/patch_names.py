"""Names for new patches, by the scheme that a package's series already has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeVar

_T = TypeVar("_T")

_LONGEST = 50  # letters of a subject, so that a line of the changelog holds the name
_CVE = re.compile(r"\bCVE-\d{4}-\d{4,}\b", re.IGNORECASE)
_NUMBERED = re.compile(r"^(\d{2,4})[-_]")


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a package names its patches.

    ``folder`` is below debian/patches, with a slash at its end, or empty. ``digits`` are those of a
    leading number, 0 where names have none; ``next_number`` is the one that follows.
    """

    folder: str = ""
    suffix: str = ".patch"
    separator: str = "-"
    digits: int = 0
    next_number: int = 1
    lower: bool = True
    by_cve: bool = False


def read_scheme(names: Sequence[str]) -> Scheme:
    """Read the scheme that most of ``names`` follow, the names of a series in order."""
    if not names:
        return Scheme()
    paths = [PurePosixPath(name) for name in names]
    stems = [path.name.removesuffix(path.suffix) for path in paths]
    numbers = [match for path in paths if (match := _NUMBERED.match(path.name))]
    is_numbered = len(numbers) * 2 > len(names)
    words = " ".join(_NUMBERED.sub("", stem, count=1) for stem in stems)
    letters = _CVE.sub("", words)
    return Scheme(
        folder=_folder(paths),
        suffix=_commonest(
            [p.suffix for p in paths if p.suffix in {"", ".patch", ".diff"}], ".patch"
        ),
        separator="_" if words.count("_") > words.count("-") else "-",
        digits=_commonest([len(match[1]) for match in numbers], 4) if is_numbered else 0,
        next_number=max((int(match[1]) for match in numbers), default=0) + 1,
        lower=sum(map(str.isupper, letters)) * 20 <= len(letters),
        by_cve=any(_CVE.match(stem) for stem in stems),
    )


def name_patch(scheme: Scheme, subject: str, message: str, taken: Collection[str]) -> str:
    """A name for the patch with this subject, in a message, that is none of ``taken``.

    Where the package names patches by the CVE that they fix, so is this one, if it is for just one.
    """
    cves = {cve.upper() for cve in _CVE.findall(message)}
    if scheme.by_cve and len(cves) == 1:
        words = cves.pop()
    else:
        plain = re.sub(r"[^A-Za-z0-9._]+", scheme.separator, subject).strip(".-_")
        words = _shortened(plain, scheme.separator) or "patch"
        words = words.lower() if scheme.lower else words
    number = f"{scheme.next_number:0{scheme.digits}d}{scheme.separator}" if scheme.digits else ""
    name = f"{scheme.folder}{number}{words}"
    again = ""
    count = 1
    while f"{name}{again}{scheme.suffix}" in taken:
        count += 1
        again = f"{scheme.separator}{count}"
    return f"{name}{again}{scheme.suffix}"


def _shortened(words: str, separator: str) -> str:
    """The words, cut between two of them where they are too long."""
    if len(words) <= _LONGEST:
        return words
    cut = words[: _LONGEST + 1].rfind(separator)
    return words[: cut if cut > 0 else _LONGEST]


def _folder(paths: Sequence[PurePosixPath]) -> str:
    """Where patches from upstream go: a folder of that name, or the only one there is."""
    folders = {str(path.parent) for path in paths}
    of_upstream = [f for f in folders if re.match(r"(?:upstream|backport)", f, re.IGNORECASE)]
    if len(folders) > 1 and not of_upstream:
        return ""
    counts = Counter(str(path.parent) for path in paths)
    folder = max(of_upstream or folders, key=lambda name: counts[name])
    return "" if folder == "." else f"{folder}/"


def _commonest(values: Sequence[_T], default: _T) -> _T:
    return Counter(values).most_common(1)[0][0] if values else default
