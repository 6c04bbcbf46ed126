from __future__ import annotations

import pytest

from debpatch.errors import DebpatchError
from debpatch.package.base import find_base, snapshot_commit, upstream_part

TAGS = [
    *("v1.1", "v1.2-rc1", "v1.2", "v1.2.1", "v1.3", "other-1.2.1", "debian/1.2.1-1"),
    *("v2.06", "foo_3_0_1", "v4.0", "4.0", "v5.0.0", "v6-1", "v6.1"),
]


@pytest.mark.parametrize(
    ("version", "tag"),
    [
        ("1.2", "v1.2"),
        ("1.2~rc1", "v1.2-rc1"),
        ("1.2.1+dfsg", "v1.2.1"),
        ("1.2.1+dfsg1", "v1.2.1"),
        ("1.2.1.dfsg.1", "v1.2.1"),
        ("1.2.1~dfsg", "v1.2.1"),
        ("1.2.1+ds1", "v1.2.1"),
        ("1.2.1+ds+~cs4.5.6", "v1.2.1"),
        ("1.2.1+repack1+dfsg2", "v1.2.1"),
        ("2:1.2.1", "v1.2.1"),
        ("1.3+really1.2.1", "v1.2.1"),
        ("1.3~really1.2~rc1+dfsg", "v1.2-rc1"),
        ("3.0.1", "foo_3_0_1"),
        ("5.0", "v5.0.0"),
        ("6.1", "v6.1"),
    ],
)
def test_debian_s_version_finds_upstream_s_tag(version: str, tag: str) -> None:
    assert find_base(version, "foo", TAGS) == tag


def test_without_a_tag_of_its_name_the_usual_prefix_is_the_project_s() -> None:
    assert find_base("25.1", "erlang", ["OTP-25.1", "OTP-25.0", "start_of_26"]) == "OTP-25.1"


def test_another_word_before_the_version_is_no_release() -> None:
    with pytest.raises(DebpatchError, match=r"the nearest are v2\.7\.0, v2\.7\.1;"):
        find_base("2.8", "foo", ["v2.7.0", "v2.7.1", "start_of_2.8"])


def test_several_candidates_are_listed() -> None:
    with pytest.raises(
        DebpatchError, match=r"foo 1\.2 may be any of the tags foo-1\.2-final, foo_1_2;"
    ):
        find_base("1.2", "foo", ["foo-1.2-final", "foo_1_2", "foo-1.1"])


@pytest.mark.parametrize("version", ["4.0+dfsg1", "4.0"])
def test_two_spellings_of_one_version_are_ambiguous(version: str) -> None:
    with pytest.raises(DebpatchError, match=r"4\.0, v4\.0"):
        find_base(version, "foo", TAGS)


def test_the_nearest_releases_are_listed_when_none_fits() -> None:
    tags = [f"v1.{minor}" for minor in (1, 2, 3, 4, 6, 7, 8, 9)]
    with pytest.raises(
        DebpatchError,
        match=r"foo 1\.5\+dfsg1; the nearest are v1\.2, v1\.3, v1\.4, v1\.6, v1\.7, v1\.8;",
    ):
        find_base("1.5+dfsg1", "foo", tags)


def test_a_leading_zero_makes_another_version() -> None:
    assert find_base("2.06", "foo", TAGS) == "v2.06"
    with pytest.raises(DebpatchError, match="no upstream tag"):
        find_base("2.6", "foo", TAGS)


@pytest.mark.parametrize("tags", [[], ["start", "end"]])
def test_a_repository_without_releases(tags: list[str]) -> None:
    with pytest.raises(DebpatchError, match=f"none of its {len(tags)} tags is a version"):
        find_base("1.0", "foo", tags)


def test_gbp_formats_win() -> None:
    tags = ["upstream/1.2+dfsg", "v1.2", "x-1-2"]
    assert find_base("1.2+dfsg", "foo", tags, ["x-%(hversion)s"]) == "x-1-2"
    assert find_base("1.2+dfsg", "foo", tags, ["upstream/%(version)s"]) == "upstream/1.2+dfsg"
    assert find_base("1.2+dfsg", "foo", tags, ["absent-%(version)s"]) == "v1.2"


@pytest.mark.parametrize(
    ("version", "commit"),
    [
        ("1.2+git20240101.abcdef0", "abcdef0"),
        ("1.2~git20240101.1234567", "1234567"),
        ("0.0~git20200101.0a1b2c3d4e5f", "0a1b2c3d4e5f"),
        ("1.2+12+gabcdef0", "abcdef0"),
        ("1.2+git20240101.abcdef0+ds1", "abcdef0"),
        ("1.2+gitabcdef01", "abcdef01"),
        ("1.2+git20240101", None),
        ("1.2+svn1234567", None),
        ("1.2", None),
        ("20240101", None),
        ("1.2.1234567", None),
    ],
)
def test_a_snapshot_names_its_commit(version: str, commit: str | None) -> None:
    assert snapshot_commit(version) == commit


@pytest.mark.parametrize("version", ["1.2+git20240101.abcdef0", "1.2~git20240101", "1.2+svn12"])
def test_a_snapshot_is_no_release(version: str) -> None:
    with pytest.raises(DebpatchError, match="is a snapshot, not a release"):
        find_base(version, "foo", ["v1.2"])


def test_upstream_part_leaves_upstream_s_own_words_alone() -> None:
    assert upstream_part("1.2.3") == "1.2.3"
    assert upstream_part("2.7~rc3") == "2.7~rc3"
    assert upstream_part("1.1.1w") == "1.1.1w"
    assert upstream_part("9.2p1") == "9.2p1"
