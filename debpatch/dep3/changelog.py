"""Which Debian bugs a changelog closes with which patch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

# What deb-changelog(5) and dpkg-parsechangelog(1) take for the closing of bugs.
_CLOSES = re.compile(r"closes:\s*(?:bug)?#?\s?\d+(?:,\s*(?:bug)?#?\s?\d+)*", re.IGNORECASE)
_ITEM = re.compile(r"^\s+[*+-]\s", re.MULTILINE)
_GONE = re.compile(r"\b(?:drop|remov|delet|disabl|revert)\w*", re.IGNORECASE)
_PATCH_NAME = re.compile(r"[\w./+~-]*\w")
_SHORTEST_STEM = 8  # shorter names without an extension are words


def closed_with(changelog: str, patches: Iterable[str]) -> Mapping[str, tuple[int, ...]]:
    """The bugs that an item of the changelog closes where it names one patch, by patch.

    An item that names several patches does not say which of them is for which bug, and one about
    a patch that went says nothing of what is there.
    """
    names: dict[str, str] = {}
    for patch in patches:
        path = PurePosixPath(patch)
        names |= {patch: patch, path.name: patch}
        if len(path.stem) >= _SHORTEST_STEM and re.search(r"[-_.\d]", path.stem):
            names.setdefault(path.stem, patch)
    closed: dict[str, tuple[int, ...]] = {}
    for item in _ITEM.split(changelog):
        closes = [int(bug) for found in _CLOSES.findall(item) for bug in re.findall(r"\d+", found)]
        if not closes or _GONE.search(item):
            continue
        words = (word.removeprefix("debian/patches/") for word in _PATCH_NAME.findall(item))
        named = {names[word] for word in words if word in names}
        if len(named) == 1:
            patch = named.pop()
            closed[patch] = tuple(dict.fromkeys((*closed.get(patch, ()), *closes)))
    return closed
