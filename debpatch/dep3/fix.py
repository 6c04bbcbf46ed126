"""Mend a header: what the findings prove, and not a byte more.

The diff is never touched, nor is prose. New fields go to the fields that are there; where a header
has none that could take them, they open a paragraph of their own before its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from debpatch.dep3.rules import Edit, revalue
from debpatch.dep3.targets import PatchFile, PatchSet
from debpatch.dep3.validate import Finding, HeaderReport
from debpatch.errors import DebpatchError
from debpatch.files import write_file
from debpatch.formats.dep3_fields import is_dep3
from debpatch.formats.dep3_header import LIMIT, Header, HeaderLine, is_among_trailers, read_header

_ORDER = ("Origin", "Bug-Debian", "Applied-Upstream", "Last-Update")  # DEP-3's own


def mend(data: bytes, findings: Iterable[Finding], today: date) -> bytes:
    """Give the patch ``data`` with the certain mendings of ``findings``, or ``data`` itself.

    ``Last-Update`` becomes ``today`` where anything else changes. Headers in comments, as dpatch
    has them, headers beyond LIMIT and files of several mails are left alone. Raises DebpatchError
    where the result would not read back as it was meant, which is an error of debpatch's.
    """
    header = read_header(data)
    edits, adds = _wanted(findings)
    if not (edits or adds) or header.layout == "dpatch" or len(header.mails) > 1:
        return data
    edits, adds = _dated(header, edits, adds, today)
    head = _applied(header.data, [*edits, *_insertion(header, adds)])
    if header.truncated or len(head) > LIMIT:
        return data
    mended = head + data[len(header.data) :]
    _verify(header, read_header(mended), len(head), adds)
    return mended


def mended(
    target: PatchSet, reports: Iterable[HeaderReport], today: date
) -> Iterator[tuple[PatchFile, bytes, bytes]]:
    """The patches of ``target`` that ``mend`` changes, each with its text before and after."""
    patches = {patch.path: patch for patch in target.patches}
    for report in reports:
        if report.name is not None:
            data = patches[report.path].read()
            new = mend(data, report.findings, today)
            if new != data:
                yield patches[report.path], data, new


def write(patch: PatchFile, data: bytes) -> None:
    """Replace the patch's file by ``data`` at once, its mode kept.

    Raises DebpatchError where the patch is no file of its own, or cannot be written.
    """
    file = patch.file
    if file is None or file.is_symlink():
        kind = "is a symbolic link" if file else "is not a file on disk"
        raise DebpatchError(f"{patch.path}: {kind}; see with --diff what would change")
    write_file(file, [data])


def _wanted(findings: Iterable[Finding]) -> tuple[list[Edit], list[tuple[str, str]]]:
    """The edits that do not overlap, and the fields to add, in DEP-3's order."""
    edits: list[Edit] = []
    adds: dict[tuple[str, str], None] = {}
    taken: set[int] = set()
    for finding in findings:
        places = [place for edit in finding.edits for place in range(edit.start, edit.end)]
        if taken.isdisjoint(places):
            taken.update(places)
            edits.extend(finding.edits)
        adds |= dict.fromkeys(finding.adds)
    return edits, sorted(adds, key=lambda add: _ORDER.index(add[0]))


def _dated(
    header: Header, edits: list[Edit], adds: list[tuple[str, str]], today: date
) -> tuple[list[Edit], list[tuple[str, str]]]:
    """Bring Last-Update up to date, unless nothing but its form is mended."""
    field = header.first("last-update")
    if field is None:
        return edits, [*adds, ("Last-Update", today.isoformat())]
    update = revalue(header, field, today.isoformat())
    others = [edit for edit in edits if not _overlap(edit, update)]
    return ([*others, update] if others or adds else edits), adds


def _overlap(one: Edit, other: Edit) -> bool:
    return one.start < other.end and other.start < one.end


def _applied(head: bytes, edits: Sequence[Edit]) -> bytes:
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        head = head[: edit.start] + edit.new + head[edit.end :]
    return head


# -- where new fields go ---------------------------------------------------------------------------

_OF_MAILS = {"from", "subject", "reviewed-by", "acked-by"}


def _insertion(header: Header, adds: Sequence[tuple[str, str]]) -> list[Edit]:
    if not adds:
        return []
    eol = b"\r\n" if b"\r\n" in header.data.split(b"\n", 1)[0] + b"\n" else b"\n"
    text = b"".join(f"{name}: {value}".encode() + eol for name, value in adds)
    anchor = _last_field_line(header) or _last_line(header)
    if anchor is None:
        is_ended = any(line.kind == "separator" for line in header.lines)
        return [Edit(0, 0, text + (b"" if is_ended else b"---" + eol))]
    begins = b"" if header.data[: anchor.end].endswith(b"\n") else eol
    if _last_field_line(header) is None:
        begins += eol
    return [Edit(anchor.end, anchor.end, begins + text)]


def _last_field_line(header: Header) -> HeaderLine | None:
    """The last line of the fields that new ones can join.

    These are DEP-3's own, the trailers at the end of a mail, or all there are outside of a mail;
    the first fields of a mail are Git's to write.
    """
    fields = [field for field in header.fields if field.opens]
    own = [field for field in fields if is_dep3(field.key) and field.key not in _OF_MAILS]
    if not own and header.layout in {"git", "git-dep3"}:
        return _last_trailer(header)
    block = (own or fields)[-1 if own else 0].block if fields else None
    joined = [field for field in fields if field.block == block]
    return joined[-1].lines[-1] if joined else None


def _last_trailer(header: Header) -> HeaderLine | None:
    """The last line of a mail's body, if a paragraph of trailers ends it."""
    last = _last_line(header)
    field = header.fields[-1] if header.fields else None
    if last is None or field is None or not field.opens or field.block == header.fields[0].block:
        return None
    after = header.lines[field.lines[-1].number : last.number]
    return last if all(is_among_trailers(line.text) for line in after) else None


def _last_line(header: Header) -> HeaderLine | None:
    """The last line of the header that says something."""
    lines = [line for line in header.lines if line.kind not in {"blank", "separator", "after"}]
    return lines[-1] if lines else None


# -- the proof -------------------------------------------------------------------------------------


def _verify(old: Header, new: Header, length: int, adds: Iterable[tuple[str, str]]) -> None:
    """Raise DebpatchError unless the new header says what the old one did, and the new fields."""
    has_fields = {(field.key, field.text) for field in new.fields if field.opens}
    is_whole = (
        len(new.data) == length
        and _prose(old) == _prose(new)
        and all((name.lower(), value) in has_fields for name, value in adds)
    )
    if not is_whole:
        raise DebpatchError(
            "internal error: the corrected header cannot be read again; nothing was changed"
        )


def _prose(header: Header) -> list[str]:
    kinds = {"text", "lead", "after"}
    return [line.text for line in header.lines if line.kind in kinds and line.text.strip()]
