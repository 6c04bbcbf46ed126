"""All commands under one name."""

from __future__ import annotations

from typing import Annotated

import typer

from debpatch.cli.examples import epilog
from debpatch.cli.group import Command, Group

app = typer.Typer(
    name="debpatch",
    cls=Group,
    help="Compare, check and propose Debian backport patches against their upstream.",
    epilog="Without a command: what there is to do in the current folder.",
    invoke_without_command=True,
    # Help texts are plain; markup would read brackets in them, and boxes cost width.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from debpatch import __version__

        typer.echo(f"debpatch {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")
    ] = False,
    debug: Annotated[  # noqa: ARG001 - main() looks for it
        bool, typer.Option("--debug", help="Show a traceback where something fails.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        from debpatch.cli.overview import overview

        overview(app)


# Each command's module registers itself; they come last because they import `app`.
from debpatch.cli import (  # noqa: E402
    audit_series,  # noqa: F401
    check_conflicts,  # noqa: F401
    demo,  # noqa: F401
    diff_upstream,  # noqa: F401
    export_patch,  # noqa: F401
    find_backports,  # noqa: F401
    import_commits,  # noqa: F401
    plan_backport,  # noqa: F401
    propose_update,  # noqa: F401
    review,  # noqa: F401
    validate_dep3,  # noqa: F401
)

for _command in app.registered_commands:
    _command.cls = Command
    _command.epilog = epilog(_command.name or "")
