"""A package as it will be after an import: its version, its changelog entry, its new files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

from debian.debian_support import Version

from debpatch.errors import DebpatchError
from debpatch.formats.dep3_header import read_header
from debpatch.formats.patch import Patch
from debpatch.formats.series import SERIES_FILES, parse_series
from debpatch.git.repository import Repository
from debpatch.package.source_package import SourcePackage
from debpatch.package.source_tree import PackageFile, SourceTree
from debpatch.proposals.changelog import NOT_OURS, Item, require_finished, write_entry
from debpatch.proposals.import_commits import Import, ImportedCommit
from debpatch.proposals.new_patches import NewPatch, added, patch_files, require_series, shorthand
from debpatch.proposals.patch_text import require_utf8
from debpatch.proposals.suites import Suite
from debpatch.proposals.templates import say
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
    return Item(say("several", parts), closes, tuple(parts))


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


# -- the package as it will be: given as a package, or made in memory from patches to add ----------


@dataclass(frozen=True, slots=True)
class _Overlay:
    """The files of ``tree`` with some new or replaced; implements SourceTree."""

    tree: SourceTree
    changes: Mapping[str, bytes]

    def read(self, path: str) -> bytes | None:
        """See SourceTree."""
        return self.changes[path] if path in self.changes else self.tree.read(path)

    def files(self, below: str = "") -> Iterator[PackageFile]:
        """See SourceTree."""
        for file in self.tree.files(below):
            if file.path not in self.changes:
                yield file
        for path, data in self.changes.items():
            if path.startswith(below):
                yield PackageFile(path, "100644", data)


def with_changes(
    package: SourcePackage, changes: Mapping[str, bytes], upload: Upload
) -> SourcePackage:
    """The ``package`` after ``changes`` to files of its ``debian/``, for ``upload``."""
    tree = _Overlay(package.tree, changes)
    series = next((path for path in SERIES_FILES if tree.read(path) is not None), None)
    return replace(
        package,
        version=upload.version,
        distribution=upload.distribution,
        series=parse_series(tree.read(series) or b"", where=series) if series else (),
        tree=tree,
        root=None,
        source=package.source or package,
    )


def with_patches(
    package: SourcePackage,
    patches: Sequence[Patch],
    upload: Upload,
    uploader: Uploader,
    now: datetime,
    closes: tuple[int, ...] = (),
    *,
    is_own: bool,
) -> SourcePackage:
    """The ``package`` with the quilt ``patches`` added as they are, and a changelog entry.

    ``is_own`` says that the uploader maintains it.

    Raises DebpatchError where a name is taken, a header is no UTF-8, or there is no series.
    """
    require_series(package)
    require_finished(package)
    taken = set(patch_files(package))
    new: list[NewPatch] = []
    items = [] if is_own else [NOT_OURS]
    for patch in patches:
        name = PurePosixPath(patch.name).name
        if name in taken:
            raise DebpatchError(f"{patch.name}: the package has a patch of this name; rename it")
        taken.add(name)
        require_utf8(patch)
        new.append(NewPatch(name, patch.data))
        synopsis = read_header(patch.data).synopsis or "TODO(human): what it does"
        last = len(new) == len(patches)
        items.append(Item(f"{shorthand(package)}/{name}: {synopsis}", closes if last else ()))
    urgency = "high" if upload.distribution.endswith("-security") else "medium"
    entry = write_entry(package, upload, items, uploader, now, urgency)
    return with_changes(package, added(package, new, entry), upload)


def new_entries(current: SourcePackage, proposed: SourcePackage) -> str:
    """The changelog entries of ``proposed`` above the one that ``current`` begins with."""
    from debian.changelog import Changelog

    text = (proposed.read("debian/changelog") or b"").decode("utf-8", "replace")
    entries = []
    for block in Changelog(text):
        if Version(str(block.version)) <= current.version:
            break
        entries.append(str(block).strip("\n"))
    return "\n\n".join(entries) + "\n" if entries else ""
