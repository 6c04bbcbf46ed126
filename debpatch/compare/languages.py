"""The language of a file by its name: what Pygments would answer, without asking all it knows.

Pygments compiles an expression for each of its thousand patterns and looks for plugins each time,
which takes longer than to lex a commit. Most patterns end in letters, and so rule themselves out.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache

from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class, get_all_lexers


def lexer_class(name: str) -> type[Lexer] | None:
    """Pygments' lexer for files called ``name``, its own ones only; None where it has none."""
    found = [
        (lexer.priority + ("*" not in pattern) / 2, lexer.__name__, lexer)
        for end, pattern, language in _patterns()
        if name.endswith(end) and fnmatchcase(name, pattern)
        if (lexer := find_lexer_class(language)) is not None
    ]
    return max(found, key=lambda rated: rated[:2])[2] if found else None


@cache
def _patterns() -> tuple[tuple[str, str, str], ...]:
    """How the names end that a pattern may match, the pattern, and the language that has it."""
    return tuple(
        ("" if set(pattern) & set("?[") else pattern.rpartition("*")[2], pattern, language)
        for language, _, patterns, _ in get_all_lexers(plugins=False)
        for pattern in patterns
    )
