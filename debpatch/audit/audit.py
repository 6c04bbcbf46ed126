"""The whole series of a package at a glance: one value for the series, one for each patch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from debpatch.audit.droppable import Droppable, Fate, Outcome, droppable, newest_line, outcomes
from debpatch.dep3.rules import Severity
from debpatch.dep3.settings import settings_of
from debpatch.dep3.targets import package_target
from debpatch.dep3.validate import Finding, look_up, validate
from debpatch.errors import DebpatchError
from debpatch.formats.versions import Release, parse_version
from debpatch.git.releases import known_releases
from debpatch.git.repository import Commit, Repository
from debpatch.landings.identity import Identity, Subject, identify, read_subject
from debpatch.landings.repairs import FollowUp
from debpatch.landings.standing import landed, later_about
from debpatch.landings.upstream import Upstream
from debpatch.package.base import (
    find_base,
    package_base,
    snapshot_commit,
    tag_formats,
    upstream_part,
)
from debpatch.package.patch_series import (
    Obstacle,
    SeriesPatch,
    apply_in_turn,
    read_series,
    read_source,
)
from debpatch.package.source_package import PackageName, SourcePackage


@dataclass(frozen=True, slots=True)
class AuditedFollowUp:
    """A follow-up, the oldest release that has it, the patch of the series that carries it."""

    follow_up: FollowUp
    released_in: Release | None
    carried_by: str | None


@dataclass(frozen=True, slots=True)
class PatchAudit:
    """All about one patch of a series.

    ``findings`` are those of its header. ``released_in`` is the oldest release that has the first
    of its commits, ``unproved`` the commits that its header says it comes from and that it does not
    carry. ``outcome`` is None where no new release was asked about.
    """

    patch: SeriesPatch
    findings: tuple[Finding, ...]
    obstacles: tuple[Obstacle, ...]
    identity: Identity | None
    released_in: Release | None
    unproved: tuple[Commit, ...]
    droppable: Droppable
    follow_ups: tuple[AuditedFollowUp, ...]
    outcome: Outcome | None

    @property
    def applies(self) -> bool | None:
        """Whether it applies after those before it; None where it cannot be read."""
        return None if self.patch.problem else not self.obstacles

    @property
    def has_work(self) -> bool:
        """Whether there is something to do for the patch, its header apart."""
        open_ = any(not f.carried_by and f.follow_up.kind != "mentions" for f in self.follow_ups)
        is_due = self.outcome is not None and self.outcome.fate is not Fate.APPLIES
        return not self.applies or is_due or (open_ and self.outcome is None)

    def count(self, severity: Severity) -> int:
        """How many findings of its header are of a severity."""
        return sum(finding.severity == severity for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Audit:
    """A series beside upstream's history.

    ``base`` is the tag that the package is built from; where it is None, ``unknown`` says why.
    ``findings`` are those of the series file, ``own_line`` the later releases of the package's own
    line, ``newest`` upstream's newest release and ``newer_line`` those of its line, none where that
    is the package's own; ``onto`` is the version or revision that was asked about.
    """

    package: PackageName
    base: str | None
    unknown: str | None
    patches: tuple[PatchAudit, ...]
    findings: tuple[Finding, ...]
    newest: Release | None
    own_line: tuple[Release, ...]
    newer_line: tuple[Release, ...]
    onto: str | None

    @property
    def has_work(self) -> bool:
        """Whether there is something for somebody to do."""
        findings = (*self.findings, *(f for patch in self.patches for f in patch.findings))
        return any(patch.has_work for patch in self.patches) or any(
            finding.severity != "info" for finding in findings
        )


Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a series is held against, and on which day.

    ``base`` is the upstream revision that the package is built from, None where its version shall
    tell; ``onto`` a version or revision of upstream's to ask about.
    """

    today: date
    base: str | None = None
    onto: str | None = None


def audit_series(
    repository: Repository, package: SourcePackage, scope: Scope, tell: Tell = lambda _: None
) -> Audit:
    """Audit the series of ``package``; ``tell`` is told what is being done.

    Raises DebpatchError where there is no revision that ``scope`` names, or where the repository is
    another project's.
    """
    tell("reading the package")
    base, unknown = _base(repository, package, scope.base)
    start = repository.resolve(base) if base else None
    since = start or _older_release(repository, package)
    goal = resolve_version(repository, package, scope.onto) if scope.onto else None
    patches = read_series(package)
    source = read_source(repository, package, patches, start, since)
    applications = tuple(apply_in_turn(source.tree, patches))
    tell("reading upstream's history")
    paths = {path for patch in patches for path in patch.paths}
    upstream = Upstream.read(repository, since, paths)
    tell("checking the headers")
    target = package_target(package)
    headers = look_up(target, repository, base)
    settings = settings_of(package)
    reports = list(validate(target, settings, scope.today, headers))
    subjects = [read_subject(upstream, patch) for patch in patches]
    befores = [application.before if start else None for application in applications]
    found = identify(upstream, subjects, befores)
    identities = []
    for patch in patches:
        tell(f"looking upstream for {patch.name}")
        identities.append(next(found))
    tell("looking where it has landed")
    pairs = list(zip(patches, identities, strict=True))
    fates: Iterable[Outcome | None] = [None] * len(patches)
    if goal:
        fates = outcomes(upstream, pairs, goal, source.generated)
    findings = {report.name: report.findings for report in reports if report.name}
    carriers = _carriers(repository, pairs)
    return Audit(
        package.called,
        base,
        unknown,
        tuple(
            PatchAudit(
                subject.patch,
                findings.get(subject.patch.name, ()),
                application.obstacles,
                identity,
                _released(upstream, identity),
                tuple(_unproved(repository, subject, identity)),
                droppable(upstream, subject.patch, identity),
                tuple(_later(upstream, identity, carriers)),
                fate,
            )
            for subject, application, identity, fate in zip(
                subjects, applications, identities, fates, strict=True
            )
        ),
        tuple(f for report in reports if report.name is None for f in report.findings),
        upstream.newest,
        upstream.own_line,
        newest_line(upstream),
        scope.onto,
    )


def resolve_version(repository: Repository, package: SourcePackage, text: str) -> str:
    """The commit of a revision or version of upstream's, ``v2.6.20`` or ``2.6.20``.

    Raises DebpatchError where there is none, naming what there is.
    """
    if repository.has(text):
        return repository.resolve(text)
    formats = tag_formats(package.read("debian/gbp.conf") or b"")
    return repository.resolve(find_base(text, package.name, repository.tags, formats))


def _base(
    repository: Repository, package: SourcePackage, named: str | None
) -> tuple[str | None, str | None]:
    """The revision that the package is built from, or why that is not known."""
    if named:
        return named, None
    try:
        return package_base(repository, package), None
    except DebpatchError as error:
        commit = snapshot_commit(package.upstream_version)
        if commit and repository.has(commit):
            return commit, None
        return None, str(error)


def _older_release(repository: Repository, package: SourcePackage) -> str | None:
    """The commit of the newest release before the package's version: what it has, that has."""
    version = parse_version(upstream_part(package.upstream_version))
    known = known_releases(repository)
    older = [release for release in known if version and release.version.key < version.key]
    return repository.tag_commits[older[-1].tag] if older else None


Pairs = Sequence[tuple[SeriesPatch, Identity | None]]


def _carriers(repository: Repository, pairs: Pairs) -> Mapping[str, str]:
    """The patches that carry commits, by the full ids of these and of their other landings."""
    return {
        landing.sha: patch.name
        for patch, identity in pairs
        if identity
        for landing in landed(repository, identity.commits)
    }


def _released(upstream: Upstream, identity: Identity | None) -> Release | None:
    if identity is None:
        return None
    return next(iter(upstream.releases_with(identity.commits[0].sha)), None)


def _unproved(
    repository: Repository, subject: Subject, identity: Identity | None
) -> Iterator[Commit]:
    """The commits that the header says the patch comes from, without anything of theirs in it."""
    own = {c.sha for c in landed(repository, identity.commits)} if identity else set()
    for sha in subject.claimed:
        if sha not in own:
            yield repository.commit(sha)


def _later(
    upstream: Upstream,
    identity: Identity | None,
    carriers: Mapping[str, str],
) -> Iterator[AuditedFollowUp]:
    for follow in later_about(upstream.repository, identity.commits) if identity else ():
        released = upstream.releases_with(follow.commit.sha)
        yield AuditedFollowUp(follow, next(iter(released), None), carriers.get(follow.commit.sha))
