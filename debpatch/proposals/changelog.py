"""A new entry on top of a package's changelog, deb-changelog(5)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.utils import format_datetime

from debpatch.errors import DebpatchError
from debpatch.package.source_package import SourcePackage
from debpatch.proposals.uploader import Occasion
from debpatch.proposals.versions import Upload

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
