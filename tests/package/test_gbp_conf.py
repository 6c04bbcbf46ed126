from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debpatch.package.base import expand_format, tag_formats


def test_the_tag_of_upstream_s_own_repository_goes_first() -> None:
    conf = b"""
[DEFAULT]
upstream-tag = 'upstream/%(version)s'
debian-branch = debian/sid

[import-orig]
upstream-vcs-tag = v%(version%~%-)s
"""
    assert tag_formats(conf) == ("v%(version%~%-)s", "upstream/%(version)s")


@pytest.mark.parametrize("conf", [b"", b"upstream-tag = x\n", b"[a\n", b"\xff\xfe", b"[DEFAULT]\n"])
def test_a_file_without_formats_says_nothing(conf: bytes) -> None:
    assert tag_formats(conf) == ()


@given(st.binary())
def test_any_bytes_are_read(conf: bytes) -> None:
    assert all(isinstance(tag_format, str) for tag_format in tag_formats(conf))


@pytest.mark.parametrize(
    ("tag_format", "version", "tag"),
    [
        ("debian/%(version)s", "0:0~0", "debian/0%0_0"),
        ("libfoo-%(hversion)s", "1.8.1", "libfoo-1-8-1"),
        ("v%(version%.%_)s", "1.2.3", "v1_2_3"),
        ("v%(version%~%-)s", "1.2~rc1", "v1.2-rc1"),
        ("v%(version%~%)s", "1.2~rc1", "v1.2rc1"),
        ("v%(version%~%.%-%_)s", "1.2~rc1-x", "v1.2.rc1_x"),
        ("fixed", "1.2", "fixed"),
        ("%(other)s", "1.2", "%(other)s"),
    ],
)
def test_formats_expand_as_gbp_does(tag_format: str, version: str, tag: str) -> None:
    assert expand_format(tag_format, version) == tag
