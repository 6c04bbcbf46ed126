"""An update that a user asks for: of which kind, for which suite; who makes it, and when.

Who and when is learnt from the environment, as Debian's tools do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import formataddr, parseaddr
from typing import Literal

from debpatch.errors import DebpatchError
from debpatch.git.repository import Commit
from debpatch.proposals.bugs import Bugs
from debpatch.proposals.suites import Suite, find_suite

RequestKind = Literal["pu", "unblock", "security", "maintainer", "upstream"]


@dataclass(frozen=True)
class Request:
    """An update that is asked for, and how the user names it.

    That is the package as it will be (``proposed``), ``patches`` for it, or upstream's ``commits``,
    which beside the others are a way to compare with. ``unstable`` is the version there, None
    where it is to be looked for.
    """

    kind: RequestKind
    occasion: Occasion
    proposed: str | None = None
    patches: tuple[str, ...] = ()
    commits: tuple[Commit, ...] = ()
    unstable: str | None = None


def find_target(kind: RequestKind, name: str, today: date) -> Suite:
    """The suite that a request of this kind is about; raises DebpatchError if it cannot be."""
    suite = find_suite(name, today)
    if kind == "pu" and suite.role == "lts":
        raise DebpatchError(
            f"{suite.codename} has had no updates by the release team since {suite.ended}; the LTS "
            "team takes them (--kind security)"
        )
    if kind in {"pu", "security"} and not suite.is_released:
        raise DebpatchError(
            f"{suite.codename} is not released; --kind {kind} needs a released suite, give one "
            "with --suite"
        )
    if kind == "unblock" and suite.role != "testing":
        return find_suite("testing", today)
    return suite


# -- who makes an update, when, and for which suite ------------------------------------------------


@dataclass(frozen=True, slots=True)
class Uploader:
    """A name and a mail address."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def mailbox(self) -> str:
        """The address as a mail's header has it, in ASCII (RFC 2047)."""
        return formataddr((self.name, self.email))


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who makes an update, when, and for which suite; ``security`` is by the security team.

    ``bugs`` are those that it is about, ``base`` the upstream revision that the package is built
    from, None where its version shall tell.
    """

    uploader: Uploader
    now: datetime
    suite: Suite
    bugs: Bugs = field(default_factory=Bugs)
    base: str | None = None
    security: bool = False

    @property
    def today(self) -> date:
        """The day."""
        return self.now.date()


def read_uploader(environment: Mapping[str, str]) -> Uploader:
    """Read DEBFULLNAME and DEBEMAIL, or else NAME and EMAIL, as dch(1) does.

    Raises DebpatchError where there is no name or no address: nobody's is made up.
    """
    written = environment.get("DEBEMAIL") or environment.get("EMAIL") or ""
    name, email = parseaddr(written) if written else ("", "")
    name = environment.get("DEBFULLNAME") or name or environment.get("NAME") or ""
    if not name.strip() or "@" not in email or any(mark in name + email for mark in "\r\n<>"):
        raise DebpatchError(
            "your name is not known; set DEBFULLNAME='Your Name' and DEBEMAIL=you@example.org "
            "in the environment for the changelog entry"
        )
    return Uploader(name.strip(), email)


def read_clock(environment: Mapping[str, str]) -> datetime:
    """The time of this run; SOURCE_DATE_EPOCH where it is set, so that it can be repeated.

    See the specification at reproducible-builds.org. Raises DebpatchError where it is no number.
    """
    epoch = environment.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return datetime.now().astimezone()
    try:
        return datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise DebpatchError(
            f"SOURCE_DATE_EPOCH is {epoch!r}, which is not a number of seconds since 1970; unset it"
        ) from error
