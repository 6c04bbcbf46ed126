"""What ``mend`` changes, and above all what it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from headers import CLEAN, DIFF, MAIL, TODAY, patch
from hypothesis import given
from hypothesis import strategies as st

from debpatch.dep3.fix import mend
from debpatch.dep3.settings import Settings
from debpatch.dep3.targets import PatchFile, PatchSet
from debpatch.dep3.validate import Finding, validate
from debpatch.formats.dep3_header import LIMIT, read_header

ORIGIN = ("Origin", "upstream, commit:1234567")
APPLIED = ("Applied-Upstream", "1.2, commit:1234567")


def findings(data: bytes) -> tuple[Finding, ...]:
    (report,) = validate(PatchSet([PatchFile("x", "x", lambda: data)]), Settings(), TODAY)
    return report.findings


def mended(header: str, *adds: tuple[str, str], diff: str = DIFF, today: date = TODAY) -> str:
    """The header after its findings, and ``adds`` as if something proved them, are mended."""
    data = patch(header, diff)
    found = findings(data)
    proof = Finding("proof", "info", "x", None, "", None, adds=adds)
    result = mend(data, [*found, proof], today)
    assert result.endswith(diff.encode())
    return result[: len(result) - len(diff.encode())].decode()


def test_nothing_to_mend_changes_nothing() -> None:
    data = patch(CLEAN)
    assert mend(data, findings(data), TODAY) is data


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Forwarded: non-needed", "Forwarded: not-needed"),
        ("Forwarded:no", "Forwarded:no"),
        ("Orign:   vendor", "Origin:   vendor"),
        ("Bug: https://bugs.debian.org/123456", "Bug-Debian: https://bugs.debian.org/123456"),
        ("Bug-Debian: #123456", "Bug-Debian: https://bugs.debian.org/123456"),
        ("debian-bug: 123456", "Bug-Debian: https://bugs.debian.org/123456"),
        ("Bug-Ubuntu: 1234", "Bug-Ubuntu: https://bugs.launchpad.net/bugs/1234"),
        ("Bug: 1234", "Bug: 1234"),
        ("Bug-Debian: http://bugs.debian.org/1234  ", "Bug-Debian: https://bugs.debian.org/1234"),
    ],
)
def test_forms_are_mended_in_their_place(before: str, after: str) -> None:
    header = CLEAN.replace("Author:", f"{before}\nAuthor:")
    changed = before != after
    wanted = CLEAN.replace("Author:", f"{after}\nAuthor:")
    assert mended(header) == (wanted.replace("2024-05-01", "2024-06-01") if changed else header)


def test_a_date_in_another_form_keeps_its_day() -> None:
    assert mended(CLEAN.replace("2024-05-01", "2024/5/1")) == CLEAN


def test_a_misspelt_field_that_is_there_already_is_left() -> None:
    header = CLEAN + "Origin: vendor\nOrign: other\n"
    assert mended(header) == header


# -- where new fields go ---------------------------------------------------------------------------


def test_new_fields_join_the_first_block() -> None:
    assert mended(CLEAN + "\nMore text.\n", ORIGIN) == (
        CLEAN.replace("2024-05-01", "2024-06-01")
        + "Origin: upstream, commit:1234567\n\nMore text.\n"
    )


def test_new_fields_come_in_the_order_of_dep3() -> None:
    header = "Subject: Keep still\nAuthor: A <a@example.org>\n"
    assert mended(header, APPLIED, ORIGIN) == (
        f"{header}Origin: upstream, commit:1234567\nApplied-Upstream: 1.2, commit:1234567\n"
        "Last-Update: 2024-06-01\n"
    )


def test_new_fields_join_the_trailers_of_a_mail() -> None:
    assert mended(MAIL, ORIGIN) == MAIL.replace(
        "---\n", "Origin: upstream, commit:1234567\nLast-Update: 2024-06-01\n---\n"
    )


def test_trailers_may_end_with_a_remark() -> None:
    mail = MAIL.replace("---\n", "(cherry picked from commit 1234567)\n---\n")
    assert mended(mail, ORIGIN) == mail.replace(
        "---\n", "Origin: upstream, commit:1234567\nLast-Update: 2024-06-01\n---\n"
    )


def test_new_fields_join_those_that_a_mail_has() -> None:
    mail = MAIL.replace("It did", "Forwarded: no\nLast-Update: 2024-01-01\n\nIt did")
    assert mended(mail, ORIGIN) == mail.replace(
        "Last-Update: 2024-01-01\n", "Last-Update: 2024-06-01\nOrigin: upstream, commit:1234567\n"
    )


def test_a_body_of_prose_gets_a_paragraph_of_fields() -> None:
    mail = MAIL.replace("\nSigned-off-by: Ann Author <ann@example.org>\n", "")
    assert mended(mail, ORIGIN) == mail.replace(
        "---\n", "\nOrigin: upstream, commit:1234567\nLast-Update: 2024-06-01\n---\n"
    )


def test_prose_alone_gets_a_paragraph_of_fields() -> None:
    assert mended("It moved.\n\n", ORIGIN) == (
        "It moved.\n\nOrigin: upstream, commit:1234567\nLast-Update: 2024-06-01\n\n"
    )


def test_no_header_gets_one() -> None:
    assert mended("", ORIGIN) == (
        "Origin: upstream, commit:1234567\nLast-Update: 2024-06-01\n---\n"
    )


def test_crlf_stays_crlf() -> None:
    crlf = CLEAN.replace("\n", "\r\n")
    assert mended(crlf, ORIGIN, diff=DIFF.replace("\n", "\r\n")) == (
        crlf.replace("2024-05-01", "2024-06-01") + "Origin: upstream, commit:1234567\r\n"
    )


def test_comments_and_several_mails_are_left_alone() -> None:
    dpatch = "## DP: Description: Keep still\n"
    assert mended(dpatch, ORIGIN) == dpatch
    twice = MAIL + DIFF + MAIL
    assert mended(twice, ORIGIN) == twice


def test_a_header_that_would_outgrow_what_is_read_is_left_alone() -> None:
    header = "Bug-Debian: http://bugs.debian.org/1234\n" * (LIMIT // 40)
    assert mended(header) == header


def test_a_header_without_a_line_end() -> None:
    assert mended("Subject: Keep still", ORIGIN, diff="") == (
        "Subject: Keep still\nOrigin: upstream, commit:1234567\nLast-Update: 2024-06-01\n"
    )


# -- whatever comes --------------------------------------------------------------------------------

_LINES = st.sampled_from(
    [*MAIL.splitlines(), *CLEAN.splitlines(), "", "---", " folded", "Forwarded: non-needed",
     "Orign: vendor", "Last-Updated: 2024/01/02", "Bug: https://bugs.debian.org/1234",
     "bug-debian: #12", "prose: more", "(cherry picked from commit 1234567)", "# comment",
     "Origin: upstream, https://x.example/1", "d\xe4", "text\r"]
)  # fmt: skip


@given(st.lists(_LINES, max_size=14), st.lists(st.sampled_from([ORIGIN, APPLIED]), max_size=2))
def test_a_second_run_changes_nothing_and_prose_and_diff_stay(
    lines: list[str], adds: list[tuple[str, str]]
) -> None:
    data = patch("".join(f"{line}\n" for line in lines))
    proof = Finding("proof", "info", "x", None, "", None, adds=tuple(adds))
    once = mend(data, [*findings(data), proof], TODAY)
    header, after = read_header(data), read_header(once)
    assert once.endswith(DIFF.encode())
    prose = [line.text for line in header.lines if line.kind == "text"]
    assert [line.text for line in after.lines if line.kind == "text"] == prose
    assert mend(once, findings(once), TODAY) == once
    assert mend(once, findings(once), replace_year(TODAY)) == once


def replace_year(day: date) -> date:
    return day.replace(year=day.year + 1)


def test_mending_takes_only_what_is_certain() -> None:
    data = patch(CLEAN + "Forwarded: non-needed\n")
    vague = [replace(finding, edits=()) for finding in findings(data)]
    assert mend(data, vague, TODAY) is data
