from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debpatch.formats.versions import Release, Version, parse_version, read_release, releases


@pytest.mark.parametrize(
    ("package", "tag", "version"),
    [
        ("openvpn", "v2.6.14", "2.6.14"),
        ("openvpn", "v2.7_rc3", "2.7~rc3"),
        ("curl", "curl-8_9_1", "8.9.1"),
        ("systemd", "v252.4", "252.4"),
        ("systemd", "v252-rc1", "252~rc1"),
        ("postgresql-15", "REL_15_3", "15.3"),
        ("postgresql-15", "REL_15_BETA2", "15~beta2"),
        ("linux", "v6.1.55", "6.1.55"),
        ("linux", "v6.1-rc3", "6.1~rc3"),
        ("python3.11", "v3.11.2", "3.11.2"),
        ("python3.11", "v3.11.0a7", "3.11.0~a7"),
        ("glib2.0", "2.74.6", "2.74.6"),
        ("glib2.0", "GLIB_2_20_0", "2.20.0"),
        ("qemu", "v7.2.9", "7.2.9"),
        ("libxml2", "v2.9.14", "2.9.14"),
        ("libxml2", "LIBXML2.9.1", "2.9.1"),
        ("libxml2", "LIBXML2_6_0", "2.6.0"),
        ("libxml2", "libxml2-2.9.1", "2.9.1"),
        ("e2fsprogs", "e2fsprogs_1.47.0", "1.47.0"),
        ("openssl", "openssl-3.0.15", "3.0.15"),
        ("openssl", "OpenSSL_1_1_1w", "1.1.1w"),
        ("openssl", "OpenSSL_0_9_8za", "0.9.8za"),
        ("nss", "NSS_3_87_RTM", "3.87"),
        ("nginx", "release-1.22.1", "1.22.1"),
        ("perl", "v5.36.0", "5.36.0"),
        ("gnutls28", "3.7.9", "3.7.9"),
        ("gnutls28", "gnutls_3_6_0", "3.6.0"),
        ("samba", "samba-4.17.12", "4.17.12"),
        ("vim", "v9.0.1378", "9.0.1378"),
        ("imagemagick", "6.9.11-60", "6.9.11.60"),
        ("expat", "R_2_5_0", "2.5.0"),
        ("openssh", "V_9_2_P1", "9.2p1"),
        ("sudo", "SUDO_1_9_13p3", "1.9.13p3"),
        ("tor", "tor-0.4.8.1-alpha", "0.4.8.1-alpha"),
        ("tzdata", "2024a", "2024a"),
        ("gcc-12", "releases/gcc-12.2.0", "12.2.0"),
        ("foo", "foo-v1.2", "1.2"),
        ("foo", "foo/release-1.2-final", "1.2"),
    ],
)
def test_a_tag_and_the_version_of_its_package_have_one_normal_form(
    package: str, tag: str, version: str
) -> None:
    release = read_release(tag, package)
    assert release is not None
    assert release.version == parse_version(version)
    assert release.project in ("", package)


@pytest.mark.parametrize(
    "tag",
    [
        *("debian/2.6.3-1", "archive/debian/1.2-1", "ubuntu/1.2-1ubuntu1"),
        *("v5.15.8-lts-lgpl", "v1_last", "v2.6_branched", "1.0-3-gabcdef0", "stable-2.9-branch"),
        *("master", "v", ""),
    ],
)
def test_what_is_more_or_less_than_a_version_is_no_release(tag: str) -> None:
    assert read_release(tag, "foo") is None


def test_another_projects_name_is_kept() -> None:
    assert read_release("OTP-25.1", "erlang") == Release("OTP-25.1", "otp", Version(("25", "1")))


@pytest.mark.parametrize(
    "ordered",
    [
        ["v2.6.14", "v2.7_alpha3", "v2.7_beta1", "v2.7_rc3", "v2.7.0", "v2.7.1"],
        ["v2.7.0-rc1", "v2.7", "v2.7.1-rc1", "v2.7.1"],
        ["OpenSSL_0_9_8", "OpenSSL_0_9_8a", "OpenSSL_0_9_8z", "OpenSSL_0_9_8za", "OpenSSL_1_0_0"],
        ["v9.9", "v9.10", "v10.0-dev", "v10.0"],
        ["V_9_2_P1", "V_9_3_P1", "V_9_3_P2"],
    ],
)
def test_releases_come_oldest_version_first(ordered: list[str]) -> None:
    for tags in itertools.islice(itertools.permutations(ordered), 30):
        assert [release.tag for release in releases(tags, "foo")] == ordered


def test_releases_are_those_of_the_package_where_there_are_several_projects() -> None:
    tags = ["ldb-1.1.0", "ldb-1.1.1", "ldb-1.1.2", "samba-4.17.12", "4.18.0", "debian/4.17-1"]
    assert [r.tag for r in releases(tags, "samba")] == ["samba-4.17.12", "4.18.0"]
    assert [r.tag for r in releases(tags)] == ["ldb-1.1.0", "ldb-1.1.1", "ldb-1.1.2"]
    assert releases([], "samba") == []


@given(
    st.lists(st.integers(0, 99), min_size=1, max_size=4),
    st.sampled_from(["", "alpha1", "beta2", "rc3"]),
    st.sampled_from("._-"),
    st.sampled_from(["v", "", "release-", "foo-", "FOO_", "foo-v"]),
)
def test_punctuation_does_not_matter(
    numbers: list[int], suffix: str, separator: str, prefix: str
) -> None:
    version = ".".join(map(str, numbers)) + (f"~{suffix}" if suffix else "")
    tag = prefix + separator.join([*map(str, numbers), *([suffix] if suffix else [])])
    release = read_release(tag, "foo")
    assert release is not None
    assert release.version == parse_version(version)


@given(st.text())
def test_any_text_is_a_release_or_none(tag: str) -> None:
    release = read_release(tag, "foo")
    assert release is None or release.version.numbers
