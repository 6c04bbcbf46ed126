"""Validate patches one after the other: read, gather what is known, ask every rule."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from debpatch.dep3.evidence import Evidence, closed_with, find_named, gather
from debpatch.dep3.rules import Case, Edit, Problem, Rule, Severity, Witness, all_rules
from debpatch.dep3.settings import Settings
from debpatch.dep3.syntax import accepted_by
from debpatch.dep3.targets import PatchFile, PatchSet
from debpatch.errors import DebpatchError
from debpatch.formats.dep3_fields import ACCEPT
from debpatch.formats.dep3_header import Field, Header, Layout, read_header
from debpatch.formats.versions import Release, read_release

if TYPE_CHECKING:
    from debpatch.git.repository import Repository


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule broken at a place; see Problem for the rest. ``excerpt`` is the line in question."""

    rule: str
    severity: Severity
    path: str
    line: int | None
    message: str
    cure: str | None
    excerpt: str | None = None
    edits: tuple[Edit, ...] = ()
    adds: tuple[tuple[str, str], ...] = ()
    evidence: tuple[Witness, ...] = ()


@dataclass(frozen=True, slots=True)
class HeaderReport:
    """What there is to say of one patch, or of a series, whose ``name`` and ``layout`` are None.

    ``path`` is what the user calls it, ``name`` what the series does. ``unverifiable``
    says why nothing was held against upstream's repository, None where it was.
    """

    path: str
    findings: tuple[Finding, ...]
    name: str | None = None
    layout: Layout | None = None
    fields: tuple[Field, ...] = ()
    unverifiable: str | None = None


@dataclass(frozen=True, slots=True)
class Upstream:
    """The upstream repository, and the release that is packaged."""

    repository: Repository
    base: Release | None


NO_REPOSITORY = "no upstream repository was given"


def look_up(target: PatchSet, repository: Repository, base: str | None = None) -> Upstream:
    """Make ready to ask ``repository`` of the commits that the patches of ``target`` name.

    ``base`` is the tag that the package is built from; without it, the one of the package's
    version, or of the version in the patch's own paths, if there is one. Raises DebpatchError where
    the clone lacks what it should have.
    """
    headers = (read_header(patch.read()) for patch in target.patches)
    if any(named.commit for header in headers for named in find_named(header, repository)):
        from debpatch.git.history import whole_history

        whole_history(repository)  # of which nearly all is asked
    tag = base or _base(target, repository)
    return Upstream(repository, read_release(tag, repository.project) if tag else None)


def _base(target: PatchSet, repository: Repository) -> str | None:
    from debpatch.formats.diff import parse_diff
    from debpatch.package.base import find_base, package_base

    try:
        if target.package:
            return package_base(repository, target.package)
        prefix = parse_diff(target.patches[0].read()).prefix or ""
        named = re.fullmatch(r"(.+?)-(\d[^/]*)", prefix)
        return find_base(named[2], named[1], repository.tags) if named else None
    except DebpatchError:
        return None


def validate(
    target: PatchSet, settings: Settings, today: date, upstream: Upstream | None = None
) -> Iterator[HeaderReport]:
    """Report on each patch of ``target``, then on its series; one patch in memory at a time.

    Raises DebpatchError where a patch cannot be read.
    """
    closes = _closes(target)
    for patch in target.patches:
        case, unverifiable = _read(patch, today, closes.get(patch.name, ()), upstream)
        yield HeaderReport(
            patch.path,
            tuple(_findings(patch, case, settings)),
            patch.name,
            case.header.layout,
            case.header.fields,
            unverifiable,
        )
    if target.listing:
        path = target.listing.path
        findings = tuple(
            _finding(rule, path, problem, None)
            for rule in all_rules()
            if rule.kind == "series" and settings.counts(rule, path)
            for problem in rule.check(target.listing)
        )
        yield HeaderReport(path, findings)


def _read(
    patch: PatchFile, today: date, closes: tuple[int, ...], upstream: Upstream | None
) -> tuple[Case, str | None]:
    """What the rules look at, and why there is no evidence, if there is none."""
    data = patch.read()
    header = read_header(data)
    evidence, unverifiable = _evidence(header, data, upstream)
    return Case(header, today, closes, evidence), unverifiable


def _findings(patch: PatchFile, case: Case, settings: Settings) -> Sequence[Finding]:
    """What there is to say of one patch, in the order of its lines."""
    header = case.header
    accepted = {name for field in header.all(ACCEPT) for name in accepted_by(field.text)}
    findings = [
        _finding(rule, patch.path, problem, header)
        for rule in all_rules()
        if rule.kind != "series" and rule.id not in accepted and settings.counts(rule, patch.name)
        for problem in rule.check(case)
    ]
    return sorted(findings, key=lambda finding: finding.line or 0)


def _evidence(
    header: Header, data: bytes, upstream: Upstream | None
) -> tuple[Evidence | None, str | None]:
    """The evidence on one patch, or why there is none."""
    if upstream is None:
        return None, NO_REPOSITORY
    named = find_named(header, upstream.repository)
    if all(one.kind == "cause" for one in named):
        return None, "no upstream commit is named"
    try:
        evidence = gather(named, data, upstream.repository, upstream.base)
    except DebpatchError as error:
        return None, str(error)
    if not any(one.commit for one in named if one.kind != "cause"):
        return evidence, "the repository has none of the commits that are named"
    return evidence, None


def _finding(rule: Rule, path: str, problem: Problem, header: Header | None) -> Finding:
    lines = header.lines if header else ()
    line = problem.line
    excerpt = lines[line - 1].text if line and line <= len(lines) else None
    return Finding(
        rule.id,
        rule.severity,
        path,
        line,
        problem.message,
        problem.cure,
        excerpt,
        problem.edits,
        problem.adds,
        problem.evidence,
    )


def _closes(target: PatchSet) -> Mapping[str, tuple[int, ...]]:
    if target.package is None:
        return {}
    changelog = target.package.read("debian/changelog") or b""
    names = {entry.name for entry in target.package.series}
    return closed_with(changelog.decode("utf-8", "replace"), names)
