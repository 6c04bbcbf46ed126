"""The demo: the project "tidewatch", with its upstream history and its Debian source package.

Its story is the one that debpatch was made for. A fix on the main branch does not apply to the
version in Debian stable; upstream ported it to the release branch as a series, which needs two more
commits, and repaired it later; somebody adapted it by hand, and forgot a file. The sources lie in
``fixtures/demo``, where ``history.toml`` tells the story in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from debpatch.demo.history import build_history, completed
from debpatch.demo.source import build_source
from debpatch.errors import DebpatchError
from debpatch.files import unfinished
from debpatch.folders import fixtures

__all__ = ["Demo", "build_demo"]

_PATCH = "link-process-frames-immediately.patch"


@dataclass(frozen=True, slots=True)
class Demo:
    """What build_demo() has built.

    ``repository`` is the bare upstream repository; ``dsc`` the source package and ``package`` the
    same one unpacked, with its series applied; ``patch`` the adaptation by hand, which is not in
    the series. ``commits`` gives the full id for each commit's name in ``history.toml``: ``fix``,
    its prerequisites ``m1`` and ``m2``; upstream's backport ``s1``, ``s2``, ``s3``, which needs
    ``p1`` and ``p2`` but not ``r``; and ``later-fix``.
    """

    repository: Path
    package: Path
    dsc: Path
    patch: Path
    commits: Mapping[str, str]


def build_demo(folder: Path) -> Demo:
    """Build the demo in ``folder``, which must be new or empty; the ids are the same everywhere.

    Raises DebpatchError if ``folder`` is something else or cannot be written, and if Git is
    missing or too old; nothing but the folder itself is left then.
    """
    # Late, after debpatch.git.command, which has the better words for a missing git.
    from git.exc import GitCommandError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise DebpatchError(f"{folder} is not empty; name a new or an empty directory")
        with unfinished(folder) as made:
            demo = _build(made.resolve())
            for entry in made.iterdir():
                entry.rename(folder / entry.name)
    except OSError as error:
        raise DebpatchError(f"cannot build the demo in {folder}: {error.strerror}") from error
    except GitCommandError as error:
        raise DebpatchError(f"cannot build the demo in {folder}: {error.stderr}") from error
    return replace(
        demo,
        repository=folder / demo.repository.name,
        package=folder / demo.package.name,
        dsc=folder / demo.dsc.name,
        patch=folder / demo.patch.name,
    )


def _build(folder: Path) -> Demo:
    source = fixtures() / "demo"
    repository = folder / "tidewatch.git"
    commits = build_history(source, repository)
    dsc, package = build_source(source / "debian", commits, repository, folder)
    patch = folder / _PATCH
    patch.write_bytes(completed(source / _PATCH, commits))
    return Demo(repository, package, dsc, patch, commits)
