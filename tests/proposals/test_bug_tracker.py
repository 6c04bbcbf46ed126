"""Bugs that are looked up for a proposal, with a module in the place of python-debianbts."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import debpatch

from debpatch.demo import Demo
from debpatch.proposals.bugs import Answer, BugReport
from debpatch.proposals.documents import Documents
from debpatch.proposals.proposal import Proposal
from debpatch.proposals.self_check import Objection, self_check
from debpatch.render.json import dump
from debpatch.render.proposal import document

from .schema import check

_MODULE = """
from types import SimpleNamespace
def get_status(numbers):
    return [SimpleNamespace(
        bug_num=number, subject="loses \\x1b[31mframes", source="tidewatch", severity="minor",
        tags=["patch"], found_versions=["tidewatch/1.4.2-1"], fixed_versions=["1.5.0-1"],
        archived=True,
    ) for number in numbers if number != 404]
"""


def test_what_it_says_is_shown_and_judged(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "debianbts.py").write_text(_MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "debianbts", raising=False)
    done = debpatch(
        "propose-update", "--kind", "pu", "--repo", demo.repository, "--package", demo.package,
        "--patch", demo.patch, "--closes", "9000077", "--closes", "404", "--look-up-bugs",
        "-o", tmp_path / "out",
    )  # fmt: skip
    said = " ".join(done.out.split())
    assert "#9000077 (minor) loses \\x1b[31mframes; found in 1.4.2-1; fixed in 1.5.0-1" in said
    assert "#9000077 has severity minor; the release team wants important or higher" in said
    assert "#404 is unknown to bugs.debian.org" in said
    assert (
        "\nhttps://bugs.debian.org/9000077\n  minor: loses "
        in (tmp_path / "out/request.mail").read_text()
    )
    assert "\nunarchive 9000077\nfound 9000077 " in (tmp_path / "out/control.mail").read_text()


def test_what_it_says_is_no_line_of_a_mail(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = _MODULE.replace(
        "def get_status", 'E = "x\\n\\nTo: evil@example.org\\nTags: bad"\ndef get_status'
    )
    for kind in ("subject", "severity"):
        text = re.sub(rf'\b{kind}="[^"]*"', f"{kind}=E", text)
    for kind in ("tags", "found_versions", "fixed_versions"):
        text = re.sub(rf"\b{kind}=\[[^]]*\]", f"{kind}=[E]", text)
    assert text.count("=E,") + text.count("=[E]") == 5
    (tmp_path / "debianbts.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "debianbts", raising=False)
    debpatch(
        "propose-update", "--kind", "pu", "--repo", demo.repository, "--package", demo.package,
        "--patch", demo.patch, "--closes", "9000077", "--look-up-bugs", "-o", tmp_path / "out",
    )  # fmt: skip
    request = (tmp_path / "out/request.mail").read_text()
    assert "To: evil" in request
    for file in (tmp_path / "out").iterdir():
        assert not re.search(r"^\s*(To: evil|Tags: bad)", file.read_text(), re.MULTILINE)


def objections(proposal: Proposal, answer: Answer | None) -> list[Objection]:
    asked = replace(proposal, tracker=answer)
    found = self_check(asked)
    check(json.loads(dump(document(Documents(asked, {}, {}, found)))))
    return [each for each in found if each.rule == "bug-tracker"]


def bug(severity: str, source: str = "tidewatch") -> Answer:
    report = BugReport(9000077, "loses frames", source, severity, (), (), (), archived=False)
    return Answer((report,))


def test_a_bug_that_is_as_it_should_be(proposal: Proposal) -> None:
    assert objections(proposal, bug("important")) == []
    assert objections(replace(proposal, kind="maintainer"), bug("minor")) == []


def test_a_bug_of_another_package(proposal: Proposal) -> None:
    (said,) = objections(proposal, bug("important", "other"))
    assert said.message == "#9000077 is assigned to other, not to tidewatch"
    assert said.severity == "warning"


def test_what_was_not_looked_up_is_said(proposal: Proposal) -> None:
    (said,) = objections(proposal, None)
    assert (said.severity, "--look-up-bugs" in said.message) == ("info", True)
    (said,) = objections(proposal, Answer((), "the network is unreachable"))
    assert (said.severity, "network is unreachable" in said.message) == ("info", True)
