"""All commands under one name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from debpatch import __version__
from debpatch.cli.examples import epilog


class Command(click.Command):
    """A command; its function gives the exit code, and its examples end its help."""

    def __init__(self, name: str, **given: Any) -> None:
        summary, _, _ = given["help"].partition("\n\n")
        super().__init__(name, epilog=epilog(name), short_help=" ".join(summary.split()), **given)

    def invoke(self, ctx: click.Context) -> Any:
        """Run it, and exit."""
        ctx.exit(super().invoke(ctx))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what its arguments are, and its options."""
        for kind in ("argument", "option"):
            if rows := records(self, ctx, kind):
                with formatter.section(f"{kind.capitalize()}s"):
                    formatter.write_dl(rows)

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Nothing: Click 8.5 would write them here, and ``format_options`` has."""


class Group(click.Group):
    """All commands."""

    command_class = Command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that ``args`` begin with; a usage error suggests what may be meant."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            from debpatch.errors import did_you_mean

            meant = did_you_mean(name, self.list_commands(ctx))
            ctx.fail(f"No such command {name!r}{meant or '; see debpatch --help'}")
        return super().resolve_command(ctx, args)


def records(command: click.Command, ctx: click.Context, kind: str) -> list[tuple[str, str]]:
    """How each of a command's arguments, or options, is written, and what it is."""
    found = (each for each in command.get_params(ctx) if each.param_type_name == kind)
    return [record for each in found if (record := each.get_help_record(ctx))]


def completion(shell: str) -> str:
    """What makes a shell (bash, fish, zsh) complete debpatch's command lines."""
    from click.shell_completion import BashComplete, FishComplete, ZshComplete

    of_shell = {"bash": BashComplete, "fish": FishComplete, "zsh": ZshComplete}[shell]
    return of_shell(app, {}, "debpatch", "_DEBPATCH_COMPLETE").source()


def _show_completion(ctx: click.Context, _: click.Parameter, shell: str | None) -> None:
    if shell:
        click.echo(completion(shell))
        ctx.exit()


@click.group(
    cls=Group,
    epilog="Without a command, show what there is to do in the current directory.",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(
    __version__, message="debpatch %(version)s", help="Show the version and exit."
)
@click.option(
    "--debug",  # main() looks for it
    is_flag=True,
    expose_value=False,
    help="Show a traceback if something fails.",
)
@click.option(
    "--show-completion",
    type=click.Choice(("bash", "fish", "zsh")),
    is_eager=True,
    expose_value=False,
    callback=_show_completion,
    help="Print the completion script for this shell.",
)
@click.pass_context
def app(ctx: click.Context) -> None:
    """Compare Debian backport patches with upstream, check them, and propose them."""
    if ctx.invoked_subcommand is None:
        _overview()


def _overview() -> None:
    """Print what debpatch finds here, and the commands that make sense next."""
    from debpatch.cli.output import deliver
    from debpatch.package.surroundings import look_around
    from debpatch.render.overview import as_text
    from debpatch.render.page import Look

    found = look_around(Path(), os.environ.get("DEBPATCH_REPO"))
    deliver(as_text(found, frozenset(app.commands), Look.of_terminal()), None)


# Each command's module registers itself; they come last because they import `app`.
from debpatch.cli import (  # noqa: E402
    audit_series,  # noqa: F401
    check_conflicts,  # noqa: F401
    demo,  # noqa: F401
    diff_upstream,  # noqa: F401
    export_patch,  # noqa: F401
    find_backports,  # noqa: F401
    import_commits,  # noqa: F401
    index,  # noqa: F401
    plan_backport,  # noqa: F401
    propose_update,  # noqa: F401
    review,  # noqa: F401
    validate_dep3,  # noqa: F401
)
