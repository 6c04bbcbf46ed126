"""A package as it will be after an import: its version, its changelog entry, its new files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from debpatch.inputs.repository import Repository
from debpatch.inputs.source_package import SourcePackage
from debpatch.proposals.addition import added, shorthand
from debpatch.proposals.changelog import NOT_OURS, Item, write_entry
from debpatch.proposals.import_commits import Import, ImportedCommit
from debpatch.proposals.suites import Suite
from debpatch.proposals.uploader import Uploader
from debpatch.proposals.versions import Upload, next_upload

_CVE = re.compile(r"\bCVE-\d{4}-\d{4,}\b")


@dataclass(frozen=True)
class PackageUpdate:
    """The upload, the changelog entry, and the files that change, by their paths."""

    upload: Upload
    entry: str
    changes: Mapping[str, bytes]


def update_package(
    package: SourcePackage,
    imported: Import,
    suite: Suite,
    uploader: Uploader,
    now: datetime,
    *,
    security: bool = False,
    closes: Sequence[int] = (),
) -> PackageUpdate:
    """Add the imported patches to ``package``, for an upload to ``suite``.

    Without a patch for the series there is no upload to describe, so the entry is empty.
    """
    is_own = is_maintainer(package, uploader)
    upload = next_upload(package.version, suite, security=security, by_maintainer=is_own)
    changes: dict[str, bytes] = {}
    entry = ""
    if imported.patches:
        said = [] if is_own else [NOT_OURS]
        items = [*said, _item(package, imported, tuple(closes))]
        urgency = "high" if upload.distribution.endswith("-security") else "medium"
        entry = write_entry(package, upload, items, uploader, now, urgency)
        changes |= added(package, imported.patches, entry)
    if imported.conflict and imported.conflict.patch:
        aside = imported.conflict.patch
        changes[f"debian/patches/{aside.name}"] = aside.data
    return PackageUpdate(upload, entry, changes)


def package_diff(
    repository: Repository, package: SourcePackage, changes: Mapping[str, bytes]
) -> bytes:
    """What ``changes`` change in the package, as a unified diff."""
    files = {path: data for path in changes if (data := package.read(path)) is not None}
    old = repository.write_tree(None, {path: ("100644", data) for path, data in files.items()})
    new = repository.write_tree(None, {path: ("100644", data) for path, data in changes.items()})
    return repository.run(
        "diff-tree", "-r", "-p", "--text", "--no-renames", "--no-color", "--no-ext-diff",
        "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/", "--end-of-options", old, new,
    )  # fmt: skip


def _item(package: SourcePackage, imported: Import, closes: tuple[int, ...]) -> Item:
    folder = shorthand(package)
    parts = [
        f"{folder}/{commit.patch.name}: {_summary(commit)}"
        for commit in imported.commits
        if commit.patch and commit.fate == "written"
    ]
    if len(parts) == 1:
        return Item(parts[0], closes)
    return Item("Take commits from upstream", closes, tuple(parts))


def _summary(commit: ImportedCommit) -> str:
    subject = commit.commit.subject
    cves = dict.fromkeys(_CVE.findall(commit.commit.message))
    unsaid = [cve for cve in cves if cve not in subject]
    return f"{subject} ({', '.join(unsaid)})" if unsaid else subject


def is_maintainer(package: SourcePackage, uploader: Uploader) -> bool:
    """Whether the address is the Maintainer's or one of the Uploaders' in debian/control."""
    from debian.deb822 import Deb822

    control = (package.read("debian/control") or b"").decode("utf-8", "replace")
    source = next(Deb822.iter_paragraphs(control, use_apt_pkg=False), Deb822())
    people = f"{source.get('Maintainer', '')},{source.get('Uploaders', '')}"
    return f"<{uploader.email}>" in people
