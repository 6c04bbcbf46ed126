"""What else upstream did to the files of a series before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from debpatch.inputs.differences import commit_diff
from debpatch.inputs.lineage import path_log
from debpatch.inputs.released import first_release
from debpatch.inputs.repository import Commit
from debpatch.picks.carried import Carriers
from debpatch.picks.plan import Plan
from debpatch.picks.target import Target
from debpatch.review.review import Neighbour

_MOST = 60  # commits that are looked at


def neighbours(target: Target, series: Sequence[Commit], plan: Plan | None) -> Iterator[Neighbour]:
    """What upstream did between the target's base and ``series`` to the files of the series.

    Oldest first; merges and the series itself are left out. Only the last ones are looked at where
    there are very many.
    """
    if not series or target.upstream is None:
        return
    repository = target.repository
    paths = {file.path for commit in series for file in commit_diff(repository, commit).files}
    found = path_log(repository, series[-1].sha, target.upstream, sorted(paths))[:_MOST]
    own = {commit.sha for commit in series}
    shas = [sha for sha in reversed(found) if sha not in own]
    planned = {step.commit.sha for step in plan.series} if plan else set()
    carriers = Carriers(target)
    commits = [repository.commit(sha) for sha in shas]
    carriers.read_ahead(commit for commit in commits if commit.sha not in planned)
    for commit in commits:
        is_planned = commit.sha in planned
        carrier = None if is_planned else carriers.of(commit)
        yield Neighbour(commit, first_release(repository, commit.sha), carrier, is_planned)
