"""Where upstream's history ends, in a repository that a package may be kept in as well."""

from __future__ import annotations

import re

from debpatch.inputs.repository import Repository

# As DEP-14, gbp-pq(1), dgit(1) and pristine-tar(1) name them.
_PACKAGING = r"(?:debian|ubuntu|kali|patch-queue|dgit)/.+|pristine-tar"
_UPSTREAM = re.compile(rf"refs/(?:heads|remotes/[^/]+)/(?!(?:{_PACKAGING})$).+")


def upstream_tips(repository: Repository) -> tuple[str, ...]:
    """The full ids of the newest commits of all branches but a package's own.

    What those have is Debian's, and must not be taken for what upstream did: the commits of a patch
    queue are the very patches that are looked for.
    """
    return tuple({ref.sha: None for ref in repository.refs if _UPSTREAM.fullmatch(ref.name)})
