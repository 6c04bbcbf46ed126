"""The address to clone a repository from, told from the address of something in it."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qs, urlsplit

_SCHEMES = {"https", "http", "git", "ssh"}
_HOST = re.compile(r"[a-z0-9][a-z0-9.:-]*")
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f]")

_TWO_PARTS = {"github.com", "codeberg.org"}  # OWNER/PROJECT, and what follows is inside
_GITLAB = re.compile(r"gitlab\.[a-z0-9.-]+|salsa\.debian\.org")
_INSIDE_GITLAB = {"-", "archive", "blob", "commit", "raw", "releases", "tags", "tree", "wikis"}
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")

# What follows a repository in the address of a change of it.
_FORGE_CHANGE = re.compile(
    r"(/.+?)(?:/-)?/(?:commits?/[0-9a-f]{7,64}\b|(?:pull|merge_requests)/[0-9]+\b)"
)
_CGIT_CHANGE = re.compile(r"(/.+?)/(?:commit|patch|diff)(?:/|$)")
_GITILES_CHANGE = re.compile(r"(/.+?)/\+/[0-9a-f]{7,64}\b")
_GITWEB_PROGRAM = re.compile(r"/(?:gitweb(?:\.cgi|\.perl)?|cgi-bin/[^/]+)/?$")


def is_safe(url: str) -> bool:
    """Whether an address from a file may be given to Git: a harmless transport and a real host."""
    parts = _split(url)
    if parts is None or parts.scheme not in _SCHEMES or _UNPRINTABLE.search(url):
        return False
    real_host = _HOST.fullmatch(parts.hostname or "") and not parts.netloc.startswith("-")
    return bool(real_host and parts.path.strip("/"))


def repository_of_change(url: str) -> str | None:
    """The repository of a commit, a pull or a merge request; None for other addresses.

    Knows GitHub, GitLab, Gitea, sourcehut, cgit, gitweb and Gitiles.
    """
    parts = _split(url)
    if parts is None:
        return None
    query = parse_qs(parts.query.replace(";", "&"))
    if {"p", "h"} <= query.keys():
        path = _gitweb_repository(parts.path, query["p"][0])
    else:
        patterns = [_GITILES_CHANGE, _FORGE_CHANGE, *([_CGIT_CHANGE] if "id" in query else [])]
        matches = (pattern.match(parts.path) for pattern in patterns)
        path = next((match[1] for match in matches if match), None)
    return f"{parts.scheme}://{parts.netloc}{path}" if path else None


def repository_at_forge(url: str) -> str | None:
    """The repository that a page at GitHub, GitLab or Codeberg belongs to; None for other hosts."""
    parts = _split(url.replace("://api.github.com/repos/", "://github.com/"))
    if parts is None or parts.scheme not in _SCHEMES:
        return None
    host = (parts.hostname or "").removeprefix("www.")
    names = [name for name in parts.path.split("/") if name]
    if host in _TWO_PARTS:
        names = names[:2]
    elif _GITLAB.fullmatch(host):
        end = next((n for n, name in enumerate(names) if name in _INSIDE_GITLAB), len(names))
        names = names[:end]
    else:
        return None
    if len(names) < 2 or not all(_PART.fullmatch(name) for name in names):
        return None
    return f"https://{host}/{'/'.join(names)}"


def _gitweb_repository(path: str, project: str) -> str | None:
    """The path to clone from; by convention it is below /git/ where gitweb itself is elsewhere."""
    if ".." in project.split("/"):
        return None
    folder, programs = _GITWEB_PROGRAM.subn("", path.rstrip("/"))
    if programs and not folder.endswith("/git"):
        folder += "/git"
    return f"{folder}/{project.strip('/')}"


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None
