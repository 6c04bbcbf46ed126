"""`propose-update` for machines; the names are those of docs/schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from debpatch.proposals.options import Option, Size
from debpatch.proposals.proposal import Proposal
from debpatch.proposals.self_check import Objection
from debpatch.render.json import dump


def render(
    proposal: Proposal,
    objections: Sequence[Objection],
    questions: Mapping[str, str],
    documents: Sequence[str],
) -> str:
    """The proposal as a JSON document."""
    there = proposal.unstable
    return dump(
        "propose-update",
        {
            "kind": proposal.kind,
            "package": proposal.source,
            "from_version": str(proposal.current),
            "version": str(proposal.version),
            "suite": proposal.suite.codename,
            "distribution": proposal.distribution,
            "base": proposal.base,
            "unstable": str(there.version) if there else None,
            "bugs": {
                "debian": list(proposal.bugs.debian),
                "upstream": list(proposal.bugs.upstream),
            },
            "source": _size(proposal.size),
            "patches": [
                {"name": patch.name, "synopsis": patch.synopsis, **_size(patch.size)}
                for patch in proposal.patches
            ],
            "commits": [
                {
                    "sha": commit.sha,
                    "subject": commit.subject,
                    "released_in": commit.released_in,
                    "cause": commit.cause.sha if commit.cause else None,
                    "in_unstable": commit.in_unstable.sha if commit.in_unstable else None,
                }
                for commit in proposal.commits
            ],
            "options": [_option(option) for option in proposal.options],
            "findings": [
                {"rule": o.rule, "severity": o.severity, "message": o.message} for o in objections
            ],
            "todo": [{"name": name, "question": text} for name, text in questions.items()],
            "documents": list(documents),
        },
    )


def _size(size: Size) -> Mapping[str, int]:
    return {"files": size.files, "insertions": size.insertions, "deletions": size.deletions}


def _option(option: Option) -> Mapping[str, Any]:
    later = option.later
    return {
        "name": option.name,
        "commits": [{"sha": c.sha, "subject": c.subject} for c in option.commits],
        "parts": [
            {
                "sha": part.commit.sha,
                "role": part.role,
                "of": [commit.sha for commit in part.of],
                "released_in": part.released_in,
            }
            for part in option.parts
        ],
        "diffstat": _size(option.size) if option.size else None,
        "differs": option.differs,
        "follow_ups": [
            {"sha": f.sha, "subject": f.subject, "of": f.of, "released_in": f.released_in}
            for f in option.missing
        ],
        "later": {
            "release": later.release,
            "commits": later.commits,
            "conflicts": later.conflicts,
            "without": later.without,
        }
        if later
        else None,
    }
