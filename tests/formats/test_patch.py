from __future__ import annotations

import base64
import bz2
import difflib
import gzip
import io
import lzma
import mailbox
import subprocess
from binascii import b2a_qp
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debpatch.errors import DebpatchError
from debpatch.formats.diff import parse_diff
from debpatch.formats.patch import Patch, parse_patch, stripped
from debpatch.package.patch_file import read_patch, read_patches

DIFF = b"--- a/src/x.c\n+++ b/src/x.c\n@@ -1,2 +1,2 @@\n int x;\n-int y = 1;\n+int y = 2;\n"
OTHER_DIFF = DIFF.replace(b"x.c", b"z.c")
QUILT = b"Description: count from two\nAuthor: Ann <ann@example.org>\n---\n"
COMMIT = b"3f2a9c81d04b5e67f8091a2b3c4d5e6f70819a2b"
GIT = (
    b"From " + COMMIT + b" Mon Sep 17 00:00:00 2001\nFrom: Ann <ann@example.org>\n"
    b"Date: Tue, 2 Jan 2024 10:00:00 +0000\nSubject: [PATCH] count from two\n"
    b"MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
    b"Content-Transfer-Encoding: 8bit\n\nGr\xfc\xdfe.\n---\n src/x.c | 2 +-\n\n"
)
SIGNATURE = b"-- \n2.39.2\n\n"


def only(data: bytes) -> Patch:
    (patch,) = parse_patch(data, "a.patch")
    return patch


# -- text that stays as it is ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "tail"),
    [(b"", b""), (QUILT, b""), (GIT, SIGNATURE), (b"caf\xe9\r\n\r\nhello\r\n", b"\n")],
)
def test_a_file_is_kept_byte_for_byte(header: bytes, tail: bytes) -> None:
    data = header + DIFF + tail
    assert only(data) == Patch("a.patch", data, header, parse_diff(DIFF).files, None)


def test_quilts_index_lines_and_prefix() -> None:
    section = (
        b"Index: hello-2.10/src/x.c\n" + b"=" * 67 + b"\n"
        b"--- hello-2.10.orig/src/x.c\n+++ hello-2.10/src/x.c\n@@ -1 +1 @@\n-a\n+b\n"
    )
    patch = only(QUILT + section)
    assert patch.header == QUILT
    assert (patch.prefix, [file.path for file in patch.files]) == ("hello-2.10", ["src/x.c"])


def test_strip_is_patchs_p() -> None:
    (patch,) = parse_patch(DIFF, "a.patch")
    assert stripped(patch, 2).files[0].path == "x.c"
    assert stripped(patch, 0).files[0].path == "b/src/x.c"
    assert stripped(stripped(patch, 0), 1) == patch


def test_several_git_mails_in_a_quilt_file_are_one_patch() -> None:
    data = GIT + DIFF + SIGNATURE + GIT + OTHER_DIFF + SIGNATURE
    patch = only(data)
    assert (patch.data, patch.header) == (data, GIT)
    assert [file.path for file in patch.files] == ["src/x.c", "src/z.c"]


def test_a_field_left_over_from_a_decoded_mail_changes_nothing() -> None:
    header = GIT.replace(b"8bit", b"quoted-printable")
    assert only(header + DIFF).header == header
    assert only(header + DIFF).files == parse_diff(DIFF).files


def test_a_file_saved_with_crlf_changes_lines_without() -> None:
    data = (QUILT + DIFF).replace(b"\n", b"\r\n")
    patch = only(data)
    assert (patch.data, patch.header) == (data, QUILT.replace(b"\n", b"\r\n"))
    assert patch.files == parse_diff(DIFF).files


def test_carriage_returns_of_the_changed_file_stay() -> None:
    diff = DIFF.replace(b";\n", b";\r\n")
    assert only(QUILT + diff).files[0].hunks[0].added == ("int y = 2;\r",)


# -- transport that is undone ----------------------------------------------------------------------

FIELDS = b"From: Ann <ann@example.org>\nSubject: [PATCH] count\nMIME-Version: 1.0\n"
PROSE = b"Hello,\n\nthis = it.\n\n"


def quoted_printable(text: bytes) -> bytes:
    return b"\n".join(b2a_qp(line, istext=False) for line in text.split(b"\n"))


def inline(encoding: bytes, encode: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    fields = FIELDS + b"Content-Transfer-Encoding: " + encoding + b"\n\n"
    return lambda diff: fields + encode(PROSE + diff)


def attached(kind: str, name: str, header: bytes = b"") -> Callable[[bytes], bytes]:
    def container(diff: bytes) -> bytes:
        message = EmailMessage()
        message["Subject"] = "the fix"
        message.set_content("Here it is.\n")
        main, sub = kind.split("/")
        message.add_attachment(header + diff, main, sub, filename=name)
        message.add_attachment(b"\0\1\2", "image", "png", filename="x.png")
        return bytes(message)

    return container


def multipart_8bit(diff: bytes) -> bytes:
    return (
        FIELDS + b'Content-Type: multipart/mixed; boundary="=-="\n\n--=-=\n'
        b"Content-Type: text/plain\n\nHere it is.\n--=-=\nContent-Type: text/x-diff\n"
        b"Content-Transfer-Encoding: 8bit\n\n" + diff + b"\n--=-=--\n"
    )


CONTAINERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda diff: diff,
    "quilt": lambda diff: QUILT + diff,
    "git": lambda diff: GIT + diff + SIGNATURE,
    "8bit": lambda diff: FIELDS + b"Content-Transfer-Encoding: 8bit\n\n" + PROSE + diff,
    "quoted-printable": inline(b"quoted-printable", quoted_printable),
    "quoted-printable, CRLF": lambda diff: inline(b"quoted-printable", quoted_printable)(
        diff
    ).replace(b"\n", b"\r\n"),
    "base64": inline(b"base64", base64.encodebytes),
    "text/x-diff": attached("text/x-diff", "fix.diff"),
    "text/x-patch with a header": attached("text/x-patch", "fix.patch", QUILT),
    "application/octet-stream": attached("application/octet-stream", "fix.patch"),
    "multipart, 8bit": multipart_8bit,
    "gz": gzip.compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
    "gz, base64": lambda diff: gzip.compress(inline(b"base64", base64.encodebytes)(diff)),
    "mailbox": lambda diff: (
        b"From ann@example.org Tue Jan  2 10:00:00 2024\n" + FIELDS + b"\n" + PROSE + diff
    ),
}
lines = st.lists(st.binary(max_size=100).map(lambda line: line.replace(b"\n", b"") + b"\n"))


@pytest.mark.parametrize("name", CONTAINERS)
@given(old=lines, new=lines)
def test_every_container_gives_back_the_diff(name: str, old: list[bytes], new: list[bytes]) -> None:
    diff = b"".join(difflib.diff_bytes(difflib.unified_diff, old, new, b"a/f", b"b/f"))
    if not diff:
        return
    patch = only(CONTAINERS[name](diff))
    assert patch.data.removesuffix(SIGNATURE).endswith(diff)
    assert patch.data.startswith(patch.header)
    assert patch.files == parse_diff(diff).files
    again = only(patch.data)
    assert (again.data, again.header, again.files) == (patch.data, patch.header, patch.files)


def test_an_inline_patch_has_the_mails_head() -> None:
    patch = only(CONTAINERS["base64"](DIFF))
    assert patch.header == FIELDS.replace(b"MIME-Version: 1.0\n", b"") + b"\n" + PROSE


def test_an_attached_file_with_a_header_is_complete() -> None:
    patch = only(CONTAINERS["text/x-patch with a header"](DIFF))
    assert (patch.name, patch.header) == ("a.patch (fix.patch)", QUILT)


def test_a_bare_attached_diff_has_its_header_in_the_mail() -> None:
    patch = only(CONTAINERS["text/x-diff"](DIFF))
    assert patch.header == b"Subject: the fix\n\nHere it is.\n"


def test_two_attached_files_are_two_patches() -> None:
    message = EmailMessage()
    message.set_content("Two.\n")
    for name, diff in (("1.patch", DIFF), ("2.patch", OTHER_DIFF)):
        message.add_attachment(QUILT + diff, "text", "x-patch", filename=name)
    patches = parse_patch(bytes(message), "m.eml")
    assert [patch.name for patch in patches] == ["m.eml (1.patch)", "m.eml (2.patch)"]
    assert [patch.files[0].path for patch in patches] == ["src/x.c", "src/z.c"]


def test_flowed_text_that_keeps_to_the_rules() -> None:
    diff = DIFF.replace(b" int x;", b" int x; /* a rather long comment, that goes on and on */")
    flowed = diff.replace(b"\n int", b"\n  int").replace(b"that goes", b"\nthat goes")
    fields = FIELDS + b"Content-Type: text/plain; format=flowed\n\n"
    assert only(fields + PROSE + flowed).files == parse_diff(diff).files


def test_flowed_text_that_was_never_flowed() -> None:
    fields = FIELDS + b"Content-Type: text/plain; format=flowed\n\n"
    assert only(fields + PROSE + DIFF).files == parse_diff(DIFF).files


def test_flowed_text_that_was_stuffed_but_ends_in_blanks() -> None:
    diff = DIFF.replace(b"int y = 1;", b"int y = 1; ")
    fields = FIELDS + b"Content-Type: text/plain; format=flowed\n\n"
    assert only(fields + diff.replace(b"\n int", b"\n  int")).files == parse_diff(diff).files


def test_mails_without_a_diff_are_passed_over(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "series.mbox")
    box.add(b"Subject: [PATCH 0/2] two changes\n\n src/x.c | 2 +-\n")
    box.add(b"Subject: [PATCH 1/2] one\n\n" + DIFF)
    box.add(CONTAINERS["base64"](OTHER_DIFF))
    box.add(b"Subject: Re: [PATCH 1/2]\n\n" + DIFF.replace(b"\n", b"\n> "))
    box.close()
    patches = read_patches(tmp_path / "series.mbox")
    assert [patch.files[0].path for patch in patches] == ["src/x.c", "src/z.c"]
    assert patches[1].name == f"{tmp_path}/series.mbox (mail 3)"
    with pytest.raises(DebpatchError, match=r"series\.mbox has 2 patches, but one is needed"):
        read_patch(tmp_path / "series.mbox")


# -- Git as the oracle -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose last two commits change a file with bytes of every kind."""
    tree = tmp_path_factory.mktemp("history")

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=Ann \u00dc", "-c", "user.email=ann@example.org"]
        subprocess.run(["git", "-C", tree, *identity, *arguments], check=True, capture_output=True)

    git("init", "-q")
    for number in range(3):
        text = bytes(byte for byte in range(1, 256)) + b"\r\nline\n" * 9 + b"%d = \xe9 \n" % number
        (tree / "f").write_bytes(text + b"From me to you\n" * number)
        (tree / ".gitattributes").write_text("f text diff -eol\n")
        git("add", ".")
        message = f"change {number}: \u00fc, and a subject so long that it has to be folded twice"
        git("commit", "-q", "-m", message, "-m", "From the body\n\n---\n\nall = done")
    return tree


def format_patch(history: Path, *options: str) -> bytes:
    arguments = ["git", "-C", str(history), "format-patch", "--stdout", *options]
    return subprocess.run(arguments, check=True, capture_output=True).stdout


def git_diff(history: Path, old: str, new: str) -> bytes:
    arguments = ["git", "-C", str(history), "diff", old, new]
    return subprocess.run(arguments, check=True, capture_output=True).stdout


@pytest.mark.parametrize("option", ["--no-attach", "--attach", "--inline"])
def test_what_git_writes_is_read(history: Path, option: str) -> None:
    patch = only(format_patch(history, option, "-1"))
    assert patch.files == parse_diff(git_diff(history, "HEAD~", "HEAD")).files
    assert patch.header.startswith(b"From ")
    assert b"\nall = done\n" in patch.header


def test_a_series_by_git_is_one_patch(history: Path) -> None:
    data = format_patch(history, "HEAD~2")
    patch = only(data)
    assert (patch.data, len(patch.files)) == (data, 2)


def test_a_series_by_git_that_must_be_decoded_is_several(history: Path) -> None:
    patches = parse_patch(format_patch(history, "--attach", "HEAD~2"), "series")
    assert [patch.files for patch in patches] == [
        parse_diff(git_diff(history, old, new)).files
        for old, new in (("HEAD~2", "HEAD~"), ("HEAD~", "HEAD"))
    ]


@pytest.mark.parametrize("name", ["quoted-printable", "base64", "8bit", "text/x-diff"])
def test_git_mailinfo_reads_the_same_diff(name: str, tmp_path: Path) -> None:
    data = CONTAINERS[name](DIFF.replace(b"int", b"\xff=int"))
    arguments = ["git", "mailinfo", "-n", str(tmp_path / "message"), str(tmp_path / "patch")]
    subprocess.run(arguments, input=data, check=True, capture_output=True)
    assert only(data).files == parse_diff((tmp_path / "patch").read_bytes()).files


# -- bad input -------------------------------------------------------------------------------------


GZ = gzip.compress(DIFF, mtime=0)
BAD = {
    "empty": (b"", "bad is empty; "),
    "blank": (b" \n\n", "bad is empty; "),
    "prose": (b"just\nprose\n", "bad has no diff; "),
    "binary": (bytes(range(256)), "bad has no diff; "),
    "header alone": (QUILT, "bad has no diff; "),
    "mail without a diff": (CONTAINERS["base64"](b"no diff"), "bad has no diff; "),
    "cut off": (QUILT + DIFF[:-12], "bad:9: "),
    "cut off in a mail": (CONTAINERS["base64"](DIFF[:-12]), "bad, decoded:10: "),
    "gz, cut off": (GZ[:-9], "cannot decompress bad: "),
    "gz, damaged": (GZ[:10] + b"\xff" * 40, "cannot decompress bad: "),
    "xz, cut off": (lzma.compress(DIFF)[:-9], "cannot decompress bad: "),
    "bz2, cut off": (bz2.compress(DIFF)[:-9], "cannot decompress bad: "),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_one_clear_line(name: str) -> None:
    data, message = BAD[name]
    with pytest.raises(DebpatchError) as caught:
        parse_patch(data, "bad")
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["missing.patch", ".", "a\0b"])
def test_what_cannot_be_read_gets_one_clear_line(name: str, tmp_path: Path) -> None:
    path = f"{tmp_path}/{name}"
    with pytest.raises(DebpatchError) as caught:
        read_patch(path)
    assert str(caught.value).startswith(f"cannot read the patch {path}: ")


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(QUILT + DIFF)))
    patch = read_patch("-")
    assert (patch.name, patch.header) == ("standard input", QUILT)


fragments = st.sampled_from(
    [
        b"From ann@example.org Tue Jan  2 10:00:00 2024\n",
        b"From " + COMMIT + b" Mon Sep 17 00:00:00 2001\n",
        b"Content-Type: multipart/mixed; boundary=XX\n",
        b"Content-Type: message/rfc822\n",
        b"Content-Type: text/html\n",
        b"Content-Type: text/plain; format=flowed; delsp=yes\n",
        b"Content-Type: text/plain; charset*=x''%ff\n",
        b"Content-Type: text/plain; charset*0*=utf'8; charset*=x''%ff\n",
        b"Content-Disposition: attachment; filename*=utf-8''%ff.patch\n",
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Transfer-Encoding: quoted-printable\n",
        b"Subject: x\n",
        b"--XX\n",
        b"--XX--\n",
        b"\n",
        b"\r\n",
        DIFF,
    ]
)


@given(st.lists(fragments | st.binary(max_size=6), max_size=16).map(b"".join))
def test_anything_is_either_read_or_refused_in_one_line(data: bytes) -> None:
    try:
        patches = parse_patch(data, "any")
    except DebpatchError:
        return
    for patch in patches:
        assert patch.data.startswith(patch.header)
        assert any(again.files == patch.files for again in parse_patch(patch.data, "again"))


def test_a_patch_of_20_megabytes_is_read() -> None:
    hunks = b"".join(
        b"@@ -%d +%d @@\n-%s\n+%s\n" % (line, line, b"a" * 480, b"b" * 480)
        for line in range(1, 21_000)
    )
    patch = only(
        inline(b"base64", base64.encodebytes)(DIFF.replace(b"x.c", b"y.c") + DIFF[:28] + hunks)
    )
    assert len(patch.files[1].hunks) == 20_999
