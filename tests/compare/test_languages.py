"""The language of a file by its name, against Pygments' own search."""

from __future__ import annotations

import pytest
from pygments.lexers import find_lexer_class_for_filename, get_all_lexers

from debpatch.compare.lexer import lexer_class

PATTERNS = [pattern for _, _, patterns, _ in get_all_lexers(plugins=False) for pattern in patterns]


@pytest.mark.parametrize("stem", ["", "x"])
def test_all_names_that_pygments_knows(stem: str) -> None:
    names = {pattern.replace("*", stem) for pattern in PATTERNS}
    assert len(names) > 500
    for name in names:
        assert lexer_class(name) is find_lexer_class_for_filename(name), name


@pytest.mark.parametrize("name", ["README", "x.unknown", "", ".c", "configure.ac", "x.C", "a.php3"])
def test_names_that_are_less_clear(name: str) -> None:
    assert lexer_class(name) is find_lexer_class_for_filename(name)
