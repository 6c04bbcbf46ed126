"""All that a document can say of an update, gathered once; plain values for the templates."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from debian.debian_support import Version

from debpatch.backport.plan import plan_backport
from debpatch.errors import DebpatchError
from debpatch.formats.dep3_fields import debian_bug
from debpatch.formats.dep3_header import read_header
from debpatch.git.differences import Size
from debpatch.git.repository import Repository
from debpatch.landings.ports import find_series
from debpatch.package.apt import ask_versions
from debpatch.package.base import package_base
from debpatch.package.source_package import SourcePackage
from debpatch.package.target import package_target
from debpatch.proposals.bugs import Answer, Bugs
from debpatch.proposals.commit_facts import CommitFacts, Unstable, commit_facts, find_unstable
from debpatch.proposals.debdiff import Debdiff, debdiff
from debpatch.proposals.options import Option, StartingPoint, as_it_is, options_for, picked
from debpatch.proposals.package_update import new_entries
from debpatch.proposals.patch_facts import PatchFacts, new_patches, own_patches, read_patches
from debpatch.proposals.request import Request, RequestKind
from debpatch.proposals.suites import Suite, highest_in

_CVE = re.compile(r"\bCVE-\d{4}-\d{4,}\b")


@dataclass(frozen=True)
class Proposal:
    """An update, and what is known about it.

    ``size`` is what changes in the source as the compiler sees it; ``options`` the ways to the same
    end, the update's own first. ``on_base`` is what comes of picking its commits onto the upstream
    release; None where it has none. ``unstable`` is None where nobody said, and ``in_suite``, the
    highest version in the suite and its pockets, where the machine's apt does not know them.
    ``tracker`` is what the bug tracker says of ``bugs``; None where it was not asked.
    """

    kind: RequestKind
    source: str
    current: Version
    version: Version
    suite: Suite
    distribution: str
    entry: str
    patches: tuple[PatchFacts, ...]
    gone: tuple[str, ...]
    commits: tuple[CommitFacts, ...]
    unstable: Unstable | None
    in_suite: Version | None
    bugs: Bugs
    debdiff: Debdiff
    size: Size
    options: tuple[Option, ...]
    base: str
    on_base: Option | None
    tracker: Answer | None = None

    @property
    def cves(self) -> tuple[str, ...]:
        """The CVE ids that the changelog or a commit names."""
        texts = [self.entry, *(commit.message for commit in self.commits)]
        return tuple(dict.fromkeys(cve for text in texts for cve in _CVE.findall(text)))

    @property
    def upstream_bugs(self) -> tuple[str, ...]:
        """The bugs in upstream's tracker that were given, or that a patch's header names."""
        named = (url for patch in self.patches for url in patch.bugs if debian_bug(url) is None)
        return tuple(dict.fromkeys((*self.bugs.upstream, *named)))

    def commits_of(self, patch: PatchFacts) -> tuple[CommitFacts, ...]:
        """The upstream commits that ``patch`` carries, of those that its header names."""
        shas = {one.sha for one in patch.compared}
        return tuple(commit for commit in self.commits if commit.sha in shas)

    @property
    def is_fixed_in_unstable(self) -> bool:
        """Whether unstable's release has all of the commits that it needs, and there are some."""
        found = [commit.in_unstable for commit in self.commits]
        return bool(found) and all(each is not None and each.is_settled for each in found)

    @property
    def synopsis(self) -> str:
        """What it does, in a line."""
        first = self.patches[0].synopsis if self.patches else "new upstream version"
        more = len(self.patches) - 1
        return first if more < 1 else f"{first} (and {more} more)"


def gather_proposal(
    repository: Repository,
    current: SourcePackage,
    proposed: SourcePackage,
    request: Request,
    options: tuple[Option, ...] = (),
) -> Proposal:
    """Find out what there is to say of the update from ``current`` to ``proposed``.

    ``options`` are the ways to the same end, the update's own first; without them they are looked
    for.

    Raises DebpatchError where both packages are the same, a series does not apply, or the base is
    not known.
    """
    versions = ask_versions(current.name)
    occasion = request.occasion
    tag = occasion.base or package_base(repository, current)
    difference = debdiff(repository, current, proposed)
    if not difference.data:
        raise DebpatchError(f"{proposed.location}: is the same as {current.location}")
    patches, commits = read_patches(repository, current, proposed)
    before = package_target(repository, current, tag)
    after = package_target(repository, proposed, tag if _same_upstream(current, proposed) else None)
    ground = StartingPoint(repository, before.tree, tag)
    if not options:
        own = as_it_is(ground, "this update", after.tree, commits, own_patches(patches))
        series = request.commits or find_series(before, commits, ground.line)
        plan = plan_backport(before, series, with_follow_ups=True) if series else None
        options = options_for(ground, own, series, plan)
    known = versions()
    there = find_unstable(repository, current.name, request.unstable, known)
    given = occasion.bugs
    return Proposal(
        request.kind,
        current.name,
        current.version,
        proposed.version,
        occasion.suite,
        proposed.distribution,
        new_entries(current, proposed),
        patches,
        tuple(sorted({e.name for e in current.series} - {e.name for e in proposed.series})),
        tuple(commit_facts(repository, commit, there) for commit in commits),
        there,
        highest_in(occasion.suite, known),
        Bugs(given.upstream, tuple(dict.fromkeys((*given.debian, *_closed(proposed, current))))),
        difference,
        ground.size(before.tree, after.tree),
        options,
        tag,
        picked(replace(ground, tree=repository.tree(tag)), commits) if commits else None,
    )


def _same_upstream(one: SourcePackage, other: SourcePackage) -> bool:
    return one.upstream_version == other.upstream_version


def _closed(proposed: SourcePackage, current: SourcePackage) -> tuple[int, ...]:
    """The bugs that the new entries close, and those that the headers of new patches name."""
    from debian.changelog import Changelog

    text = (proposed.read("debian/changelog") or b"").decode("utf-8", "replace")
    closed: list[int] = []
    for block in Changelog(text):
        if block.version <= current.version:
            break
        closed += block.bugs_closed
    for entry in new_patches(current, proposed):
        header = read_header(proposed.read(entry.path) or b"")
        found = (debian_bug(field.text) for field in header.bugs)
        closed += [bug[0] for bug in found if bug]
    return tuple(closed)
