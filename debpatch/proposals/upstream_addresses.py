"""Addresses of upstream's commits and issues, as far as a package tells them for certain."""

from __future__ import annotations

import re

from debpatch.inputs.source_package import SourcePackage
from debpatch.inputs.upstream_location import candidates

_ISSUES = re.compile(r"^Bug-Database:[ \t]+[\"']?(https?://\S+/issues)/?[\"']?[ \t]*$", re.M)
_GITHUB = re.compile(r"https?://(?:www\.)?github\.com/[\w.-]+/[\w.-]+")
_GITLAB = re.compile(r"https?://(?:(?:[\w-]+\.)*gitlab\.[\w.-]+|salsa\.debian\.org)/[\w./-]+")


def tracker(package: SourcePackage) -> str | None:
    """The address below which upstream's issues are, number by number.

    ``Bug-Database`` of debian/upstream/metadata (DEP-12), where it has the form of the forges.
    """
    metadata = (package.read("debian/upstream/metadata") or b"").decode("utf-8", "replace")
    found = _ISSUES.search(metadata)
    return found[1] if found else None


def commit_address(package: SourcePackage) -> str | None:
    """The address below which upstream's commits are, at a forge whose addresses are known."""
    for location in candidates(package, b""):
        url = location.url.rstrip("/").removesuffix(".git")
        if _GITHUB.fullmatch(url):
            return f"{url}/commit"
        if _GITLAB.fullmatch(url):
            return f"{url}/-/commit"
    return None
