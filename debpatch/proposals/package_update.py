"""A package as it will be after an import: its version, its changelog entry, its new files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from debian.debian_support import Version

from debpatch.errors import DebpatchError
from debpatch.formats.dep3_header import read_header
from debpatch.formats.patch import Patch
from debpatch.formats.series import SERIES_FILES, parse_series
from debpatch.git.repository import Repository
from debpatch.package.patch_file import read_patch
from debpatch.package.source_package import PackageName, SourcePackage, open_package
from debpatch.package.source_tree import PackageFile, SourceTree
from debpatch.proposals.import_commits import Import, ImportedCommit, import_commits, require_clean
from debpatch.proposals.new_patches import (
    NOT_OURS,
    Item,
    NewPatch,
    added,
    patch_files,
    require_finished,
    require_series,
    shorthand,
    write_entry,
)
from debpatch.proposals.patch_text import require_utf8
from debpatch.proposals.request import Occasion, Request, Uploader
from debpatch.proposals.templates import say
from debpatch.proposals.versions import Upload, next_upload

_CVE = re.compile(r"\bCVE-\d{4}-\d{4,}\b")


@dataclass(frozen=True)
class PackageUpdate:
    """The upload, the changelog entry, and the files that change, by their paths."""

    upload: Upload
    entry: str
    changes: Mapping[str, bytes]


@dataclass(frozen=True)
class Imported:
    """What became of commits for a package, the update with them, and its diff.

    ``written`` is whether it was; ``merges`` are those of the range that the user named, which
    cannot be picked.
    """

    package: PackageName
    imported: Import
    update: PackageUpdate
    diff: bytes
    written: bool
    merges: tuple[str, ...] = ()


def update_package(package: SourcePackage, imported: Import, occasion: Occasion) -> PackageUpdate:
    """Add the imported patches to ``package``, for an upload to the suite of ``occasion``.

    Without a patch for the series there is no upload to describe, so the entry is empty.
    """
    upload = _upload(package, occasion)
    changes: dict[str, bytes] = {}
    entry = ""
    if imported.patches:
        said = _opening(package, occasion.uploader)
        items = [*said, _item(package, imported, occasion.bugs.debian)]
        entry = write_entry(package, upload, items, occasion)
        changes |= added(package, imported.patches, entry)
    if imported.conflict and imported.conflict.patch:
        aside = imported.conflict.patch
        changes[f"debian/patches/{aside.name}"] = aside.data
    return PackageUpdate(upload, entry, changes)


def _upload(package: SourcePackage, occasion: Occasion) -> Upload:
    return next_upload(
        package.version,
        occasion.suite,
        security=occasion.security,
        by_maintainer=is_maintainer(package, occasion.uploader),
    )


def _opening(package: SourcePackage, uploader: Uploader) -> list[Item]:
    return [] if is_maintainer(package, uploader) else [NOT_OURS]


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
    package: SourcePackage, patches: Sequence[Patch], occasion: Occasion
) -> SourcePackage:
    """The ``package`` with the quilt ``patches`` added as they are, and a changelog entry.

    Raises DebpatchError where a name is taken, a header is no UTF-8, or there is no series.
    """
    require_series(package)
    require_finished(package)
    taken = set(patch_files(package))
    new: list[NewPatch] = []
    items = _opening(package, occasion.uploader)
    for patch in patches:
        name = PurePosixPath(patch.name).name
        if name in taken:
            raise DebpatchError(f"{patch.name}: the package has a patch of this name; rename it")
        taken.add(name)
        require_utf8(patch)
        new.append(NewPatch(name, patch.data))
        synopsis = read_header(patch.data).synopsis or "TODO(human): what it does"
        last = len(new) == len(patches)
        closes = occasion.bugs.debian if last else ()
        items.append(Item(f"{shorthand(package)}/{name}: {synopsis}", closes))
    upload = _upload(package, occasion)
    entry = write_entry(package, upload, items, occasion)
    return with_changes(package, added(package, new, entry), upload)


def proposed_by(repository: Repository, current: SourcePackage, request: Request) -> SourcePackage:
    """The package as it will be. Raises DebpatchError where the user names none, or two."""
    if bool(request.proposed) and bool(request.patches):
        raise DebpatchError("--proposed and --patch cannot be used together")
    if request.proposed:
        package = open_package(request.proposed)
        if package.name != current.name:
            raise DebpatchError(f"{request.proposed} is {package.name}, not {current.name}")
        require_finished(package)
        return package
    if request.patches:
        patches = [read_patch(path) for path in request.patches]
        return with_patches(current, patches, request.occasion)
    if not request.commits:
        raise DebpatchError("no update is given; use --proposed, --patch or --plan")
    imported = import_commits(repository, current, request.commits, request.occasion)
    require_clean(imported, current)
    update = update_package(current, imported, request.occasion)
    if not update.changes:
        raise DebpatchError(
            f"{current.location}: already has all of these commits; there is nothing to propose"
        )
    return with_changes(current, update.changes, update.upload)


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
