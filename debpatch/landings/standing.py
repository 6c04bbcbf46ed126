"""Which releases have what a patch brings, so that it can be dropped.

A fix is in a release as the commit that the patch carries, or as another landing of it: releases of
one line have other ids than those of the next. A landing that was reverted there does not count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from debpatch.formats.commit_keys import bare_subject
from debpatch.git.changes import CommitLines, read_whole_changes
from debpatch.git.history import is_ancestor
from debpatch.git.repository import Commit
from debpatch.landings.evidence import Fix, Sign, confidence
from debpatch.landings.identity import Identity
from debpatch.landings.repairs import FollowUp, follow_ups
from debpatch.landings.search import CLAIMED, origins
from debpatch.landings.similarity import Likeness
from debpatch.landings.upstream import Upstream

Landings = Mapping[str, tuple[Commit, ...]]
"""For each commit, by full id, all commits that land the same fix, itself among them."""


def find_landings(upstream: Upstream, identities: Iterable[Identity | None]) -> Landings:
    """Find where the commits of ``identities`` have landed, after the packaged release."""
    repository = upstream.repository
    commits = {c.sha: c for identity in identities if identity for c in identity.commits}
    fixes = {sha: Fix((commit, *origins(repository, commit))) for sha, commit in commits.items()}
    shortlists = {sha: _shortlist(upstream, fix) for sha, fix in fixes.items()}
    wanted = {other for shortlist in shortlists.values() for other in shortlist} | commits.keys()
    whole = read_whole_changes(repository, sorted(wanted))
    return {
        sha: (
            commits[sha],
            *(
                upstream.later[other]
                for other in sorted(shortlists[sha], key=lambda each: upstream.order[each])
                if _is_landing(upstream, fix, upstream.later[other], whole)
            ),
        )
        for sha, fix in fixes.items()
    }


def _shortlist(upstream: Upstream, fix: Fix) -> frozenset[str]:
    words = {sha for commit in fix.commits for sha in upstream.sharing_words(commit)}
    lines = upstream.changes.get(fix.commits[0].sha, {})
    common = upstream.sharing_lines(lines)
    half = upstream.rarity.changed(lines.values()) / 2
    alike = {sha for sha, weight in common.items() if weight > half}
    return frozenset((words | alike) & upstream.later.keys() - {fix.commits[0].sha})


def _is_landing(
    upstream: Upstream, fix: Fix, other: Commit, whole: Mapping[str, CommitLines]
) -> bool:
    ours, theirs = whole.get(fix.commits[0].sha, {}), whole.get(other.sha, {})
    similarity = Likeness(ours, upstream.rarity).to(theirs)
    # What the fix says of the other counts where it says that it is a port of it.
    signs = fix.signs(other) | (Fix((other,)).signs(fix.commits[0]) & {Sign.TRAILER, Sign.NAMED})
    has_words = bool(signs - {Sign.AUTHOR, Sign.MENTION})
    return (has_words or similarity >= _COPY) and confidence(signs, similarity) >= CLAIMED


_COPY = 0.9  # similarity of the same lines


class Standing:
    """Tells which releases have the fixes of a series."""

    def __init__(self, upstream: Upstream, landings: Landings) -> None:
        self._upstream = upstream
        self._landings = landings
        landed = {commit.sha: commit for family in landings.values() for commit in family}
        found = [follow for commit in landed.values() for follow in self._after(commit)]
        reverts = {f.commit.sha: f.commit for f in found if f.kind == "reverts"}
        undone = [follow for commit in reverts.values() for follow in self._after(commit)]
        self._later: dict[str, list[FollowUp]] = defaultdict(list)
        for follow in dict.fromkeys([*found, *(f for f in undone if f.kind == "reverts")]):
            self._later[follow.of.sha].append(follow)

    def _after(self, commit: Commit) -> tuple[FollowUp, ...]:
        return follow_ups([commit], self._upstream.naming(commit))

    def follow_ups(self, identity: Identity) -> tuple[FollowUp, ...]:
        """What repairs, takes back or mentions a landing of the patch's commits, oldest first.

        The same follow-up on several lines is told once. What the patch's own commits came after
        is not afterwards.
        """
        landed = {commit.sha for commit in self.landings(identity)}
        found = [follow for sha in landed for follow in self._later[sha]]
        found.sort(key=lambda follow: self._upstream.order[follow.commit.sha])
        once: dict[tuple[str, str], FollowUp] = {}
        for follow in found:
            if follow.commit.sha not in landed and not self._is_before(follow.commit, identity):
                once.setdefault((follow.kind, bare_subject(follow.commit.subject)), follow)
        return tuple(once.values())

    def _is_before(self, commit: Commit, identity: Identity) -> bool:
        repository = self._upstream.repository
        return any(is_ancestor(repository, commit.sha, own.sha) for own in identity.commits)

    def landings(self, identity: Identity) -> tuple[Commit, ...]:
        """The commits of the patch, and all that land one of them elsewhere."""
        return tuple(c for commit in identity.commits for c in self._landings[commit.sha])

    def has(self, place: str, identity: Identity) -> bool:
        """Whether the release with the commit ``place`` has all commits of the patch, unreverted.

        As these commits or as other landings of theirs.
        """
        return all(
            any(self._stands(place, landing.sha) for landing in self._landings[commit.sha])
            for commit in identity.commits
        )

    def _stands(self, place: str, sha: str) -> bool:
        has = self._upstream.has
        return has(place, sha) and not any(
            follow.kind == "reverts" and self._stands(place, follow.commit.sha)
            for follow in self._later[sha]
        )
