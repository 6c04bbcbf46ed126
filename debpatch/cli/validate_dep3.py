"""`debpatch validate-dep3`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import click

from debpatch.cli import options
from debpatch.cli.app import app
from debpatch.cli.options import complete_patch

if TYPE_CHECKING:
    from debpatch.commands import HeaderCheck
    from debpatch.dep3.validate import HeaderReport


Dep3Format = Literal["text", "json", "sarif", "codequality", "junit"]


@app.command("validate-dep3")
@options.argument(
    "paths",
    "[PATH]...",
    "Patches, - for standard input, a directory of patches, a package, a .dsc, or "
    "apt:NAME. Default: the package that the current directory is in.",
    nargs=-1,
    shell_complete=complete_patch,
)
@click.option("--fix", is_flag=True, help="Correct what the evidence proves.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and write nothing.")
@click.option(
    "--select",
    metavar="RULE",
    multiple=True,
    help="Check only this rule, or rules of this kind. May be given several times.",
)
@click.option(
    "--ignore",
    metavar="RULE",
    multiple=True,
    help="Skip this rule, or rules of this kind. May be given several times.",
)
@click.option("--list-rules", is_flag=True, help="List the rules and exit.")
@click.option("--explain", metavar="RULE", help="Explain a rule and exit.")
@options.repository
@options.package
@options.base
@options.format_as(get_args(Dep3Format), "The output format.")
@options.output
def validate_dep3(
    paths: tuple[str, ...],
    fix: bool,
    diff: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    list_rules: bool,
    explain: str | None,
    repo: str | None,
    update: bool,
    package: str | None,
    base: str | None,
    format_: Dep3Format,
    output: Path | None,
) -> int:
    """Check that DEP-3 headers are complete and true.

    With --repo, what a header says about upstream is checked against upstream's history. Exits with
    1 if there are errors or warnings.
    """
    from debpatch.cli.output import deliver, watching

    if list_rules or explain:
        deliver(_about_rules(explain), output)
        return 0
    from debpatch.commands import Rules, header_checks
    from debpatch.package.upstream import Inputs

    with ExitStack() as stack:
        with watching() as watcher:
            inputs = Inputs(repo, package, base, update, watcher.progress)
            checks = stack.enter_context(header_checks(paths, inputs, Rules(select, ignore)))
        if diff:
            return _show_mending(checks, output)
        if fix:
            number = sum(map(_mend, checks))
            click.echo(f"Corrected {number} header{'' if number == 1 else 's'}.", err=True)
        tally = _Tally()
        deliver(_rendered(tally.counting(_all(checks)), format_, output), output)
    return int(tally.found)


def _all(checks: Iterable[HeaderCheck]) -> Iterator[HeaderReport]:
    for check in checks:
        yield from check.run()


@dataclass(slots=True)
class _Tally:
    """Whether anything passing by is worth an exit code of 1."""

    found: bool = False

    def counting(self, reports: Iterable[HeaderReport]) -> Iterator[HeaderReport]:
        for report in reports:
            self.found |= any(finding.severity != "info" for finding in report.findings)
            yield report


def _about_rules(name: str | None) -> str:
    from debpatch.dep3.rules import all_rules
    from debpatch.errors import DebpatchError
    from debpatch.render.dep3 import explain, list_rules
    from debpatch.render.page import Look

    if name is None:
        return list_rules(all_rules(), Look.of_terminal())
    rule = next((rule for rule in all_rules() if rule.id == name), None)
    if rule is None:
        raise DebpatchError(f"no such rule: {name!r}; see validate-dep3 --list-rules")
    return explain(rule)


def _rendered(
    reports: Iterable[HeaderReport], form: Dep3Format, output: Path | None
) -> Iterable[str]:
    from debpatch.cli.output import look_for
    from debpatch.dep3.rules import all_rules
    from debpatch.render import dep3, dep3_ci

    if form == "json":
        return dep3.as_json(reports)
    if form == "sarif":
        return [dep3_ci.as_sarif(reports, all_rules())]
    if form == "codequality":
        return [dep3_ci.as_code_quality(reports)]
    if form == "junit":
        return [dep3_ci.as_junit(reports)]
    return dep3.as_text(reports, look_for(output))


def _show_mending(checks: Iterable[HeaderCheck], output: Path | None) -> int:
    """Print what ``--fix`` would write; gives the exit code."""
    from datetime import date

    from debpatch.cli.output import deliver
    from debpatch.dep3.fix import mended
    from debpatch.render.dep3 import as_diff

    changes = [
        (patch.path, old, new)
        for check in checks
        for patch, old, new in mended(check.target, check.run(), date.today())
    ]
    deliver((as_diff(*change) for change in changes), output)
    return int(bool(changes))


def _mend(check: HeaderCheck) -> int:
    """Write what the findings prove into the headers, and give how many it was."""
    from datetime import date

    from debpatch.dep3.fix import mended, write
    from debpatch.files import alone_in

    number = 0
    package = check.target.package
    root = package.root if package else None
    with alone_in(root) if root else nullcontext():
        for patch, _, new in mended(check.target, list(check.run()), date.today()):
            write(patch, new)
            number += 1
    return number
