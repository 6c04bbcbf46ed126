"""The form of requests to the release team, with the installed reportbug as the judge."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, replace
from email import message_from_bytes
from functools import cache
from pathlib import Path

import pytest
from debian.debian_support import Version

from debpatch.proposals.documents import compose
from debpatch.proposals.proposal import Proposal
from debpatch.proposals.request import RequestKind
from debpatch.proposals.suites import find_suite
from debpatch.proposals.templates import Questions

from .conftest import GRETE, NOW

PYTHON = Path("/usr/bin/python3")  # Debian's own, which reportbug is installed for

REPORTBUG = """
import json, sys
from reportbug import debbugs, utils

tag, package, version = sys.argv[1:]
utils.SUITE2CODENAME.update(oldstable="bookworm", stable="trixie", testing="forky")
debbugs.check_package_info = lambda name: ["0", *[""] * 11, name]


class Person:
    def menu(self, *arguments, **options):
        return tag

    def get_string(self, prompt, *arguments, **options):
        return version if "version" in prompt else package

    def select_options(self, *arguments, **options):
        return "n"  # not the version that is installed

    def log_message(self, *arguments, **options):
        pass


form = debbugs.handle_debian_release(package, None, Person(), "", 0, online=False)
print(json.dumps(form))
"""


@dataclass(frozen=True)
class Form:
    """A request: its subject, its pseudo-headers, its sections and boxes in their order."""

    subject: str
    headers: frozenset[str]
    labels: tuple[str, ...]


def labels(body: str) -> tuple[str, ...]:
    return tuple(re.findall(r"^\[ [A-Z][a-z ]+ \]$|^  \[ \] .*$|^unblock .*$", body, re.MULTILINE))


@cache
def reportbug(tag: str, package: str, version: str) -> Form:
    """What reportbug prepares for somebody who answers its questions."""
    if (
        not PYTHON.exists()
        or subprocess.run(
            [PYTHON, "-c", "import reportbug"], check=False, capture_output=True
        ).returncode
    ):
        pytest.skip("reportbug is not installed")
    done = subprocess.run(
        [PYTHON, "-c", REPORTBUG, tag, package, version], check=True, capture_output=True
    )
    subject, severity, _, headers, body, _ = json.loads(done.stdout)
    always = {"Package: release.debian.org", f"Severity: {severity}"}
    return Form(subject, frozenset({*always, *headers}), labels(body))


def ours(proposal: Proposal) -> Form:
    mail = message_from_bytes(compose(proposal, Questions({}), GRETE, NOW)["request.mail"])
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    head, _, body = payload.decode().partition("\n\n")
    return Form(mail["Subject"], frozenset(head.split("\n")), labels(body))


@pytest.mark.parametrize(
    ("kind", "suite", "tag", "version"),
    [
        ("pu", "trixie", "trixie-pu", "1.4.2-3+deb13u2"),
        ("pu", "bookworm", "bookworm-pu", "1.4.2-3+deb12u1"),
        ("unblock", "forky", "unblock", "1.4.2-4"),
    ],
)
def test_the_form_is_reportbug_s(
    proposal: Proposal, kind: RequestKind, suite: str, tag: str, version: str
) -> None:
    theirs = reportbug(tag, "tidewatch", version)
    assert len(theirs.labels) >= 9
    asked = replace(
        proposal, kind=kind, suite=find_suite(suite, NOW.date()), version=Version(version)
    )
    assert ours(asked) == theirs
