"""`debpatch` alone: what there is to do in the folder that one stands in."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from debpatch.cli.output import deliver


def overview(app: typer.Typer) -> None:
    """Print what debpatch finds here, and the commands that make sense next."""
    from debpatch.inputs.surroundings import look_around
    from debpatch.render.overview_text import render
    from debpatch.render.page import Look

    found = look_around(Path(), os.environ.get("DEBPATCH_REPO"))
    commands = frozenset(command.name or "" for command in app.registered_commands)
    deliver(render(found, commands, Look.of_terminal()), None)
