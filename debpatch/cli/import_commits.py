"""`debpatch import-commits`."""

from __future__ import annotations

from typing import Annotated

import typer

from debpatch.cli.app import app
from debpatch.cli.options import (
    Base,
    Closes,
    Format,
    FormatOption,
    Output,
    Package,
    Repo,
    Revisions,
    Suite,
    Update,
    UpstreamBug,
)


@app.command("import-commits")
def import_commits(
    revisions: Revisions,
    package: Package = None,
    repo: Repo = None,
    update: Update = False,
    base: Base = None,
    suite: Suite = None,
    security: Annotated[
        bool, typer.Option("--security", help="Send it through the security team.")
    ] = False,
    closes: Closes = None,
    bug: UpstreamBug = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would change as a diff; write nothing.")
    ] = False,
    conflicts: Annotated[
        bool,
        typer.Option(
            "--conflicts",
            help="Write the first commit that conflicts to a file with markers, outside of the "
            "series, and those before it into the series.",
        ),
    ] = False,
    format_: FormatOption = Format.TEXT,
    output: Output = None,
) -> None:
    """Write upstream commits as quilt patches with true DEP-3 headers, and a changelog entry.

    All of it is written, or nothing. Exits with 1 if a commit conflicts or a header is doubtful.
    """
    import os

    from debpatch.cli.options import read_revisions
    from debpatch.cli.output import cloning, deliver_as
    from debpatch.files import change_debian
    from debpatch.locks import alone_in
    from debpatch.package.source_package import open_package
    from debpatch.package.upstream import open_upstream
    from debpatch.proposals.bugs import read_bugs
    from debpatch.proposals.import_commits import import_commits as imported_from
    from debpatch.proposals.import_commits import require_clean
    from debpatch.proposals.new_patches import require_folder
    from debpatch.proposals.package_update import package_diff, update_package
    from debpatch.proposals.suites import find_suite
    from debpatch.proposals.uploader import read_clock, read_uploader
    from debpatch.render import imports

    now, uploader = read_clock(os.environ), read_uploader(os.environ)
    bugs = read_bugs(bug or (), closes or ())
    root = require_folder(open_package(package or "."))
    with (
        alone_in(root),
        cloning() as progress,
        open_upstream(
            source := open_package(package or "."), repo=repo, update=update, progress=progress
        ) as repository,
    ):
        where = find_suite(suite or source.distribution, now.date())
        commits = read_revisions(repository, revisions)
        found = imported_from(repository, source, commits, now.date(), base=base, bugs=bugs)
        if not conflicts:
            require_clean(found, source)
        new = update_package(
            source, found, where, uploader, now, security=security, closes=bugs.debian
        )
        diff = package_diff(repository, source, new.changes)
        if new.changes and not dry_run:
            change_debian(root, new.changes)
    deliver_as(
        format_,
        output,
        json=lambda: imports.document(source.called, found, new, written=not dry_run),
        text=lambda look: (
            diff.decode("utf-8", "surrogateescape")
            if dry_run
            else imports.as_text(found, new, look, written=True)
        ),
    )
    raise typer.Exit(int(found.is_doubtful))
