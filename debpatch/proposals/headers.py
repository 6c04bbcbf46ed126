"""What `validate-dep3` has to say of the patches that an update adds or changes."""

from __future__ import annotations

from datetime import date

from debpatch.dep3.settings import settings_of
from debpatch.dep3.targets import PatchFile, Target
from debpatch.dep3.validate import Finding, look_up, validate
from debpatch.inputs.repository import Repository
from debpatch.inputs.source_package import SourcePackage
from debpatch.proposals.patch_facts import new_patches


def check_headers(
    repository: Repository,
    current: SourcePackage,
    proposed: SourcePackage,
    today: date,
    base: str | None = None,
) -> tuple[Finding, ...]:
    """The findings on patches of ``proposed`` that ``current`` does not have as they are.

    ``base`` is the upstream revision that they are built from, where the version does not tell.
    """
    patches = [
        PatchFile(entry.name, entry.name, lambda entry=entry: proposed.read(entry.path) or b"")  # type: ignore[misc]
        for entry in new_patches(current, proposed)
    ]
    target = Target(patches, package=proposed)
    settings = settings_of(proposed)
    upstream = look_up(target, repository, base)
    reports = validate(target, settings, today, upstream)
    return tuple(finding for report in reports for finding in report.findings)
