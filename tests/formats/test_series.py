from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debpatch.errors import DebpatchError
from debpatch.formats.series import SeriesEntry, parse_series


def test_reads_comments_blank_lines_options_and_crlf() -> None:
    data = (
        b"# header\r\n\r\nfix.patch\r\n  indented -p0   # why\r\n#off.patch\r\n"
        b"sub/dir/noextension -R\nc#sharp.patch -p 2 --binary\nab -pab\n\tlast.diff\t#x"
    )
    assert parse_series(data) == (
        SeriesEntry("fix.patch", 1, False, 3),
        SeriesEntry("indented", 0, False, 4),
        SeriesEntry("sub/dir/noextension", 1, True, 6),
        SeriesEntry("c#sharp.patch", 2, False, 7),
        SeriesEntry("ab", 1, False, 8),
        SeriesEntry("last.diff", 1, False, 9),
    )


def test_a_name_that_is_not_utf8_keeps_its_bytes() -> None:
    (entry,) = parse_series(b"na\xefve.patch\n")
    assert entry.name.encode("utf-8", "surrogateescape") == b"na\xefve.patch"
    assert entry.path == f"debian/patches/{entry.name}"


@pytest.mark.parametrize("name", ["../control", "a/../../x", "/etc/passwd", "..", "nul\0.patch"])
def test_a_name_that_leads_out_is_an_error_with_its_line(name: str) -> None:
    with pytest.raises(DebpatchError, match=r"debian/patches/series:2: .* leads out"):
        parse_series(f"ok\n{name}\n".encode(), where="debian/patches/series")


@given(st.binary())
def test_any_bytes_give_entries_below_the_patches_or_an_error(data: bytes) -> None:
    with contextlib.suppress(DebpatchError):
        for entry in parse_series(data):
            assert not entry.name.startswith(("#", "/"))
            assert ".." not in entry.name.split("/")


@given(
    st.lists(
        st.builds(
            SeriesEntry,
            st.from_regex(r"[a-z0-9][a-z0-9._-]{0,9}(/[a-z0-9][a-z0-9_-]{0,9})?", fullmatch=True),
            st.integers(0, 9),
            st.booleans(),
            st.just(0),
        )
    )
)
def test_what_is_written_is_read(entries: list[SeriesEntry]) -> None:
    text = "".join(f"{e.name} -p{e.strip}{' -R' if e.reverse else ''} # x\n" for e in entries)
    read = parse_series(text.encode())
    assert [(e.name, e.strip, e.reverse) for e in read] == [
        (e.name, e.strip, e.reverse) for e in entries
    ]
    assert [e.line for e in read] == list(range(1, len(entries) + 1))
