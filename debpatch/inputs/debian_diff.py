"""The ``.diff.gz`` of a source package in format 1.0: its packaging, as a patch."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from debpatch.errors import DebpatchError
from debpatch.inputs.apply import apply_file
from debpatch.inputs.diff import FileDiff, parse_diff
from debpatch.inputs.source_tree import Mode, PackageFile, SourceTree


@dataclass(frozen=True, slots=True)
class DiffedTree:
    """A tree with changes made to it; implements SourceTree.

    ``where`` names the changes in errors, ``diffs`` has them by path.
    """

    where: str
    tree: SourceTree
    diffs: Mapping[str, FileDiff]

    def read(self, path: str) -> bytes | None:
        """See SourceTree."""
        content = self.tree.read(path)
        return self._changed(path, content) if path in self.diffs else content

    def files(self, below: str = "") -> Iterator[PackageFile]:
        """See SourceTree."""
        seen = set()
        for file in self.tree.files(below):
            seen.add(file.path)
            if file.path in self.diffs:
                yield replace(file, data=self._changed(file.path, file.data))
            else:
                yield file
        for path in sorted(path for path in self.diffs.keys() - seen if path.startswith(below)):
            # A diff has no modes; dpkg-source makes this one file executable.
            mode: Mode = "100755" if path == "debian/rules" else "100644"
            yield PackageFile(path, mode, self._changed(path, None))

    def _changed(self, path: str, content: bytes | None) -> bytes:
        applied = apply_file(self.diffs[path], content)
        if applied.failed or applied.content is None:
            raise DebpatchError(f"{self.where}: does not apply to {path} of the original tarball")
        return applied.content


def with_debian_diff(tree: SourceTree, diff: Path) -> SourceTree:
    """Give ``tree`` with the changes in a ``.diff.gz``, as dpkg-source(1) unpacks format 1.0."""
    try:
        with gzip.open(diff) as stream:
            parsed = parse_diff(stream.read(), where=diff.name)
    except (OSError, EOFError, zlib.error) as error:
        raise DebpatchError(f"{diff.name}: is damaged ({error}); download it again") from error
    return DiffedTree(diff.name, tree, {file.path: file for file in parsed.files})
