"""What each command does, from what its user names to a result: read, locate, think.

`cli` takes the options and shows what comes of it, and `api` has it for programs. Modules are
imported where they are needed, as a command needs but a part of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from debpatch.audit.audit import Audit
    from debpatch.backport.conflicts import ConflictCheck
    from debpatch.backport.plan import Plan
    from debpatch.backport.search import Bounds
    from debpatch.dep3.targets import PatchSet
    from debpatch.dep3.validate import HeaderReport
    from debpatch.git.filling import IndexState
    from debpatch.git.repository import Commit, Repository
    from debpatch.landings.backports import Backports
    from debpatch.landings.report import PatchReport
    from debpatch.package.source_package import SourcePackage
    from debpatch.package.target import Target
    from debpatch.package.upstream import Inputs
    from debpatch.proposals.bugs import Bugs
    from debpatch.proposals.documents import Documents
    from debpatch.proposals.export_patch import Export
    from debpatch.proposals.package_update import Imported
    from debpatch.proposals.request import RequestKind, Uploader
    from debpatch.proposals.templates import Questions
    from debpatch.review.gather import Wishes
    from debpatch.review.review import Review

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
    from debpatch.package.source_package import open_package
    from debpatch.package.source_tree import find_package_root
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


# -- `import-commits` ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ImportWishes:
    """Who imports commits, when, and for which suite, None for that of the last upload.

    ``bugs`` are those that the commits fix; with ``security`` it is for the security archive. With
    ``conflicts``, a commit that conflicts is written beside the series, and with ``dry_run``
    nothing is.
    """

    uploader: Uploader
    now: datetime
    suite: str | None
    bugs: Bugs
    security: bool = False
    conflicts: bool = False
    dry_run: bool = False


def import_commits(revisions: str, inputs: Inputs, wishes: ImportWishes) -> Imported:
    """Write the commits ``revisions`` into a package as quilt patches, all of it or nothing."""
    from debpatch.files import alone_in, change_debian
    from debpatch.landings.revisions import merges_in, read_revisions
    from debpatch.package.source_package import open_package
    from debpatch.package.upstream import open_upstream
    from debpatch.proposals import import_commits as importing
    from debpatch.proposals.new_patches import require_folder
    from debpatch.proposals.package_update import Imported, package_diff, update_package
    from debpatch.proposals.request import Occasion
    from debpatch.proposals.suites import find_suite

    package = open_package(inputs.package or ".")
    root = require_folder(package)
    with (
        open_upstream(inputs, package) as repository,
        alone_in(root),  # only now, as a clone may take its time
    ):
        package = open_package(inputs.package or ".")  # as whoever was alone before has left it
        suite = find_suite(wishes.suite or package.distribution, wishes.now.date())
        occasion = Occasion(
            wishes.uploader, wishes.now, suite, wishes.bugs, inputs.base, wishes.security
        )
        commits = read_revisions(repository, revisions)
        found = importing.import_commits(repository, package, commits, occasion)
        if not wishes.conflicts:
            importing.require_clean(found, package)
        update = update_package(package, found, occasion)
        diff = package_diff(repository, package, update.changes)
        if update.changes and not wishes.dry_run:
            change_debian(root, update.changes)
        return Imported(
            package.called,
            found,
            update,
            diff,
            not wishes.dry_run,
            merges_in(repository, revisions),
        )


# -- `export-patch` --------------------------------------------------------------------------------


def export_patches(
    paths: Sequence[str], onto: str, inputs: Inputs, now: datetime, author: str | None = None
) -> Export:
    """Make mails of the patches at ``paths`` that git-am(1) takes on the revision ``onto``."""
    from debpatch.git.tree import Tree
    from debpatch.package.source_package import open_package
    from debpatch.package.source_tree import find_package_root
    from debpatch.package.upstream import open_upstream
    from debpatch.proposals import export_patch
    from debpatch.proposals.export_patch import Authorship, read_for

    place = inputs.package or find_package_root(Path(paths[0]).parent)
    package = open_package(place) if place else None
    with open_upstream(inputs, package) as repository:
        tree = Tree(repository, repository.tree(repository.resolve(onto)), onto)
        patches = [patch for path in paths for patch in read_for(tree, path, package)]
        origin = Authorship(now, package, author)
        return export_patch.export_patches(repository, patches, onto, origin)


# -- `propose-update` ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProposalWishes:
    """Who asks for what update, when, and for which suite, None for that of the last upload.

    The update is the package as it will be (``proposed``), or ``patches``, or a ``plan`` of
    upstream commits. ``unstable`` is the version there, ``author`` who wrote a patch, if nothing
    tells. ``templates`` is a folder of the user's own; with ``look_up_bugs``, Debian's bug tracker
    is asked.
    """

    kind: RequestKind
    uploader: Uploader
    now: datetime
    suite: str | None
    bugs: Bugs
    proposed: str | None = None
    patches: tuple[str, ...] = ()
    plan: str | None = None
    unstable: str | None = None
    author: str | None = None
    templates: Path | None = None
    look_up_bugs: bool = False


def propose_update(inputs: Inputs, wishes: ProposalWishes, questions: Questions) -> Documents:
    """Compose the documents that ask for an update; ``questions`` has the answers of a person."""
    from debpatch.landings.revisions import merges_in, read_revisions
    from debpatch.package.source_package import open_package
    from debpatch.package.upstream import open_upstream
    from debpatch.proposals.bugs import ask_tracker
    from debpatch.proposals.documents import Documents, compose
    from debpatch.proposals.export_patch import Authorship, mails_for_upstream
    from debpatch.proposals.new_patches import require_finished
    from debpatch.proposals.package_update import proposed_by
    from debpatch.proposals.patch_facts import check_headers
    from debpatch.proposals.proposal import gather_proposal
    from debpatch.proposals.request import Occasion, Request, find_target
    from debpatch.proposals.self_check import self_check

    kind, uploader, now = wishes.kind, wishes.uploader, wishes.now
    current = open_package(inputs.package or ".")
    require_finished(current)
    suite = find_target(kind, wishes.suite or current.distribution, now.date())
    occasion = Occasion(uploader, now, suite, wishes.bugs, inputs.base, security=kind == "security")
    with open_upstream(inputs, current) as repository:
        commits = read_revisions(repository, wishes.plan) if wishes.plan else ()
        merges = merges_in(repository, wishes.plan) if wishes.plan else ()
        request = Request(kind, occasion, wishes.proposed, wishes.patches, commits, wishes.unstable)
        new = proposed_by(repository, current, request)
        found = gather_proposal(repository, current, new, request)
        if wishes.look_up_bugs:
            found = replace(found, tracker=ask_tracker(found.bugs.debian))
        files = compose(found, questions, uploader, now, wishes.templates)
        if kind == "upstream":
            origin = Authorship(now, new if wishes.proposed else current, wishes.author)
            files |= mails_for_upstream(repository, found, new, uploader, origin)
        headers = check_headers(repository, current, new, occasion)
    return Documents(found, files, questions.open, self_check(found, headers), merges)


# -- `review` --------------------------------------------------------------------------------------


def review_patch(
    path: str,
    inputs: Inputs,
    wishes: Wishes,
    upstream: Sequence[str] = (),
    tell: Tell = lambda _: None,
) -> Review:
    """Find out all about the patch at ``path``, judge it, and compose the documents.

    ``upstream`` names the commits that it comes from; without it the patch does.
    """
    from debpatch.package.locate import locate
    from debpatch.package.patch_file import read_patch
    from debpatch.review.gather import gather, invocation_of

    patch = read_patch(path)
    with locate(patch, inputs) as located:
        invocation = invocation_of(path, inputs, located.package, wishes.folder)
        return gather(located, invocation, wishes, upstream, tell)


# -- `index` ---------------------------------------------------------------------------------------


def index(inputs: Inputs, what: Literal["fill", "state", "clear"] = "fill") -> IndexState:
    """Fill the index of the upstream repository, say what it has, or remove it."""
    from debpatch.git import filling
    from debpatch.package.source_package import open_package
    from debpatch.package.source_tree import find_package_root
    from debpatch.package.upstream import open_upstream

    place = inputs.package if inputs.package is not None else find_package_root(Path())
    package = open_package(place) if place is not None and inputs.repo is None else None
    with open_upstream(inputs, package) as repository:
        if what == "clear":
            return filling.clear(repository)
        if what == "state":
            return filling.state_of(repository)
        return filling.fill(repository, inputs.progress or (lambda *_: None))
