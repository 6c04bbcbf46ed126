"""Quilt patches as mails that git-am(1) takes on an upstream branch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parseaddr, parsedate_to_datetime

from debpatch.errors import DebpatchError
from debpatch.formats.dep3_fields import parse_date
from debpatch.formats.dep3_header import Header, read_header
from debpatch.formats.patch import Patch, commits_in, parse_patch, stripped
from debpatch.git.repository import Repository
from debpatch.git.tree import Edit, Failure, Tree
from debpatch.package.patch_file import read_patches
from debpatch.package.patch_series import by_the_series, find_in_series
from debpatch.package.source_package import SourcePackage
from debpatch.proposals.debdiff import source_diff
from debpatch.proposals.documents import write_mail
from debpatch.proposals.patch_facts import Ancestor, ancestors, told_truly
from debpatch.proposals.patch_text import read_prose, require_utf8, split_trailers
from debpatch.proposals.proposal import Proposal
from debpatch.proposals.request import Uploader
from debpatch.proposals.templates import say

# How deep the paths of a patch may lie; -p1 is what quilt writes, the others are found by trying.
_STRIPS = (1, 0, 2)
_SIGNATURE = b"-- \ndebpatch\n"


@dataclass(frozen=True)
class ExportedPatch:
    """A patch for a mail; ``author_from`` says who named the author.

    With ``failures``, hunks that find no place, there is no ``diff`` and no mail.
    """

    name: str
    subject: str
    author: str
    author_from: str
    body: tuple[str, ...]
    date: datetime
    ancestors: tuple[Ancestor, ...]
    diff: bytes = b""
    failures: tuple[Failure, ...] = ()

    def mail(self, number: int, total: int) -> bytes:
        """The mail, the ``number``-th of ``total``; of one, it says no number."""
        count = f" {number:0{len(str(total))}d}/{total}" if total > 1 else ""
        fields = [
            ("From", self.author),
            ("Date", format_datetime(self.date)),
            ("Subject", f"[PATCH{count}] {self.subject}"),
        ]
        text = "".join(f"{line}\n" for line in self.body).encode("utf-8", "replace")
        return write_mail(fields, text + b"---\n" + self.diff + _SIGNATURE, postmark=True)

    def file_name(self, number: int) -> str:
        """The name that git-format-patch(1) would give the mail."""
        words = re.sub(r"[^A-Za-z0-9._]+", "-", self.subject).strip(".-")[:52].rstrip(".-")
        return f"{number:04d}-{words}.patch"


@dataclass(frozen=True)
class Export:
    """A series of patches on a revision; ``stat`` is the diffstat of them all."""

    onto: str
    sha: str
    patches: tuple[ExportedPatch, ...]
    stat: str

    @property
    def applies(self) -> bool:
        """Whether all of them do."""
        return not any(patch.failures for patch in self.patches)

    def mails(self) -> tuple[bytes, ...]:
        """The patches' mails, in order."""
        total = len(self.patches)
        return tuple(patch.mail(n, total) for n, patch in enumerate(self.patches, 1))

    def cover_letter(self, sender: str, now: datetime) -> bytes:
        """A mail to go before the series; what it is for is left to a person to say."""
        total = len(self.patches)
        number = "0" * len(str(total))
        subject, _, text = say("cover_letter", self).partition("\n\n")
        fields = [
            ("From", sender),
            ("Date", format_datetime(now)),
            ("Subject", f"[PATCH {number}/{total}] {subject}"),
        ]
        return write_mail(fields, text.encode("utf-8", "replace") + _SIGNATURE, postmark=True)


@dataclass(frozen=True)
class Authorship:
    """Who wrote a patch, and when, if its header does not say.

    ``author`` wins over what it says; ``package`` is the one whose changelog may tell.
    """

    now: datetime
    package: SourcePackage | None = None
    author: str | None = None

    def author_of(self, header: Header, name: str) -> tuple[str, str]:
        """The author, and who says so; raises DebpatchError where nobody does."""
        if self.author:
            return self.author, "--author"
        field = header.first("author", "from")
        if field:
            return field.text, "the header"
        who = _added_by(self.package, name) if self.package else None
        if who:
            return who, "the changelog's entry that names the patch"
        raise DebpatchError(
            f"{name}: neither its header nor the changelog names the author; add an Author field "
            "to the header, or use --author 'NAME <MAIL>'"
        )


def export_patches(
    repository: Repository,
    patches: Sequence[Patch],
    onto: str,
    origin: Authorship,
) -> Export:
    """Put ``patches`` one upon the other onto the revision ``onto``.

    Raises DebpatchError where no author is known, and for what no mail can hold.
    """
    sha = repository.resolve(onto)
    start = tree = Tree(repository, repository.tree(sha), onto)
    exported: list[ExportedPatch] = []
    for patch in patches:
        edit = Edit.of(tree)
        failures = tuple(edit.apply(patch.files))
        after = tree if failures else edit.write(f"{onto} with {patch.name}")
        diff = b"" if failures else source_diff(repository, tree.sha, after.sha, patch.name).data
        made = _exported(repository, patch, tree, origin)
        exported.append(replace(made, diff=diff, failures=failures))
        tree = after
    total = source_diff(repository, start.sha, tree.sha, "the series").data
    return Export(
        onto, sha, tuple(exported), total.partition(b"\n\n")[0].decode("utf-8", "replace")
    )


def read_for(tree: Tree, path: str, package: SourcePackage | None = None) -> tuple[Patch, ...]:
    """Read the patch at ``path`` as the series of ``package`` says; several, if it holds several.

    Where it is none of its patches, with as many path components taken off as ``tree`` asks for.
    Raises DebpatchError as ``read_patches`` does.
    """
    read = read_patches(path)
    entry = find_in_series(package, read[0]) if package and len(read) == 1 else None
    commits = [commit for patch in read for commit in commits_in(patch)]
    if entry is None:
        return tuple(_by_its_paths(commit, tree) for commit in commits)
    in_order = reversed(commits) if entry.reverse else commits
    return tuple(by_the_series(commit, entry) for commit in in_order)


def _by_its_paths(patch: Patch, tree: Tree) -> Patch:
    for strip in _STRIPS:
        with suppress(DebpatchError):  # it has paths that are not so deep
            found = stripped(patch, strip)
            if all(file.old_path is None or file.old_path in tree.paths for file in found.files):
                return found
    return patch


def _exported(
    repository: Repository, patch: Patch, base: Tree, origin: Authorship
) -> ExportedPatch:
    """The patch without its diff."""
    require_utf8(patch)
    header = read_header(patch.data)
    prose = read_prose(header, patch.name)
    found = ancestors(repository, patch, base)
    who, source = origin.author_of(header, patch.name)
    if "@" not in parseaddr(who)[1]:
        raise DebpatchError(f"{patch.name}: the author {who!r} has no mail address; use --author")
    body = _with_bugs(told_truly(prose.body, found), header)
    date = _date(header) or origin.now
    return ExportedPatch(patch.name, prose.subject, who, source, body, date, found)


def _with_bugs(body: Sequence[str], header: Header) -> tuple[str, ...]:
    """The body with the bugs of the header's fields, where it does not name them itself."""
    told = "\n".join(body)
    urls = [field.text for field in header.bugs if field.text not in told]
    if not urls:
        return tuple(body)
    gap = [""] if body and not split_trailers(body)[1] else []
    return (*body, *gap, *(f"Link: {url}" for url in urls))


def _added_by(package: SourcePackage, name: str) -> str | None:
    """Who wrote the first entry of the changelog that names the patch."""
    from debian.changelog import Changelog

    text = (package.read("debian/changelog") or b"").decode("utf-8", "replace")
    last = name.rpartition("/")[2]
    naming = (block.author for block in reversed(list(Changelog(text))) if last in str(block))
    return next((author for author in naming if author), None)


def _date(header: Header) -> datetime | None:
    mailed, updated = header.first("date"), header.first("last-update")
    if mailed:
        try:
            return parsedate_to_datetime(mailed.text)
        except ValueError:
            pass
    day = parse_date(updated.text) if updated else None
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


# -- the patches of a proposal ---------------------------------------------------------------------


def mails_for_upstream(
    repository: Repository,
    proposal: Proposal,
    package: SourcePackage,
    uploader: Uploader,
    origin: Authorship,
) -> dict[str, bytes]:
    """The patches of ``package`` that upstream does not have, as mails for git-am(1) on the base.

    Raises DebpatchError where nobody tells their author, and where one does not apply there.
    """
    names = {patch.name for patch in proposal.patches if not patch.is_upstream}
    patches = [
        by_the_series(patch, entry)
        for entry in package.series
        if entry.name in names
        for patch in parse_patch(package.read(entry.path) or b"", entry.name)
    ]
    if not patches:
        return {}
    export = export_patches(repository, patches, proposal.base, origin)
    for patch in export.patches:
        for failure in patch.failures:
            raise DebpatchError(
                f"{patch.name} does not apply to {proposal.base} ({failure.path} hunk "
                f"{failure.hunk}); it needs earlier patches of the series"
            )
    mails = {
        patch.file_name(number): mail
        for number, (patch, mail) in enumerate(zip(export.patches, export.mails(), strict=True), 1)
    }
    if len(mails) > 1:
        mails["0000-cover-letter.patch"] = export.cover_letter(uploader.mailbox, origin.now)
    return mails
