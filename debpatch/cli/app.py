"""All commands under one name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from debpatch.cli.examples import epilog


class Command(TyperCommand):
    """A command."""

    def get_help(self, ctx: Any) -> str:
        """Its help, in plain text."""
        return _plain(super().get_help(ctx))


class Group(TyperGroup):
    """All commands."""

    def get_help(self, ctx: Any) -> str:
        """The group's help, in plain text."""
        return _plain(super().get_help(ctx))

    # Typer has a Click of its own from 0.26 on, so that its types have two names.
    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that ``args`` begin with; a usage error suggests what may be meant."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            from debpatch.suggestions import did_you_mean

            meant = did_you_mean(name, self.list_commands(ctx))
            ctx.fail(f"No such command {name!r}{meant or '; debpatch --help lists them'}")
        return super().resolve_command(ctx, args)


def _plain(text: str) -> str:
    return text.replace(r"\[", "[")  # Typer 0.15 escapes for Rich what Rich does not print


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
        _overview()


def _overview() -> None:
    """Print what debpatch finds here, and the commands that make sense next."""
    from debpatch.cli.output import deliver
    from debpatch.package.surroundings import look_around
    from debpatch.render.overview import as_text
    from debpatch.render.page import Look

    found = look_around(Path(), os.environ.get("DEBPATCH_REPO"))
    commands = frozenset(command.name or "" for command in app.registered_commands)
    deliver(as_text(found, commands, Look.of_terminal()), None)


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
