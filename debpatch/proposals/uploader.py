"""Who makes an update, when, and what for; as Debian's tools learn it from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import formataddr, parseaddr

from debpatch.errors import DebpatchError
from debpatch.proposals.bugs import Bugs
from debpatch.proposals.suites import Suite


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
