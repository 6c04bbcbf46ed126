"""Whether a fix is in unstable: in the upstream release that its package is built from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from debian.debian_support import Version

from debpatch.errors import DebpatchError
from debpatch.formats.references import named_commits
from debpatch.git.repository import Commit, Repository
from debpatch.landings.backports import State, find_backports
from debpatch.landings.evidence import Sign
from debpatch.package.base import find_base
from debpatch.package.target import revision_target


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
