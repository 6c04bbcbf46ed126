from __future__ import annotations

import email
import email.policy

import pytest
from debian.deb822 import Deb822
from headers import CLEAN, DIFF, MAIL, SHA, patch
from hypothesis import given
from hypothesis import strategies as st

from debpatch.formats.dep3_header import LIMIT, Header, read_header


def read(header: str, diff: str = DIFF) -> Header:
    return read_header(patch(header, diff))


def fields(header: Header) -> list[tuple[str, str]]:
    return [(field.name, field.value) for field in header.fields]


# -- layouts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "layout"),
    [
        (CLEAN, "deb822"),
        ("Subject: Keep still\nOrigin: vendor\n\nIt moved.\n", "deb822"),
        (MAIL, "git"),
        (MAIL.replace("Signed-off-by:", "Forwarded: no\nSigned-off-by:"), "git-dep3"),
        ("From: A <a@example.org>\nSubject: Keep still\n\nBug: https://x.example/1\n", "git-dep3"),
        ("From: A <a@example.org>\nDate: Mon, 1 Jan 2024\nSubject: Keep still\n", "git"),
        ("#! /bin/sh /usr/share/dpatch/dpatch-run\n# Description: Keep still\n", "dpatch"),
        ("## 01_still.dpatch by A\n##\n## DP: Description: Keep still\n", "dpatch"),
        ("# DP: Author: A <a@example.org>\n", "dpatch"),
        ("Forwarded: no\n", "partial"),
        ("It moved, and should not.\n", "free-text"),
        ("# no field here\n", "free-text"),
        ("", "none"),
        ("\n \n", "none"),
    ],
)
def test_layout(header: str, layout: str) -> None:
    assert read(header).layout == layout


def test_a_file_without_a_diff_is_all_header() -> None:
    header = read(CLEAN, "")
    assert not header.has_diff
    assert header.data.decode() == CLEAN


# -- where the header ends -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "diff",
    [
        DIFF,
        "Index: x-1.0/file.c\n" + "=" * 67 + "\n" + DIFF,
        "diff --git a/file.c b/file.c\nindex 123..456 100644\n" + DIFF,
        "diff --git a/file.c b/file.c\nold mode 100644\nnew mode 100755\n",
        "diff -Naur old/file.c new/file.c\n" + DIFF,
        "Binary files a/x.png and b/x.png differ\n",
    ],
)
def test_the_diff_is_no_part_of_the_header(diff: str) -> None:
    assert read(CLEAN + "\n", diff).data.decode() == CLEAN + "\n"


@pytest.mark.parametrize("prose", ["--- note\n", "diff of two files\n", "Index: of all things\n"])
def test_prose_that_looks_like_a_diff_is_prose(prose: str) -> None:
    header = CLEAN + "\n" + prose + "More of it.\n"
    assert read(header).data.decode() == header


def test_three_dashes_end_the_fields() -> None:
    header = read(MAIL.replace("---\n", "---\nForwarded: no\n"))
    assert not header.all("forwarded")
    assert [(field.name, field.line) for field in header.late] == [("Forwarded", 10)]


# -- fields ----------------------------------------------------------------------------------------


def test_fields_have_their_lines_and_bytes() -> None:
    header = read("\nDescription: One\n two\nAuthor: A <a@example.org>\n")
    description, author = header.fields
    assert (description.line, author.line) == (2, 4)
    assert description.value == "One\ntwo"
    last = description.lines[-1]
    assert header.data[last.start : last.end] == b" two\n"


def test_fields_stand_in_any_paragraph() -> None:
    header = read(
        "Subject: Keep still\nFrom: A <a@example.org>\n\nIt moved: really.\nBug: this is prose\n\n"
        "Origin: vendor\nBug: https://x.example/1\nBug: https://x.example/2\n\nMore text.\n"
    )
    assert [field.name for field in header.fields] == [
        "Subject", "From", "Origin", "Bug", "Bug",
    ]  # fmt: skip
    assert [field.text for field in header.bugs] == ["https://x.example/1", "https://x.example/2"]


def test_an_unmistakable_field_inside_of_prose_is_found_and_marked() -> None:
    header = read("Subject: Keep still\n\nIt moved.\nForwarded: no\n")
    forwarded = header.first("forwarded")
    assert forwarded is not None
    assert not forwarded.opens


def test_a_colon_in_prose_makes_no_field() -> None:
    header = read(CLEAN + "\nNote to self: no field.\nSee: https://x.example/\nstd::map: neither\n")
    assert len(header.fields) == 3


def test_a_mail_after_a_remark_is_read() -> None:
    header = read("Backport of\n\n" + MAIL)
    assert header.layout == "git"
    assert header.synopsis == "Keep the frobnicator from frobbing twice"


def test_dpatch_comments_are_taken_off() -> None:
    header = read(
        "#! /bin/sh /usr/share/dpatch/dpatch-run\n## 01_x.dpatch by A\n##\n"
        "## DP: Description: Keep still\n## DP:  and quiet\n"
    )
    assert fields(header) == [("Description", "Keep still\nand quiet")]


def test_the_output_of_git_show_has_an_author() -> None:
    header = read(
        f"commit {SHA}\nAuthor: A <a@example.org>\nDate:   Mon Jan 1\n\n    Keep still\n\n"
    )
    assert [field.text for field in header.all("author")] == ["A <a@example.org>"]


def test_crlf_is_no_part_of_a_value() -> None:
    header = read(CLEAN.replace("\n", "\r\n"), DIFF.replace("\n", "\r\n"))
    assert fields(header) == fields(read(CLEAN))
    assert header.has_diff


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("bug-debian", "bug-debian"),
        ("BUG-DEBIAN", "bug-debian"),
        ("Orign", "origin"),
        ("Desciption", "description"),
        ("Bug-Upsteam", "bug"),
        ("Bugs-Debian", "bug-debian"),
        ("Debian-Bug", "bug-debian"),
        ("Last-Updated", "last-update"),
        ("Applied_Upstream", "applied-upstream"),
        ("Bug-Fedora", "bug-fedora"),
        ("Reviewed-on", "reviewed-on"),
        ("Original", "original"),
        ("Tested-by", "tested-by"),
        ("X-Origin", "x-origin"),
    ],
)
def test_keys(name: str, key: str) -> None:
    header = read(f"Description: Keep still\n{name}: something\n")
    assert header.fields[1].key == key


def test_a_template_of_bug_reports_is_no_bug_field() -> None:
    header = read("Bug-Reported-by: A\nBug-Reference-URL: https://x.example/\nBug-Description:\n")
    assert header.bugs == ()


# -- mails -----------------------------------------------------------------------------------------


def test_the_synopsis_of_a_mail_has_no_tags() -> None:
    assert read(MAIL).synopsis == "Keep the frobnicator from frobbing twice"
    assert read("Subject: [PATCH] [doc] Fix\nFrom: A <a@b.example>\n").synopsis == "Fix"
    assert read("Subject: [3.1] \n").synopsis == "[3.1]"


def test_a_folded_and_encoded_subject_is_one_line() -> None:
    message = email.message.EmailMessage(policy=email.policy.default.clone(max_line_length=40))
    message["Subject"] = "Straßenköter bellen, die Karawane zieht vorüber und wohl auch weiter"
    message["From"] = "Jörg Älter <joerg@example.org>"
    header = read(message.as_string().split("\n\n")[0] + "\n")
    assert header.synopsis == str(message["Subject"])
    assert header.all("from")[0].text == "Jörg Älter <joerg@example.org>"


def test_damaged_encoded_words_stay_as_they_are() -> None:
    assert read("Subject: =?no-charset?q?a?=\n").synopsis == "=?no-charset?q?a?="


def test_several_mails_are_counted_by_their_lines() -> None:
    data = patch(MAIL) + patch(MAIL)
    header = read_header(data)
    assert header.mails == (1, data.count(b"\n") // 2 + 1)
    assert len(header.all("subject")) == 1


def test_bytes_that_are_not_utf8_are_kept() -> None:
    data = "Author: Jörg <j@example.org>\n".encode("latin-1") + DIFF.encode()
    header = read_header(data)
    assert header.fields[0].text == "J\udcf6rg <j@example.org>"


def test_a_huge_header_is_read_to_the_limit() -> None:
    header = read_header(b"Description: Keep still\n" + b"word " * (LIMIT // 4) + DIFF.encode())
    assert header.truncated
    assert len(header.data) == LIMIT
    assert header.synopsis == "Keep still"


# -- whatever comes --------------------------------------------------------------------------------

_PIECES = st.sampled_from(
    [*MAIL.splitlines(keepends=True), *CLEAN.splitlines(keepends=True), DIFF, "\n", "---\n",
     " folded\n", "#! /bin/sh\n", "## DP: x\n", "Bug-Debian: #1\n", "prose: more\n", "\r\n", "\0",
     "Subject: =?utf-8?q?=C3=A4?=\n =?utf-8?b?4pml?=\n", "(cherry picked from commit 1234567)\n"]
)  # fmt: skip
_HEADERS = st.lists(_PIECES).map("".join).map(str.encode) | st.binary(max_size=400)


@given(_HEADERS)
def test_every_byte_is_kept_and_every_field_is_where_it_says(data: bytes) -> None:
    header = read_header(data)
    assert data.startswith(header.data)
    assert b"".join(header.data[n.start : n.end] for n in header.lines) == header.data
    assert [line.number for line in header.lines] == list(range(1, len(header.lines) + 1))
    for field in (*header.fields, *header.late):
        assert field.name.encode() in header.data[field.lines[0].start : field.lines[0].end]


_NAMES = st.sampled_from(["Description", "Origin", "Bug", "Forwarded", "Author", "Last-Update"])
_VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1).filter(
    lambda text: "=?" not in text
)


@given(st.dictionaries(_NAMES, st.lists(_VALUES, min_size=1, max_size=3), min_size=1))
def test_a_clean_block_reads_as_python_debian_reads_it(block: dict[str, list[str]]) -> None:
    text = "".join(f"{name}: " + "\n ".join(lines) + "\n" for name, lines in block.items())
    theirs = Deb822(text)
    ours = {field.name: field.value for field in read(text).fields}
    assert ours == {
        name: "\n".join(line.strip() for line in str(value).split("\n"))
        for name, value in theirs.items()
    }
