"""audit-series on OpenVPN: a package with Debian's series, and the real one where it is at hand.

``DEBPATCH_OPENVPN_DSC`` is the source of Debian's openvpn 2.6.14-1+deb13u3; with
``DEBPATCH_TEST_APT`` the package that this machine's apt has is audited as well.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from command_line import debpatch

from openvpn.packages import LIKE_DEBIAN_13, OWN, make_package


def audit(package: Path | str, openvpn: Path) -> dict[str, Any]:
    """What is told of each patch, by its name."""
    done = debpatch("audit-series", package, "--repo", openvpn, "--format", "json")
    assert (done.code, done.err) == (1, "")
    return {patch["name"]: patch for patch in done.json["patches"]}


@pytest.mark.parametrize("with_header", [True, False], ids=["mails", "bare"])
def test_each_patch_is_known(openvpn: Path, tmp_path: Path, with_header: bool) -> None:
    """By what it says, and as well by nothing but what it changes."""
    found = audit(make_package(openvpn, tmp_path / "package", with_header=with_header), openvpn)
    assert list(found) == [*OWN, *LIKE_DEBIAN_13]
    assert all(patch["applies"] for patch in found.values())
    for name, (sha, release) in LIKE_DEBIAN_13.items():
        upstream = found[name]["upstream"]
        assert upstream["sha"] == sha
        assert (upstream["match"], upstream["released_in"]) == ("identical", release)
        assert found[name]["droppable_from"] == release
    for name in OWN:
        assert (found[name]["upstream"], found[name]["droppable_from"]) == (None, None)


def test_of_the_package_itself(openvpn: Path) -> None:
    place = os.environ.get("DEBPATCH_OPENVPN_DSC")
    if not place:
        pytest.skip("DEBPATCH_OPENVPN_DSC is not set")
    found = audit(place, openvpn)
    assert len(found) == 14
    known = {name: patch["upstream"] for name, patch in found.items() if patch["upstream"]}
    assert {name: (each["sha"], each["released_in"]) for name, each in known.items()} == (
        LIKE_DEBIAN_13
    )
    assert {each["match"] for each in known.values()} == {"identical"}


@pytest.mark.archive
@pytest.mark.skipif(not os.environ.get("DEBPATCH_TEST_APT"), reason="DEBPATCH_TEST_APT is not set")
def test_of_the_package_that_apt_has(openvpn: Path) -> None:
    """Debian 12's, at least: each patch that Debian 13 has too is known as there."""
    found = audit("apt:openvpn", openvpn)
    assert all(patch["applies"] for patch in found.values())
    shared = found.keys() & LIKE_DEBIAN_13.keys()
    assert "CVE-2025-13086.patch" in shared
    for name in shared:
        upstream = found[name]["upstream"]
        assert (upstream["sha"], upstream["released_in"]) == LIKE_DEBIAN_13[name]
    assert not [name for name in found.keys() - shared if found[name]["upstream"]]
