"""Releases: the tags that are a version, whatever way a project spells it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

# Words that say "a version follows" or "this one is final", and nothing else.
_BEFORE = {"", "v", "r", "rel", "release", "releases", "version", "ver"}
_AFTER = {"final", "ga", "rel", "release", "rtm", "stable"}
# Tags of Debian's and Ubuntu's packaging, and of dgit.
_PACKAGING = {"archive", "debian", "dgit", "ubuntu"}

_STAGES = {
    word: stage
    for stage, words in {
        -5: "dev dr",
        -4: "alpha a",
        -3: "beta b",
        -2: "pre preview",
        -1: "rc c",
        1: "p pl patch post",
    }.items()
    for word in words.split()
}
"""Where a word puts a version, relative to the final one of the same numbers, which is 0."""

_WORD = re.compile(r"[a-z]+")
_VERSION = re.compile(r"(?P<numbers>[0-9]+(?:[._+~-][0-9]+)*)(?P<suffix>.*)")
_SUFFIX = re.compile(r"(?P<before>[._+~-]?)(?P<word>[a-z]+)(?:[._-]?(?P<number>[0-9]+))?")

Suffix = tuple[int, str, int]
"""A stage, the letter of a lettered patch release, a number: ``rc3`` is ``(-1, "", 3)``."""


@dataclass(frozen=True, slots=True)
class Version:
    """An upstream version in a normal form that does not depend on how it is punctuated.

    ``numbers`` are as written, for 1.06 and 1.6 can be two releases. ``suffixes`` are what follows:
    ``2.7_rc3``, ``2.7~rc3`` and ``2.7-rc.3`` are one version.
    """

    numbers: tuple[str, ...]
    suffixes: tuple[Suffix, ...] = ()

    @property
    def key(self) -> tuple[tuple[int, ...], tuple[Suffix, ...]]:
        """Sorts versions by age; 2.7 and 2.7.0 are equal, and newer than 2.7_rc3."""
        return tuple(map(int, self.short.numbers)), (*self.suffixes, (0, "", 0))

    @property
    def short(self) -> Version:
        """The same version without zeros at the end of its numbers."""
        numbers = self.numbers
        while len(numbers) > 1 and not numbers[-1].strip("0"):
            numbers = numbers[:-1]
        return Version(numbers, self.suffixes)


@dataclass(frozen=True, slots=True)
class Release:
    """A tag and the version that it is.

    ``project`` is the name before the version, in small letters; empty for ``v8.9.1``, and for a
    package's own tags its name, so ``gnutls28`` for ``gnutls_3_6_0``.
    """

    tag: str
    project: str
    version: Version


def parse_version(text: str) -> Version | None:
    """Read a version; None for what is more or less than one, such as ``5.15-lts-lgpl``."""
    match = _VERSION.fullmatch(text.lower())
    if not match:
        return None
    suffixes = _suffixes(match["suffix"])
    return None if suffixes is None else Version(tuple(_numbers(match["numbers"])), suffixes)


def read_release(tag: str, package_name: str = "") -> Release | None:
    """Read a tag as a version; None if it is no version, or the version of a Debian package."""
    # Digits at a name's end: libxml2-2.9.14 is the same version as LIBXML2.9.14 and LIBXML2_9_14.
    name = rf"{re.escape(package_name)}(?=[-/]|(?<!\d)_)" if package_name else ""
    prefix = re.match(f"(?:{name})?[^0-9]*", tag.lower())
    before = prefix[0] if prefix else ""
    version = parse_version(tag[len(before) :])
    words = _WORD.findall(before)
    if version is None or not _PACKAGING.isdisjoint(words):
        return None
    project = "".join(word for word in words if word not in _BEFORE)
    own = "".join(_WORD.findall(package_name))
    is_own = own and own in (project, "".join(words))
    return Release(tag, package_name if is_own else project, version)


def releases(tags: Iterable[str], package_name: str = "") -> list[Release]:
    """Give a project's releases, oldest version first.

    Where the tags of several projects are in one repository, these are the ones with the package's
    name or no name; where none has the name, the ones of the most frequent name or no name.
    """
    found = [release for tag in tags if (release := read_release(tag, package_name))]
    counts = Counter(release.project for release in found)
    commonest = max(counts, key=lambda project: counts[project], default="")
    named = package_name and counts[package_name]
    projects = {"", package_name} if named else {commonest}
    return sorted(
        (release for release in found if release.project in projects),
        key=lambda release: (release.version.key, release.tag),
    )


def _numbers(text: str) -> list[str]:
    return re.findall(r"[0-9]+", text)


def _suffixes(text: str) -> tuple[Suffix, ...] | None:
    """Read what follows a version's numbers; None where it holds a word of unknown meaning."""
    suffixes: list[Suffix] = []
    at = 0
    while at < len(text):
        match = _SUFFIX.match(text, at)
        if not match:
            return None
        at = match.end()
        word, number = match["word"], match["number"]
        if word in _AFTER and number is None and at == len(text):
            break
        if word in _STAGES and (number is not None or len(word) > 1):
            suffixes.append((_STAGES[word], "", int(number or 0)))
        elif not match["before"] and number is None and re.fullmatch("z?[a-z]", word):
            suffixes.append((1, word, 0))  # 1.1.1w, 0.9.8za
        else:
            return None
    return tuple(suffixes)
