"""Rules about the form of a header: what DEP-3 says must be there, and how it is written."""

from __future__ import annotations

from collections.abc import Iterator

from debpatch.dep3.rules import Case, Problem, all_rules, rename, revalue, rule
from debpatch.formats.dep3_fields import (
    ACCEPT,
    CATEGORIES,
    DEP3,
    bare_number,
    canonical,
    debian_bug,
    is_dep3,
    loose_date,
    parse_date,
    parse_origin,
    placeholder_in,
    urls_in,
)
from debpatch.formats.dep3_header import Field, Header, HeaderLine

_LONGEST_SYNOPSIS = 80


@rule("description-missing", "error", "syntax")
def description_missing(case: Case) -> Iterator[Problem]:
    """The header has no Description and no Subject, or its first line is empty.

    DEP-3, "Description or Subject (required)": "This obligatory field contains at least a short
    description on the first line." Programs do not find a description outside of these fields.
    """
    if case.header.synopsis:
        return
    field = case.header.first("description", "subject")
    yield Problem(
        field.line if field else None,
        f"{field.name} is empty" if field else "the header has neither Description nor Subject",
        'write "Description:" and one line that says what the patch does',
    )


@rule("origin-missing", "error", "syntax")
def origin_missing(case: Case) -> Iterator[Problem]:
    """The header has no Origin and no Author or From, so nobody knows where the patch is from.

    DEP-3, "Origin (required except if Author is present)".
    """
    if not any(field.text for field in case.header.all("origin", "author", "from")):
        yield Problem(
            None,
            "the header has no Origin and no Author or From",
            'write "Author: Name <address>", or "Origin:" with where the patch was taken from',
        )


@rule("author-missing", "info", "syntax")
def author_missing(case: Case) -> Iterator[Problem]:
    """The header has an Origin and no Author or From, so it does not say whom to ask.

    DEP-3 lets the Author be left out beside an Origin; but if somebody adapted the patch, the
    Origin leads to the author of a different text.
    """
    origin = case.header.first("origin")
    if origin and origin.text and not case.header.first("author", "from"):
        yield Problem(
            origin.line,
            "the header has no Author or From",
            'write "Author: Name <address>" with who wrote this patch, or adapted it',
        )


@rule("last-update-missing", "info", "syntax")
def last_update_missing(case: Case) -> Iterator[Problem]:
    """The header does not say when it was last updated.

    DEP-3, "Last-Update (optional)": "the date when the meta-information was last updated". The Date
    of a mail says the same.
    """
    header = case.header
    if header.fields and not header.first("last-update", "date"):
        yield Problem(
            None, "the header has no Last-Update", f'write "Last-Update: {case.today.isoformat()}"'
        )


@rule("placeholder", "error", "syntax")
def placeholder(case: Case) -> Iterator[Problem]:
    """A field still has the text of the template that it was made from.

    The templates are those of ``dpkg-source --commit`` (dpkg-source(1)) and ``quilt header --dep3``
    (quilt(1)).
    """
    for field in case.header.fields:
        if left := placeholder_in(field.value):
            yield Problem(
                field.line,
                f"{field.name} still has the template's {left!r}",
                "replace it, or remove the field",
            )


@rule("not-utf8", "error", "syntax")
def not_utf8(case: Case) -> Iterator[Problem]:
    """The header has bytes that are not UTF-8.

    DEP-3 builds on the control files of Debian, and these "must be encoded in UTF-8" (Debian
    Policy 5.1).
    """
    bad = [line for line in case.header.lines if _is_damaged(line.text)]
    if bad:
        more = f", and {len(bad) - 1} more" if len(bad) > 1 else ""
        yield Problem(
            bad[0].number,
            f"this line{more} is not UTF-8",
            "convert the text before the diff, for instance with iconv(1)",
        )


def _is_damaged(text: str) -> bool:
    return not text.isascii() and any("\udc80" <= char <= "\udcff" for char in text)


@rule("header-too-long", "warning", "syntax")
def header_too_long(case: Case) -> Iterator[Problem]:
    """There are more than 256 KiB of text before the diff; the rest was not read."""
    if case.header.truncated:
        yield Problem(None, "no diff begins in the first 256 KiB", "shorten the header")


@rule("no-diff", "warning", "syntax")
def no_diff(case: Case) -> Iterator[Problem]:
    """The file has no unified diff.

    dpkg-source(1) and quilt accept such a file silently, and it changes nothing.
    """
    if not case.header.has_diff and not case.header.truncated:
        yield Problem(
            None, "the file has no unified diff", "remove it from the series, or correct the diff"
        )


@rule("several-mails", "warning", "syntax")
def several_mails(case: Case) -> Iterator[Problem]:
    """The file has several mails of git-format-patch(1), and only the first one's header counts.

    DEP-3 describes one header for one patch, at its beginning.
    """
    first, *more = case.header.mails or (0,)
    if first and more:
        yield Problem(
            more[0],
            f"another mail begins here; the file has {len(more) + 1}",
            "give each commit a patch of its own",
        )


@rule("last-update-no-date", "error", "syntax")
def last_update_no_date(case: Case) -> Iterator[Problem]:
    """Last-Update is not a date of the form YYYY-MM-DD.

    DEP-3, "Last-Update (optional)": "It should use the ISO date format YYYY-MM-DD."
    """
    for field in case.header.all("last-update"):
        if parse_date(field.text) is None and not placeholder_in(field.text):
            meant = loose_date(field.text)
            yield Problem(
                field.line,
                f"{field.text!r} is not a date of the form YYYY-MM-DD",
                f'write "{meant}"' if meant else "write the date as YYYY-MM-DD",
                edits=(revalue(case.header, field, str(meant)),) if meant else (),
            )


@rule("field-misspelt", "warning", "syntax")
def field_misspelt(case: Case) -> Iterator[Problem]:
    """A field's name looks like one of DEP-3's but is not, so no program finds it."""
    present = {field.name.lower() for field in case.header.fields}
    for field in case.header.fields:
        if field.name.lower() == field.key or not is_dep3(field.key):
            continue
        name = canonical(field.key)
        is_free = field.key not in present or field.key in {"author", "bug"}
        yield Problem(
            field.line,
            f"{field.name} is not what DEP-3 calls this field",
            f'write "{name}"',
            edits=(rename(case.header, field, name),) if is_free else (),
        )


@rule("bug-number", "warning", "syntax")
def bug_number(case: Case) -> Iterator[Problem]:
    """A Bug field has a number instead of a URL.

    DEP-3, "Bug-<Vendor> or Bug (optional)": "It contains one URL pointing to the related bug".
    """
    for field in case.header.bugs:
        number = bare_number(field.text)
        if number is None:
            continue
        tracker = _TRACKERS.get(field.key)
        url = f"{tracker}{number}" if tracker else None
        yield Problem(
            field.line,
            f"{field.text!r} is not a URL",
            f'write "{url}"' if url else "write the URL of the bug",
            edits=(revalue(case.header, field, url),) if url else (),
        )


_TRACKERS = {
    "bug-debian": "https://bugs.debian.org/",
    "bug-ubuntu": "https://bugs.launchpad.net/bugs/",
}


@rule("bug-several-urls", "warning", "syntax")
def bug_several_urls(case: Case) -> Iterator[Problem]:
    """A Bug field has several URLs.

    DEP-3, "Bug-<Vendor> or Bug (optional)": "It contains one URL pointing to the related bug", and
    the fields "can be used multiple times if several bugs are concerned".
    """
    for field in case.header.bugs:
        urls = urls_in(field.value)
        if len(urls) > 1:
            yield Problem(
                field.line,
                f"{field.name} has {len(urls)} URLs",
                f"write one {field.name} for each",
            )


@rule("bug-old-url", "info", "syntax")
def bug_old_url(case: Case) -> Iterator[Problem]:
    """The URL of a Debian bug has a shorter or safer form."""
    for field in case.header.bugs:
        bug = debian_bug(field.text)
        if bug is None or len(urls_in(field.text)) > 1:
            continue
        number, has_more = bug
        url = f"https://bugs.debian.org/{number}"
        if not has_more and field.text.rstrip("/") != url:
            yield Problem(
                field.line,
                f"{field.text!r} has a newer form",
                f'write "{url}"',
                edits=(revalue(case.header, field, url),),
            )


@rule("origin-category", "warning", "syntax")
def origin_category(case: Case) -> Iterator[Problem]:
    """Origin begins with a word that is not one of its categories.

    DEP-3, "Origin": "The allowed keywords are" upstream, backport, vendor ("for a patch created by
    Debian or another distribution vendor") and other.
    """
    for field in case.header.all("origin"):
        stranger = parse_origin(field.text).stranger
        if stranger and not placeholder_in(field.text):
            yield Problem(
                field.line,
                f"{stranger!r} is not a category of Origin",
                f"begin with one of {', '.join(CATEGORIES)} and a comma, or with the URL",
            )


@rule("field-after-separator", "warning", "syntax")
def field_after_separator(case: Case) -> Iterator[Problem]:
    """A field is below the line of three dashes, where the header has ended.

    DEP-3, "Structure": a line "---" ends the meta-information, as in the mails of Git.
    """
    for field in case.header.late:
        if not placeholder_in(field.text):
            yield Problem(
                field.line,
                f"{field.name} is after the line --- that ends the header",
                "move it above that line",
            )


@rule("field-in-text", "info", "syntax")
def field_in_text(case: Case) -> Iterator[Problem]:
    """A field is inside a paragraph of prose.

    DEP-3, "Structure": the second set of fields starts a paragraph of its own, so a reader that
    keeps to this does not find the field.
    """
    broken = _break_in_description(case.header)
    told = {broken[0].block} if broken else set()
    for field in case.header.fields:
        if not field.opens and field.key in _OWN and field.block not in told:
            told.add(field.block)
            yield Problem(
                field.line,
                f"{field.name} is inside a paragraph of text",
                "put an empty line before it, or move it to the other fields",
            )


_OWN = {*DEP3, "bug-debian", "bug-ubuntu"} - {"from", "subject"}


@rule("description-broken", "warning", "syntax")
def description_broken(case: Case) -> Iterator[Problem]:
    """The long description is broken by an empty line, or by one that is not indented.

    Debian Policy 5.1: a continuation line starts with a space, and an empty one has a dot after
    it. Programs that follow this do not find a field after such a break.
    """
    broken = _break_in_description(case.header)
    if broken is None:
        return
    lost, line = broken
    what = "an empty line" if line.kind == "blank" else "a line that is not indented"
    yield Problem(
        line.number,
        f"{what} ends Description, so {lost.name} on line {lost.line} is lost in its text",
        "begin each line of the long description with a space, an empty one with a space and a dot",
    )


def _break_in_description(header: Header) -> tuple[Field, HeaderLine] | None:
    """The first field lost in what was meant for the long description, and where that breaks."""
    description = header.first("description")
    if description is None:
        return None
    end = description.lines[-1].number
    lost = (f for f in header.fields if not f.opens and f.line > end and is_dep3(f.key))
    for field in lost:
        between = [n for n in header.lines[end : field.line - 1] if n.kind in {"blank", "text"}]
        is_indented = all(line.text[0] in " \t" for line in between if line.kind == "text")
        if between and (field.block == description.block or is_indented):
            return field, between[0]
        if not is_indented:
            return None  # nor is any field after this one in the long description
    return None


_SINGLE = ("origin", "forwarded", "last-update", "applied-upstream", "description")


@rule("field-repeated", "warning", "syntax")
def field_repeated(case: Case) -> Iterator[Problem]:
    """A field that may occur once occurs twice, with the same value or as a second Origin.

    DEP-3 lets only the fields for bugs, authors and reviewers be repeated; python-debian and the
    programs that use it keep the last one only.
    """
    for key in _SINGLE:
        first, *more = case.header.all(key) or (None,)
        for field in more:
            if first and field and (key == "origin" or field.text == first.text):
                yield Problem(
                    field.line,
                    f"{field.name} is already on line {first.line}",
                    "keep one of them",
                )


@rule("synopsis-long", "info", "syntax")
def synopsis_long(case: Case) -> Iterator[Problem]:
    """The short description has more than 80 characters.

    DEP-3, "Description or Subject (required)": "It's recommended to keep each line shorter than 80
    characters."
    """
    field = case.header.first("description", "subject")
    length = len(case.header.synopsis)
    if field and length > _LONGEST_SYNOPSIS:
        yield Problem(
            field.line,
            f"the short description has {length} characters",
            "keep it below 80, and write the rest into the long description",
        )


@rule("author-without-address", "info", "syntax")
def author_without_address(case: Case) -> Iterator[Problem]:
    """An Author or From has no mail address.

    DEP-3, "Author or From (optional)": it records "the name and email of the patch author".
    """
    for field in case.header.all("author", "from"):
        if field.text and "@" not in field.text and not placeholder_in(field.text):
            yield Problem(
                field.line, f"{field.text!r} has no mail address", 'write "Name <address>"'
            )


@rule("acceptance-unknown", "warning", "syntax")
def acceptance_unknown(case: Case) -> Iterator[Problem]:
    """X-Debpatch-Accept names a rule that does not exist, so it accepts nothing."""
    known = {known.id for known in all_rules()}
    for field in case.header.all(ACCEPT):
        for name in accepted_by(field.text):
            if name not in known:
                yield Problem(
                    field.line,
                    f"{name!r} is not a rule",
                    "use a name from validate-dep3 --list-rules",
                )


def accepted_by(value: str) -> tuple[str, ...]:
    """The rule ids at the beginning of an X-Debpatch-Accept; what follows is the reason."""
    ids: list[str] = []
    for word in value.split():
        ids.append(word.rstrip(",:"))
        if not word.endswith(","):
            break
    return tuple(ids)
