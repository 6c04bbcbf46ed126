"""A review from its inputs: the facts, the judgement on them, the proposals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from debpatch.backport.plan import Tell
from debpatch.errors import DebpatchError
from debpatch.git.clone import is_url
from debpatch.package.locate import Located
from debpatch.package.source_package import SourcePackage
from debpatch.package.upstream import Inputs, candidates
from debpatch.proposals.documents import Documents
from debpatch.review.advice import Action, NextStep, Request
from debpatch.review.documents import Wishes, documents
from debpatch.review.facts import gather_facts
from debpatch.review.judge import judge
from debpatch.review.review import Invocation, NoAnswer, Review, Topic, Verdict
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
    request = Request(of.kind, of.source, str(of.version), of.distribution, len(written.open))
    doubts = (found for found in written.objections if found.severity != "info")
    return NextStep(Action.SEND, (request, *doubts))
