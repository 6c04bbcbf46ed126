"""What the Tab key offers for revisions and patches. Where it cannot tell it stays silent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import click

# Anything else in a name could mean more to a shell, and upstream chose the name.
_HARMLESS = re.compile(r"[\w./+@~-]+", re.ASCII)


def complete_revision(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Tags and branches of the upstream repository; after ``A,`` or ``A..`` for the next one."""
    begun = re.match(r"(?:.*(?:,|\.\.))?", incomplete)[0]  # type: ignore[index]
    return [begun + name for name in _beginning(incomplete.removeprefix(begun), _names(ctx))]


def complete_patch(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Patch files in the folder that is being typed, and those of the package's series."""
    from debpatch.package.patch_file import patches_nearby

    folder = Path(incomplete.rpartition("/")[0] or ("/" if incomplete.startswith("/") else ""))
    return _beginning(incomplete, patches_nearby(folder))


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete) and _HARMLESS.fullmatch(name)]


def _names(ctx: click.Context) -> tuple[str, ...]:
    """The tags and branches of the repository that the line so far, or the package here, names."""
    from debpatch.errors import DebpatchError
    from debpatch.git.repository import Repository
    from debpatch.package.surroundings import local_repository

    try:
        place = local_repository(ctx.params.get("repo"), ctx.params.get("package"))
        if place is None:
            return ()
        with Repository(place) as repository:
            return (*reversed(repository.tags), *repository.branches)
    except (DebpatchError, OSError):
        return ()
