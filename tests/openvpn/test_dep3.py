"""The case that debpatch was started for: headers of OpenVPN's patches against its repository.

``DEBPATCH_OPENVPN_REPO`` is a clone of OpenVPN's repository, ``DEBPATCH_OPENVPN_PATCH`` the patch
of Debian bug #1140745, ``DEBPATCH_OPENVPN_DSC`` the source of Debian's openvpn 2.6.14-1+deb13u3.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from command_line import debpatch
from source_packages import write_tree


def at_hand(variable: str) -> Path:
    place = os.environ.get(variable)
    if not place:
        pytest.skip(f"{variable} is not set")
    return Path(place)


@pytest.fixture
def repository() -> Path:
    return at_hand("DEBPATCH_OPENVPN_REPO")


CHANGELOG = """\
openvpn (2.6.14-1+deb13u4) trixie; urgency=medium

  * dco-process-messages-immediately.patch: do not lose notifications.
    (Closes: #1140745)

 -- Ann Author <ann@example.org>  Mon, 01 Jun 2026 00:00:00 +0000
"""
FIX = "7791f5358a5574d4ef1bd27e2d52300c9d98bd72"
PORTS = ("876a8cf5fd6166a22bfe6b6f37889d3cff3a17c6", "e78a8af2f5ce5ef3bbfefc2dc8efeca84027c018")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with the patch of the bug report, whose changelog closes the bug."""
    root = write_tree(
        tmp_path,
        {
            "debian/changelog": CHANGELOG,
            "debian/patches/series": "dco-process-messages-immediately.patch\n",
        },
    )
    shutil.copy(
        at_hand("DEBPATCH_OPENVPN_PATCH"),
        root / "debian/patches/dco-process-messages-immediately.patch",
    )
    return root


def findings(document: Any) -> dict[str, dict[str, Any]]:
    return {found["rule"]: found for found in document["patches"][0]["findings"]}


def test_the_header_of_the_bug_report(repository: Path, package: Path) -> None:
    done = debpatch("validate-dep3", package, "--repo", repository, "--format", "json")
    assert done.code == 1
    found = findings(done.json)
    assert set(found) == {
        "author-missing",
        "last-update-missing",
        "bug-debian-missing",
        "applied-upstream-missing",
        "not-needed-but-upstream",
        "not-forwarded-but-bug",
    }
    assert "#1140745" in found["bug-debian-missing"]["message"]
    landed = found["applied-upstream-missing"]
    assert "2.6.20" in landed["message"]
    assert {(seen["sha"], seen["released_in"]) for seen in landed["evidence"]} == {
        (FIX, "v2.7_rc3"), *((sha, "v2.6.20") for sha in PORTS),
    }  # fmt: skip


def test_the_header_that_a_maintainer_would_sign(repository: Path, package: Path) -> None:
    place = package / "debian/patches/dco-process-messages-immediately.patch"
    before = place.read_bytes()
    done = debpatch("validate-dep3", package, "--repo", repository, "--fix")
    assert done.code == 0
    header, diff = place.read_text().split("---\nIndex:", 1)
    assert before.endswith(diff.encode())
    added = [line for line in header.splitlines() if line not in before.decode().splitlines()]
    link = f"https://github.com/OpenVPN/openvpn/commit/{PORTS[1]}"
    *fields, update = added
    assert fields == [
        "Bug-Debian: https://bugs.debian.org/1140745",
        f"Applied-Upstream: 2.6.20, {link}",
    ]
    assert re.fullmatch(r"Last-Update: \d{4}-\d\d-\d\d", update)
    again = debpatch("validate-dep3", package, "--repo", repository, "--fix")
    assert again.err == "Corrected 0 headers.\n"
    # What nothing proves is left to the maintainer, and said.
    assert {"author-missing", "not-needed-but-upstream", "not-forwarded-but-bug"} == set(
        re.findall(r"info (\S+)", again.out)
    )


IDENTICAL = {
    "CVE-2025-13086": "2.6.16",
    "CVE-2026-35058": "2.6.20",
    "CVE-2026-40215": "2.6.20",
    "CVE-2026-11771": "2.6.21",
    "CVE-2026-12932": "2.6.21",
    "CVE-2026-12996": "2.6.21",
    "CVE-2026-13117": "2.6.21",
    "CVE-2026-13122": "2.6.21",
    "CVE-2026-13698": "2.6.21",
    "fix-ftbfs-kernel-6.16": "2.6.15",
    "check-message-id": "2.6.15",
}
"""The patches that are upstream commits, and the releases of 2.6 that first have them."""


def test_the_patches_of_debian_13(repository: Path) -> None:
    dsc = at_hand("DEBPATCH_OPENVPN_DSC")
    document = debpatch("validate-dep3", dsc, "--repo", repository, "--format", "json").json
    recognised = {}
    for report in document["patches"]:
        found = {one["rule"]: one for one in report["findings"]}
        assert not {"origin-differs", "commit-unknown", "already-in-base"} & set(found)
        if "origin-not-said" in found:
            assert "(identical)" in found["origin-not-said"]["message"]
            (version,) = re.findall(
                r"Applied-Upstream: ([^,]+)", found["applied-upstream-missing"]["fix"]
            )
            recognised[Path(report["path"]).stem] = version
    assert recognised == IDENTICAL
