"""The upstream repository that a command works with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from debpatch.errors import DebpatchError
from debpatch.inputs.clone import Progress, clone, is_url
from debpatch.inputs.nearby import is_in_repository
from debpatch.inputs.repository import Repository
from debpatch.inputs.source_package import SourcePackage
from debpatch.inputs.upstream_location import candidates


@contextmanager
def open_upstream(
    package: SourcePackage | None,
    *,
    repo: str | None = None,
    update: bool = False,
    progress: Progress | None = None,
) -> Iterator[Repository]:
    """Open the repository ``repo``, a path or a URL, or else the one that ``package`` names.

    Raises DebpatchError where neither is given, or where there is no repository.
    """
    where = repo or next((found.url for found in candidates(package, "")), None)
    if where is None:
        what = (
            "--repo . for the one here" if is_in_repository(Path()) else "a clone's folder or a URL"
        )
        raise DebpatchError(f"nothing names the upstream repository; give it with --repo ({what})")
    path = clone(where, update=update, progress=progress) if is_url(where) else Path(where)
    with Repository(path) as repository:
        yield repository
