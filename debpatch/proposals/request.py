"""What a request is about: the suite that it can go to, and the package that it proposes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from debpatch.errors import DebpatchError
from debpatch.formats.patch import parse_patch
from debpatch.git.repository import Commit, Repository
from debpatch.package.patch_file import read_patch
from debpatch.package.patch_series import by_the_series
from debpatch.package.source_package import SourcePackage, open_package
from debpatch.proposals.bugs import Bugs
from debpatch.proposals.changelog import require_finished
from debpatch.proposals.export_patch import export_patches
from debpatch.proposals.import_commits import import_commits, require_clean
from debpatch.proposals.package_update import (
    is_maintainer,
    update_package,
    with_changes,
    with_patches,
)
from debpatch.proposals.proposal import Proposal, RequestKind
from debpatch.proposals.suites import Suite, find_suite
from debpatch.proposals.uploader import Uploader
from debpatch.proposals.versions import next_upload


@dataclass(frozen=True)
class Change:
    """How the user names the update: the package as it will be, patches, or commits."""

    proposed: str | None
    patches: tuple[str, ...]
    commits: Sequence[Commit]
    bugs: Bugs
    base: str | None


def find_target(kind: RequestKind, name: str, today: date) -> Suite:
    """The suite that a request of this kind is about; raises DebpatchError if it cannot be."""
    suite = find_suite(name, today)
    if kind == "pu" and suite.role == "lts":
        raise DebpatchError(
            f"{suite.codename} has had no updates by the release team since {suite.ended}; the LTS "
            "team takes them (--kind security)"
        )
    if kind in {"pu", "security"} and not suite.is_released:
        raise DebpatchError(
            f"{suite.codename} is not released; --kind {kind} needs a released suite, give one "
            "with --suite"
        )
    if kind == "unblock" and suite.role != "testing":
        return find_suite("testing", today)
    return suite


def proposed_by(
    repository: Repository,
    current: SourcePackage,
    change: Change,
    kind: RequestKind,
    suite: Suite,
    uploader: Uploader,
    now: datetime,
) -> SourcePackage:
    """The package as it will be. Raises DebpatchError where the user names none, or two."""
    if bool(change.proposed) and bool(change.patches):
        raise DebpatchError("--proposed and --patch cannot be used together")
    if change.proposed:
        package = open_package(change.proposed)
        if package.name != current.name:
            raise DebpatchError(f"{change.proposed} is {package.name}, not {current.name}")
        require_finished(package)
        return package
    is_security = kind == "security"
    if change.patches:
        is_own = is_maintainer(current, uploader)
        upload = next_upload(current.version, suite, security=is_security, by_maintainer=is_own)
        patches = [read_patch(path) for path in change.patches]
        return with_patches(
            current, patches, upload, uploader, now, change.bugs.debian, is_own=is_own
        )
    if not change.commits:
        raise DebpatchError("no update is given; use --proposed, --patch or --plan")
    imported = import_commits(
        repository, current, change.commits, now.date(), base=change.base, bugs=change.bugs
    )
    require_clean(imported, current)
    update = update_package(
        current, imported, suite, uploader, now, security=is_security, closes=change.bugs.debian
    )
    if not update.changes:
        raise DebpatchError(
            f"{current.location}: already has all of these commits; there is nothing to propose"
        )
    return with_changes(current, update.changes, update.upload)


def mails_for_upstream(
    repository: Repository,
    proposal: Proposal,
    package: SourcePackage,
    told: SourcePackage,
    uploader: Uploader,
    now: datetime,
    author: str | None = None,
) -> dict[str, bytes]:
    """The patches of ``package`` that upstream does not have, as mails for git-am(1) on the base.

    Their author is ``author``, or who the header or the changelog of ``told`` tells; see
    ``export_patches``. Raises DebpatchError where nobody tells, and where one does not apply there.
    """
    names = {patch.name for patch in proposal.patches if not patch.is_upstream}
    patches = [
        by_the_series(patch, entry)
        for entry in package.series
        if entry.name in names
        for patch in parse_patch(package.read(entry.path) or b"", entry.name)
    ]
    if not patches:
        return {}
    export = export_patches(repository, patches, proposal.base, now, package=told, author=author)
    for patch in export.patches:
        for failure in patch.failures:
            raise DebpatchError(
                f"{patch.name} does not apply to {proposal.base} ({failure.path} hunk "
                f"{failure.hunk}); it needs earlier patches of the series"
            )
    mails = {
        patch.file_name(number): mail
        for number, (patch, mail) in enumerate(zip(export.patches, export.mails(), strict=True), 1)
    }
    if len(mails) > 1:
        mails["0000-cover-letter.patch"] = export.cover_letter(uploader.mailbox, now)
    return mails
