"""A source package with patches added to its series and its changelog, as the files that change."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path, PurePosixPath
from typing import TypeVar

from debpatch.errors import DebpatchError
from debpatch.formats.series import PATCHES, SERIES_FILES
from debpatch.package.source_package import SourcePackage
from debpatch.proposals.request import Occasion
from debpatch.proposals.versions import Upload

_FORMAT = "debian/source/format"


@dataclass(frozen=True, slots=True)
class NewPatch:
    """A patch to add: its name below debian/patches, its bytes."""

    name: str
    data: bytes


def require_series(package: SourcePackage) -> None:
    """Raise DebpatchError where dpkg-source would not apply a series to the package."""
    written = (package.read(_FORMAT) or b"1.0").decode("utf-8", "replace").strip()
    if written == "3.0 (quilt)" or (written == "1.0" and package.series):
        return
    kind = "a native package" if "native" in written else f"of source format {written!r}"
    raise DebpatchError(
        f"{package.location}: is {kind} and has no quilt series; cherry-pick the commits in its "
        "own repository"
    )


def require_folder(package: SourcePackage) -> Path:
    """The folder of the package; raises DebpatchError where there is none to write to."""
    if package.root is None:
        raise DebpatchError(
            f"{package.location}: is packed, or a patch queue; unpack it (dpkg-source -x, gbp "
            "pq export) and give the directory"
        )
    return package.root


def added(package: SourcePackage, patches: Sequence[NewPatch], entry: str) -> Mapping[str, bytes]:
    """The files that change, by path, when ``patches`` and a changelog ``entry`` are added."""
    path, series = series_file(package)
    if series and not series.endswith(b"\n"):
        series += b"\n"
    names = b"".join(patch.name.encode() + b"\n" for patch in patches)
    return {
        **{f"{PATCHES}/{patch.name}": patch.data for patch in patches},
        path: series + names,
        CHANGELOG: prepended(package, entry),
    }


def series_file(package: SourcePackage) -> tuple[str, bytes]:
    """The path of the series that counts, and what is in it; a new one if there is none."""
    for path in SERIES_FILES:
        data = package.read(path)
        if data is not None:
            return path, data
    return SERIES_FILES[-1], b""


def shorthand(package: SourcePackage) -> str:
    """How the package's changelog calls debian/patches: in full, or ``d/patches``."""
    changelog = package.read(CHANGELOG) or b""
    in_full = changelog.count(f"{PATCHES}/".encode())
    return PATCHES if in_full > changelog.count(b" d/patches/") else "d/patches"


def patch_files(package: SourcePackage) -> Iterator[str]:
    """The names that a new patch cannot have: of the series, and of files that are not in it."""
    yield from (entry.name for entry in package.series)
    if package.root is not None:
        folder = package.root / PATCHES
        yield from (file.relative_to(folder).as_posix() for file in folder.rglob("*"))


# -- names for new patches, by the scheme that a package's series already has ----------------------

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


# -- a new entry on top of a package's changelog, deb-changelog(5) ---------------------------------


CHANGELOG = "debian/changelog"
_WIDTH = 79


@dataclass(frozen=True, slots=True)
class Item:
    """A change and the bugs that it closes; ``parts`` are what it consists of."""

    text: str
    closes: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()


NOT_OURS = Item("Non-maintainer upload.")
"""What an entry by somebody else begins with, Developer's Reference 5.11.3."""


def require_finished(package: SourcePackage) -> None:
    """Raise DebpatchError where the top entry is unfinished, so that nobody knows its version."""
    if package.distribution == "UNRELEASED":
        raise DebpatchError(
            f"{package.location}: the changelog's top entry, {package.version}, is UNRELEASED; "
            "release it first (dch -r), or remove it"
        )


def write_entry(
    package: SourcePackage, upload: Upload, items: Iterable[Item], occasion: Occasion
) -> str:
    """The entry for ``upload``, with an empty line at its end."""
    from debian.changelog import Changelog

    changelog = Changelog()
    changelog.new_block(
        package=package.name,
        version=str(upload.version),
        distributions=upload.distribution,
        urgency=upload.urgency,
        author=str(occasion.uploader),
        date=format_datetime(occasion.now),
    )
    for line in ("", *(line for item in items for line in _lines(item)), ""):
        changelog.add_change(line)
    return f"{str(changelog).strip()}\n\n"


def prepended(package: SourcePackage, entry: str) -> bytes:
    """The package's changelog with ``entry`` on top, the rest of it byte for byte as it was."""
    return entry.encode() + (package.read(CHANGELOG) or b"")


def closes(numbers: Sequence[int]) -> str:
    """What closes bugs in a changelog: ``Closes: #1, #2``."""
    return f"Closes: {', '.join(f'#{number}' for number in numbers)}" if numbers else ""


def _lines(item: Item) -> list[str]:
    closing = f" ({closes(item.closes)})" if item.closes else ""
    text = f"{item.text}{closing}{':' if item.parts else ''}"
    lines = _wrapped(text, "  * ", "    ")
    for part in item.parts:
        lines += _wrapped(part, "    - ", "      ")
    return lines


def _wrapped(text: str, first: str, following: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=following,
        break_long_words=False,
        break_on_hyphens=False,
    )
