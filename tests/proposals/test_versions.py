"""Versions and distributions, by table, with dpkg as the judge of their order."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date

import pytest
from debian.debian_support import Version
from hypothesis import given
from hypothesis import strategies as st

from debpatch.errors import DebpatchError
from debpatch.proposals.suites import find_suite
from debpatch.proposals.versions import (
    brought_down,
    new_upstream,
    next_revision,
    next_upload,
    updated,
)

DAY = date(2026, 3, 1)  # trixie is stable, bookworm oldstable, forky testing, bullseye in LTS


def dpkg_says(one: object, relation: str, other: object) -> bool:
    if not shutil.which("dpkg"):
        pytest.skip("dpkg is not installed")
    command = ["dpkg", "--compare-versions", str(one), relation, str(other)]
    return subprocess.run(command, check=False).returncode == 0


UPDATES = [
    ("1.4-5", "13", "1.4-5+deb13u1"),
    ("1.4-5+deb13u1", "13", "1.4-5+deb13u2"),
    ("1.4-5+deb13u9", "13", "1.4-5+deb13u10"),
    ("1.4-5.1", "13", "1.4-5.1+deb13u1"),
    ("1.5-1~deb13u1", "13", "1.5-1~deb13u2"),
    ("1.5-0+deb13u1", "13", "1.5-0+deb13u2"),
    ("2:1.4-5", "13", "2:1.4-5+deb13u1"),
    ("1.4", "13", "1.4+deb13u1"),
    ("1.4+deb13u1", "13", "1.4+deb13u2"),
    ("1.4-5+deb12u3", "13", "1.4-5+deb13u1"),
    ("1.4-5+deb13u2", "12", "1.4-5+deb13u2~deb12u1"),
    ("1.4-5+deb13u2~deb12u1", "12", "1.4-5+deb13u2~deb12u2"),
    ("2.6.14-0+deb12u2", "12", "2.6.14-0+deb12u3"),
    ("1.4+dfsg-5", "13", "1.4+dfsg-5+deb13u1"),
]


@pytest.mark.parametrize(("current", "number", "expected"), UPDATES)
def test_an_update_of_the_same_upstream_version(current: str, number: str, expected: str) -> None:
    version, because = updated(Version(current), number)
    assert str(version) == expected
    assert because
    if int(number) >= 13 or "deb13" not in current or "~deb12" in current:
        assert dpkg_says(current, "lt", version)
    else:  # it comes down from a newer release, and must not overtake it
        assert dpkg_says(version, "lt", current)


@pytest.mark.parametrize(
    ("newer", "present", "expected"),
    [
        ("1.5-1", None, "1.5-1~deb13u1"),
        ("1.5-1", "1.4-5+deb13u3", "1.5-1~deb13u1"),
        ("1.5-1", "1.5-1~deb13u1", "1.5-1~deb13u2"),
        ("1.5", "1.4", "1.5~deb13u1"),
    ],
)
def test_a_newer_version_comes_down(newer: str, present: str | None, expected: str) -> None:
    there = Version(present) if present else None
    version, _ = brought_down(Version(newer), "13", there)
    assert str(version) == expected
    assert dpkg_says(version, "lt", newer)
    assert present is None or dpkg_says(present, "lt", version)


def test_a_new_upstream_version_that_unstable_never_had() -> None:
    version, _ = new_upstream("1.5", "13", Version("1:1.4-5+deb13u1"))
    assert str(version) == "1:1.5-0+deb13u1"
    assert dpkg_says("1:1.4-5+deb13u1", "lt", version)
    assert dpkg_says(version, "lt", "1:1.5-1~deb13u1")
    with pytest.raises(DebpatchError, match="native"):
        new_upstream("1.5", "13", Version("1.4"))


@pytest.mark.parametrize(
    ("current", "by_maintainer", "expected"),
    [
        ("1.4-5", True, "1.4-6"),
        ("1.4-5", False, "1.4-5.1"),
        ("1.4-5.1", False, "1.4-5.2"),
        ("1.4-5.1", True, "1.4-6"),
        ("1.4-9", True, "1.4-10"),
        ("1.4", True, "1.5"),
        ("1.4", False, "1.4+nmu1"),
        ("1.4+nmu1", False, "1.4+nmu2"),
        ("1.4+nmu1", True, "1.5"),
        ("1.5-1~exp1", True, "1.5-1"),
        ("1.5-1~deb13u2", True, "1.5-2"),
        ("1.5-1.3~deb13u2", False, "1.5-1.4"),
        ("1.5-1~bpo13+1", True, "1.5-2"),
        ("1.4-5+deb13u1", True, "1.4-6"),
        ("1:1.4-0+deb13u1", True, "1:1.4-1"),
    ],
)
def test_uploads_to_unstable(current: str, by_maintainer: bool, expected: str) -> None:
    version, _ = next_revision(Version(current), by_maintainer=by_maintainer)
    assert str(version) == expected
    assert dpkg_says(current, "lt", version)


@pytest.mark.parametrize(
    ("current", "suite", "security", "version", "distribution"),
    [
        ("1.4-5", "trixie", False, "1.4-5+deb13u1", "trixie"),
        ("1.4-5", "stable", False, "1.4-5+deb13u1", "trixie"),
        ("1.4-5", "trixie", True, "1.4-5+deb13u1", "trixie-security"),
        ("1.4-5+deb13u1", "trixie-security", False, "1.4-5+deb13u2", "trixie"),
        ("1.4-5", "oldstable", False, "1.4-5+deb12u1", "bookworm"),
        ("1.4-5", "bullseye", False, "1.4-5+deb11u1", "bullseye-security"),
        ("1.4-5", "testing", False, "1.4-6", "unstable"),
        ("1.4-5", "forky", False, "1.4-6", "unstable"),
        ("1.4-5", "unstable", False, "1.4-6", "unstable"),
        ("1.4-5", "sid", False, "1.4-6", "unstable"),
    ],
)
def test_uploads(current: str, suite: str, security: bool, version: str, distribution: str) -> None:
    upload = next_upload(Version(current), find_suite(suite, DAY), security=security)
    assert (str(upload.version), upload.distribution) == (version, distribution)
    assert [reason.partition(":")[0] for reason in upload.because] == [version, distribution]


@pytest.mark.parametrize(
    ("name", "day", "role"),
    [
        ("trixie", date(2025, 6, 1), "testing"),
        ("trixie", DAY, "stable"),
        ("bookworm", DAY, "oldstable"),
        ("bookworm", date(2026, 11, 21), "lts"),
        ("bullseye-security", DAY, "lts"),
        ("oldstable-proposed-updates", DAY, "oldstable"),
        ("unstable", DAY, "unstable"),
    ],
)
def test_what_a_suite_is_depends_on_the_day(name: str, day: date, role: str) -> None:
    assert find_suite(name, day).role == role


@pytest.mark.parametrize(
    ("name", "day", "says"),
    [
        ("trixy", DAY, "not a Debian suite; there are .*trixie"),
        ("jammy", DAY, "is not a Debian suite"),
        ("experimental", DAY, "is not a Debian suite"),
        ("buster", DAY, "end of life"),
        ("bullseye", date(2026, 11, 21), "end of life"),
        ("duke", DAY, "not open on"),
    ],
)
def test_suites_that_take_nothing(name: str, day: date, says: str) -> None:
    with pytest.raises(DebpatchError, match=says):
        find_suite(name, day)


versions = st.from_regex(
    r"([1-9]:)?[0-9]{1,2}(\.[0-9]{1,2}){0,2}(\+ds1)?(-[1-9](\.[1-9])?)?", fullmatch=True
)


@given(versions)
def test_updates_rise_and_stay_below_the_next_revision(text: str) -> None:
    current = Version(text)
    first, _ = updated(current, "13")
    second, _ = updated(first, "13")
    following, _ = next_revision(current, by_maintainer=True)
    assert current < first < second
    assert current.debian_revision is None or second < following
    assert brought_down(following, "13")[0] < following
