"""`debpatch import-commits`."""

from __future__ import annotations

from pathlib import Path

import click

from debpatch.cli import options
from debpatch.cli.app import app
from debpatch.cli.options import Format


@app.command("import-commits")
@options.revisions
@options.package
@options.repository
@options.base
@options.suite
@click.option("--security", is_flag=True, help="Upload to the security archive.")
@options.closes
@options.bug
@click.option(
    "--dry-run", is_flag=True, help="Print what would change as a diff, and write nothing."
)
@click.option(
    "--conflicts",
    is_flag=True,
    help="At a conflict, write the commits before it into the series, and the commit itself, "
    "with conflict markers, to a file that is not in the series.",
)
@options.format_
@options.output
def import_commits(
    revisions: str,
    package: str | None,
    repo: str | None,
    update: bool,
    base: str | None,
    suite: str | None,
    security: bool,
    closes: tuple[str, ...],
    bug: tuple[str, ...],
    dry_run: bool,
    conflicts: bool,
    format_: Format,
    output: Path | None,
) -> int:
    """Import upstream commits as quilt patches.

    Writes patches with true DEP-3 headers, the series and a changelog entry, or nothing at all.
    Exits with 1 if a commit conflicts, or if a header has errors or warnings.
    """
    import os

    from debpatch.cli.output import deliver_as, note_merges, watching
    from debpatch.files import change_debian
    from debpatch.landings.revisions import merges_in, read_revisions
    from debpatch.locks import alone_in
    from debpatch.package.source_package import open_package
    from debpatch.package.upstream import Inputs, open_upstream
    from debpatch.proposals.bugs import read_bugs
    from debpatch.proposals.import_commits import import_commits as imported_from
    from debpatch.proposals.import_commits import require_clean
    from debpatch.proposals.new_patches import require_folder
    from debpatch.proposals.package_update import package_diff, update_package
    from debpatch.proposals.suites import find_suite
    from debpatch.proposals.uploader import Occasion, read_clock, read_uploader
    from debpatch.render import imports

    now, uploader = read_clock(os.environ), read_uploader(os.environ)
    bugs = read_bugs(bug, closes)
    source = open_package(package or ".")
    root = require_folder(source)
    with (
        watching() as watcher,
        open_upstream(Inputs(repo, package, base, update, watcher.progress), source) as repository,
        alone_in(root),  # only now, as a clone may take its time
    ):
        source = open_package(package or ".")  # as whoever was alone before has left it
        where = find_suite(suite or source.distribution, now.date())
        commits = read_revisions(repository, revisions)
        note_merges(revisions, merges_in(repository, revisions))
        occasion = Occasion(uploader, now, where, bugs, base, security)
        found = imported_from(repository, source, commits, occasion)
        if not conflicts:
            require_clean(found, source)
        new = update_package(source, found, occasion)
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
    return int(found.is_doubtful)
