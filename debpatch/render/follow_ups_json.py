"""Follow-ups for machines, the same in every command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from debpatch.picks.follow_ups import FollowUp


def follow_up(follow: FollowUp) -> Mapping[str, Any]:
    """A later commit, and which one it is about."""
    return {
        "sha": follow.commit.sha,
        "subject": follow.commit.subject,
        "kind": follow.kind,
        "of": follow.of.sha,
    }
