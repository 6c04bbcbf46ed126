"""The package as it will be: given as a package, or made in memory from patches to add."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

from debian.debian_support import Version

from debpatch.dep3.header import read_header
from debpatch.errors import DebpatchError
from debpatch.inputs.patch import Patch
from debpatch.inputs.series import SERIES_FILES, parse_series
from debpatch.inputs.source_package import SourcePackage
from debpatch.inputs.source_tree import PackageFile, SourceTree
from debpatch.proposals.addition import NewPatch, added, patch_files, require_series, shorthand
from debpatch.proposals.changelog import NOT_OURS, Item, require_finished, write_entry
from debpatch.proposals.patch_prose import require_utf8
from debpatch.proposals.uploader import Uploader
from debpatch.proposals.versions import Upload


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
            raise DebpatchError(f"{patch.name}: there is a patch of this name already; rename it")
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
