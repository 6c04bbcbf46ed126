"""What a review comes to, in words: the reason for its verdict, what to do, what to type."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from debpatch.compare.comparison import HunkComparison
from debpatch.compare.residual import Marker, ResidualReference
from debpatch.dep3.validate import Finding
from debpatch.git.differences import Size
from debpatch.git.repository import Commit
from debpatch.git.tree import Failure
from debpatch.landings.repairs import FollowUp
from debpatch.proposals.documents import REQUEST
from debpatch.proposals.self_check import Objection
from debpatch.render.page import count
from debpatch.render.words import instead, names, some
from debpatch.review.advice import (
    Action,
    Applied,
    Better,
    CarriedBy,
    Different,
    Evidence,
    HeaderDoubtful,
    Needs,
    NextStep,
    NotCarried,
    NotInSeries,
    OriginUnknown,
    OwnHunks,
    Repair,
    Replaced,
    Sizes,
    Unapplicable,
    Unrepaired,
    UnsentRequest,
    Upstreams,
)
from debpatch.review.gather import PROPOSALS
from debpatch.review.review import Invocation, NoAnswer, Review, Topic, Unknown


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do: a sentence, what shows that it is needed, and a command for a shell.

    ``evidence`` is a sentence each; ``command`` is None where there is nothing to type.
    """

    sentence: str
    evidence: tuple[str, ...]
    command: str | None


# -- why the verdict is what it is -----------------------------------------------------------------


def summary(review: Review) -> str:
    """The reason for the verdict in a sentence."""
    onto = _onto(review)
    match review.reason:
        case Applied(whole=True):
            return f"{onto} already has the whole patch."
        case Applied():
            return f"{onto} already has the fix."
        case OriginUnknown():
            return "The upstream commit that it comes from is not known."
        case Unapplicable():
            return f"It does not apply to {onto}."
        case Different(lines, of, own):
            added = f", and has {count(own, 'hunk')} of its own" if own else ""
            return (
                f"It differs from upstream's fix: it carries {lines} of {of} changed lines{added}."
            )
        case Upstreams(commits, but):
            return f"It is upstream's change, {names(commits)}{_but(but, onto)}."
        case Better() as better:
            return _better(better, onto)


def _but(doubt: Unapplicable | Unrepaired | HeaderDoubtful | None, onto: str) -> str:
    match doubt:
        case Unapplicable():
            return f", but does not apply to {onto}"
        case Unrepaired(commits):
            verb = "repairs" if len(commits) == 1 else "repair"
            return f", but lacks {names(commits)}, which {verb} it"
        case HeaderDoubtful():
            return ", but its header is not complete and true"
        case None:
            return ", and no problem was found"


def _better(better: Better, onto: str) -> str:
    shas = names(better.commits)
    it, verb = ("it", "applies") if len(better.commits) == 1 else ("they", "apply")
    if not better.is_backport:
        return f"Upstream's own {shas} can be taken unchanged: {it} {verb} cleanly to {onto}."
    since = f" in {better.released_in}" if better.released_in else ""
    number = better.prerequisites
    further = f" after {count(number, 'prerequisite')}" if number else ""
    return f"Upstream backported this itself, as {shas}{since}; {it} {verb} cleanly{further}."


def _onto(review: Review) -> str:
    return review.facts.target.name if review.facts.target else "the package"


# -- what to do ------------------------------------------------------------------------------------

_WHOM = {
    "pu": "the release team",
    "unblock": "the release team",
    "security": "the security team",
    "maintainer": "the maintainer",
    "upstream": "upstream",
}


def next_steps(review: Review) -> list[Advice]:
    """What to do, most important first."""
    return [
        Advice(
            _sentence(step, review),
            tuple(_evidence(each, review) for each in step.evidence),
            _command(step, review),
        )
        for step in review.next_steps
    ]


def _sentence(step: NextStep, review: Review) -> str:
    match step.action:
        case Action.TAKE_UPSTREAM:
            number = len(step.commits)
            what = "commit" if number == 1 else f"series of {number} commits"
            return f"Take upstream's own {what} instead."
        case Action.REFRESH:
            base = review.facts.comparison.base or "the package"
            return f"Refresh it: it does not apply to {base}."
        case Action.TAKE_REPAIRS:
            return f"Take {names(step.commits)} as well, after it."
        case Action.SEND:
            request = next(each for each in step.evidence if isinstance(each, UnsentRequest))
            return f"Finish the request to {_WHOM[request.kind]}, and send it."
        case plain:
            return _PLAIN[plain]


_PLAIN = {
    Action.KEEP: "If you keep the patch, correct it.",
    Action.CARRY_REST: "Carry the rest of upstream's change, or say in the header why not.",
    Action.MATCH_UPSTREAM: (
        "Make it equal to upstream's change, or say in the header what differs and why."
    ),
    Action.CORRECT_HEADER: "Correct its header.",
    Action.DROP: "Drop the patch; nothing is left for it to change.",
    Action.NAME_ORIGIN: "Give the upstream commit that it comes from, and review again.",
}


def _evidence(found: Evidence, review: Review) -> str:  # noqa: C901 one case a kind
    match found:
        case Finding() | Objection():
            return found.message
        case Marker():
            return f"{found.path} hunk {found.hunk} adds a conflict marker"
        case ResidualReference(identifier, path, line):
            return f"{path} still has {identifier} (line {line}), whose declaration it removes"
        case HunkComparison():
            lines, of = found.carried
            return f"it carries {lines} of the {of} changed lines of upstream's {_place(found)}"
        case Failure(path, hunk):
            return f"{path} hunk {hunk}"
        case FollowUp():
            return f"{found.commit.short} repairs {found.of.short}, so it is part of the series"
        case NotCarried(paths):
            return f"some of upstream's changes to {some(paths)} are not carried, but could be"
        case OwnHunks(path, number):
            hunks = count(number, "hunk")
            return f"{hunks} of its own in {path}, found in none of the compared commits"
        case Needs(commits, prerequisites):
            verb = "need" if len(commits) > 1 else "needs"
            number = len(prerequisites) + len(commits)
            needs = f"{names(commits)} {verb} {names(prerequisites)}"
            return f"{needs}; these {number} apply cleanly to {_onto(review)}"
        case Sizes(patch, series):
            return f"the patch: {_size(patch)}; the series: {_size(series)}"
        case Replaced(entry):
            return f"remove {entry} from the package's series first"
        case Repair(pick, of):
            where = ", ".join(conflict.path for conflict in pick.conflicts)
            applies = f"but conflicts with it in {where}" if where else "and applies cleanly on top"
            commit = pick.commit
            return f'{commit.short} "{commit.subject}" repairs {of.short}, {applies}'
        case NotInSeries():
            return (
                "the package's series does not have the patch yet; add it with quilt import first"
            )
        case CarriedBy(carriers):
            return f"the package has it as {', '.join(what.name for what in carriers)}"
        case UnsentRequest() as request:
            upload = f"{request.source} {request.version} for {request.distribution}"
            questions = count(request.questions, "question")
            return f"{upload}; only you can answer the {questions} marked TODO(human)"


def _place(found: HunkComparison) -> str:
    change = found.upstream
    return f"{change.path} hunk {change.hunk.number}" if change else ""


def _size(size: Size) -> str:
    return f"{count(size.files, 'file')}, +{size.insertions} -{size.deletions}"


# -- what to type ----------------------------------------------------------------------------------


def _command(step: NextStep, review: Review) -> str | None:
    invocation = review.invocation
    match step.action:
        case Action.TAKE_UPSTREAM | Action.TAKE_REPAIRS:
            if review.facts.package:
                return _import_commits(invocation, step.commits)
            return _cherry_pick(step.commits)
        case Action.KEEP | Action.CARRY_REST | Action.MATCH_UPSTREAM:
            return _on_patch(invocation, "diff-upstream")
        case Action.REFRESH:
            return "quilt refresh"
        case Action.CORRECT_HEADER:
            return _on_patch(invocation, "validate-dep3", "--fix")
        case Action.NAME_ORIGIN:
            return _on_patch(invocation, "review", "--upstream", "SHA")
        case Action.SEND:
            place = PurePosixPath(invocation.folder)
            debdiff = next(path for path in review.documents if path.endswith(".debdiff"))
            request = str(place / PROPOSALS / REQUEST)
            return shlex.join(["mutt", "-H", request, "-a", str(place / debdiff)])
        case Action.DROP:
            return None


def _on_patch(invocation: Invocation, command: str, *options: str) -> str:
    """A command about the patch, with the inputs that the review was made from."""
    base = ["--base", invocation.base] if invocation.base and command != "validate-dep3" else []
    package = ["--package", invocation.package] if invocation.package else []
    return _debpatch(command, *options, *_repo(invocation), *package, *base, invocation.patch)


def _import_commits(invocation: Invocation, commits: Sequence[Commit]) -> str:
    """The command that writes ``commits`` into the package, which it unpacks where need be."""
    package = ["--package", invocation.unpacked] if invocation.unpacked else []
    revisions = ",".join(commit.short for commit in commits)
    line = _debpatch("import-commits", revisions, *_repo(invocation), *package)
    unpack = shlex.join(["dpkg-source", "-x", str(invocation.dsc)])
    return f"{unpack} && {line}" if invocation.dsc else line


def _cherry_pick(commits: Sequence[Commit]) -> str:
    """Git's own way, for who has no package."""
    return shlex.join(["git", "cherry-pick", "-x", *(commit.short for commit in commits)])


def _repo(invocation: Invocation) -> list[str]:
    return ["--repo", invocation.repo] if invocation.repo else []


def _debpatch(*words: str) -> str:
    return shlex.join(["debpatch", *words])


# -- what is not known -----------------------------------------------------------------------------

_TOPICS = {
    Topic.HISTORY: "upstream's history: ",
    Topic.FIX: "the fix: ",
    Topic.PACKAGE: "the package: ",
    Topic.TREE: "",
    Topic.PACKAGE_TREE: "",
    Topic.LANDINGS: "where the fix has landed: ",
    Topic.SETTINGS: "the package's settings: ",
    Topic.HEADER: "whether the header is true: ",
    Topic.PLAN: "a plan: ",
    Topic.CONFLICTS: "the conflicts: ",
    Topic.DOCUMENTS: "the documents: ",
}


def not_known(review: Review) -> list[str]:
    """What could not be known, and why, in a sentence each."""
    return [_not_known(each, review.facts.base) for each in review.facts.unknown]


def _not_known(unknown: Unknown, base: str | None) -> str:
    if isinstance(unknown, NoAnswer):
        if unknown.topic is Topic.PACKAGE_TREE:
            return instead(unknown.why, base)
        return f"{_TOPICS[unknown.topic]}{unknown.why}"
    longer = f"extend it with plan-backport --max-{unknown.bound}"
    return f"a plan: the search stopped after {unknown.tried} commits; {longer}"
