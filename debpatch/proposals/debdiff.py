"""The source debdiff: how two source packages differ, as debdiff(1) shows it.

Like debdiff, it compares the sources as dpkg-source unpacks them without their patches applied, so
that what a patch changes shows once, as the patch.
"""

from __future__ import annotations

from dataclasses import dataclass

from debpatch.inputs.diff import Diff, parse_diff
from debpatch.inputs.package_tree import series_trees
from debpatch.inputs.repository import Repository
from debpatch.inputs.source_package import SourcePackage


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
