"""Upstream commits as quilt patches of a package, each with a header that is complete and true.

Every commit is picked, in memory, onto the package's source with its series and the commits before
it. The header is first written with what the commit says, and then mended by the findings of
`validate-dep3`, so that both commands say the same about where a fix stands upstream.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from debpatch.dep3.fix import mend
from debpatch.dep3.settings import Settings
from debpatch.dep3.targets import PatchFile, PatchSet
from debpatch.dep3.validate import Finding, look_up, validate
from debpatch.errors import DebpatchError
from debpatch.formats.dep3_header import read_header
from debpatch.formats.diff import parse_diff
from debpatch.git.merge import Conflict, Pick, pick
from debpatch.git.repository import Commit, Repository
from debpatch.git.tree import Edit, Tree
from debpatch.package.package_tree import package_tree
from debpatch.package.source_package import SourcePackage
from debpatch.package.target import package_target
from debpatch.package.upstream import commit_address, tracker
from debpatch.proposals.bugs import Bugs
from debpatch.proposals.debdiff import SourceDiff, source_diff
from debpatch.proposals.new_patches import (
    NewPatch,
    Scheme,
    name_patch,
    patch_files,
    read_scheme,
    require_finished,
    require_series,
)
from debpatch.proposals.patch_text import Description, Layout, compose, message_text, usual_layout
from debpatch.proposals.request import Occasion
from debpatch.proposals.templates import say

Fate = Literal["written", "already-applied", "conflict", "left"]
"""What becomes of a commit; ``left`` are those behind a conflict."""


@dataclass(frozen=True)
class ImportedCommit:
    """A commit and its patch; ``patch`` is None where there is none.

    ``left_out`` are files that the package does not have, ``modes`` those whose mode changes, which
    a quilt patch cannot say; ``findings`` is what `validate-dep3` still has to say.
    """

    commit: Commit
    fate: Fate
    patch: NewPatch | None = None
    left_out: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    findings: tuple[Finding, ...] = ()

    def field(self, key: str) -> str | None:
        """The value of a field of the patch's header, on one line."""
        found = read_header(self.patch.data).first(key) if self.patch else None
        return found.text if found else None


@dataclass(frozen=True)
class Import:
    """All commits in their order; ``tree`` is the package's source with the patches applied."""

    commits: tuple[ImportedCommit, ...]
    tree: str

    @property
    def patches(self) -> tuple[NewPatch, ...]:
        """The patches for the series."""
        return tuple(c.patch for c in self.commits if c.patch and c.fate == "written")

    @property
    def conflict(self) -> ImportedCommit | None:
        """The commit at which it stopped."""
        return next((c for c in self.commits if c.fate == "conflict"), None)

    @property
    def is_doubtful(self) -> bool:
        """Whether it stopped, or a header has errors or warnings."""
        findings = (finding for commit in self.commits for finding in commit.findings)
        return self.conflict is not None or any(f.severity != "info" for f in findings)


def import_commits(
    repository: Repository,
    package: SourcePackage,
    commits: Sequence[Commit],
    occasion: Occasion,
) -> Import:
    """Turn ``commits``, in their order, into patches for the end of the package's series.

    At the first conflict it stops; that commit's patch then has conflict markers in it and is for a
    file outside of the series. Raises DebpatchError for a package that has no series or one that
    does not apply, for merge commits, and for what no quilt patch can hold.
    """
    require_series(package)
    require_finished(package)
    target = package_target(repository, package, occasion.base)
    shipped = package_tree(repository, package, base=target.upstream)
    writer = _Writer.of(package, occasion.bugs)
    onto = target.tree
    done: list[ImportedCommit] = []
    for commit in commits:
        if done and done[-1].fate in {"conflict", "left"}:
            done.append(ImportedCommit(commit, "left"))
            continue
        picked = pick(repository, commit, onto)
        if picked.outcome == "already-applied":
            done.append(ImportedCommit(commit, "already-applied"))
            continue
        done.append(writer.write(repository, shipped, picked, occasion.today))
        if picked.outcome == "clean":
            onto = picked.tree
    checked = _checked(repository, done, target.base, occasion.today)
    tree = _applied(shipped, [c.patch for c in checked if c.patch and c.fate == "written"])
    return Import(tuple(checked), tree)


def require_clean(imported: Import, package: SourcePackage) -> None:
    """Raise DebpatchError where the import stopped at a conflict."""
    commit = imported.conflict
    if commit is not None:
        paths = ", ".join(conflict.path for conflict in commit.conflicts)
        raise DebpatchError(
            f'{commit.commit.short} "{commit.commit.subject}" conflicts with {package.name} '
            f"{package.version} in {paths}; nothing was written, find its prerequisites with "
            "plan-backport"
        )


@dataclass(slots=True)
class _Writer:
    """Writes patches one after the other, in the package's own manner."""

    scheme: Scheme
    layout: Layout
    bugs: Bugs
    tracker: str | None
    forge: str | None
    taken: set[str]

    @classmethod
    def of(cls, package: SourcePackage, bugs: Bugs) -> _Writer:
        patches = [package.read(entry.path) or b"" for entry in package.series]
        return cls(
            read_scheme([entry.name for entry in package.series]),
            usual_layout(patches),
            bugs,
            tracker(package),
            commit_address(package),
            set(patch_files(package)),
        )

    def write(
        self, repository: Repository, shipped: Tree, picked: Pick, today: date
    ) -> ImportedCommit:
        """The patch for ``picked``; files that the ``shipped`` source lacks are left out."""
        commit = picked.commit
        what = f'{commit.short} "{commit.subject}"'
        left_out = _left_out(repository, shipped, picked)
        before = repository.entries(picked.onto)
        new = repository.write_tree(picked.tree, {path: before[path] for path in left_out})
        diff = source_diff(repository, picked.onto, new, what)
        if diff.is_empty:
            raise DebpatchError(f"{what}: changes no file that the package has; leave it out")
        is_clean = picked.outcome == "clean"
        name = name_patch(self.scheme, commit.subject, commit.message, self.taken)
        if is_clean:
            self.taken.add(name)
            self.scheme = replace(self.scheme, next_number=self.scheme.next_number + 1)
        else:
            name = f"{name}.conflict"
        return ImportedCommit(
            commit,
            "written" if is_clean else "conflict",
            NewPatch(name, self._text(commit, left_out, diff, today)),
            left_out,
            diff.modes,
            picked.conflicts,
        )

    def _text(
        self, commit: Commit, left_out: Sequence[str], diff: SourceDiff, today: date
    ) -> bytes:
        text = message_text(commit.message, commit.subject, self.tracker)
        if left_out:
            note = say("left_out", left_out)
            text = replace(text, body=(*text.body, *([""] if text.body else []), note),
                           ends_in_trailers=False)  # fmt: skip
        link = f"{self.forge}/{commit.sha}" if self.forge else f"commit:{commit.sha}"
        urls = dict.fromkeys((*self.bugs.upstream, *text.bugs))
        numbers = dict.fromkeys((*self.bugs.debian, *text.debian_bugs))
        fields = [
            ("Origin", f"upstream, {link}"),
            *(("Bug", url) for url in urls),
            *(("Bug-Debian", f"https://bugs.debian.org/{number}") for number in numbers),
            ("Last-Update", today.isoformat()),
        ]
        return compose(self.layout, Description.of(commit, text), fields, diff.data)


def _left_out(repository: Repository, shipped: Tree, picked: Pick) -> tuple[str, ...]:
    """Files of upstream's that the commit changes and the package's source does not have."""
    before, after = repository.entries(picked.onto), repository.entries(picked.tree)
    there = shipped.paths
    return tuple(path for path in before if path not in there and before[path] != after.get(path))


# -- the header's truth ----------------------------------------------------------------------------


def _checked(
    repository: Repository, commits: Sequence[ImportedCommit], base: str | None, today: date
) -> list[ImportedCommit]:
    """Mend the headers by what upstream's history proves, and note what is left to say."""
    patches = {commit.patch.name: commit.patch.data for commit in commits if commit.patch}
    if not patches:
        return list(commits)
    target = _target(patches)
    upstream = look_up(target, repository, base)
    mended = {
        report.path: mend(patches[report.path], report.findings, today)
        for report in validate(target, Settings(), today, upstream)
    }
    reports = {r.path: r for r in validate(_target(mended), Settings(), today, upstream)}
    return [
        replace(
            commit,
            patch=NewPatch(commit.patch.name, mended[commit.patch.name]),
            findings=reports[commit.patch.name].findings,
        )
        if commit.patch
        else commit
        for commit in commits
    ]


def _target(patches: Mapping[str, bytes]) -> PatchSet:
    return PatchSet(
        [
            PatchFile(name, name, lambda data=data: data)  # type: ignore[misc]
            for name, data in patches.items()
        ]
    )


def _applied(shipped: Tree, patches: Sequence[NewPatch]) -> str:
    """The tree with all patches applied as dpkg-source will, which proves that they apply."""
    edit = Edit.of(shipped)
    for patch in patches:
        failures = edit.apply(parse_diff(patch.data, where=patch.name).files)
        if failures:
            where = ", ".join(f"{f.path} hunk {f.hunk}" for f in failures)
            raise DebpatchError(f"internal error: {patch.name} does not apply to {where}")
    return edit.write("the package with the new patches").sha
