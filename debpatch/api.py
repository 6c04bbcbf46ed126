"""For programs in Python: what the commands find, as values, by a few functions.

Each is what the command of that name does with the same arguments, without its output; paths,
revisions and packages are written as on the command line. What they return are frozen dataclasses,
which say in their own documentation what they hold. They raise DebpatchError where something cannot
be done, with a message of one line.

The examples run in the folder that ``debpatch demo`` makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from debpatch.backport.plan import Plan
from debpatch.backport.plan import plan_backport as _plan_backport
from debpatch.compare.report import PatchReport, report
from debpatch.dep3.settings import settings_of
from debpatch.dep3.targets import PatchSet, open_targets
from debpatch.dep3.validate import HeaderReport, look_up, validate
from debpatch.git.repository import Repository
from debpatch.landings.backports import Backports
from debpatch.landings.backports import find_backports as _find_backports
from debpatch.landings.origin import read_alternatives
from debpatch.landings.revisions import read_fix, read_revisions
from debpatch.package.patch_file import read_patch
from debpatch.package.source_package import open_package
from debpatch.package.target import open_target, package_target
from debpatch.package.upstream import open_upstream
from debpatch.package.workspace import open_workspace


def compare_patch(
    patch: str,
    *,
    repo: str | None = None,
    package: str | None = None,
    base: str | None = None,
    upstream: Sequence[str] = (),
) -> PatchReport:
    """Compare a patch with upstream commits, hunk by hunk: `debpatch diff-upstream`.

    ``upstream`` are the alternatives to compare with, each ``A``, ``A,B,C`` or ``A..B``; without
    any, those that the patch names, or else is like.

    >>> from debpatch import compare_patch
    >>> found = compare_patch("link-process-frames-immediately.patch", repo="tidewatch.git")
    >>> [alternative.comparison.verdict.value for alternative in found.alternatives]
    ['adapted']
    >>> [(use.path, use.identifier) for use in found.residual]
    [('src/link_bsd.c', 'link_do_read')]
    """
    what = read_patch(patch)
    with open_workspace(what, repo=repo, package=package, base=base) as workspace:
        alternatives, _ = read_alternatives(workspace, upstream)
        return report(
            workspace.repository,
            workspace.patch,
            workspace.tree,
            alternatives,
            workspace.unknown,
            workspace.found,
        )


def validate_headers(path: str, *, repo: str | None = None) -> tuple[HeaderReport, ...]:
    """Check the DEP-3 headers of a patch, a folder, a package: `debpatch validate-dep3`.

    With ``repo``, a clone's folder, what they say is held against upstream's history too.

    >>> from debpatch import validate_headers
    >>> for report in validate_headers("tidewatch-1.4.2"):
    ...     for finding in report.findings:
    ...         if finding.severity == "error":
    ...             print(report.path, finding.line, finding.rule)
    tidewatch-1.4.2/debian/patches/reproducible-build.patch 6 last-update-no-date
    """
    targets = open_targets([path])
    if repo is None:
        return tuple(found for target in targets for found in _validate(target, None))
    with Repository(repo) as repository:
        return tuple(found for target in targets for found in _validate(target, repository))


def find_backports(
    revision: str,
    *,
    repo: str | None = None,
    package: str | None = None,
    branches: Sequence[str] = (),
) -> Backports:
    """Find where a fix has landed, and what came afterwards: `debpatch find-backports`.

    ``branches`` are patterns for the branches to look at; without any, all that have releases.

    >>> from debpatch import find_backports
    >>> found = find_backports("229cc2fa8912", repo="tidewatch.git")
    >>> [(each.branch.name, each.state.value) for each in found.branches]
    [('main', 'present'), ('release/1.4', 'partial')]
    >>> later = [each.follow_up for each in found.follow_ups]
    >>> [each.commit.subject for each in later if each.kind == "fixes"]
    ['link: take requests again after a read that gave nothing']
    """
    source = open_package(package) if package else None
    with open_upstream(source, repo=repo) as repository:
        target = package_target(repository, source, None) if source else None
        return _find_backports(repository, read_fix(repository, revision), branches, target)


def plan_backport(
    revisions: str,
    *,
    onto: str,
    repo: str | None = None,
    with_follow_ups: bool = False,
) -> Plan:
    """Find the smallest series of commits that applies cleanly: `debpatch plan-backport`.

    ``revisions`` is ``A``, ``A,B,C`` or ``A..B``; ``onto`` a revision or a package.

    >>> from debpatch import plan_backport
    >>> plan = plan_backport(
    ...     "77940e3ba924,ff70338d157e", onto="tidewatch-1.4.2", repo="tidewatch.git"
    ... )
    >>> plan.clean
    True
    >>> [(step.commit.short, step.role) for step in plan.steps[:2]]
    [('7473a6d40c0b', 'prerequisite'), ('77940e3ba924', 'wanted')]
    """
    with open_target(onto, repo=repo) as target:
        commits = read_revisions(target.repository, revisions)
        return _plan_backport(target, commits, with_follow_ups=with_follow_ups)


def _validate(target: PatchSet, repository: Repository | None) -> Sequence[HeaderReport]:
    upstream = look_up(target, repository) if repository else None
    return tuple(validate(target, settings_of(target.package), date.today(), upstream))
