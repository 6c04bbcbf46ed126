"""The upstream repository that a command works with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from debpatch.errors import DebpatchError
from debpatch.formats.repository_url import is_safe, repository_at_forge, repository_of_change
from debpatch.git.clone import Progress, clone, is_url
from debpatch.git.repository import Repository
from debpatch.package.source_package import SourcePackage


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the user names to work with; what is None is to be found.

    ``repo`` is the upstream repository, a path or a URL; with ``update``, a URL's clone that is
    there is fetched into anew, and ``progress`` is told how that goes on. ``package`` is the source
    package, and ``base`` the upstream revision that it is built from.
    """

    repo: str | None = None
    package: str | None = None
    base: str | None = None
    update: bool = False
    progress: Progress | None = None


@contextmanager
def open_upstream(inputs: Inputs, package: SourcePackage | None) -> Iterator[Repository]:
    """Open the repository that ``inputs`` name, or else the one that ``package`` does.

    Raises DebpatchError where neither does, or where there is no repository.
    """
    where = inputs.repo or next((found.url for found in candidates(package, "")), None)
    if where is None:
        what = "--repo . for this one" if is_in_repository(Path()) else "a directory or a URL"
        raise DebpatchError(f"the upstream repository is not known; give it with --repo ({what})")
    with open_repository(where, inputs, package) as repository:
        yield repository


def open_repository(where: str, inputs: Inputs, package: SourcePackage | None) -> Repository:
    """Open ``package``'s repository at the path or URL ``where``, as ``inputs`` say of clones."""
    project = package.name if package else ""
    if is_url(where):
        where = str(clone(where, update=inputs.update, progress=inputs.progress))
    return Repository(Path(where), project)


# -- where the upstream repository is, as a package or a patch says --------------------------------

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


# -- which repository ``debian/watch`` follows: uscan(1), debian-watch(5) --------------------------


def watched_repositories(text: str, package_name: str) -> list[str]:
    """The repositories that a watch file names, those in Git mode first.

    A watch on the tags or releases of a forge names its repository too. Reads versions 3 and 4,
    and 5 with ``Source`` or the templates for GitHub and GitLab. A file that is wrong says nothing.
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    is_deb822 = bool(lines) and lines[0].lower().startswith("version:")
    watches = list(_deb822_watches(text) if is_deb822 else _line_watches(text))
    by_git = [url for url, in_git_mode in watches if in_git_mode]
    at_forge = [repository_at_forge(_expand(url, package_name)) for url, _ in watches]
    return [_expand(url, package_name) for url in by_git] + [url for url in at_forge if url]


def _line_watches(text: str) -> Iterator[tuple[str, bool]]:
    """Each watch's URL of a file in version 3 or 4, and whether it is in Git mode."""
    from debian.watch import MissingVersion, WatchFile

    try:
        file = WatchFile.from_lines(text.splitlines(keepends=True)) or WatchFile()
    except (MissingVersion, ValueError, TypeError, IndexError):
        return  # all of these are how python-debian says that it cannot read a file
    for watch in file:
        options = (option.replace(" ", "") for option in (*file.options, *watch.options))
        yield watch.url, "mode=git" in options


def _deb822_watches(text: str) -> Iterator[tuple[str, bool]]:
    """The same for version 5; its first paragraph has defaults for the others."""
    from debian.deb822 import Deb822

    defaults: dict[str, str] = {}
    for paragraph in Deb822.iter_paragraphs(text, use_apt_pkg=False):
        own = {key.replace("-", "").lower(): value for key, value in paragraph.items()}
        fields = {**defaults, **own}
        defaults = defaults or fields
        template = fields.get("template", "").lower()
        if template == "github":
            yield f"https://github.com/{fields.get('owner', '')}/{fields.get('project', '')}", False
        elif template == "gitlab":
            yield fields.get("dist", ""), False
        elif "source" in fields:
            yield fields["source"], fields.get("mode", "").lower() == "git"


def _expand(url: str, package_name: str) -> str:
    return url.replace("@PACKAGE@", package_name)


# -- addresses of upstream's commits and issues, as far as a package tells them for certain --------

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


def is_in_repository(folder: Path) -> bool:
    """Whether ``folder`` is part of a Git work tree, or a bare repository."""
    folder = folder.absolute()
    is_bare = all((folder / name).exists() for name in ("HEAD", "objects", "refs"))
    return is_bare or any((place / ".git").exists() for place in (folder, *folder.parents))
