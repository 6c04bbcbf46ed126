"""Whether a name is at home where the patch uses it.

That a hunk becomes equal when one name is put for another is not yet a renaming: a port that says
``SSL_VERIFY_NONE`` where upstream says ``SSL_VERIFY_PEER`` has the same shape and does the
opposite. So the patch's name must be one that the base knows, or that the patch declares, and not
one that upstream knows too and chose not to use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import cache, lru_cache
from itertools import islice

from debpatch.compare.change import Change
from debpatch.compare.lexer import MEMBER, Token, lex
from debpatch.inputs.grep import grep
from debpatch.inputs.tree import Tree

Plausible = Callable[[Change, Change, str], bool]
"""Told an upstream hunk, its counterpart and the patch's name for something: can that be?"""


def plausible_at(base: Tree) -> Plausible:
    """Judge renamings by what upstream has after the fix and what ``base`` has before the patch."""
    repository = base.repository

    @cache
    def knows(tree: str, path: str, name: str) -> bool:
        text = (repository.read(tree, path) or b"").decode("utf-8", "surrogateescape")
        return _is_used(name, text, path)

    @cache
    def has(tree: str, name: str) -> bool:
        return any(True for _ in grep(repository, tree, [name]))

    def plausible(upstream: Change, patch: Change, theirs: str) -> bool:
        parts = MEMBER.split(theirs)
        after = repository.tree(upstream.sha or base.sha)
        if knows(after, upstream.path, theirs):
            return False
        before = patch.old_path
        if before and all(knows(base.sha, before, part) for part in parts):
            return True
        if _declares(patch, theirs):
            return True
        return all(has(base.sha, part) and not has(after, part) for part in parts)

    return plausible


_AROUND = 20
_TRIES = 20


def _is_used(name: str, text: str, path: str) -> bool:
    """Whether the code of a file has ``name``: a member chain, how one begins, or a part of one.

    As with hunks, the lines around one that has the word tell whether that is code; only where it
    is in many that are not, the whole file is looked at.
    """
    chain = r"\s*(?:->|\.|::)\s*".join(map(re.escape, MEMBER.split(name)))
    places = list(islice(_lines_with(rf"{chain}(?!\w)", text), _TRIES + 1))
    lines = text.split("\n") if places else []
    for at in places[:_TRIES]:
        first = max(at - _AROUND, 0)
        rows = lex(lines[first : at + _AROUND], path)
        if name in _names(rows[at - first : at - first + 1]):
            return True
    return len(places) > _TRIES and name in _names_in(text, path)


_IN_WORD = re.compile(r"\w")


def _lines_with(pattern: str, text: str) -> Iterator[int]:
    """The indices of the lines in which ``pattern`` is found, at the start of a word, each once."""
    number, counted_to, last = 0, 0, -1
    for found in re.finditer(pattern, text):
        # To look behind in the pattern would make the search of a long file slow.
        if _IN_WORD.match(text[found.start() - 1 : found.start()]):
            continue
        number += text.count("\n", counted_to, found.start())
        counted_to = found.start()
        if number != last:
            yield number
        last = number


@lru_cache(maxsize=32)
def _names_in(text: str, path: str) -> Set[str]:
    return _names(lex(text.split("\n"), path))


def _names(rows: Iterable[Sequence[Token]]) -> Set[str]:
    """The names in lexed lines: member chains, how they begin, and their parts."""
    chains = {token.text for row in rows for token in row if token.kind == "name"}
    names = set(chains)
    for chain in chains:
        names.update(MEMBER.split(chain))
        names.update(chain[: joint.start()] for joint in MEMBER.finditer(chain))
    return names


_NO_TYPE = "return|case|goto|else|throw|yield|delete|new|await|not|and|or|in"


def _declares(patch: Change, name: str) -> bool:
    """Whether a line that the patch adds looks like a declaration: a type, then the name."""
    declaration = re.compile(
        rf"\b(?!(?:{_NO_TYPE})\b)[A-Za-z_]\w*[\s*&]+{re.escape(name)}\s*(?:[;=,)\[(:]|$)"
    )
    return any(declaration.search(line) for line in patch.hunk.added)
