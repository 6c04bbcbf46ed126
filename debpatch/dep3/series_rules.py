"""Rules about a series: which patches it lists, and how."""

from __future__ import annotations

from collections.abc import Iterator

from debpatch.dep3.case import Listing
from debpatch.dep3.rules import Problem, rule


@rule("series-missing-patch", "error", "series")
def series_missing_patch(listing: Listing) -> Iterator[Problem]:
    """The series lists a patch that is not there, so the package does not unpack.

    dpkg-source(1), "Format: 3.0 (quilt)".
    """
    for entry in listing.entries:
        if entry.name not in listing.files:
            yield Problem(
                entry.line, f"there is no {entry.name}", "add the patch, or remove the line"
            )


@rule("series-duplicate", "error", "series")
def series_duplicate(listing: Listing) -> Iterator[Problem]:
    """The series lists a patch twice."""
    seen: dict[str, int] = {}
    for entry in listing.entries:
        first = seen.setdefault(entry.name, entry.line)
        if first != entry.line:
            yield Problem(
                entry.line, f"{entry.name} stands on line {first} already", "remove one of the two"
            )


@rule("series-strip", "warning", "series")
def series_strip(listing: Listing) -> Iterator[Problem]:
    """A patch is applied with another strip level than 1.

    dpkg-source(1): patches of 3.0 (quilt) packages are applied with ``-p1``, whatever the series
    says.
    """
    for entry in listing.entries:
        if entry.strip != 1:
            yield Problem(
                entry.line,
                f"-p{entry.strip}, and dpkg-source applies with -p1",
                "refresh the patch: quilt refresh -p1",
            )


@rule("series-unlisted", "warning", "series")
def series_unlisted(listing: Listing) -> Iterator[Problem]:
    """A patch lies in the folder, and no series lists it, not even in a comment."""
    listed = {entry.name for entry in listing.entries} | listing.mentioned
    for name in sorted(listing.files - listed):
        if name.endswith((".patch", ".diff", ".dpatch")):
            yield Problem(
                None, f"no series lists {name}", "list it, or remove it, or list it in a comment"
            )
