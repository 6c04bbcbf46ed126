"""Where the upstream repository is, as a package or a patch says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from debpatch.inputs.repository_url import is_safe, repository_at_forge, repository_of_change
from debpatch.inputs.watch import watched_repositories

if TYPE_CHECKING:
    from debpatch.inputs.source_package import SourcePackage

_METADATA = "debian/upstream/metadata"
_WATCH = "debian/watch"
_CONTROL = "debian/control"

# One scalar at the top level of a YAML mapping: plain, or in quotes.
_REPOSITORY = re.compile(r"^Repository:[ \t]+(?P<quote>[\"']?)(?P<url>[^\s\"']+)(?P=quote)", re.M)
_URL = re.compile(r"https?://[^\s<>\"'`\\]+")


@dataclass(frozen=True, slots=True)
class UpstreamLocation:
    """A repository's URL, and where it was said."""

    url: str
    said_in: str


def candidates(package: SourcePackage | None, header: bytes | str) -> list[UpstreamLocation]:
    """Places where the upstream repository may be, the surest first, each once.

    ``Repository`` in debian/upstream/metadata (DEP-12), debian/watch in Git mode or at a forge, a
    ``Homepage`` at a forge in debian/control, addresses of changes in a patch's ``header``. Only
    the transports https, http, git and ssh.
    """
    text = header.decode("utf-8", "replace") if isinstance(header, bytes) else header
    found = [
        *(_said_in_package(package) if package else ()),
        *(UpstreamLocation(url, "the patch's header") for url in _in_header(text)),
    ]
    unique: dict[str, UpstreamLocation] = {}
    for location in found:
        if is_safe(location.url):
            unique.setdefault(location.url.rstrip("/").removesuffix(".git"), location)
    return list(unique.values())


def _said_in_package(package: SourcePackage) -> Iterator[UpstreamLocation]:
    metadata = _REPOSITORY.search(_text(package, _METADATA))
    if metadata:
        yield UpstreamLocation(metadata["url"], _METADATA)
    for url in watched_repositories(_text(package, _WATCH), package.name):
        yield UpstreamLocation(url, _WATCH)
    homepage = repository_at_forge(_homepage(_text(package, _CONTROL)))
    if homepage:
        yield UpstreamLocation(homepage, f"Homepage in {_CONTROL}")


def _in_header(text: str) -> Iterator[str]:
    for match in _URL.finditer(text):
        repository = repository_of_change(match[0])
        if repository:
            yield repository


def _homepage(control: str) -> str:
    """The field of the source package, which is the first paragraph."""
    from debian.deb822 import Deb822

    source = next(Deb822.iter_paragraphs(control, use_apt_pkg=False), None)
    return source.get("Homepage", "").strip() if source else ""


def _text(package: SourcePackage, path: str) -> str:
    return (package.read(path) or b"").decode("utf-8", "replace")
