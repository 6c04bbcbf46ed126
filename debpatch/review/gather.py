"""A review from its inputs: the facts, the judgement on them, the proposals."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import fields
from pathlib import PurePosixPath

from debpatch.backport.plan import Tell
from debpatch.errors import DebpatchError
from debpatch.git.clone import is_url
from debpatch.package.upstream import candidates
from debpatch.package.workspace import Workspace
from debpatch.proposals.documents import REQUEST, debdiff_name
from debpatch.review.commands import Commands
from debpatch.review.documents import Documents, Wishes, documents
from debpatch.review.facts import gather_facts
from debpatch.review.judge import count, judge
from debpatch.review.review import Facts, NextStep, Review, Verdict
from debpatch.review.timeline import timeline

PROPOSALS = PurePosixPath("proposals")
"""The documents' folder, in the folder of the review."""


def gather(
    workspace: Workspace,
    commands: Commands,
    wishes: Wishes,
    upstream: Sequence[str] = (),
    tell: Tell = lambda _: None,
) -> Review:
    """Review the patch of ``workspace``.

    ``upstream`` names the commits that it comes from, a series each; without it the patch does.
    Raises DebpatchError where what ``upstream`` names is not there.
    """
    facts = gather_facts(workspace, wishes.now.date(), upstream, tell)
    found = judge(facts, commands)
    known = {each.name: getattr(facts, each.name) for each in fields(Facts)}
    steps = list(found.next_steps)
    files = {}
    if found.verdict not in {Verdict.DROP, Verdict.UNKNOWN}:
        tell("the documents")
        try:
            written = documents(workspace, facts, found.verdict, wishes)
            steps.append(_send(written, commands.folder))
            files = {str(PROPOSALS / name): data for name, data in written.files.items()}
        except DebpatchError as error:
            known["unknown"] = (*facts.unknown, f"the documents: {error}")
    repository = workspace.repository
    lanes = timeline(repository, facts.backports, facts.base) if facts.backports else None
    return Review(
        **known,
        verdict=found.verdict,
        summary=found.summary,
        next_steps=tuple(steps),
        documents=files,
        timeline=lanes,
        upstream_url=_address(workspace, commands.repo),
    )


def _address(workspace: Workspace, named: str | None) -> str | None:
    """Where the upstream repository is on the net: where the user says, or else the package."""
    if named and is_url(named):
        return named
    found = candidates(workspace.package, workspace.patch.header)
    return found[0].url if found else None


_WHOM = {
    "pu": "the release team",
    "unblock": "the release team",
    "security": "the security team",
    "maintainer": "the maintainer",
    "upstream": "upstream",
}


def _send(written: Documents, folder: str) -> NextStep:
    """Finish the request, and send it."""
    proposal = written.proposal
    questions = count(len(written.open), "question")
    upload = f"{proposal.source} {proposal.version} for {proposal.distribution}"
    doubts = [found.message for found in written.objections if found.severity != "info"]
    place = PurePosixPath(folder) / PROPOSALS
    return NextStep(
        f"Finish the request to {_WHOM[proposal.kind]}, and send it.",
        (f"{upload}; {questions} in it, marked TODO(human), only you can answer", *doubts),
        shlex.join(["mutt", "-H", str(place / REQUEST), "-a", str(place / debdiff_name(proposal))]),
    )
