"""`debpatch demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from debpatch.cli.app import app


@app.command("demo")
def demo(
    folder: Annotated[
        Path, typer.Argument(help="A folder to make; it is left for you to play with.")
    ] = Path("debpatch-demo"),
) -> None:
    """Make a small project, its Debian package and a backport by hand, and review it.

    Everything is made on this machine from what debpatch ships; nothing is downloaded.
    """
    import os
    import shlex

    from debpatch.demo import build_demo

    made = build_demo(folder)
    review = folder / "review"
    typer.echo(
        f"Upstream's repository:  {made.repository}\n"
        f"The Debian package:     {made.package}\n"
        f"The patch to look at:   {made.patch}\n"
    )
    arguments = [
        "review", "--repo", str(made.repository), "--package", str(made.package),
        "--output", str(review), str(made.patch),
    ]  # fmt: skip
    you = {name: text for name, text in _YOU.items() if name not in os.environ}
    typer.echo(f"$ {''.join(f'{name}={shlex.quote(text)} ' for name, text in you.items())}"
               f"debpatch {shlex.join(arguments)}\n")  # fmt: skip
    os.environ.update(you)
    app(arguments, standalone_mode=False)
    typer.echo(f"\nOpen {review / 'report.html'} in a browser, or try other commands on it.")


_YOU = {"DEBFULLNAME": "Your Name", "DEBEMAIL": "you@example.org"}
"""Who asks for the update, where the environment does not say."""
