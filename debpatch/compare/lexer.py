"""What is comment, name and text in a hunk, in any language: Pygments' answer, line by line.

Pygments needs no file that compiles, so a hunk's fragment is enough; the one thing a fragment hides
is that it may begin inside a comment, which is put right below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import PurePosixPath
from typing import Literal

from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class, get_all_lexers
from pygments.token import Comment, Name
from pygments.token import Literal as Constant
from pygments.token import Token as TokenType

from debpatch.caching import HUGE
from debpatch.formats.diff import Hunk, Line, Sign, lines_of

TokenKind = Literal["name", "comment", "text"]

MEMBER = re.compile(r"->|\.|::")
"""What joins the parts of a member chain such as ``dco->c->multi``."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a line: a name or member chain, a comment's text there, or anything else."""

    kind: TokenKind
    text: str


@dataclass(frozen=True, slots=True)
class LexedLine:
    """A changed line with its tokens; white space is not among them.

    ``run`` counts, from 0, the runs of changed lines that context parts a hunk into; ``place`` is
    the line's index in its hunk.
    """

    sign: Sign
    text: str
    tokens: tuple[Token, ...]
    newline: bool = True
    run: int = 0
    place: int = 0

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing on the line but white space."""
        return not self.tokens

    @property
    def is_comment(self) -> bool:
        """Whether the line holds nothing but a comment."""
        return bool(self.tokens) and all(token.kind == "comment" for token in self.tokens)


def changed_lines(hunk: Hunk, path: str) -> tuple[LexedLine, ...]:
    """The removed and added lines of ``hunk``, lexed as part of a file named ``path``.

    Each side is lexed with its context, as the code that it is part of. A huge hunk is not worth
    minutes of that: its lines are taken whole, so nothing is said about comments and names in it.
    """
    return tuple(whole_lines(hunk)) if hunk.is_huge else _lexed(hunk, path)


def whole_lines(hunk: Hunk) -> Iterator[LexedLine]:
    """The removed and added lines of ``hunk``, not looked into."""
    return _in_runs(hunk, (whole(line.text) for line in lines_of(hunk.body)))


@lru_cache(maxsize=1024)  # a commit is compared more than once
def _lexed(hunk: Hunk, path: str) -> tuple[LexedLine, ...]:
    old, new = (iter(rows) for rows in lexed_sides(hunk, path))
    sides = {"-": [old], "+": [new], " ": [old, new]}
    rows = ([next(side) for side in sides[line.sign]][-1] for line in hunk.lines)
    return tuple(_in_runs(hunk, rows))


@lru_cache(maxsize=1024)
def lexed_sides(hunk: Hunk, path: str) -> tuple[_Rows, _Rows]:
    """The tokens of all lines of ``hunk``, which is not huge, before the change and after it."""
    return lex(_texts(hunk.old), path), lex(_texts(hunk.new), path)


_Rows = tuple[tuple[Token, ...], ...]


def _in_runs(hunk: Hunk, rows: Iterable[tuple[Token, ...]]) -> Iterator[LexedLine]:
    run, in_context = -1, True
    for place, (line, tokens) in enumerate(zip(lines_of(hunk.body), rows, strict=True)):
        if line.sign != " ":
            run, in_context = run + in_context, False
            yield LexedLine(line.sign, line.text, tokens, line.newline, run, place)
        else:
            in_context = True


def whole(line: str) -> tuple[Token, ...]:
    """The line as a single token; none where it is blank."""
    text = line.strip()
    return (Token("text", text),) if text else ()


def lex(lines: Sequence[str], path: str) -> _Rows:
    """The tokens of each of ``lines``, a part of a file named ``path``; of huge ones the lines."""
    if sum(map(len, lines)) > HUGE:
        return tuple(map(whole, lines))
    lexer = lexer_for(path)
    if lexer is None:
        return tuple(
            tuple(token for token in _plain(line, "name") if token.text != " ") for line in lines
        )
    rows = _rows(lines, lexer)
    return tuple(tuple(_joined(row, line)) for row, line in zip(rows, lines, strict=True))


def may_define(line: str) -> bool:
    """Whether it is worth asking ``definitions`` for ``line``."""
    return line[:1].strip() != "" or _MACRO.match(line) is not None


def definitions(lines: Sequence[str], path: str) -> tuple[frozenset[str], ...]:
    """The functions, types and macros that each of ``lines`` defines or declares.

    Empty for languages in which Pygments does not tell a definition from a use.
    """
    lexer = lexer_for(path)
    if lexer is None or not lines or lexer.name not in _TELLS_DEFINITIONS:
        return (frozenset(),) * len(lines)
    rows = _rows(lines, lexer)
    return tuple(
        frozenset(_defined(row, following, line, lexer))
        for row, following, line in zip(rows, [*rows[1:], []], lines, strict=True)
    )


_TELLS_DEFINITIONS = {
    "C", "C++", "Java", "Kotlin", "Objective-C", "PHP", "Perl", "Python", "Ruby", "Rust", "Swift",
}  # fmt: skip
_MACRO = re.compile(r"\s*#\s*define\s+(\w+)")


def _defined(row: _Row, following: _Row, line: str, lexer: Lexer) -> Iterator[str]:
    if lexer.name in {"C", "C++", "Objective-C"} and (macro := _MACRO.match(line)):
        yield macro[1]
    if line[:1].isspace():  # methods share their names; in C a statement looks like a prototype
        return
    for at, (kind, piece) in enumerate(row):
        # `struct name {` defines a type, `struct name *argument` uses one.
        rest = (text for _, text in (*row[at + 1 :], *following) if text.strip())
        after = next(rest, "{")
        if kind in Name.Function or (kind in Name.Class and re.match(r"[{:(<]", after)):
            yield re.split(r"::|\.", piece.strip())[-1]


_Row = Sequence[tuple[TokenType, str]]
"""A line's pieces as Pygments names them."""


def _rows(lines: Sequence[str], lexer: Lexer) -> list[_Row]:
    rows: list[list[tuple[TokenType, str]]] = [[] for _ in lines]
    opening = "/*" if _begins_in_comment(lines, lexer) else ""
    at = 0
    # Without its line break Pygments does not take a last line's ``//`` for a comment.
    for kind, value in lexer.get_tokens(opening + "\n".join([*lines, ""])):
        for number, piece in enumerate(value.split("\n")):
            at += bool(number)
            if piece and at < len(rows):
                rows[at].append((kind, piece))
    if opening and rows[0]:
        kind, piece = rows[0][0]
        rows[0][0] = kind, piece.removeprefix(opening)
    return list(rows)


Layout = Literal["free", "indented", "exact"]
_FREE = {
    "C", "C#", "C++", "CMake", "CSS", "D", "Go", "Java", "JavaScript", "Kotlin", "Objective-C",
    "PHP", "Perl", "Rust", "SCSS", "Scala", "Swift", "TypeScript", "Vala",
}  # fmt: skip
_INDENTED = {"CoffeeScript", "Cython", "Haskell", "Nim", "Python", "Ruby"}


@lru_cache(maxsize=1024)
def layout(path: str) -> Layout:
    """What white space means in the language of ``path``.

    ``free``: it only parts words. ``indented``: it also says what belongs together, at a line's
    start. ``exact``: it may mean anything, as in shell, makefiles, configuration and prose.
    """
    lexer = lexer_for(path)
    name = lexer.name if lexer else ""
    return "free" if name in _FREE else "indented" if name in _INDENTED else "exact"


def _texts(lines: Sequence[Line]) -> list[str]:
    # What a lexer takes for a line break inside a line (form feed, CR) would shift all rows.
    return [re.sub(r"[\r\n\f\v\x1c-\x1e\x85\u2028\u2029]", " ", line.text) for line in lines]


def lexer_for(path: str) -> Lexer | None:
    """Pygments' lexer for the language of ``path``; None for prose and the unknown."""
    return _lexer(PurePosixPath(path).name)


@cache
def _lexer(name: str) -> Lexer | None:
    name = name.removesuffix(".in")
    if name.endswith((".pl", ".t")):
        name += ".pm"  # in Debian these are Perl; Pygments would take them for Prolog
    found = lexer_class(name)
    if found is None or found.name == "Text only":
        return None
    lexer: Lexer = found(stripnl=False, stripall=False, ensurenl=False)
    return lexer


@cache
def _has_block_comments(lexer: Lexer) -> bool:
    return any(kind in Comment.Multiline for kind, _ in lexer.get_tokens("/* x */\n"))


_STARRED = re.compile(r"\s*\*(\s|$)")


def _begins_in_comment(lines: Sequence[str], lexer: Lexer) -> bool:
    """Tell whether the fragment starts in a block comment that was opened above it."""
    if not _has_block_comments(lexer):
        return False
    for line in lines:
        closing, opening = line.find("*/"), line.find("/*")
        if closing >= 0 and (opening < 0 or closing < opening):
            return True
        if opening >= 0:
            return False
    written = [line for line in lines if line.strip()]
    return bool(written) and all(_STARRED.match(line) for line in written)


def _joined(row: _Row, line: str) -> list[Token]:
    """A line's tokens: operators and member chains whole, white space gone.

    In a preprocessor's directive white space separates, so it stays, as does the line's end.
    """
    tokens = [token for kind, piece in row for token in _tokens(kind, piece)]
    joined = list(_join_operators(tokens))
    if re.match(r"\s*#", line) and any(kind in Comment.Preproc for kind, _ in row):
        return [*_join_members(joined), Token("text", "\n")]
    return list(_join_members([token for token in joined if token.text != " "]))


def _tokens(kind: TokenType, piece: str) -> Iterator[Token]:
    if kind in Comment and kind not in Comment.Preproc and kind not in Comment.PreprocFile:
        if piece.strip():
            yield Token("comment", " ".join(piece.split()))
    elif kind in Constant:
        yield Token("text", piece)
    elif kind in Name and (kind not in Name.Builtin or kind in Name.Builtin.Pseudo):
        yield Token("name", piece.strip())
    else:  # directives hold names; keywords, what a language brings with it and prose do not
        yield from _plain(piece, "name" if kind in Comment else "text")


_PIECE = re.compile(r"[^\W\d]\w*|\d[\w.]*|\"(?:[^\"\\]|\\.)*\"|->|::|\s+|\S")
_WORD = re.compile(r"[^\W\d]\w*")
_SPACE = Token("text", " ")


def _plain(text: str, words: TokenKind) -> Iterator[Token]:
    for piece in _PIECE.findall(text):
        if piece.isspace():
            yield _SPACE
        else:
            yield Token(words if _WORD.match(piece) else "text", piece)


_OPERATOR = re.compile(r"[-+*/%&|^<>=!~?:]+")


def _join_operators(row: Sequence[Token]) -> Iterator[Token]:
    """Join ``-`` and ``-``, but not where white space parts them: ``a - -b`` is not ``a--b``."""
    operator = ""
    for token in (*row, _SPACE):
        if token.kind == "text" and _OPERATOR.fullmatch(token.text):
            operator += token.text
            continue
        if operator:
            yield Token("text", operator)
        operator = ""
        yield token


def _join_members(row: Sequence[Token]) -> Iterator[Token]:
    """Join ``a``, ``->``, ``b`` into one name."""
    at = 0
    while at < len(row):
        token = row[at]
        at += 1
        if token.kind == "name":
            chain = [token.text]
            while (
                at + 1 < len(row) and MEMBER.fullmatch(row[at].text) and row[at + 1].kind == "name"
            ):
                chain += (row[at].text, row[at + 1].text)
                at += 2
            token = Token("name", "".join(chain))
        yield token


# -- the language of a file by its name: what Pygments would answer, without asking all it knows ---


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
