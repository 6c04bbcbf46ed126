"""`debpatch demo`."""

from __future__ import annotations

from pathlib import Path

import click

from debpatch.cli import options
from debpatch.cli.app import app


@app.command("demo")
@options.argument(
    "folder",
    "[FOLDER]",
    "The directory to create. It is kept, for you to try other commands in.",
    type=options.PATH,
    default="debpatch-demo",
)
def demo(folder: Path) -> int:
    """Create a small example, and review its patch.

    It has an upstream project, its Debian package and a hand-made backport. Everything comes with
    debpatch; nothing is downloaded.
    """
    import os
    import shlex

    from debpatch.demo import build_demo

    made = build_demo(folder)
    review = folder / "review"
    click.echo(
        f"Upstream repository:  {made.repository}\n"
        f"The Debian package:   {made.package}\n"
        f"The patch to review:  {made.patch}\n"
    )
    arguments = [
        "review", "--repo", str(made.repository), "--package", str(made.package),
        "--output", str(review), str(made.patch),
    ]  # fmt: skip
    you = {name: text for name, text in _YOU.items() if name not in os.environ}
    click.echo(f"$ {''.join(f'{name}={shlex.quote(text)} ' for name, text in you.items())}"
               f"debpatch {shlex.join(arguments)}\n")  # fmt: skip
    os.environ.update(you)
    app(arguments, standalone_mode=False)
    click.echo(f"\nOpen {review / 'report.html'} in a browser, or try other commands on it.")
    return 0


_YOU = {"DEBFULLNAME": "Your Name", "DEBEMAIL": "you@example.org"}
"""Who asks for the update, where the environment does not say."""
