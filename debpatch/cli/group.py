"""How the commands behave as a group: their help, and what is said of a command that is none."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup


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
            from debpatch.inputs.suggestions import did_you_mean

            meant = did_you_mean(name, self.list_commands(ctx))
            ctx.fail(f"No such command {name!r}{meant or '; debpatch --help lists them'}")
        return super().resolve_command(ctx, args)


def _plain(text: str) -> str:
    return text.replace(r"\[", "[")  # Typer 0.15 escapes for Rich what Rich does not print
