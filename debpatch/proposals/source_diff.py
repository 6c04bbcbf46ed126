"""The difference of two trees as a diff that a quilt patch can hold.

dpkg-source(1) applies patches with patch(1), which knows no binary files and no symbolic links.
Renames are written out, since dpkg-source reads names from ``---`` and ``+++`` lines alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from debpatch.errors import DebpatchError
from debpatch.inputs.diff import parse_diff
from debpatch.inputs.repository import Repository

_UNQUOTABLE = re.compile(r"[\"\\\x00-\x1f\x7f\ud800-\udfff]")
_STAT_WIDTH = 72  # columns, as git-format-patch(1)


@dataclass(frozen=True, slots=True)
class SourceDiff:
    """A diff below its diffstat; ``modes`` are files whose mode changes, which quilt cannot say."""

    data: bytes
    modes: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left that a patch can hold."""
        return not parse_diff(self.data).files


def source_diff(repository: Repository, old: str, new: str, what: str) -> SourceDiff:
    """The difference from the tree ``old`` to ``new``.

    Raises DebpatchError, naming ``what``, for binary files, symbolic links and submodules.
    """
    modes = []
    before, after = repository.entries(old), repository.entries(new)
    for path in sorted(before.keys() | after.keys()):
        one, other = before.get(path), after.get(path)
        if one == other:
            continue
        kinds = {entry.mode for entry in (one, other) if entry}
        if kinds & {"120000", "160000"}:
            kind = "a symbolic link" if "120000" in kinds else "a submodule"
            raise DebpatchError(f"{what}: {path} is {kind}, which no quilt patch can change")
        if _UNQUOTABLE.search(path):
            raise DebpatchError(f"{what}: {path!r} is a name that no quilt patch can hold")
        if "100755" in kinds and (one is None or other is None or one.mode != other.mode):
            modes.append(path)
    data = repository.run(
        "-c", "core.quotePath=false", "diff-tree", "-r", "-p", f"--stat={_STAT_WIDTH}",
        "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv", "--src-prefix=a/",
        "--dst-prefix=b/", "--end-of-options", old, new,
    )  # fmt: skip
    for file in parse_diff(data, where=what).files:
        if file.binary:
            raise DebpatchError(
                f"{what}: {file.path} is a binary file, which no quilt patch can change; "
                "see --include-binaries in dpkg-source(1)"
            )
    return SourceDiff(data, tuple(path for path in modes if path in after))
