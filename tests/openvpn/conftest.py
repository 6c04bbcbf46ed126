"""OpenVPN's repository, and the patch of the bug that debpatch was started for.

All of this runs where the repository is at hand. ``test_founding_case.py`` asks the same of the
demo, which has the case's shape, everywhere.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_PATCH = "openvpn-919/dco-process-messages-immediately.patch"


@pytest.fixture(scope="session")
def openvpn() -> Path:
    """A clone of OpenVPN's repository with its release branches."""
    place = os.environ.get("DEBPATCH_OPENVPN_REPO")
    if not place:
        pytest.skip("DEBPATCH_OPENVPN_REPO is not set: no clone of OpenVPN's repository at hand")
    return Path(place)


@pytest.fixture(scope="session")
def dco_patch() -> Path:
    """The quilt patch that was sent to openvpn-devel for OpenVPN's issue 919."""
    named = os.environ.get("DEBPATCH_OPENVPN_PATCH")
    place = Path(named) if named else Path(__file__).parents[3] / "shared" / _PATCH
    if not place.is_file():
        pytest.skip(f"{place} is not there; name the patch with DEBPATCH_OPENVPN_PATCH")
    return place
