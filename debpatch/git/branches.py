"""The branches that releases come from, and the tags that stand for a branch that is gone.

No name is common to all projects: ``release/2.6``, ``stable-2.14``, ``v255-stable``,
``7-0-stable``, ``REL_15_STABLE``, ``branch6.0``. A branch counts where its name is a version, with
a word or two around it, and there are releases of that version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from debpatch.errors import DebpatchError
from debpatch.formats.versions import read_release
from debpatch.git.history import History
from debpatch.git.repository import Repository


@dataclass(frozen=True, slots=True)
class Branch:
    """A line of development by its name and its newest commit; ``is_tag`` if a tag ends it."""

    name: str
    tip: str
    is_tag: bool = False


def release_branches(repository: Repository, globs: Sequence[str] = ()) -> tuple[Branch, ...]:
    """The main branch, then the branches of releases, newest version first.

    With ``globs`` (fnmatch(3)) the branches whose names match one of them, whatever they are.
    Raises DebpatchError where none does.
    """
    branches = _branches(repository)
    if globs:
        chosen = [b for name, b in branches.items() if any(fnmatchcase(name, g) for g in globs)]
        if not chosen:
            there = ", ".join([*list(branches)[:8], *(["..."] if len(branches) > 8 else [])])
            raise DebpatchError(
                f"{repository.location}: no branch matches {' or '.join(globs)}; it has {there}"
            )
        return tuple(chosen)
    known = [release.version.numbers for tag in repository.tags if (release := read_release(tag))]
    versions = {numbers[:n] for numbers in known for n in range(1, len(numbers) + 1)}
    found = [
        (version, branch)
        for name, branch in branches.items()
        if (version := branch_version(name)) and version in versions
    ]
    found.sort(key=lambda pair: [int(number) for number in pair[0]], reverse=True)
    main = next((branches[name] for name in _main_names(repository) if name in branches), None)
    return tuple(dict.fromkeys([*([main] if main else []), *(branch for _, branch in found)]))


def tag_branches(
    history: History, branches: Iterable[Branch], tags: Mapping[str, str]
) -> tuple[Branch, ...]:
    """The releases among ``tags`` (their commits by name) on no branch, the last of each line.

    ``history`` must have the commits of all of them. What came before a release does not count.
    """
    reached = history.reached({branch.tip: 1 for branch in branches})
    loose = {
        sha: tag
        for tag, sha in tags.items()
        if sha in history.commits and not reached[sha] and not is_prerelease(tag)
    }
    bits = {sha: 1 << number for number, sha in enumerate(loose)}
    last = history.reached(bits)
    return tuple(Branch(tag, sha, True) for sha, tag in loose.items() if last[sha] == bits[sha])


def is_prerelease(tag: str) -> bool:
    """Tell whether a tag is a version before a final one: an alpha, a release candidate."""
    release = read_release(tag)
    return release is not None and any(stage < 0 for stage, _, _ in release.version.suffixes)


def _branches(repository: Repository) -> dict[str, Branch]:
    """All branches by short name; what a remote has counts, and not a local one of that name.

    In a bare repository nobody works on a branch, and either may be what is fetched into: there the
    one with the newer commit counts.
    """
    found: dict[str, Branch] = {}
    for ref in repository.refs:
        if not ref.name.startswith(("refs/heads/", "refs/remotes/")):
            continue
        _, kind, *rest = ref.name.split("/")
        name = "/".join(rest[1:] if kind == "remotes" else rest)
        is_branch = name not in {"", "HEAD"}
        if is_branch and not (name in found and _is_stale(repository, ref.sha, found[name].tip)):
            found[name] = Branch(name, ref.sha)
    return found


def _is_stale(repository: Repository, remote: str, local: str) -> bool:
    return repository.bare and repository.commit(remote).date < repository.commit(local).date


def _main_names(repository: Repository) -> Iterator[str]:
    yield from ("main", "master", "trunk", "devel", "develop", "unstable")
    yield repository.head.removeprefix("refs/heads/")


# -- names -----------------------------------------------------------------------------------------

_FOLDERS = re.compile(
    "(?:(?:branch(?:es)?|dev|lts|maint(?:enance)?|patch|rel|releases?|series|stable|support"
    "|versions?)/)*"
)
_WORDS = re.compile("(?:(?:branch|lts|maint|rel|release|stable|v|version)[-_.]?)?")
_TOPIC = re.compile(
    r"\b(?:backport|bug|bump|feature|fix|gh|issue|patch|pr|pull|revert|task|test|ticket|topic"
    r"|update|wip)(?:\b|_)"
)
_NAME = re.compile(
    r"""
    (?P<folders> (?: [^/]+/ )* )
    (?P<words> (?: [a-z]+ [-_.]? ){0,2}? ) v?
    (?P<version> [0-9]+ (?: [._-] [0-9]+ )* ) (?: [._-]? [xy] )*
    (?P<after> [._/-]? (?:branch|lts|main|maint|master|release|stable|test|updates) )?
    """,
    re.VERBOSE | re.IGNORECASE,
)


def branch_version(name: str) -> tuple[str, ...] | None:
    """The numbers of the version that a release branch's name gives; None for other names."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    words = match["words"].lower()
    if not _FOLDERS.fullmatch(match["folders"].lower()) or _TOPIC.search(words):
        return None
    version = tuple(re.split("[._-]", match["version"]))
    is_plain = len(version) > 1 or match["after"] or match["folders"] or _WORDS.fullmatch(words)
    return version if is_plain else None
