"""The source debdiff: how two source packages differ, as debdiff(1) shows it.

Like debdiff, it compares the sources as dpkg-source unpacks them without their patches applied, so
that what a patch changes shows once, as the patch.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from debpatch.errors import DebpatchError
from debpatch.formats.diff import Diff, parse_diff
from debpatch.git.repository import Repository
from debpatch.package.package_tree import series_trees
from debpatch.package.source_package import SourcePackage


@dataclass(frozen=True, slots=True)
class Debdiff:
    """The difference of two source packages; ``stat`` is its diffstat."""

    data: bytes
    stat: str

    @property
    def diff(self) -> Diff:
        """The difference, parsed."""
        return parse_diff(self.data, where="the debdiff")

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.data.count(b"\n")


def debdiff(repository: Repository, old: SourcePackage, new: SourcePackage) -> Debdiff:
    """Compare two source packages. Raises DebpatchError where a series does not apply."""
    before, after = _tree(repository, old), _tree(repository, new)
    prefixes = [
        f"--{side}-prefix={package.name}-{_upstream(package)}/"
        for side, package in (("src", old), ("dst", new))
    ]
    command = ("diff-tree", "-r", "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv")
    data = repository.run(*command, "-p", *prefixes, "--end-of-options", before, after)
    stat = repository.run(*command, "--stat=72", "--end-of-options", before, after)
    return Debdiff(data, stat.decode("utf-8", "replace").rstrip("\n"))


def _tree(repository: Repository, package: SourcePackage) -> str:
    """The package's source with ``debian/`` and without its patches applied."""
    source = series_trees(repository, package)[0]
    debian = ((file.path, (file.mode, file.data)) for file in package.files("debian/"))
    return repository.import_tree(source.sha, debian)


def _upstream(package: SourcePackage) -> str:
    return package.upstream_version


# -- the difference of two trees as a diff that a quilt patch can hold -----------------------------

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
            raise DebpatchError(f"{what}: {path} is {kind}, which a quilt patch cannot change")
        if _UNQUOTABLE.search(path):
            raise DebpatchError(f"{what}: a quilt patch cannot name the file {path!r}")
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
                f"{what}: {file.path} is a binary file, which a quilt patch cannot change; see "
                "--include-binaries in dpkg-source(1)"
            )
    return SourceDiff(data, tuple(path for path in modes if path in after))
