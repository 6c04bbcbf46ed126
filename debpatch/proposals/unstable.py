"""Whether a fix is in unstable: in the upstream release that its package is built from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from debian.debian_support import Version

from debpatch.errors import DebpatchError
from debpatch.formats.references import named_commits
from debpatch.git.repository import Commit, Repository
from debpatch.landings.backports import BranchState, State, find_backports
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
    """How a fix stands in unstable's release; ``commit`` is what speaks for it, if one does."""

    state: State
    because: str
    commit: Commit | None = None

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
        raise DebpatchError(f"{text!r} is no version of a Debian package") from error
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
        return InUnstable(State.UNKNOWN, "nobody could tell")
    landed = [each for each in found.landings if each.stands]
    source = next((each.commit for each in landed if _is_named_by(fix, each.commit)), None)
    if source:
        return InUnstable(State.PORTED, "its message names that as where it comes from", source)
    if not landed:
        return InUnstable(found.state, _without_landing(found))
    best = max(landed, key=lambda landing: landing.confidence)
    said = [_SAID[sign] for sign in best.signs if sign in _SAID]
    if found.state is State.PARTIAL:
        said.append(_left_out(found))
    return InUnstable(found.state, ", ".join(said), best.commit)


def _is_named_by(fix: Commit, other: Commit) -> bool:
    """Whether the message of ``fix`` names ``other``, and not as the cause of the bug."""
    references = named_commits(fix.message.encode("utf-8", "replace"))
    return any(r.kind != "cause" and other.sha.startswith(r.sha.lower()) for r in references)


_SAID = {
    Sign.ANCESTRY: "it is that commit",
    Sign.TRAILER: "one names the other as its source",
    Sign.NAMED: "the message says that it ports it",
    Sign.MENTION: "the message names it",
    Sign.CHANGE_ID: "the same Change-Id",
    Sign.MESSAGE_ID: "the same mail",
    Sign.SUBJECT: "the same subject",
    Sign.REPEATED_SUBJECT: "the same subject",
    Sign.AUTHOR: "the same author",
    Sign.PATCH_ID: "the same changed lines",
    Sign.CONTENT: "changed lines in common",
}


def _without_landing(found: BranchState) -> str:
    """What speaks for the state of a release that has no commit to show for it."""
    reverted = next((landing.reverted_by for landing in found.landings), None)
    if reverted:
        return f'{reverted.sha[:12]} ("{reverted.subject}") took it back'
    if found.cause:
        return f'it never had {found.cause.sha[:12]} ("{found.cause.subject}"), which this repairs'
    return {
        State.PORTED: "the code reads as it does after the fix",
        State.MISSING: "it has the code that the fix changes, and not the fix",
        State.UNAFFECTED: "it does not have the code that the fix changes",
    }.get(found.state, "nothing is sure enough")


def _left_out(found: BranchState) -> str:
    carried = (
        f"{found.carried[0]} of {found.carried[1]} changed lines" if found.carried else "a part"
    )
    return f"only {carried}"
