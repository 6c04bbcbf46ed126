"""The index as a whole: what it has, filling it ahead, removing it.

All else that is asked of commits fills it with what it was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from debpatch.errors import DebpatchError
from debpatch.git.changes import count_changes, fill_changes
from debpatch.git.clone import Progress
from debpatch.git.history import known_ahead, whole_history
from debpatch.git.index import open_index
from debpatch.git.repository import Repository


@dataclass(frozen=True, slots=True)
class IndexState:
    """What the index has of a project.

    ``repository`` is the clone as its user named it. ``path`` is the file's; it has ``size`` bytes,
    0 where there is none, and was ``written`` then, in Unix seconds. It knows of so many
    ``commits``, has the ``keys`` of so many, and all ``changes`` of so many. ``removed`` is the
    size of what was removed just now.
    """

    repository: str
    path: str
    size: int
    written: int
    commits: int
    keys: int
    changes: int
    removed: int | None = None


def state_of(repository: Repository) -> IndexState:
    """What the index has; raises DebpatchError where none can be kept."""
    index = open_index(repository)
    if index.place is None:
        _refuse(repository)
    known = known_ahead(repository)
    return IndexState(
        repository.location,
        str(index.place),
        index.size(),
        index.written(),
        len(known.graph),
        known.keys().commits,
        count_changes(repository),
    )


def fill(repository: Repository, progress: Progress) -> IndexState:
    """Read whatever the index does not have of the upstream's commits.

    ``progress`` is told how far it is. Raises DebpatchError where none can be kept.
    """
    index = open_index(repository)
    if index.place is not None:
        progress("commits", None)
        history = whole_history(repository)
        index.save()
        progress("what commits say", None)
        history.known.read_keys(history.order)
        index.save()
        fill_changes(repository, lambda done, of: progress("what commits change", done / of))
    return state_of(repository)


def clear(repository: Repository) -> IndexState:
    """Remove the index; raises DebpatchError where that fails, or none can be kept."""
    index = open_index(repository)
    if index.place is None:
        _refuse(repository)
    path, size = str(index.place), index.size()
    try:
        index.remove()
    except OSError as error:
        raise DebpatchError(f"{path}: cannot be removed: {error.strerror}") from error
    return IndexState(repository.location, path, 0, 0, 0, 0, 0, removed=size)


def _refuse(repository: Repository) -> NoReturn:
    if repository.shallow:
        raise DebpatchError(
            f"{repository.location}: a shallow clone has no index; run git fetch --unshallow there"
        )
    raise DebpatchError(
        f"{repository.location}: the index cannot be written; check free space and permissions in "
        "the cache, and that DEBPATCH_NO_INDEX is not set"
    )
