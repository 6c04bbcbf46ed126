"""A quilt patch becomes a mail that git am takes, and nothing of it is lost on the way."""

from __future__ import annotations

import subprocess
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from command_line import debpatch, refusal
from hypothesis import given
from hypothesis import strategies as st

from debpatch.demo import Demo
from debpatch.proposals.documents import write_mail

from .schema import check

ADAPTED = "link-process-frames-immediately.patch"
WHO = "Søren Ægidius <soren@example.org>"


def git(work: Path, *command: str, stdin: bytes = b"") -> str:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    done = subprocess.run(
        ["git", *who, *command], cwd=work, check=False, capture_output=True, input=stdin
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture
def work(demo: Demo, tmp_path: Path) -> Path:
    """Upstream's sources as of 1.4.2, to apply mails to."""
    git(tmp_path, "clone", "-q", "-b", "v1.4.2", str(demo.repository), "work")
    return tmp_path / "work"


def exported(demo: Demo, *arguments: str | Path) -> str:
    done = debpatch("export-patch", "--repo", demo.repository, "--onto", "v1.4.2", *arguments)
    assert (done.code, done.err) == (0, "")
    return done.out


def test_git_am_takes_the_mail_and_nothing_is_lost(demo: Demo, work: Path) -> None:
    mail = exported(demo, "--author", WHO, demo.patch)
    git(work, "am", stdin=mail.encode())
    assert git(work, "log", "-1", "--format=%an <%ae>%n%s").splitlines() == [
        WHO,
        "link: process frames immediately after read",
    ]
    git(work, "branch", "mine")
    done = debpatch(
        "diff-upstream", "--repo", work, "--base", "v1.4.2", "--upstream", "mine", demo.patch,
        "--format", "json",
    )  # fmt: skip
    assert done.json["comparisons"][0]["verdict"] in {"identical", "equivalent"}


def test_an_adaptation_is_not_called_a_cherry_pick(demo: Demo) -> None:
    mail = exported(demo, "--author", WHO, demo.patch)
    assert "cherry picked" not in mail
    words = " ".join(mail.split())
    assert f'This adapts commit {demo.commits["fix"][:12]} ("link: process frames' in words
    assert "Link: https://git.example.org/tidewatch/issues/219\n---\n" in mail


def test_a_cherry_pick_is_called_one(demo: Demo, package: Path, work: Path) -> None:
    done = debpatch(
        "import-commits", "--repo", demo.repository, "--package", package, demo.commits["p1"]
    )  # fmt: skip
    assert done.code == 0
    name = "link-parse-the-frame-of-a-gauge-that-has-moved-1.4.patch"
    done = debpatch(
        "export-patch", "--repo", demo.repository, "--onto", demo.commits["s1"],
        package / "debian/patches" / name,
    )  # fmt: skip
    git(work, "checkout", "-q", demo.commits["s1"])
    git(work, "am", stdin=done.out.encode())
    message = git(work, "log", "-1", "--format=%B").strip()
    assert message.endswith(f"(cherry picked from commit {demo.commits['p1']})")
    assert "Origin" not in message
    assert "Last-Update" not in message
    assert git(work, "log", "-1", "--format=%aN").strip() == "Noor Bakker"


def test_a_claim_that_is_not_true_goes(demo: Demo, tmp_path: Path) -> None:
    sha = demo.commits["fix"]
    patch = tmp_path / "a.patch"
    diff = demo.patch.read_bytes().partition(b"---\nIndex")[2]
    header = f"From: {WHO}\nSubject: x\n\nText.\n\n(cherry picked from commit {sha})\n---\nIndex"
    patch.write_bytes(header.encode() + diff)
    mail = exported(demo, patch)
    assert f"(cherry picked from commit {sha})" not in mail
    assert "This adapts commit" in mail


@pytest.mark.parametrize("prefix", ["", "x/y/"])
def test_paths_are_mended(demo: Demo, tmp_path: Path, work: Path, prefix: str) -> None:
    text = (demo.package / "debian/patches/default-device.patch").read_text()
    patch = tmp_path / "p.patch"
    patch.write_text(text.replace("--- a/", f"--- {prefix}").replace("+++ b/", f"+++ {prefix}"))
    git(work, "am", stdin=exported(demo, patch).encode())
    assert git(work, "show", "--name-only", "--format=").split() == ["README.md", "src/tidewatch.c"]


def test_a_series_has_a_cover_letter_and_git_am_takes_it(
    demo: Demo, tmp_path: Path, work: Path
) -> None:
    folder = demo.package / "debian/patches"
    out = exported(
        demo, "--author", WHO, "-o", tmp_path / "mails",
        folder / "default-device.patch", folder / "CVE-2025-99042.patch",
    )  # fmt: skip
    names = sorted(file.name for file in (tmp_path / "mails").iterdir())
    assert names == [
        "0000-cover-letter.patch",
        "0001-Use-the-link-that-our-udev-rule-makes.patch",
        "0002-gauge-reject-gauges-beyond-the-table.patch",
    ]
    assert "git send-email" in out
    cover = (tmp_path / "mails" / names[0]).read_text()
    assert "Subject: [PATCH 0/2] TODO(human)" in cover
    assert "  gauge: reject gauges beyond the table\n" in cover
    assert " 5 files changed, " in cover
    git(work, "am", *(str(tmp_path / "mails" / name) for name in names[1:]))


def test_commits_in_one_file_are_mails_of_their_own(demo: Demo, tmp_path: Path, work: Path) -> None:
    several = tmp_path / "several.patch"
    several.write_text(git(work, "format-patch", "--stdout", "v1.4.2..v1.4.3"))
    git(work, "am", stdin=exported(demo, several).encode())
    told = ("log", "--format=%an <%ae>%n%s")
    assert git(work, *told, "v1.4.2..HEAD") == git(work, *told, "v1.4.2..v1.4.3")
    git(work, "diff", "--exit-code", "v1.4.3")


def test_a_diff_in_another_encoding_stays_as_it_is(demo: Demo, tmp_path: Path, work: Path) -> None:
    link = work / "src/link.h"
    wanted = link.read_bytes() + b"/* Gr\xf6\xdfe */\n"
    link.write_bytes(wanted)
    command = ["git", "diff"]
    diff = subprocess.run(command, cwd=work, check=True, capture_output=True).stdout
    git(work, "checkout", "-q", ".")
    patch = tmp_path / "latin.patch"
    patch.write_bytes(f"Description: Größe\nAuthor: {WHO}\n---\n".encode() + diff)
    git(work, "am", stdin=exported(demo, patch).encode("utf-8", "surrogateescape"))
    assert link.read_bytes() == wanted
    assert git(work, "log", "-1", "--format=%an %s") == "Søren Ægidius Größe\n"
    patch.write_bytes(b"Description: Text\nAuthor: S\xf8ren <s@example.org>\n---\n" + diff)
    said = refusal("export-patch", "--repo", demo.repository, "--onto", "v1.4.2", patch)
    assert "line 2 of its header is not UTF-8" in said


def test_hunks_without_a_place_are_named(demo: Demo) -> None:
    done = debpatch(
        "export-patch", "--repo", demo.repository, "--onto", "main", "--author", WHO, demo.patch
    )
    assert (done.code, done.err) == (1, "")
    assert done.out.startswith(f"{demo.patch} does not apply to main:\n  src/")
    assert "hunk" in done.out
    same = debpatch(
        "export-patch", "--repo", demo.repository, "--onto", "main", "--author", WHO, demo.patch,
        "--format", "json",
    )  # fmt: skip
    check(same.json)
    assert same.json["applies"] is False
    assert same.json["patches"][0]["failed"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--onto", "v1.4.2"], "use --author"),
        (["--onto", "v1.4.2", "--author", "me"], "has no mail address"),
        (["--onto", "nowhere", "--author", WHO], "is not a commit"),
    ],
)
def test_what_cannot_be_exported(demo: Demo, arguments: list[str], says: str) -> None:
    assert says in refusal("export-patch", "--repo", demo.repository, *arguments, demo.patch)


def test_the_changelog_knows_an_author(demo: Demo, package: Path) -> None:
    patch = package / "debian/patches/reproducible-build.patch"
    patch.write_text(patch.read_text().replace("Author: Jonas Teller\n", ""))
    done = debpatch(
        "export-patch", "--repo", demo.repository, "--onto", "v1.4.2", patch, "--format", "json"
    )
    check(done.json)
    (found,) = done.json["patches"]
    assert found["author"] == "Grete Vinter <grete@debian.example.org>"
    assert "changelog" in found["author_from"]


texts = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=200)


@given(st.lists(texts | st.just("From x") | st.just("a" * 1200), max_size=5), st.booleans())
def test_a_mail_says_what_was_put_in(lines: list[str], carriage_returns: bool) -> None:
    body = "\n".join([*lines, "crlf\r" if carriage_returns else "end", ""]).encode()
    mail = write_mail([("From", WHO), ("Subject", "Grüße " * 30)], body, postmark=True)
    head, _, _ = mail.partition(b"\n\n")
    assert head.isascii()
    assert max(map(len, mail.split(b"\n"))) <= 998
    read = message_from_bytes(mail)
    assert str(make_header(decode_header(read["Subject"]))) == ("Grüße " * 30).strip()
    assert read.get_payload(decode=True) == body


def test_a_patch_that_the_series_applies_in_reverse(demo: Demo, work: Path, package: Path) -> None:
    link = work / "src/link.h"
    wanted = link.read_text() + "/* the end */\n"
    link.write_text(wanted)
    diff = git(work, "diff", "-R")
    git(work, "checkout", "-q", ".")
    patch = package / "debian/patches/back.patch"
    patch.write_text(f"Description: Say where the end is\nAuthor: {WHO}\n---\n{diff}")
    with (package / "debian/patches/series").open("a") as series:
        series.write("back.patch -R\n")
    git(work, "am", stdin=exported(demo, patch).encode())
    assert link.read_text() == wanted
