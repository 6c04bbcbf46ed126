"""What each command does, from what its user names to a result: read, locate, think.

`cli` takes the options and shows what comes of it, and `api` has it for programs. Modules are
imported where they are needed, as a command needs but a part of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from debpatch.audit.audit import Audit
    from debpatch.backport.conflicts import ConflictCheck
    from debpatch.backport.plan import Plan
    from debpatch.backport.search import Bounds
    from debpatch.dep3.targets import PatchSet
    from debpatch.dep3.validate import HeaderReport
    from debpatch.git.repository import Commit, Repository
    from debpatch.landings.backports import Backports
    from debpatch.landings.report import PatchReport
    from debpatch.package.source_package import SourcePackage
    from debpatch.package.target import Target
    from debpatch.package.upstream import Inputs

Tell = Callable[[str], None]
"""Told what is done now."""


# -- `diff-upstream` -------------------------------------------------------------------------------


def compare_patch(path: str, inputs: Inputs, upstream: Sequence[str] = ()) -> PatchReport:
    """Compare the patch at ``path`` with the commits that ``upstream`` names, or that it is of."""
    from debpatch.landings.origin import read_alternatives
    from debpatch.landings.report import compare
    from debpatch.package.locate import locate
    from debpatch.package.patch_file import read_patch

    patch = read_patch(path)
    with locate(patch, inputs) as located:
        alternatives, identity = read_alternatives(located, upstream)
        return compare(located, alternatives, identity)


# -- `validate-dep3` -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeaderCheck:
    """Patches that belong together, and what validates them, one after the other, when called."""

    target: PatchSet
    run: Callable[[], Iterator[HeaderReport]]


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rules count: those that are ``selected``, if there are any, and not ``ignored``."""

    selected: Sequence[str] = ()
    ignored: Sequence[str] = ()


@contextmanager
def header_checks(
    paths: Sequence[str], inputs: Inputs, rules: Rules | None = None
) -> Iterator[Sequence[HeaderCheck]]:
    """Make ready to check the headers of patches, folders of patches, packages.

    They are held against upstream's history where ``inputs`` name its repository, and it is open
    until the end.
    """
    from functools import partial

    from debpatch.dep3.settings import settings_of
    from debpatch.dep3.targets import open_targets
    from debpatch.dep3.validate import look_up, validate

    rules = rules or Rules()
    targets = open_targets(paths, inputs.package)
    with ExitStack() as stack:
        repositories: dict[str, Repository | None] = {}
        checks = []
        for target in targets:
            name = target.package.name if target.package else ""
            if name not in repositories:
                opened = _named_repository(inputs, target.package)
                repositories[name] = stack.enter_context(opened)
            repository = repositories[name]
            run = partial(
                validate,
                target,
                settings_of(target.package).narrowed(rules.selected, rules.ignored),
                date.today(),
                look_up(target, repository, inputs.base) if repository else None,
            )
            checks.append(HeaderCheck(target, run))
        yield checks


@contextmanager
def _named_repository(inputs: Inputs, package: SourcePackage | None) -> Iterator[Repository | None]:
    """The upstream repository, if one is named: a check of form alone needs none."""
    from debpatch.package.upstream import open_repository

    if inputs.repo is None:
        yield None
        return
    with open_repository(inputs.repo, inputs, package) as repository:
        yield repository


# -- `find-backports` ------------------------------------------------------------------------------


def find_backports(revision: str, inputs: Inputs, branches: Sequence[str] = ()) -> Backports:
    """Find where a fix has landed, on ``branches`` or on all, and in the package."""
    from debpatch.landings import backports
    from debpatch.landings.revisions import read_fix
    from debpatch.package.source_directory import find_package_root
    from debpatch.package.source_package import open_package
    from debpatch.package.upstream import open_upstream

    place = inputs.package if inputs.package is not None else find_package_root(Path())
    package = open_package(place) if place is not None else None
    with open_upstream(inputs, package) as repository:
        fix = read_fix(repository, revision)
        target, left_out = _package_of(repository, package, inputs, fix)
        found = backports.find_backports(repository, fix, branches, target)
        return replace(found, left_out=left_out)


def _package_of(
    repository: Repository, package: SourcePackage | None, inputs: Inputs, fix: Commit
) -> tuple[Target | None, str | None]:
    """The package, if it is one of this repository: one that merely is here need not be."""
    from debpatch.errors import DebpatchError
    from debpatch.package.base import package_base
    from debpatch.package.target import check_related, package_target

    if package is None:
        return None, None
    try:
        if inputs.package is None and inputs.base is None:
            package_base(repository, package)
        target = package_target(repository, package, inputs.base)
        check_related(target, [fix])
    except DebpatchError as error:
        if inputs.package is not None:
            raise
        return None, str(error)
    return target, None


# -- `check-conflicts` and `plan-backport` ---------------------------------------------------------


def check_conflicts(
    revisions: str, onto: str | None, inputs: Inputs, *, blame: bool = False
) -> ConflictCheck:
    """Pick the commits ``revisions`` onto a revision or package, alone and in order."""
    from debpatch.backport import conflicts
    from debpatch.landings.revisions import merges_in, read_revisions
    from debpatch.package.target import open_target

    with open_target(onto, inputs) as target:
        commits = read_revisions(target.repository, revisions)
        found = conflicts.check_conflicts(target, commits, blame=blame)
        return replace(found, merges=merges_in(target.repository, revisions))


@dataclass(frozen=True, slots=True)
class PlanWishes:
    """How to plan: so long at most, with repairs or without, and what to run after each step."""

    bounds: Bounds | None = None
    with_follow_ups: bool = False
    command: str | None = None


def plan_backport(
    revisions: str,
    onto: str | None,
    inputs: Inputs,
    wishes: PlanWishes,
    tell: Tell = lambda _: None,
) -> Plan:
    """Find the smallest series that brings the commits ``revisions`` to a revision or package."""
    from debpatch.backport import plan
    from debpatch.backport.execute import Run, run_after_each
    from debpatch.landings.revisions import merges_in, read_revisions
    from debpatch.package.target import open_target

    with open_target(onto, inputs) as target:
        found = plan.plan_backport(
            target,
            read_revisions(target.repository, revisions),
            bounds=wishes.bounds,
            with_follow_ups=wishes.with_follow_ups,
            tell=tell,
        )
        runs: tuple[Run, ...] = ()
        if wishes.command:
            steps = [(step.commit, step.tree) for step in found.steps if step.tree is not None]
            runs = run_after_each(target.repository, steps, wishes.command, tell)
        return replace(found, runs=runs, merges=merges_in(target.repository, revisions))


# -- `audit-series` --------------------------------------------------------------------------------


def audit_series(inputs: Inputs, onto: str | None = None, tell: Tell = lambda _: None) -> Audit:
    """Look at every patch of a package's series, beside upstream's history."""
    from debpatch.audit import audit
    from debpatch.package.source_package import open_package
    from debpatch.package.upstream import open_upstream

    package = open_package(inputs.package if inputs.package is not None else Path())
    with open_upstream(inputs, package) as repository:
        scope = audit.Scope(date.today(), inputs.base, onto)
        return audit.audit_series(repository, package, scope, tell)
