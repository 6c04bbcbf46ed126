"""Rules about what a header says: fields whose values contradict DEP-3 or each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from debpatch.dep3.rules import Case, Listing, Problem, rename, revalue, rule
from debpatch.formats.dep3_fields import (
    debian_bug,
    meant_forwarded,
    parse_date,
    parse_forwarded,
    parse_origin,
    placeholder_in,
    remarked_forwarded,
    says_not_applied,
    urls_in,
)
from debpatch.formats.dep3_header import Header


@rule("debian-bug-in-bug", "warning", "semantics")
def debian_bug_in_bug(case: Case) -> Iterator[Problem]:
    """Bug has a bug in Debian's tracker.

    DEP-3, "Bug-<Vendor> or Bug": "The Bug field is reserved for the bug URL in the upstream bug
    tracker."
    """
    known = {debian_bug(field.text) for field in case.header.all("bug-debian")}
    for field in case.header.all("bug"):
        bug = debian_bug(field.text)
        if bug:
            is_told = bug in known
            yield Problem(
                field.line,
                "Bug is for upstream's tracker, but this bug is in Debian's",
                "remove it; Bug-Debian already has it" if is_told else 'write "Bug-Debian"',
                edits=() if is_told else (rename(case.header, field, "Bug-Debian"),),
            )


@rule("forwarded-without-link", "warning", "semantics")
def forwarded_without_link(case: Case) -> Iterator[Problem]:
    """Forwarded says yes, but the header does not link to where.

    DEP-3, "Forwarded (optional)": "Ideally the value is an URL proving that it has been
    forwarded".
    """
    field = case.header.first("forwarded")
    if field and field.text.strip().lower() in {"yes", "true"} and not _has_link(case.header):
        yield Problem(
            field.line,
            "the header says that the patch was forwarded, but not where",
            "write the URL of the mail, the bug or the pull request",
        )


def _has_link(header: Header) -> bool:
    """Whether anything but a bug of Debian's is linked to before the header ends."""
    text = "\n".join(line.text for line in header.lines if line.kind != "after")
    return any(debian_bug(url) is None for url in urls_in(text))


@rule("forwarded-near-miss", "warning", "semantics")
def forwarded_near_miss(case: Case) -> Iterator[Problem]:
    """Forwarded has a value that looks like a keyword but is not, so that it means yes.

    DEP-3, "Forwarded": "Any value other than 'no' or 'not-needed' means that the patch has been
    forwarded upstream."
    """
    for field in case.header.all("forwarded"):
        meant = meant_forwarded(field.text)
        if meant:
            yield Problem(
                field.line,
                f"{field.text!r} is not a keyword of DEP-3, and means that the patch was forwarded",
                f'write "{meant}"',
                edits=(revalue(case.header, field, meant),),
            )


@rule("forwarded-remark", "info", "semantics")
def forwarded_remark(case: Case) -> Iterator[Problem]:
    """Forwarded has a remark after its keyword, so that by DEP-3 it means yes.

    DEP-3, "Forwarded": "Any value other than 'no' or 'not-needed' means that the patch has been
    forwarded upstream."
    """
    for field in case.header.all("forwarded"):
        keyword = remarked_forwarded(field.text)
        if keyword and not meant_forwarded(field.text):
            yield Problem(
                field.line,
                f"by DEP-3 only a bare {keyword!r} says so",
                "move the reason into the description",
            )


@rule("date-in-future", "warning", "semantics")
def date_in_future(case: Case) -> Iterator[Problem]:
    """Last-Update is in the future."""
    for field in case.header.all("last-update"):
        day = parse_date(field.text)
        # Somewhere it is tomorrow already.
        if day and day > case.today + timedelta(days=1):
            yield Problem(field.line, f"{day} is in the future", "write the day of the last change")


@rule("applied-upstream-negative", "warning", "semantics")
def applied_upstream_negative(case: Case) -> Iterator[Problem]:
    """Applied-Upstream says that upstream did not apply the patch, but its presence says it did.

    DEP-3, "Applied-Upstream (optional)": "can be used to document the fact that the patch has been
    applied upstream".
    """
    for field in case.header.all("applied-upstream"):
        if says_not_applied(field.text):
            yield Problem(
                field.line,
                "Applied-Upstream says that the patch was not applied",
                "remove the field, and say in the description what upstream answered",
            )


_ONE_TRUTH = ("forwarded", "last-update", "applied-upstream", "description")


@rule("fields-disagree", "warning", "semantics")
def fields_disagree(case: Case) -> Iterator[Problem]:
    """A field that may occur once occurs twice, with different values."""
    for key in _ONE_TRUTH:
        first, *more = case.header.all(key) or (None,)
        for field in more:
            if first and field and field.text != first.text:
                yield Problem(
                    field.line,
                    f"{field.name} has another value on line {first.line}",
                    "keep the one that is true",
                )


@rule("not-needed-but-upstream", "info", "semantics")
def not_needed_but_upstream(case: Case) -> Iterator[Problem]:
    """The patch comes from upstream, but Forwarded says that it is specific to the vendor.

    DEP-3, "Forwarded": it "is really required only if the patch is vendor specific, in that case
    its value should be 'not-needed'". What came from upstream needs no Forwarded; an adaptation may
    well be of use to upstream's stable branch.
    """
    header = case.header
    field, origin = header.first("forwarded"), header.first("origin")
    if not (field and origin) or parse_forwarded(field.text) != "not-needed":
        return
    category = parse_origin(origin.text).category
    if category in {"upstream", "backport"}:
        yield Problem(
            field.line,
            f"Origin says {category}, but Forwarded that the patch is specific to the vendor",
            "remove Forwarded, or write where the adaptation was sent",
        )


@rule("not-forwarded-but-bug", "info", "semantics")
def not_forwarded_but_bug(case: Case) -> Iterator[Problem]:
    """Upstream has a bug for it, but Forwarded says that upstream does not know.

    DEP-3, "Forwarded": "If the field is missing, its implicit value is 'yes' if the Bug field is
    present".
    """
    header = case.header
    field, bug = header.first("forwarded"), header.first("bug")
    if not (field and bug) or debian_bug(bug.text) or placeholder_in(bug.text):
        return
    if parse_forwarded(field.text) != "yes" and urls_in(bug.text):
        yield Problem(
            field.line,
            f"Forwarded says {field.text}, but Bug on line {bug.line} is in upstream's tracker",
            "remove Forwarded if the patch is in that bug, or write where it is",
        )


# -- rules about a series: which patches it lists, and how -----------------------------------------


@rule("series-missing-patch", "error", "series")
def series_missing_patch(listing: Listing) -> Iterator[Problem]:
    """The series lists a patch that does not exist, so the package does not unpack.

    dpkg-source(1), "Format: 3.0 (quilt)".
    """
    for entry in listing.entries:
        if entry.name not in listing.files:
            yield Problem(
                entry.line, f"{entry.name} does not exist", "add the patch, or remove the line"
            )


@rule("series-duplicate", "error", "series")
def series_duplicate(listing: Listing) -> Iterator[Problem]:
    """The series lists a patch twice."""
    seen: dict[str, int] = {}
    for entry in listing.entries:
        first = seen.setdefault(entry.name, entry.line)
        if first != entry.line:
            yield Problem(
                entry.line, f"{entry.name} is already on line {first}", "remove one of the two"
            )


@rule("series-strip", "warning", "series")
def series_strip(listing: Listing) -> Iterator[Problem]:
    """A patch is applied with a strip level other than 1.

    dpkg-source(1): patches of 3.0 (quilt) packages are applied with ``-p1``, whatever the series
    says.
    """
    for entry in listing.entries:
        if entry.strip != 1:
            yield Problem(
                entry.line,
                f"-p{entry.strip}, but dpkg-source applies patches with -p1",
                "refresh the patch: quilt refresh -p1",
            )


@rule("series-unlisted", "warning", "series")
def series_unlisted(listing: Listing) -> Iterator[Problem]:
    """A patch is in the directory, but no series lists it, not even in a comment."""
    listed = {entry.name for entry in listing.entries} | listing.mentioned
    for name in sorted(listing.files - listed):
        if name.endswith((".patch", ".diff", ".dpatch")):
            yield Problem(
                None, f"no series lists {name}", "list it, or remove it, or list it in a comment"
            )
