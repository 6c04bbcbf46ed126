"""review on the case that debpatch was started for, told nothing but where things are."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from command_line import debpatch, flat

from openvpn.packages import make_package


@dataclass(frozen=True)
class Told:
    """What review said: the page without line breaks, its report, the picture."""

    page: str
    report: Any
    html: str

    @property
    def header(self) -> str:
        """What stands on the page of the patch's header."""
        return self.page.partition(" Its header ")[2].partition(" In ")[0]


@pytest.fixture(scope="module")
def told(openvpn: Path, dco_patch: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    place = tmp_path_factory.mktemp("review")
    package = os.environ.get("DEBPATCH_OPENVPN_DSC") or make_package(openvpn, place / "package")
    folder = place / "told"
    who = {"DEBFULLNAME": "Ann Author", "DEBEMAIL": "ann@example.org"}
    done = debpatch(
        "review", "--repo", openvpn, "--package", package, "--output", folder, dco_patch,
        env={**who, "SOURCE_DATE_EPOCH": "1781000000"},
    )  # fmt: skip
    assert (done.code, done.err) == (1, "")
    report = json.loads((folder / "report.json").read_text())
    return Told(flat(done.out), report, (folder / "report.html").read_text())


def test_upstream_backported_it(told: Told) -> None:
    assert told.report["verdict"] == "replace"
    assert "Upstream backported this itself, as 876a8cf5fd61 and e78a8af2f5ce in v2.6.20" in (
        told.page
    )
    assert "fix 7791f5358a55 dco: process messages immediately after read first in v2.7_rc3" in (
        told.page
    )


def test_an_older_commit_is_in_the_package_already(told: Told) -> None:
    assert "applied 1fbbe91d292f dco linux: avoid redefining ovpn enums (2.6)" in told.page
    assert "first in v2.6.15; as fix-ftbfs-kernel-6.16.patch" in told.page
    (older,) = [each for each in told.report["neighbours"] if each["sha"].startswith("1fbbe91d")]
    assert older["carried_by"]["patch"] == "fix-ftbfs-kernel-6.16.patch"
    assert older["released_in"] == "v2.6.15"
    planned = [step["sha"][:8] for step in told.report["plan"]["steps"]]
    assert "1fbbe91d" not in planned


def test_the_backport_was_repaired(told: Told) -> None:
    assert "adece45628f7 repairs e78a8af2f5ce, so it is part of the series" in told.page
    assert "first in v2.6.20; repairs e78a8af2f5ce" in told.page


def test_four_commits_apply_cleanly(told: Told) -> None:
    assert "876a8cf5fd61 and e78a8af2f5ce need b0b123b3a7d6 and 3c9fe881207d" in told.page
    assert "these 4 apply cleanly to openvpn 2.6.14-1+deb13u3" in told.page
    steps = [(step["sha"][:8], step["role"]) for step in told.report["plan"]["steps"]]
    assert steps == [
        ("b0b123b3", "prerequisite"), ("3c9fe881", "prerequisite"), ("876a8cf5", "wanted"),
        ("e78a8af2", "wanted"), ("adece456", "follow-up"),
    ]  # fmt: skip
    assert told.report["plan"]["clean"]
    size = {"files": 15, "insertions": 461, "deletions": 239}
    assert told.report["plan"]["diffstat"] == size
    command = told.report["next_steps"][0]["command"]
    assert "b0b123b3a7d6,3c9fe881207d,876a8cf5fd61,e78a8af2f5ce,adece45628f7" in command


def test_the_patch_by_hand_leaves_two_platforms_broken(told: Told) -> None:
    (mend,) = [step for step in told.report["next_steps"] if "correct it" in step["sentence"]]
    evidence = " ".join(mend["evidence"])
    assert "src/openvpn/dco_freebsd.c still has dco_do_read (line 507)" in evidence
    assert "src/openvpn/dco_win.c still has dco_do_read (line 425)" in evidence
    for text in mend["evidence"]:
        assert text in told.page


def test_the_header_is_not_true(told: Told) -> None:
    assert "the fix is in 2.6.20 (e78a8af2f5ce, 876a8cf5fd61)" in told.header
    assert "2.7_rc3 (7791f5358a55), but the header has no Applied-Upstream" in told.header
    for lacking in ("no Last-Update", "no Author or From", "Forwarded says not-needed"):
        assert lacking in told.header


def test_the_report_has_all_of_it_to_look_at(told: Told) -> None:
    for word in ("876a8cf5fd61", "e78a8af2f5ce", "adece45628f7", "1fbbe91d292f", "dco_freebsd.c"):
        assert word in told.html
    assert "<svg" in told.html
