"""What a release manager would ask first, asked before the request is sent.

One small function a question; each looks at the proposal and yields what it objects to. The
questions are those of the Developer's Reference 5.5.1 and of the release team's own checklist.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from debpatch.dep3.validate import Finding
from debpatch.formats.diff import FileDiff
from debpatch.landings.backports import State
from debpatch.proposals.bugs import BugReport
from debpatch.proposals.proposal import Proposal
from debpatch.proposals.templates import say
from debpatch.proposals.versions import brought_down, is_of_a_release, new_upstream, updated

_LONG = 2000  # lines of a debdiff that nobody likes to read


@dataclass(frozen=True, slots=True)
class Objection:
    """An answer that is not as it should be; ``severity`` as with findings on headers."""

    rule: str
    severity: str
    message: str


def self_check(proposal: Proposal, headers: Iterable[Finding] = ()) -> tuple[Objection, ...]:
    """All objections, in the order of the questions, then those on the ``headers`` of patches."""
    found = tuple(found for question in _QUESTIONS for found in question(proposal))
    said = (
        Objection("header", each.severity, f"{each.path}: {each.message}")
        for each in headers
        if each.severity != "info"
    )
    return (*found, *said)


def _base(proposal: Proposal) -> Iterator[Objection]:
    there = proposal.in_suite
    if there and there > proposal.current:
        yield Objection(
            "base",
            "error",
            f"{proposal.suite.codename} now has {there}, says apt-cache madison; start from "
            f"that, not from {proposal.current}",
        )
    if not proposal.suite.is_released and is_of_a_release(proposal.current):
        yield Objection(
            "base",
            "error",
            f"{proposal.current} is the version of a stable release; an update of unstable "
            "starts from the package in unstable",
        )


def _version_order(proposal: Proposal) -> Iterator[Objection]:
    if proposal.version <= proposal.current:
        yield Objection(
            "version-order",
            "error",
            f"{proposal.version} is not higher than the current version {proposal.current}",
        )
    there = proposal.unstable
    if there and proposal.suite.is_released and proposal.version >= there.version:
        yield Objection(
            "version-order",
            "error",
            f"{proposal.version} is not lower than {there.version} in unstable, so upgrades "
            "would keep it",
        )


def _version_form(proposal: Proposal) -> Iterator[Objection]:
    number = proposal.suite.number
    if not proposal.suite.is_released or number is None:
        return
    forms = {str(updated(proposal.current, number)[0])}
    if proposal.unstable:
        forms.add(str(brought_down(proposal.unstable.version, number, proposal.current)[0]))
    upstream = proposal.version.upstream_version
    if proposal.current.debian_revision and upstream != proposal.current.upstream_version:
        forms.add(str(new_upstream(str(upstream), number, proposal.current)[0]))
    if str(proposal.version) not in forms:
        yield Objection(
            "version-form",
            "warning",
            f"{proposal.version} does not have a usual form: {', '.join(sorted(forms))}",
        )


def _distribution(proposal: Proposal) -> Iterator[Objection]:
    suite = proposal.suite
    wanted = {
        "pu": suite.codename,
        "security": f"{suite.codename}-security",
        "unblock": "unstable",
    }.get(proposal.kind)
    if wanted and proposal.distribution != wanted:
        yield Objection(
            "distribution",
            "error",
            f"the changelog says {proposal.distribution}, but this upload goes to {wanted}",
        )


def _documented(proposal: Proposal) -> Iterator[Objection]:
    for file in _own_changes(proposal):
        name = file.path.removeprefix("debian/")
        last = name.rpartition("/")[2]
        if name in {"changelog", "patches/series"}:
            continue
        if last not in proposal.entry and name.removeprefix("patches/") not in proposal.entry:
            yield Objection(
                "undocumented",
                "warning",
                f"{file.path} changes, but the changelog does not mention it",
            )


def _in_series(proposal: Proposal) -> Iterator[Objection]:
    names = {f"debian/patches/{patch.name}" for patch in proposal.patches}
    for file in _packaging(proposal):
        is_patch = file.path.startswith("debian/patches/") and not file.path.endswith("series")
        if is_patch and file.new_path and file.path not in names:
            yield Objection(
                "not-in-series", "warning", f"{file.path} changes, but is not in the series"
            )


_GENERATED = re.compile(
    r"(?:^|/)(?:configure|aclocal\.m4|config\.(?:guess|sub|h\.in)|Makefile\.in|ltmain\.sh"
    r"|[^/]+\.(?:gmo|mo|orig|rej|pyc|swp))$|(?:^|/)(?:__pycache__|\.pc|\.git)/"
)
_MODERN = {"debian/control", "debian/compat"}
_NOISE = re.compile(r"Standards-Version:|debhelper-compat|Rules-Requires-Root:|^\d+$")


def _noise(proposal: Proposal) -> Iterator[Objection]:
    for file in _own_changes(proposal):
        if _GENERATED.search(file.path):
            yield Objection("noise", "warning", f"{file.path}: is generated, not source")
    for file in _packaging(proposal):
        if file.path in {"debian/changelog", "debian/patches/series"}:
            continue
        removed = [line for hunk in file.hunks for line in hunk.removed]
        added = [line for hunk in file.hunks for line in hunk.added]
        if removed and _squeezed(removed) == _squeezed(added):
            yield Objection("noise", "warning", f"{file.path}: only white space changes")
        elif file.path in _MODERN and all(_NOISE.search(line) for line in [*removed, *added]):
            yield Objection(
                "noise", "warning", f"{file.path}: modernised packaging is not a fix for stable"
            )


def _bugs(proposal: Proposal) -> Iterator[Objection]:
    if proposal.kind in {"pu", "unblock"} and not proposal.bugs.debian:
        yield Objection(
            "no-bug",
            "warning",
            "neither the changelog nor a patch names a Debian bug; the release team wants one, of "
            "severity important or higher",
        )


_LIGHT = {"normal", "minor", "wishlist"}


def _in_tracker(proposal: Proposal) -> Iterator[Objection]:
    bugs, answer = proposal.bugs.debian, proposal.tracker
    named = ", ".join(f"#{number}" for number in bugs)
    if bugs and answer is None:
        said = f"the severity and versions of {named} were not looked up; use --look-up-bugs"
        yield Objection("bug-tracker", "info", said)
    elif answer and answer.problem:
        said = f"{named}: the bug tracker did not answer: {answer.problem}"
        yield Objection("bug-tracker", "info", said)
    elif answer:
        for number in bugs:
            if doubt := _doubt(proposal, answer.about(number)):
                yield Objection("bug-tracker", "warning", f"#{number} {doubt}")


def _doubt(proposal: Proposal, bug: BugReport | None) -> str | None:
    if bug is None:
        return "is unknown to bugs.debian.org"
    if bug.source != proposal.source:
        return f"is assigned to {bug.source}, not to {proposal.source}"
    if proposal.kind == "pu" and bug.severity in _LIGHT:
        return f"has severity {bug.severity}; the release team wants important or higher"
    return None


def _patches(proposal: Proposal) -> Iterator[Objection]:
    for patch in proposal.patches:
        for name in patch.residual:
            yield Objection(
                "residual-reference",
                "warning",
                f"{patch.name} removes the declaration of a name that is still used: {name}",
            )


def _follow_ups(proposal: Proposal) -> Iterator[Objection]:
    for found in proposal.options[0].missing if proposal.options else ():
        yield Objection(
            "follow-up",
            "warning",
            f'{found.of[:12]} was repaired by {found.sha[:12]} ("{found.subject}"), which this '
            "update does not have",
        )


def _in_unstable(proposal: Proposal) -> Iterator[Objection]:
    if proposal.kind != "pu":
        return
    there = proposal.unstable
    if there is None:
        yield Objection(
            "unstable", "warning", "the version in unstable is not known; give it with --unstable"
        )
    elif there.tag is None:
        yield Objection(
            "unstable", "warning", f"no upstream tag is for {there.version}, which unstable has"
        )
    for commit in proposal.commits:
        found = commit.in_unstable
        if there and found and not found.is_settled:
            yield Objection(
                "unstable",
                "error" if found.state is State.MISSING else "warning",
                f'{commit.short} ("{commit.subject}") in {there.version}: {found.state}: '
                f"{say('because', found)}",
            )


def _landed(proposal: Proposal) -> Iterator[Objection]:
    tags = [option.release for option in proposal.options if option.release]
    if proposal.kind == "upstream" and tags:
        yield Objection(
            "landed",
            "warning",
            f"upstream already has it on this release line, in {tags[0]}; ask for an update of "
            "the package instead",
        )


def _length(proposal: Proposal) -> Iterator[Objection]:
    if proposal.debdiff.lines > _LONG:
        yield Objection(
            "long", "info", f"the debdiff has {proposal.debdiff.lines} lines; say how to read it"
        )


_QUESTIONS: tuple[Callable[[Proposal], Iterator[Objection]], ...] = (
    _base,
    _version_order,
    _version_form,
    _distribution,
    _documented,
    _in_series,
    _noise,
    _bugs,
    _in_tracker,
    _patches,
    _follow_ups,
    _in_unstable,
    _landed,
    _length,
)


def _own_changes(proposal: Proposal) -> Sequence[FileDiff]:
    """What the uploader changes: all that differs, but for a new release of upstream's."""
    if proposal.version.upstream_version != proposal.current.upstream_version:
        return _packaging(proposal)
    return proposal.debdiff.diff.files


def _packaging(proposal: Proposal) -> list[FileDiff]:
    return [file for file in proposal.debdiff.diff.files if file.path.startswith("debian/")]


def _squeezed(lines: list[str]) -> list[str]:
    return [squeezed for line in lines if (squeezed := "".join(line.split()))]
