"""What upstream's history says of the commits that an update carries.

Unstable has a fix if the upstream release has it that its package is built from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from debian.debian_support import Version

from debpatch.errors import DebpatchError
from debpatch.formats.diff import FileDiff
from debpatch.formats.references import named_commits
from debpatch.git.differences import commit_diff
from debpatch.git.history import blame
from debpatch.git.releases import first_release
from debpatch.git.repository import Commit, Repository
from debpatch.landings.backports import State, find_backports
from debpatch.landings.evidence import Sign
from debpatch.package.base import find_base
from debpatch.package.target import revision_target

_MOST_FILES = 20  # of a commit that blame is asked about


@dataclass(frozen=True, slots=True)
class Cause:
    """A commit that a fix repairs, as its message says; or else where its lines come from.

    Without such a message, ``lines`` says how many of the lines that the fix removes were last
    touched by this commit, of how many: a hint at where to look, and no more.
    """

    sha: str
    subject: str
    released_in: str | None
    lines: tuple[int, int] | None = None


@dataclass(frozen=True)
class CommitFacts:
    """One commit of upstream's; ``in_unstable`` is None where unstable's release is not known."""

    sha: str
    subject: str
    message: str
    released_in: str | None
    cause: Cause | None
    in_unstable: InUnstable | None

    @property
    def short(self) -> str:
        """The id as people write it."""
        return self.sha[:12]


def commit_facts(repository: Repository, commit: Commit, unstable: Unstable | None) -> CommitFacts:
    """Look up ``commit``, also in the release that ``unstable`` is built from."""
    tag = unstable.tag if unstable else None
    return CommitFacts(
        commit.sha,
        commit.subject,
        commit.message,
        first_release(repository, commit.sha),
        _cause(repository, commit),
        standing(repository, commit, tag) if tag else None,
    )


# -- since when ------------------------------------------------------------------------------------


def _cause(repository: Repository, commit: Commit) -> Cause | None:
    """What the message says that it fixes, else who last touched most of what it removes."""
    for sha in _causes(commit):
        if repository.has(sha):
            return _read(repository, repository.resolve(sha))
    touched = Counter(_removed_from(repository, commit))
    if not touched:
        return None
    (sha, lines), total = touched.most_common(1)[0], touched.total()
    return _read(repository, sha, (lines, total))


def _causes(commit: Commit) -> Iterator[str]:
    references = named_commits(commit.message.encode("utf-8", "replace"))
    return (reference.sha for reference in references if reference.kind == "cause")


def _read(repository: Repository, sha: str, lines: tuple[int, int] | None = None) -> Cause:
    return Cause(sha, repository.commit(sha).subject, first_release(repository, sha), lines)


def _removed_from(repository: Repository, commit: Commit) -> Iterator[str]:
    if not commit.parents:
        return
    for file in commit_diff(repository, commit).files[:_MOST_FILES]:
        if file.old_path is not None and (numbers := list(_removed(file))):
            yield from blame(repository, commit.parents[0], file.old_path, numbers).values()


def _removed(file: FileDiff) -> Iterator[int]:
    for hunk in file.hunks:
        number = hunk.old_start
        for line in hunk.lines:
            if line.sign == "-" and line.text.strip():
                yield number
            number += line.sign != "+"


# -- whether a fix is in unstable ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unstable:
    """The version in unstable, who said so, and the upstream tag that it is built from.

    ``tag`` is None where no tag of upstream's is that version.
    """

    version: Version
    said_by: str
    tag: str | None


@dataclass(frozen=True, slots=True)
class InUnstable:
    """How a fix stands in unstable's release, and what speaks for that.

    ``commit`` is the one there that counts as the fix, by its ``signs``, or because the fix names
    it as where it comes from (``is_source``); with ``carried``, it has so many of its lines. Where
    there is none, it may have been ``reverted_by`` another, or the release never had the ``cause``.
    """

    state: State
    commit: Commit | None = None
    signs: tuple[Sign, ...] = ()
    is_source: bool = False
    carried: tuple[int, int] | None = None
    reverted_by: Commit | None = None
    cause: Commit | None = None

    @property
    def is_settled(self) -> bool:
        """Whether unstable does not need the fix any more, or never did."""
        return self.state in {State.PRESENT, State.PORTED, State.UNAFFECTED}


def find_unstable(
    repository: Repository, package: str, given: str | None, known: Mapping[str, str]
) -> Unstable | None:
    """The version of ``package`` in unstable: as ``given``, else by suite in ``known``.

    None where neither tells. Raises DebpatchError for what is no version.
    """
    text = given or known.get("sid") or known.get("unstable")
    if text is None:
        return None
    try:
        version = Version(text)
        upstream = version.upstream_version
    except ValueError as error:
        raise DebpatchError(f"{text!r} is not a version of a Debian package") from error
    said_by = "--unstable" if given else "apt-cache madison"
    try:
        tag = find_base(upstream or text, package, repository.tags)
    except DebpatchError:
        return Unstable(version, said_by, None)
    return Unstable(version, said_by, tag)


def standing(repository: Repository, fix: Commit, tag: str) -> InUnstable:
    """How ``fix`` stands in the release ``tag``, as ``find-backports`` judges branches."""
    found = find_backports(repository, fix, package=revision_target(repository, tag)).package
    if found is None:
        return InUnstable(State.UNKNOWN)
    landed = [each for each in found.landings if each.stands]
    source = next((each.commit for each in landed if _is_named_by(fix, each.commit)), None)
    if source:
        return InUnstable(State.PORTED, source, is_source=True)
    if not landed:
        reverted = next((landing.reverted_by for landing in found.landings), None)
        return InUnstable(found.state, reverted_by=reverted, cause=found.cause)
    best = max(landed, key=lambda landing: landing.confidence)
    return InUnstable(found.state, best.commit, best.signs, carried=found.carried)


def _is_named_by(fix: Commit, other: Commit) -> bool:
    """Whether the message of ``fix`` names ``other``, and not as the cause of the bug."""
    references = named_commits(fix.message.encode("utf-8", "replace"))
    return any(r.kind != "cause" and other.sha.startswith(r.sha.lower()) for r in references)
