"""Options that several commands share, so that they mean the same everywhere.

Each is a decorator, as Click has it, and gives the command's function the parameter of its name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import click

from debpatch.git import WITHOUT_INDEX

# -- what the Tab key offers for revisions and patches ---------------------------------------------

# Where it cannot tell it stays silent.


# Anything else in a name could mean more to a shell, and upstream chose the name.
_HARMLESS = re.compile(r"[\w./+@~-]+", re.ASCII)


def complete_revision(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Tags and branches of the upstream repository; after ``A,`` or ``A..`` for the next one."""
    begun = re.match(r"(?:.*(?:,|\.\.))?", incomplete)[0]  # type: ignore[index]
    return [begun + name for name in _beginning(incomplete.removeprefix(begun), _names(ctx))]


def complete_patch(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Patch files in the folder that is being typed, and those of the package's series."""
    from debpatch.package.patch_file import patches_nearby

    folder = Path(incomplete.rpartition("/")[0] or ("/" if incomplete.startswith("/") else ""))
    return _beginning(incomplete, patches_nearby(folder))


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete) and _HARMLESS.fullmatch(name)]


def _names(ctx: click.Context) -> tuple[str, ...]:
    """The tags and branches of the repository that the line so far, or the package here, names."""
    from debpatch.errors import DebpatchError
    from debpatch.git.repository import Repository
    from debpatch.package.surroundings import local_repository

    try:
        place = local_repository(ctx.params.get("repo"), ctx.params.get("package"))
        if place is None:
            return ()
        with Repository(place) as repository:
            return (*reversed(repository.tags), *repository.branches)
    except (DebpatchError, OSError):
        return ()


# -- options and arguments -------------------------------------------------------------------------

_Function = TypeVar("_Function", bound=Callable[..., int])

Format = Literal["text", "json"]
Kind = Literal["pu", "unblock", "security", "maintainer", "upstream"]

PATH = click.Path(path_type=Path)


class Argument(click.Argument):
    """An argument with a help text, which Click has since 8.5."""

    def __init__(self, names: list[str], help: str, **given: Any) -> None:  # noqa: A002 - Click's
        super().__init__(names, **given)
        self.help = help

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:  # noqa: ARG002
        """How it is written, and what it is."""
        return self.human_readable_name, self.help or ""


def argument(name: str, metavar: str, help: str, **given: Any) -> Callable[[_Function], _Function]:  # noqa: A002
    """An argument with a help text."""
    return click.argument(name, cls=Argument, metavar=metavar, help=help, **given)


def format_as(values: Sequence[str], help: str) -> Callable[[_Function], _Function]:  # noqa: A002
    """The option ``format_`` with these values, the first of them if it is not given."""
    return click.option(
        "--format",
        "-f",
        "format_",
        type=click.Choice(values),
        default=values[0],
        show_default=True,
        help=help,
    )


def repository(function: _Function) -> _Function:
    """The options ``repo`` and ``update``; ``--no-index`` holds while the command runs."""
    return _repo(_update(_no_index(function)))


_repo = click.option(
    "--repo",
    metavar="PATH|URL",
    envvar="DEBPATCH_REPO",
    show_envvar=True,
    help="The upstream repository. Default: the one that the package or the patch names.",
)
_update = click.option(
    "--update",
    is_flag=True,
    help="If the repository is a URL, update the cached clone first.",
)


@contextmanager
def _without_index() -> Iterator[None]:
    before = os.environ.get(WITHOUT_INDEX)
    os.environ[WITHOUT_INDEX] = "1"
    try:
        yield
    finally:
        os.environ.pop(WITHOUT_INDEX)
        if before is not None:
            os.environ[WITHOUT_INDEX] = before


def _switch_off(ctx: click.Context, _: click.Parameter, is_wanted: bool) -> None:
    if is_wanted:
        ctx.with_resource(_without_index())


_no_index = click.option(
    "--no-index",
    is_flag=True,
    expose_value=False,
    callback=_switch_off,
    help=f"Do not use the index (see debpatch index). {WITHOUT_INDEX}=1 does the same.",
)
package = click.option(
    "--package",
    metavar="DIR|DSC|apt:NAME",
    help="The source package. Default: the one that the current directory is in.",
)
patch_file = argument(
    "patch", "PATCH", "The patch file, or - for standard input.", shell_complete=complete_patch
)
base = click.option(
    "--base",
    metavar="REV",
    shell_complete=complete_revision,
    help="The upstream revision that the package is built from. Default: the tag of its version.",
)
onto = click.option(
    "--onto",
    metavar="TARGET",
    shell_complete=complete_revision,
    help="An upstream revision, or a source package (DIR, DSC or apt:NAME) with its series "
    "applied. Default: the package that the current directory is in.",
)
revisions = argument(
    "revisions",
    "REVS",
    "The upstream commits, in order: A, or A,B,C, or A..B.",
    shell_complete=complete_revision,
)
suite = click.option(
    "--suite", metavar="SUITE", help="The suite to update. Default: that of the last upload."
)
unstable = click.option(
    "--unstable",
    metavar="VERSION",
    help="The package's version in unstable. Default: the one that apt on this machine knows.",
)
closes = click.option(
    "--closes", metavar="N", multiple=True, help="The number of a Debian bug that this fixes."
)
bug = click.option(
    "--bug", metavar="URL", multiple=True, help="The URL of a bug in upstream's tracker."
)
output = click.option(
    "--output",
    "-o",
    metavar="FILE",
    type=PATH,
    help="Write the result to FILE instead of standard output.",
)

format_ = format_as(get_args(Format), "The output format.")
