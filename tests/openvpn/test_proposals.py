"""The case that debpatch was started for, as it is sent: packages, requests, mails.

``DEBPATCH_OPENVPN_REPO`` is a clone of OpenVPN's repository, ``DEBPATCH_OPENVPN_DSC`` the source of
Debian's openvpn 2.6.14-1+deb13u3.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from command_line import debpatch

PLAN = "b0b123b3,3c9fe881,876a8cf5,e78a8af2,adece456"
GRETE = "Grete Vinter <grete@debian.example.org>"


@pytest.fixture(autouse=True)
def _person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBFULLNAME", "Grete Vinter")
    monkeypatch.setenv("DEBEMAIL", "grete@debian.example.org")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795046400")


@pytest.fixture
def dsc() -> Path:
    place = os.environ.get("DEBPATCH_OPENVPN_DSC")
    if not place:
        pytest.skip("DEBPATCH_OPENVPN_DSC is not set: Debian's source is not at hand")
    return Path(place)


def program(*command: str | Path, cwd: Path, **variables: str) -> str:
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(
        command, cwd=cwd, check=False, capture_output=True, text=True,
        env={**os.environ, **variables},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def unpacked(dsc: Path, folder: Path) -> Path:
    """Debian's package in ``folder``, with upstream's tarball beside it."""
    folder.mkdir()
    for file in dsc.parent.glob("openvpn_2.6.14.orig.tar.*"):
        shutil.copy(file, folder)
    program("dpkg-source", "-x", dsc, "src", cwd=folder)
    return folder / "src"


def complaints(package: Path) -> set[str]:
    """What lintian says of the package's source, from errors down to infos; without line numbers.

    Misspelt words in the messages of upstream's commits are left out, by not being pedantic.
    """
    program("dpkg-source", "-b", package.name, cwd=package.parent)
    (built,) = package.parent.glob("*.dsc")
    said = program(
        "lintian", "--allow-root", "--fail-on", "none", "-I", built.name, cwd=package.parent
    )
    return {
        re.sub(r" \[.*", "", line) for line in said.splitlines() if line[:2] in {"E:", "W:", "I:"}
    }


def test_the_plan_becomes_patches_that_debian_s_tools_take(
    openvpn: Path, dsc: Path, tmp_path: Path
) -> None:
    ours, plain = unpacked(dsc, tmp_path / "ours"), unpacked(dsc, tmp_path / "plain")
    done = debpatch("import-commits", PLAN, "--repo", openvpn, "--package", ours)
    assert (done.code, done.err) == (0, "")
    said = program("quilt", "push", "-a", "--fuzz=0", cwd=ours, QUILT_PATCHES="debian/patches")
    assert "Now at patch" in said
    assert "offset" not in said
    program("quilt", "pop", "-a", cwd=ours, QUILT_PATCHES="debian/patches")
    shutil.rmtree(ours / ".pc")
    # Beside it an update with no patch at all: some versions are complaint enough for lintian.
    new, old = ((at / "debian/changelog").read_text() for at in (ours, plain))
    entry = new.removesuffix(old)
    (plain / "debian/changelog").write_text(re.sub(r" {4}.*\n|:\n(?= {4})", "", entry) + old)
    assert complaints(ours) == complaints(plain)


def proposed(openvpn: Path, dsc: Path, folder: Path, *arguments: str | Path) -> Any:
    done = debpatch(
        "propose-update", "--repo", openvpn, "--package", dsc, "--unstable", "2.7.6-1",
        "-o", folder, *arguments, "--format", "json",
    )  # fmt: skip
    assert done.err == ""
    return done.json


def test_the_three_options(openvpn: Path, dsc: Path, dco_patch: Path, tmp_path: Path) -> None:
    """The figures are those of patch, git cherry-pick, git diff and git rev-list, done by hand."""
    found = proposed(
        openvpn, dsc, tmp_path / "pu", "--kind", "pu", "--patch", dco_patch, "--closes", "1140745"
    )
    assert found["version"] == "2.6.14-1+deb13u4"
    own, series, release = found["options"]
    figures = [(o["name"], len(o["commits"]), *o["diffstat"].values()) for o in found["options"]]
    assert figures == [
        ("this update", 1, 9, 71, 31),
        ("upstream's series", 5, 15, 461, 239),
        ("new upstream release v2.6.20", 79, 111, 1860, 637),
    ]
    assert [(part["sha"][:8], part["role"]) for part in series["parts"]] == [
        ("b0b123b3", "prerequisite"),
        ("3c9fe881", "prerequisite"),
        ("876a8cf5", "wanted"),
        ("e78a8af2", "wanted"),
        ("adece456", "follow-up"),
    ]
    later = {"release": "v2.6.22", "commits": 98, "conflicts": 23, "without": 21}
    assert own["later"] == later
    assert series["later"] == {**later, "commits": 93, "conflicts": 16, "without": 17}
    assert release["follow_ups"] == series["follow_ups"] == []
    (commit,) = found["commits"]
    assert commit["sha"].startswith("7791f535")
    assert commit["cause"].startswith("a5b4bad46978")
    assert commit["in_unstable"]["state"] == "present"
    doubts = {f["rule"] for f in found["findings"] if f["severity"] != "info"}
    assert doubts == {"residual-reference", "header"}
    request = (tmp_path / "pu/request.mail").read_text()
    assert request.splitlines()[3] == "Subject: trixie-pu: package openvpn/2.6.14-1+deb13u4"
    for row in ("1. this update", "2. upstream's series", "3. new upstream release v2.6.20"):
        assert row in request


def test_upstream_has_it_on_this_line_already(
    openvpn: Path, dsc: Path, dco_patch: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    found = proposed(
        openvpn, dsc, out, "--kind", "upstream", "--patch", dco_patch, "--author", GRETE
    )
    assert "landed" in {finding["rule"] for finding in found["findings"]}
    (mail,) = out.glob("0*.patch")
    taken(openvpn, mail.read_bytes(), dco_patch, tmp_path)


def test_git_am_takes_the_patch_and_nothing_is_lost(
    openvpn: Path, dco_patch: Path, tmp_path: Path
) -> None:
    done = debpatch(
        "export-patch", dco_patch, "--onto", "v2.6.14", "--repo", openvpn, "--author", GRETE
    )
    assert (done.code, done.err) == (0, "")
    taken(openvpn, done.out.encode(), dco_patch, tmp_path)


def taken(openvpn: Path, mail: bytes, patch: Path, folder: Path) -> None:
    """Apply ``mail`` to v2.6.14 with Git, and compare what comes out with ``patch``."""
    git = ("git", "-c", "user.name=x", "-c", "user.email=x@example.org")
    work = folder / "work"
    program(*git, "clone", "-q", "-n", "-s", openvpn, work, cwd=folder)
    program(*git, "checkout", "-q", "--detach", "v2.6.14", cwd=work)
    subprocess.run([*git, "am", "-q"], cwd=work, input=mail, check=True)
    commit = program(*git, "rev-parse", "HEAD", cwd=work).strip()
    done = debpatch(
        "diff-upstream", patch, "--upstream", commit, "--base", "v2.6.14", "--repo", work,
        "--format", "json",
    )  # fmt: skip
    (compared,) = done.json["comparisons"]
    assert compared["verdict"] in {"identical", "equivalent"}
    lost = {status: compared["summary"][status] for status in ("missing", "adapted", "added")}
    assert lost == {"missing": 0, "adapted": 0, "added": 0}
    program(*git, "checkout", "-q", "--detach", "v2.6.14", cwd=work)
    program("patch", "-p1", "-F0", "-i", patch, cwd=work)
    program(*git, "diff", "--exit-code", commit, cwd=work)
