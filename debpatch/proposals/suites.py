"""Debian's suites on a day: which codename is stable, which number it has, who looks after it.

The dates are those of distro-info-data, read through distro-info.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from debian.debian_support import Version

from debpatch.errors import DebpatchError

Role = Literal["unstable", "testing", "stable", "oldstable", "lts"]
"""What a suite is on a day; ``lts`` is one whose regular support has ended."""

_POCKETS = re.compile(
    r"-(?:security|updates|proposed-updates|backports(?:-sloppy)?|pu|lts)$"
)  # what stands beside a suite, under its name
_UNSTABLE = {"sid", "unstable", "UNRELEASED"}


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite: its codename, the number in its versions' suffixes, what it is today.

    ``number`` is None for unstable. ``ended`` is the day on which regular support ended.
    """

    codename: str
    number: str | None
    role: Role
    ended: date | None = None

    @property
    def is_released(self) -> bool:
        """Whether it changes by updates alone."""
        return self.role in {"stable", "oldstable", "lts"}


def highest_in(suite: Suite, known: Mapping[str, str]) -> Version | None:
    """The highest version in ``suite`` and its pockets of those ``known`` by suite."""
    names = {suite.codename, suite.role}
    versions = [Version(text) for name, text in known.items() if _POCKETS.sub("", name) in names]
    return max(versions, default=None)


def find_suite(name: str, today: date) -> Suite:
    """The suite that ``name`` means on the day ``today``.

    A codename, ``stable``, ``oldstable``, ``testing`` or ``unstable``, also with the pocket of a
    changelog's distribution behind it (``trixie-security``). Raises DebpatchError for an unknown
    suite, and for one that nobody updates any more.
    """
    from distro_info import DebianDistroInfo, DistroDataOutdated

    plain = _POCKETS.sub("", name)
    if plain in _UNSTABLE:
        return Suite("unstable", None, "unstable")
    known = DebianDistroInfo()
    try:
        codename = known.codename(plain, today, default=plain)
        roles: dict[str, Role] = {
            known.old(today): "oldstable",
            known.stable(today): "stable",
            known.testing(today): "testing",
        }
    except DistroDataOutdated as error:
        raise DebpatchError(
            f"distro-info-data does not cover {today}; upgrade the package distro-info-data"
        ) from error
    release = next((r for r in known.get_all("object") if r.series == codename), None)
    if release is None or not release.version:
        here = ", ".join(sorted({*roles, *known.lts_supported(today), "unstable"}))
        raise DebpatchError(f"{name!r} is not a Debian suite; there are {here}")
    if release.release is None and codename not in roles:
        raise DebpatchError(f"{name!r} is not open on {today}; use unstable")
    if codename in known.lts_supported(today):
        return Suite(codename, release.version, "lts", release.eol)
    if codename not in known.supported(today):
        raise DebpatchError(
            f"{name!r} has reached its end of life: regular support ended on {release.eol}, LTS "
            f"on {release.eol_lts or 'no date'}; Debian takes no updates for it"
        )
    return Suite(codename, release.version, roles.get(codename, "oldstable"))
