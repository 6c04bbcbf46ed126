"""`debpatch find-backports`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from debpatch.cli import options
from debpatch.cli.app import app
from debpatch.cli.complete import complete_revision
from debpatch.cli.options import Format

if TYPE_CHECKING:
    from debpatch.git.repository import Commit, Repository
    from debpatch.package.source_package import SourcePackage
    from debpatch.package.target import Target


@app.command("find-backports")
@options.argument(
    "revision",
    "REV",
    "The fix: a revision, a CVE id, an issue (#919 or its URL).",
    shell_complete=complete_revision,
)
@click.option(
    "--branch",
    metavar="GLOB",
    multiple=True,
    help="Look at these branches. May be given several times. Default: the main branch and all "
    "from which releases come.",
)
@options.repository
@options.package
@options.base
@options.format_
@options.output
def find_backports(
    revision: str,
    branch: tuple[str, ...],
    repo: str | None,
    update: bool,
    package: str | None,
    base: str | None,
    format_: Format,
    output: Path | None,
) -> int:
    """Find where a fix has landed, and what fixed it afterwards.

    Exits with 0 if no branch (or, with --package, not the package) lacks the fix or a part of it,
    with 1 if one does or it cannot be told.
    """
    from contextlib import ExitStack

    from debpatch.cli.output import cloning, deliver_as
    from debpatch.landings.backports import find_backports as find
    from debpatch.landings.revisions import read_fix
    from debpatch.package.source_directory import find_package_root
    from debpatch.package.source_package import open_package
    from debpatch.package.upstream import open_upstream
    from debpatch.render import landings

    place = package if package is not None else find_package_root(Path())
    source = open_package(place) if place is not None else None
    with ExitStack() as stack:
        with cloning() as progress:
            opened = open_upstream(source, repo=repo, update=update, progress=progress)
            repository = stack.enter_context(opened)
        fix = read_fix(repository, revision)
        target = _target(repository, fix, source, base, is_named=package is not None)
        found = find(repository, fix, branch, target)
    deliver_as(
        format_,
        output,
        json=lambda: landings.document(found),
        text=lambda look: landings.as_text(found, look),
    )
    judged = [found.package] if found.package else found.branches
    return int(any(each.state in {"partial", "missing", "unknown"} for each in judged))


def _target(
    repository: Repository,
    fix: Commit,
    package: SourcePackage | None,
    base: str | None,
    *,
    is_named: bool,
) -> Target | None:
    """The package, if it is one of this repository: one that merely is here need not be."""
    from debpatch.cli.output import note
    from debpatch.errors import DebpatchError
    from debpatch.package.target import check_related, package_target
    from debpatch.package.workspace import package_base

    if package is None:
        return None
    try:
        if not is_named and base is None:
            package_base(repository, package)
        target = package_target(repository, package, base)
        check_related(target, [fix])
    except DebpatchError as error:
        if is_named:
            raise
        note(f"the package here is left out: {error}")
        return None
    return target
