"""What debpatch finds in the folder that a user stands in, without touching the network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from debpatch.errors import DebpatchError
from debpatch.git.clone import cached, is_url
from debpatch.package.patch_file import patches_nearby
from debpatch.package.source_package import PackageName, SourcePackage, open_package
from debpatch.package.source_tree import find_package_root
from debpatch.package.upstream import UpstreamLocation, candidates, is_in_repository


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What there is in a folder.

    ``problem`` says why the ``package`` cannot be read although there is one; its ``series`` has
    so many patches, of which so many are ``applied``, None where nothing says it. ``upstream`` is
    where upstream's repository is said to be, and ``clone`` the folder that it can be read from
    at once. ``patches`` are patch files in the folder that are not of the package's series;
    ``in_repository`` is whether the folder is in a Git repository, whosever that is.
    """

    package: PackageName | None
    problem: str | None
    series: int
    applied: int | None
    upstream: UpstreamLocation | None
    clone: Path | None
    patches: tuple[str, ...]
    in_repository: bool


def look_around(folder: Path, repo: str | None = None) -> Surroundings:
    """Look at ``folder``; ``repo`` is what the user's DEBPATCH_REPO says."""
    package, problem = None, None
    try:
        if (root := find_package_root(folder)) is not None:
            package = open_package(root)
    except DebpatchError as error:
        problem = str(error)
    upstream = _upstream(repo, package, "DEBPATCH_REPO")
    series = {entry.path.rpartition("/")[2] for entry in package.series} if package else set()
    patches = tuple(name for name in patches_nearby(folder) if Path(name).name not in series)
    clone = _local(upstream.url) if upstream else None
    return Surroundings(
        package.called if package else None,
        problem,
        len(package.series) if package else 0,
        None if package is None or package.applied is None else len(package.applied),
        upstream,
        clone,
        patches,
        is_in_repository(folder),
    )


def local_repository(repo: str | None, package: str | None) -> Path | None:
    """The folder of the repository that ``repo`` or the package names, if it is on this machine.

    Without ``package`` it is the one around the current folder. Raises DebpatchError where the
    package cannot be read.
    """
    root = None
    if not repo:
        root = Path(package) if package and Path(package).exists() else find_package_root(Path())
    upstream = _upstream(repo, open_package(root) if root else None, "--repo")
    return _local(upstream.url) if upstream else None


def _upstream(repo: str | None, package: SourcePackage | None, by: str) -> UpstreamLocation | None:
    if repo:
        return UpstreamLocation(repo, by)
    return next(iter(candidates(package, "")), None)


def _local(where: str) -> Path | None:
    return cached(where) if is_url(where) else Path(where)
