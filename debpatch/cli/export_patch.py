"""`debpatch export-patch`."""

from __future__ import annotations

from pathlib import Path

import click

from debpatch.cli import options
from debpatch.cli.app import app
from debpatch.cli.options import Format, complete_patch, complete_revision


@app.command("export-patch")
@options.argument(
    "patches",
    "PATCH...",
    "The patch files, in order.",
    nargs=-1,
    required=True,
    shell_complete=complete_patch,
)
@click.option(
    "--onto",
    metavar="REV",
    required=True,
    shell_complete=complete_revision,
    help="The upstream branch or tag that the mails are for.",
)
@options.repository
@options.package
@click.option(
    "--author",
    metavar="'NAME <MAIL>'",
    help="The author, if neither the header nor the changelog names one.",
)
@click.option(
    "--output",
    "-o",
    metavar="DIR",
    type=options.PATH,
    help="Write each mail to a file in DIR, with a cover letter if there are several.",
)
@options.format_
def export_patch(
    patches: tuple[str, ...],
    onto: str,
    repo: str | None,
    update: bool,
    package: str | None,
    author: str | None,
    output: Path | None,
    format_: Format,
) -> int:
    """Turn quilt patches into mails for `git am`.

    Without --output, the mails are printed as a mailbox. Exits with 1 if a patch does not apply,
    and lists the hunks.
    """
    import os

    from debpatch.cli.output import deliver, watching
    from debpatch.commands import export_patches
    from debpatch.files import write_documents
    from debpatch.package.upstream import Inputs
    from debpatch.proposals.request import read_clock, read_uploader
    from debpatch.render import export as show
    from debpatch.render.json import dump

    now = read_clock(os.environ)
    with watching() as watcher:
        inputs = Inputs(repo, package, None, update, watcher.progress)
        found = export_patches(patches, onto, inputs, now, author)
    files: dict[str, bytes] = {}
    if found.applies:
        files = {p.file_name(n): m for n, (p, m) in
                 enumerate(zip(found.patches, found.mails(), strict=True), 1)}  # fmt: skip
    if found.applies and len(found.patches) > 1 and output:
        sender = read_uploader(os.environ).mailbox
        files = {"0000-cover-letter.patch": found.cover_letter(sender, now), **files}
    if output and files:
        write_documents(output, files)
    if format_ == "json":
        deliver(dump(show.document(found, sorted(files) if output else [])), None)
    elif not found.applies:
        deliver(show.explain(found), None)
    elif output:
        deliver(show.written(found, output, files), None)
    else:
        mailbox = b"\n".join(files.values())
        deliver(mailbox.decode("utf-8", "surrogateescape"), None)
    return int(not found.applies)
