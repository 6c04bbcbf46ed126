"""What a user asks for: an update of a package, by whom it is to be let in, and where to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from debpatch.errors import DebpatchError
from debpatch.git.repository import Commit
from debpatch.proposals.suites import Suite, find_suite
from debpatch.proposals.uploader import Occasion

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
