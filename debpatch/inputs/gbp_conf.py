"""How upstream names its tags, as ``debian/gbp.conf`` says: gbp.conf(5)."""

from __future__ import annotations

import configparser
import re

_OPTIONS = ("upstream-vcs-tag", "upstream-tag")
_VERSION = re.compile(r"%\((?P<kind>h?version)(?P<changes>(?:%(?:\\%|[^%])+%(?:\\%|[^%)])*)*)\)s")
_CHANGE = re.compile(r"%((?:\\%|[^%])+)%((?:\\%|[^%])*)")


def tag_formats(data: bytes) -> tuple[str, ...]:
    """Read the formats of upstream's tags, the surest first.

    ``upstream-vcs-tag`` names a tag of upstream's own, ``upstream-tag`` in many packages one that
    gbp made when it imported a tarball. An unreadable file says nothing.
    """
    # A gbp.conf may lack a heading for its first lines, and it may repeat itself.
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(data.decode("utf-8", "replace"))
    except configparser.Error:
        return ()
    sections = [parser.defaults(), *(parser[name] for name in parser.sections())]
    found = (section.get(option) for option in _OPTIONS for section in sections)
    return tuple(dict.fromkeys(value.strip("'\"") for value in found if value))


def expand_format(tag_format: str, version: str) -> str:
    """Put an upstream version into a format such as ``v%(version%~%-)s``, as gbp does.

    ``%(version)s`` is the version, ``%(hversion)s`` the same with dashes for dots, and
    ``%A%B`` after either replaces A by B. What Git allows in no tag, ``~`` and ``:``, becomes ``_``
    and ``%``.
    """

    def replacement(match: re.Match[str]) -> str:
        text = version.replace(".", "-") if match["kind"] == "hversion" else version
        for old, new in _CHANGE.findall(match["changes"]):
            text = text.replace(old.replace(r"\%", "%"), new.replace(r"\%", "%"))
        return text.replace("~", "_").replace(":", "%")

    return _VERSION.sub(replacement, tag_format)
