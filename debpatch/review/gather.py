"""A review from its inputs: the facts, the judgement on them, the proposals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path, PurePosixPath

from debpatch.backport.plan import Tell
from debpatch.errors import DebpatchError
from debpatch.git.clone import is_url
from debpatch.package.locate import Located
from debpatch.package.source_package import SourcePackage
from debpatch.package.upstream import Inputs, candidates
from debpatch.proposals.bugs import Bugs
from debpatch.proposals.documents import Documents, compose
from debpatch.proposals.options import Option
from debpatch.proposals.package_update import proposed_by
from debpatch.proposals.proposal import gather_proposal
from debpatch.proposals.request import Occasion, Request, RequestKind, Uploader, find_target
from debpatch.proposals.self_check import self_check
from debpatch.proposals.suites import find_suite
from debpatch.proposals.templates import Questions
from debpatch.review.advice import Action, NextStep, UnsentRequest
from debpatch.review.facts import gather_facts
from debpatch.review.judge import judge
from debpatch.review.review import Facts, Invocation, NoAnswer, Review, Topic, Verdict
from debpatch.review.timeline import timeline

PROPOSALS = PurePosixPath("proposals")
"""The documents' folder, in the folder of the review."""


def gather(
    located: Located,
    invocation: Invocation,
    wishes: Wishes,
    upstream: Sequence[str] = (),
    tell: Tell = lambda _: None,
) -> Review:
    """Review the patch of ``located``.

    ``upstream`` names the commits that it comes from, a series each; without it the patch does.
    Raises DebpatchError where what ``upstream`` names is not there.
    """
    facts = gather_facts(located, wishes.now.date(), upstream, tell)
    found = judge(facts)
    steps = list(found.next_steps)
    files = {}
    if found.verdict not in {Verdict.DROP, Verdict.UNKNOWN}:
        tell("the documents")
        try:
            written = documents(located, facts, found.verdict, wishes)
            steps.append(_send(written))
            files = {str(PROPOSALS / name): data for name, data in written.files.items()}
        except DebpatchError as error:
            missing = NoAnswer(Topic.DOCUMENTS, str(error))
            facts = replace(facts, unknown=(*facts.unknown, missing))
    repository = located.repository
    lanes = timeline(repository, facts.backports, facts.base) if facts.backports else None
    return Review(
        facts,
        verdict=found.verdict,
        reason=found.reason,
        next_steps=tuple(steps),
        invocation=invocation,
        documents=files,
        timeline=lanes,
        upstream_url=_address(located, invocation.repo),
    )


def invocation_of(
    path: str, inputs: Inputs, package: SourcePackage | None, folder: str
) -> Invocation:
    """What the user named, and where the ``package`` that was found is to be unpacked."""
    unpacked = inputs.package
    is_here = package and package.root and Path.cwd().is_relative_to(package.root)
    if package and package.root and not inputs.package and not is_here:
        unpacked = str(package.root)  # found around the patch, and not where the user stands
    elif package and package.unpacked:
        unpacked = package.unpacked
    dsc = package.dsc if package else None
    return Invocation(path, folder, inputs.repo, inputs.package, inputs.base, unpacked, dsc)


def _address(located: Located, named: str | None) -> str | None:
    """Where the upstream repository is on the net: where the user says, or else the package."""
    if named and is_url(named):
        return named
    found = candidates(located.package, located.patch.header)
    return found[0].url if found else None


def _send(written: Documents) -> NextStep:
    """Finish the request, and send it."""
    of = written.proposal
    request = UnsentRequest(of.kind, of.source, str(of.version), of.distribution, len(written.open))
    doubts = (found for found in written.objections if found.severity != "info")
    return NextStep(Action.SEND, (request, *doubts))


# -- the proposals that a review comes to ----------------------------------------------------------

# For upstream's own commits where these are better, else for the patch as it is.


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user wants proposed, by whom, and when; ``folder`` is where the review goes.

    ``kind`` and ``suite`` are None where the package shall say; ``uploader`` is None where nobody
    said who it is. ``templates`` is a folder of the user's own, ``unstable`` the version there.
    """

    folder: str
    now: datetime
    uploader: Uploader | None
    kind: RequestKind | None = None
    suite: str | None = None
    bugs: Bugs = field(default_factory=Bugs)
    templates: Path | None = None
    unstable: str | None = None


def documents(located: Located, facts: Facts, verdict: Verdict, wishes: Wishes) -> Documents:
    """Propose what ``verdict`` says; raises DebpatchError where there is nothing to propose."""
    package = located.package
    if package is None or facts.target is None:
        raise DebpatchError("these need a package; give it with --package")
    if facts.entry is not None:
        raise DebpatchError(f"the package already has {facts.entry} in its series")
    if wishes.uploader is None:
        raise DebpatchError(
            "your name is not known; set DEBFULLNAME and DEBEMAIL in the environment, and "
            "review again"
        )
    kind = wishes.kind or usual_kind(package, wishes.suite, wishes.now.date())
    suite = find_target(kind, wishes.suite or package.distribution, wishes.now.date())
    repository, plan = located.repository, facts.plan
    is_series = verdict is Verdict.REPLACE and plan is not None
    commits = tuple(step.commit for step in plan.series) if plan and is_series else ()
    patches = () if is_series else (facts.patch.name,)
    occasion = Occasion(
        wishes.uploader, wishes.now, suite, wishes.bugs, facts.base, security=kind == "security"
    )
    request = Request(kind, occasion, None, patches, commits, wishes.unstable)
    new = proposed_by(repository, package, request)
    options = tuple(_options(facts, is_series=is_series))
    proposal = gather_proposal(repository, package, new, request, options)
    questions = Questions({})
    files = compose(proposal, questions, wishes.uploader, wishes.now, wishes.templates)
    return Documents(proposal, files, questions.open, self_check(proposal))


def _options(facts: Facts, *, is_series: bool) -> Iterator[Option]:
    """The ways as the update sees them: itself, the patch by hand that it replaces, the others."""
    own = next((each for each in facts.options if bool(each.parts) is is_series), None)
    if own is None:
        return
    yield replace(own, name="this update", parts=())
    for each in facts.options:
        if each is not own:
            is_patch = each is facts.options[0] and is_series
            yield replace(each, name="the hand-made patch") if is_patch else each


def usual_kind(package: SourcePackage, suite: str | None, today: date) -> RequestKind:
    """Whom to ask: the release team for stable, the security team for LTS, else the maintainer."""
    role = find_suite(suite or package.distribution, today).role
    if role in {"stable", "oldstable"}:
        return "pu"
    return "security" if role == "lts" else "maintainer"
