"""For programs in Python: what the commands find, as values, by a few functions.

Each is what the command of that name does with the same arguments, without its output; paths,
revisions and packages are written as on the command line. What they return are frozen dataclasses,
which say in their own documentation what they hold. They raise DebpatchError where something cannot
be done, with a message of one line.

The examples run in the folder that ``debpatch demo`` makes.
"""

from __future__ import annotations

from collections.abc import Sequence

from debpatch import commands
from debpatch.backport.plan import Plan
from debpatch.dep3.validate import HeaderReport
from debpatch.landings.backports import Backports
from debpatch.landings.report import PatchReport
from debpatch.package.upstream import Inputs


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
    return commands.compare_patch(patch, Inputs(repo, package, base), upstream)


def validate_headers(path: str, *, repo: str | None = None) -> tuple[HeaderReport, ...]:
    """Check the DEP-3 headers of a patch, a folder, a package: `debpatch validate-dep3`.

    With ``repo``, a clone's folder or a URL, what they say is held against upstream's history too.

    >>> from debpatch import validate_headers
    >>> for report in validate_headers("tidewatch-1.4.2"):
    ...     for finding in report.findings:
    ...         if finding.severity == "error":
    ...             print(report.path, finding.line, finding.rule)
    tidewatch-1.4.2/debian/patches/reproducible-build.patch 6 last-update-no-date
    """
    with commands.header_checks([path], Inputs(repo)) as checks:
        return tuple(found for check in checks for found in check.run())


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
    return commands.find_backports(revision, Inputs(repo, package), branches)


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
    wishes = commands.PlanWishes(with_follow_ups=with_follow_ups)
    return commands.plan_backport(revisions, onto, Inputs(repo), wishes)
