"""Which version and distribution an upload gets, and why.

The forms are those of the Developer's Reference 5.5.3 (updates of stable), 5.8.5.4 (security) and
5.11.2 (non-maintainer uploads). dch(1) gets some of them wrong, above all
where a suffix is there already, so they are computed here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from debian.debian_support import Version

from debpatch.errors import DebpatchError
from debpatch.proposals.suites import Suite

_UPDATE = re.compile(r"(?P<sign>[+~])deb(?P<number>\d+)u(?P<count>\d+)$")
_BACKPORT = re.compile(r"~bpo(?P<number>\d+)\+(?P<count>\d+)$")
_EXPERIMENTAL = re.compile(r"~exp\d+$")


@dataclass(frozen=True, slots=True)
class Upload:
    """A version and the distribution that it goes to; ``because`` is a sentence on each."""

    version: Version
    distribution: str
    because: tuple[str, ...]

    @property
    def urgency(self) -> str:
        """What the changelog says of it, Debian Policy 5.6.17."""
        return "high" if self.distribution.endswith("-security") else "medium"


def is_of_a_release(version: Version) -> bool:
    """Whether the suffix says that a version was made for a release of Debian, or its backports."""
    return any(suffix.search(str(version)) for suffix in (_UPDATE, _BACKPORT))


def is_native(version: Version) -> bool:
    """Whether a version has no Debian revision (Debian Policy 5.6.12)."""
    return version.debian_revision is None


# -- versions --------------------------------------------------------------------------------------


def updated(current: Version, number: str) -> tuple[Version, str]:
    """The next version of the same upstream version for the release ``number`` of Debian.

    ``1.4-5`` becomes ``1.4-5+deb13u1``; a suffix of that release counts on, whatever its sign; one
    of an older release is replaced, and on one of a newer release ``~deb13u1`` goes below it.
    """
    text = str(current)
    suffix = _UPDATE.search(text)
    if suffix is None:
        because = f"the first update of {text} in Debian {number}"
        return Version(f"{text}+deb{number}u1"), because
    before, count = text[: suffix.start()], int(suffix["count"])
    if suffix["number"] == number:
        because = f"the suffix for Debian {number} is counted up"
        return Version(f"{before}{suffix['sign']}deb{number}u{count + 1}"), because
    if int(suffix["number"]) < int(number):
        because = f"the suffix of Debian {suffix['number']} is replaced by that of {number}"
        return Version(f"{before}{suffix['sign']}deb{number}u1"), because
    because = f"below the version {text} of the newer Debian {suffix['number']}"
    return Version(f"{text}~deb{number}u1"), because


def brought_down(
    newer: Version, number: str, present: Version | None = None
) -> tuple[Version, str]:
    """The version for a newer package that goes to an older release: ``1.5-1~deb13u1``.

    ``present`` is the version that the release has; if it came down from the same one, its suffix
    counts on.
    """
    if present is not None and str(present).startswith(f"{newer}~deb{number}u"):
        return updated(present, number)
    return (
        Version(f"{newer}~deb{number}u1"),
        f"below {newer}, which is in a newer suite, so that upgrades get that one",
    )


def new_upstream(upstream: str, number: str, current: Version) -> tuple[Version, str]:
    """The version of an upstream release that unstable never had: ``1.5-0+deb13u1``.

    Raises DebpatchError for native packages, which have no upstream.
    """
    if is_native(current):
        raise DebpatchError(
            f"{current} is a native version, which has no upstream; backport a newer one from "
            f"unstable as VERSION~deb{number}u1"
        )
    epoch = f"{current.epoch}:" if current.epoch else ""
    return (
        Version(f"{epoch}{upstream}-0+deb{number}u1"),
        f"unstable never had {upstream}, and revision 0 is lower than -1",
    )


def next_revision(current: Version, *, by_maintainer: bool) -> tuple[Version, str]:
    """The next version in unstable: ``1.4-6`` after ``1.4-5``, ``1.4-5.1`` by somebody else.

    Suffixes of a release and of backports go, and what stood before them was in unstable already;
    ``1.4-5`` comes after ``1.4-5~exp1``.
    """
    if suffix := _EXPERIMENTAL.search(str(current)):
        return Version(str(current)[: suffix.start()]), f"it follows {current}"
    text = _BACKPORT.sub("", _UPDATE.sub("", str(current)))
    head, dash, last = text.rpartition("-")
    if not dash and not by_maintainer:
        nmu = re.search(r"\+nmu(\d+)$", text)
        stem = text[: nmu.start()] if nmu else text
        count = int(nmu[1]) if nmu else 0
        return Version(f"{stem}+nmu{count + 1}"), "a non-maintainer upload of a native package"
    if by_maintainer:
        stem = re.sub(r"\+nmu\d+$", "", text) if not dash else re.sub(r"\.\d+$", "", last)
        return Version(head + dash + _counted(stem)), "the next revision by the maintainer"
    counted = last if re.search(r"\d\.\d+$", last) else f"{last}.0"
    return Version(head + dash + _counted(counted)), "a non-maintainer upload"


def _counted(text: str) -> str:
    """The text with the last of its numbers one higher; with a 1 where it has none."""
    numbers = list(re.finditer(r"\d+", text))
    if not numbers:
        return f"{text}1"
    last = numbers[-1]
    return text[: last.start()] + str(int(last[0]) + 1) + text[last.end() :]


# -- uploads ---------------------------------------------------------------------------------------


def next_upload(
    current: Version, suite: Suite, *, security: bool = False, by_maintainer: bool = True
) -> Upload:
    """The upload that changes ``current``, the version now in ``suite``.

    The distribution of a stable update is the codename; ``security`` sends it to the security
    team's pocket, where the updates of a suite in LTS always go.
    """
    if suite.number is None or suite.role == "testing":
        version, because = next_revision(current, by_maintainer=by_maintainer)
        where = "testing takes its updates from unstable" if suite.number else "it is for unstable"
        return Upload(version, "unstable", (f"{version}: {because}.", f"unstable: {where}."))
    version, because = updated(current, suite.number)
    return upload_to(suite, version, because, security=security)


def upload_to(suite: Suite, version: Version, because: str, *, security: bool = False) -> Upload:
    """The upload of ``version`` to a released ``suite``; see ``next_upload``."""
    if suite.role == "lts":
        distribution = f"{suite.codename}-security"
        why = f"maintained by the LTS team since {suite.ended}"
    elif security:
        distribution, why = f"{suite.codename}-security", "the security archive"
    else:
        distribution, why = suite.codename, f"an update of {suite.role} goes to the codename"
    return Upload(version, distribution, (f"{version}: {because}.", f"{distribution}: {why}."))
