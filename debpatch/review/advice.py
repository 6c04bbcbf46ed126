"""What a review comes to, as values: why the verdict is what it is, what to do, what shows it.

They say what is so, and hold what the judge found: commits, files, counts. The words are the
renderers'.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from debpatch.compare.comparison import HunkComparison
from debpatch.compare.residual import Marker, ResidualReference
from debpatch.dep3.validate import Finding
from debpatch.git.differences import Size
from debpatch.git.merge import Pick
from debpatch.git.repository import Commit
from debpatch.git.tree import Failure
from debpatch.landings.repairs import FollowUp
from debpatch.package.target import Carrier
from debpatch.proposals.self_check import Objection

# -- why the verdict is what it is -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Applied:
    """The target has the whole patch already, or else the fix by other changes."""

    whole: bool


@dataclass(frozen=True, slots=True)
class OriginUnknown:
    """Nobody knows which upstream commit the patch comes from."""


@dataclass(frozen=True, slots=True)
class Better:
    """Upstream's own ``commits`` apply cleanly, after so many ``prerequisites``.

    Where ``is_backport``, they are upstream's backport to the package's release line, which
    ``released_in`` is the first release to have.
    """

    commits: tuple[Commit, ...]
    is_backport: bool
    released_in: str | None
    prerequisites: int


@dataclass(frozen=True, slots=True)
class Unapplicable:
    """The patch does not apply to the target."""


@dataclass(frozen=True, slots=True)
class Different:
    """The patch has so many ``lines`` ``of`` upstream's, and so many hunks of its ``own``."""

    lines: int
    of: int
    own: int


@dataclass(frozen=True, slots=True)
class Unrepaired:
    """Upstream mended the fix with later ``commits``, which package and patch lack."""

    commits: tuple[Commit, ...]


@dataclass(frozen=True, slots=True)
class HeaderDoubtful:
    """The header is not complete and true."""


@dataclass(frozen=True, slots=True)
class Upstreams:
    """The patch is the change of upstream's ``commits``; None where nothing speaks against it."""

    commits: tuple[Commit, ...]
    but: Unapplicable | Unrepaired | HeaderDoubtful | None


Reason = Applied | OriginUnknown | Better | Unapplicable | Different | Upstreams


# -- what to do, and what shows that it is needed --------------------------------------------------


class Action(StrEnum):
    """One thing to do."""

    TAKE_UPSTREAM = "take-upstream"
    KEEP = "keep"
    REFRESH = "refresh"
    CARRY_REST = "carry-rest"
    MATCH_UPSTREAM = "match-upstream"
    TAKE_REPAIRS = "take-repairs"
    CORRECT_HEADER = "correct-header"
    DROP = "drop"
    NAME_ORIGIN = "name-origin"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class NotCarried:
    """The patch does not carry all of upstream's changes to these files, and could."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnHunks:
    """So many hunks in a file are of no commit that was compared."""

    path: str
    number: int


@dataclass(frozen=True, slots=True)
class Needs:
    """Upstream's ``commits`` need the ``prerequisites``, and with these they apply cleanly."""

    commits: tuple[Commit, ...]
    prerequisites: tuple[Commit, ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much the patch and upstream's commits change."""

    patch: Size
    series: Size


@dataclass(frozen=True, slots=True)
class Replaced:
    """The patch of this name has to leave the package's series."""

    entry: str


@dataclass(frozen=True, slots=True)
class Repair:
    """A later commit that mends ``of``, and what comes of picking it onto the patch."""

    pick: Pick
    of: Commit


@dataclass(frozen=True, slots=True)
class NotInSeries:
    """The package's series does not have the patch yet."""


@dataclass(frozen=True, slots=True)
class CarriedBy:
    """What in the package has the fix."""

    carriers: tuple[Carrier, ...]


@dataclass(frozen=True, slots=True)
class UnsentRequest:
    """A request that asks a person so many ``questions``: to whom, and for which upload."""

    kind: str
    source: str
    version: str
    distribution: str
    questions: int


Evidence = (
    Marker
    | ResidualReference
    | HunkComparison
    | Failure
    | Finding
    | Objection
    | FollowUp
    | NotCarried
    | OwnHunks
    | Needs
    | Sizes
    | Replaced
    | Repair
    | NotInSeries
    | CarriedBy
    | UnsentRequest
)


@dataclass(frozen=True, slots=True)
class NextStep:
    """An ``action``, the ``commits`` that it is about, and what shows that it is needed."""

    action: Action
    evidence: tuple[Evidence, ...] = ()
    commits: tuple[Commit, ...] = ()
