"""Words that several renderers use: what commits are called, and lists in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from debpatch.git.repository import Commit
from debpatch.landings.identity import Identity
from debpatch.package.target import Carrier
from debpatch.render.safe import one_line


def label(what: Commit | Carrier) -> str:
    """A commit by its id and subject, a patch by its name."""
    if isinstance(what, Carrier):
        return label(what.commit) if what.commit else one_line(what.name)
    return f"{what.short} {one_line(what.subject)}"


VERBS = {"fixes": "repairs", "reverts": "reverts", "mentions": "mentions"}
"""What a later commit does to a fix, by its kind."""


def standing(state: str) -> str:
    """How a fix stands on a branch; in JSON the word has always been ``ported``."""
    return "backported" if state == "ported" else state


def since(release: str | None) -> str:
    """The first release that has a commit."""
    return f"first in {one_line(release)}" if release else "in no release yet"


def clipped(text: str, room: int) -> str:
    """``text`` on one line, cut where there is no room for it."""
    text = one_line(text)
    return text if len(text) <= room else text[: max(room - 3, 0)] + "..."


# -- how the commits of a patch were found that it does not name -----------------------------------


def found_by(identity: Identity) -> str:
    """What speaks for them, and how sure that is, for the line that names them."""
    signs = ", ".join(sign.value for sign in identity.signs)
    them = "it" if len(identity.commits) == 1 else "them"
    return (
        f"by {signs}, as the patch does not name {them}; {min(identity.confidence, 0.999):.1%} sure"
    )


# -- several things in a sentence ------------------------------------------------------------------

_SHOWN = 6
"""So many files or branches are named in a sentence."""


def names(commits: Sequence[Commit]) -> str:
    """Commits by their ids: ``a, b and c``."""
    shas = [commit.short for commit in commits]
    return f"{', '.join(shas[:-1])} and {shas[-1]}" if len(shas) > 1 else "".join(shas)


def some(names: Sequence[str]) -> str:
    """Files or branches: ``a, b and 7 more``."""
    if len(names) <= _SHOWN + 1:
        return ", ".join(names)
    return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"


def instead(why: str, base: str | None) -> str:
    """That a patch was compared onto the ``base``, and ``why`` not onto the package's tree."""
    return f"{why}; compared onto {base} instead"
