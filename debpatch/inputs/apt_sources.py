"""Source archives for the binary ones that this machine uses: the formats of sources.list(5)."""

from __future__ import annotations

import re

_ENTRY = re.compile(r"\s*deb(?:-src)?\s+(?P<where>.+?)\s*")
_NO = {"no", "false", "without", "off", "disable", "0"}  # as apt's StringToBool


def deb_src_list(text: str) -> str:
    """Turn a one-line-style file (``.list``) into its ``deb-src`` entries, options kept.

    Entries for CD-ROMs are left out: only apt-cdrom can fetch from those.
    """
    matches = (_ENTRY.fullmatch(line) for line in text.splitlines())
    places = dict.fromkeys(match["where"] for match in matches if match)
    return "".join(f"deb-src {place}\n" for place in places if "cdrom:" not in place)


def deb_src_stanzas(text: str) -> str:
    """Turn a deb822-style file (``.sources``) into its enabled stanzas with ``Types: deb-src``.

    All other fields stay, ``Signed-By`` with a key in it too.
    """
    from debian.deb822 import Deb822

    stanzas = []
    for stanza in Deb822.iter_paragraphs(text, use_apt_pkg=False):
        types = stanza.get("Types", "").split()
        if {"deb", "deb-src"}.isdisjoint(types) or stanza.get("Enabled", "").lower() in _NO:
            continue
        stanza["Types"] = "deb-src"
        stanzas.append(stanza.dump())
    return "\n".join(stanzas)
