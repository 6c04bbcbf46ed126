"""No injection: what strangers write is text, wherever it is shown.

A commit and the patch that carries it have names, subjects and headers that would command a
terminal, a browser, a mail program, or a reader of JSON and XML. The page has more tests of its
own, which look at it as a browser does.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from email import message_from_bytes
from xml.etree.ElementTree import fromstring

import pytest
from command_line import Done, debpatch

from debpatch.demo import Demo
from trust.commands import READING, Arguments, Stage, git, set_stage

EVIL = "\x1b]0;owned\x07\x1b[2J\u202e\u2066\x9b31m</script><script>owned()</script>]]>\"'&{{7*7}}"
BCC = "A\r\nBcc: owned@example.org\r\n\r\nowned"


@pytest.fixture
def hostile(stage: Stage) -> Stage:
    return made_hostile(stage)


@pytest.fixture(scope="module")
def reviewed(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> tuple[Stage, Done]:
    """A review of all that, and what it said."""
    stage = made_hostile(set_stage(demo, tmp_path_factory.mktemp("reviewed") / "stage"))
    who = {"DEBFULLNAME": "Grete Vinter", "DEBEMAIL": "grete@debian.example.org"}
    return stage, debpatch(*READING["review"](stage), env=who)


def made_hostile(stage: Stage) -> Stage:
    """The stage, its fix told in such words, and its patch as a port of that."""
    fix = stage.names["fix"]
    evil = git(
        stage.repository, "-c", f"user.name={EVIL}", "commit-tree", f"{fix}^{{tree}}",
        "-p", f"{fix}^", stdin=f"{EVIL}\n\n{EVIL}\nSigned-off-by: {EVIL}\n".encode(),
    )  # fmt: skip
    git(stage.repository, "branch", "--", "evil", evil)
    diff = stage.patch.read_bytes().partition(b"\n--- ")
    header = f"Description: {EVIL}\nAuthor: {EVIL} <a@example.org>\nOrigin: upstream, commit:{evil}"
    patch = stage.patch.with_name(f"{EVIL}".replace("/", "") + ".patch")
    patch.write_bytes(f"{header}\nX-{EVIL}\n---\n".encode() + b"".join(diff[1:]).lstrip())
    return replace(stage, patch=patch, names={**stage.names, "fix": evil})


def is_harmless(text: str) -> bool:
    return not {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs"}} - {"\n", "\t"}


@pytest.mark.parametrize("name", ["diff-upstream", "validate-dep3", "find-backports", "review"])
def test_a_terminal_gets_no_orders(hostile: Stage, reviewed: tuple[Stage, Done], name: str) -> None:
    arguments: Arguments = READING[name](hostile)
    if name == "validate-dep3":
        arguments = ("validate-dep3", hostile.patch, *hostile.given)
    done = reviewed[1] if name == "review" else debpatch(*arguments)
    assert done.code == 1, done.err
    assert "owned" in done.out
    assert is_harmless(done.out)
    assert is_harmless(done.err)


def test_an_error_gives_no_orders(hostile: Stage) -> None:
    hostile.patch.write_text("no diff")
    done = debpatch(*READING["diff-upstream"](hostile))
    assert done.code == 2
    assert "owned" in done.err
    assert is_harmless(done.err)


@pytest.mark.parametrize("form", ["json", "sarif", "codequality"])
def test_what_is_json_stays_json(hostile: Stage, form: str) -> None:
    done = debpatch("validate-dep3", hostile.patch, *hostile.given, "--format", form)
    assert done.code == 1, done.err
    assert is_harmless(done.out)
    assert "owned()" in str(json.loads(done.out))


def test_what_is_xml_stays_xml(hostile: Stage) -> None:
    done = debpatch("validate-dep3", hostile.patch, *hostile.given, "--format", "junit")
    assert is_harmless(done.out)
    root = fromstring(done.out)  # noqa: S314 - our own
    assert not list(root.iter("script"))
    assert "owned()" in str([element.attrib for element in root.iter()])


def test_a_page_runs_nothing_but_its_own(reviewed: tuple[Stage, Done]) -> None:
    page = (reviewed[0].out / "review" / "report.html").read_text()
    assert is_harmless(page)
    assert "owned()" in page
    assert "<script>owned" not in page
    assert page.count("<script") == page.count("</script>") == 1


@pytest.mark.parametrize("name", ["review", "propose-update"])
def test_the_headers_of_a_mail_are_its_own(
    hostile: Stage, reviewed: tuple[Stage, Done], name: str
) -> None:
    stage = reviewed[0] if name == "review" else hostile
    if name != "review":
        debpatch(*READING[name](stage))
    mails = [path for path in stage.out.rglob("*") if path.suffix in {".mail", ".patch"}]
    assert mails
    for path in mails:
        message = message_from_bytes(path.read_bytes())
        assert message["Bcc"] is None, path
        for key, value in message.items():
            if key != "Subject" and not key.startswith("X-"):
                assert "owned" not in value or key in {"From", "Author"}, (path, key)
            assert "\n\n" not in str(value)


@pytest.mark.parametrize("option", ["--author", "DEBFULLNAME"])
def test_a_line_break_makes_no_header(stage: Stage, option: str) -> None:
    arguments = list(READING["export-patch"](stage))
    changes = {}
    if option == "--author":
        arguments[-1] = f"{BCC} <a@example.org>"
    else:
        changes = {"DEBFULLNAME": BCC}
        arguments = list(READING["propose-update"](stage))
    done = debpatch(*arguments, env=changes)
    texts = [done.out, *(path.read_text("utf-8", "replace")
             for path in stage.out.rglob("*.mail"))]  # fmt: skip
    assert done.code == 2 or any(texts)
    for text in texts:
        mail = text.partition("\n")[2] if text.startswith("From ") else text
        assert message_from_bytes(mail.encode("utf-8", "replace"))["Bcc"] is None
