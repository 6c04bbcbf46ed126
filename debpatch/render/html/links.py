"""Addresses of commits, where the upstream repository is at a forge whose addresses are known."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from debpatch.inputs.repository_url import repository_at_forge

CommitUrl = Callable[[str], str | None]
"""Gives the address of a commit, None where it is not known."""

_SHA = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")


def commit_urls(repository: str | None) -> CommitUrl:
    """The addresses of the commits of the repository at this URL; https only."""
    home = repository_at_forge(repository.removesuffix(".git")) if repository else None
    if home is None:
        return lambda _: None
    host = urlsplit(home).hostname
    folder = "commit" if host in {"github.com", "codeberg.org"} else "-/commit"
    return lambda sha: f"{home}/{folder}/{sha}" if _SHA.fullmatch(sha) else None
