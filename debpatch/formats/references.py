"""The upstream commits that a patch's header names.

A light scan by line and field, for headers of any layout: DEP-3, Git's, dpatch's, free text.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from quopri import decodestring
from typing import Literal

ReferenceKind = Literal[
    "origin", "applied-upstream", "from", "cherry-picked", "ported", "mentioned", "cause"
]


@dataclass(frozen=True, slots=True)
class Reference:
    """A commit that a header names.

    ``sha`` is the id as written, 7 to 64 hexadecimal digits; ``line`` counts from 1 within the
    header, and ``text`` is that line. ``kind`` says how it is named: by DEP-3's ``Origin`` or
    ``Applied-Upstream``, by the ``From`` line of git-format-patch(1), as what the patch was
    cherry-picked from, as what it is a port of in the author's own words, as the cause of the bug
    (never what the patch comes from), or in passing.
    """

    sha: str
    kind: ReferenceKind
    line: int
    text: str


def named_commits(header: bytes) -> tuple[Reference, ...]:
    """Find the commits that ``header`` names, in order; whether they exist is not asked here."""
    text = _readable(header)
    lines = text.split("\n")
    fields = _fields(lines)
    references = []
    line_number, counted_to = 1, 0
    for token in _TOKEN.finditer(text):
        line_number += text.count("\n", counted_to, token.start())
        counted_to = token.start()
        field = fields[line_number - 1]
        if _NOT_ABOUT_COMMITS.fullmatch(field):
            continue
        if sha := _sha(token):
            kind = _kind(field, token)
            references.append(Reference(sha, kind, line_number, lines[line_number - 1].strip()))
    return tuple(references)


_TRUST: dict[ReferenceKind, int] = {
    "origin": 0,
    "applied-upstream": 1,
    "cherry-picked": 2,
    "from": 3,
}


def alternatives(references: Iterable[Reference]) -> tuple[str, ...]:
    """Choose the commits to compare a patch with, the most trusted first.

    What a field, a trailer or Git's ``From`` line says outranks what the author's own words say,
    and these what is only mentioned, which counts where nothing else is said. Since a ``From`` line
    may name a commit of the packager's own, give only references that the upstream repository can
    resolve where there is one. Ids of which one abbreviates another are one commit, given in its
    longest form.
    """
    references = list(references)
    trusted = sorted(
        (reference for reference in references if reference.kind in _TRUST),
        key=lambda reference: _TRUST[reference.kind],
    )
    ported = [reference for reference in references if reference.kind == "ported"]
    mentioned = [reference for reference in references if reference.kind == "mentioned"]
    shas: list[str] = []
    for reference in trusted or ported or mentioned:
        sha = reference.sha.lower()
        for at, known in enumerate(shas):
            if known.startswith(sha) or sha.startswith(known):
                shas[at] = max(known, sha, key=len)
                break
        else:
            shas.append(sha)
    return tuple(shas)


# -- what a commit's name looks like ---------------------------------------------------------------

# Mail addresses and Message-Ids come first, for ids of other kinds stand in them; an id that is
# part of a longer word, a version, a path or a UUID is none of a commit.
_TOKEN = re.compile(
    r"""
      (?P<url> \b(?:https?|git)://[^\s<>"']+ )
    | (?P<address> (?<![^\s<>@]) [^\s<>@]{1,250}@[^\s<>@]+ )
    | (?<![\w/@-]) (?<!\w\.)
      (?P<sha> [0-9a-f]{7,40} | [0-9A-F]{40} | [0-9a-f]{64} ) (?! [\w/@-] | \.\w )
    """,
    re.VERBOSE,
)
# The forms of GitHub, GitLab, Gitea, sourcehut and Bitbucket; kernel.org's short ones; gitweb with
# its path, and Gitiles. What stands below a commit, such as a file at it, is another thing.
_IN_PATH = re.compile(
    r"/(?:commits?/|commitdiff/|commitdiff_plain/|(?:c|patch|linus|\+)/(?!\d{7,39}\b))"
    r"(?P<sha>[0-9a-f]{7,64})(?![\w-]|/\w)",
    re.IGNORECASE,
)
# cgit's and gitweb's queries, unless they ask for something other than a commit. Digits alone, here
# and in short forms of paths, are the number of a bug or of a change in Gerrit.
_IN_QUERY = re.compile(
    r"[?&;](?:id|h)=(?!\d{7,39}\b)(?P<sha>[0-9a-f]{7,64})(?![\w-])", re.IGNORECASE
)
_NO_COMMIT_QUERY = re.compile(
    r"[?&;]a=(?!commit|patch)|/(?:blob|tree|plain|log|tag|blame|snapshot|refs|rev)/"
)


_COMMIT = re.compile(r"\bcommit(?::\s*|\s+)\Z", re.IGNORECASE)
_WORDS = {"ed25519"}  # what is written in hexadecimal digits by chance


_NEAR = 400  # characters before an id in which something may be said of it


def _is_said(saying: re.Pattern[str], token: re.Match[str]) -> bool:
    """Whether ``saying`` stands right before the id."""
    start = token.start()
    return saying.search(token.string, max(0, start - _NEAR), start) is not None


def _sha(token: re.Match[str]) -> str | None:
    if url := token["url"]:
        return _sha_in_url(url)
    sha = token["sha"]
    if not sha or not sha.strip("0"):
        return None
    is_called_commit = _is_said(_COMMIT, token)
    is_mixed = re.search(r"\d", sha) and re.search(r"[a-f]", sha) and sha not in _WORDS
    return sha if len(sha) >= 40 or is_called_commit or is_mixed else None


def _sha_in_url(url: str) -> str | None:
    found = _IN_PATH.search(url)
    if not found and not _NO_COMMIT_QUERY.search(url):
        found = _IN_QUERY.search(url)
    return found["sha"] if found else None


# -- how it is named -------------------------------------------------------------------------------

_NOT_ABOUT_COMMITS = re.compile(
    r"received|message-id|in-reply-to|references|change-id|return-path|mime-version"
    r"|base-commit|prerequisite-patch-id|index .*"
    r"|(?:content|dkim|arc|list|authentication|x(?!.*commit))-.*"
)
_Saying = tuple[ReferenceKind, re.Pattern[str], re.Pattern[str]]


def _saying(kind: ReferenceKind, before: str, after: str = "") -> _Saying:
    flags = re.VERBOSE | re.MULTILINE | re.IGNORECASE
    return kind, re.compile(before + r"\Z", flags), re.compile(after, flags)


# What stands before an id and after it, where that tells more than a mention.
_SAYINGS = (
    _saying("from", r"^From\ ", r"\ Mon\ Sep\ 17\ 00:00:00\ 2001"),
    _saying(
        "cherry-picked",
        r"\((?:cherry[ -]picked|back-?ported) \s+ from \s+ (?:upstream\s+)? commit:? \s+",
    ),
    # The forms of the kernel's stable branches.
    _saying("cherry-picked", r"\[\s* upstream \s+ commit:? \s+"),
    _saying("cherry-picked", r"^\s* commit \s+", r"\s+ upstream\.? [ \t]*$"),
    _saying("cherry-picked", r"^\s* upstream \s+ commit \s+", r"\.? [ \t]*$"),
    _saying("cherry-picked", r"^\s* upstream[ -]commit(?:[ -]id)? : \s*"),
    _saying(
        "cause",
        r"""
        (?: \b revert(?:s|ed|ing)? (?:\s+parts?)? (?:\s+of)?
          | \b follow-?up \s+ (?:for|of|to)
          | \b (?:introduced|caused|broken|broke|regressed|bisected)
            \s+ (?:in|by|with|since|to|from)
          | \b regression \b [^.]{0,60}? \b (?:in|by|from|with|since|after)
        )
        (?: [\s,(:'"] | \b(?:in|by|from|with|since|and|the|upstream|git|commits?)\b
          | \b[0-9a-f]{7,64}\b )*
        """,
    ),
    _saying("cause", r"\b fix(?:es)? \s+ (?:commit\s+)?"),
    _saying(
        "cause", "", r"(?:\s* \(\"[^\"]*\"\))? \s+ (?:introduced(?!\s+in)|broke|breaks|caused)\b"
    ),
    # "Backport of X" and "This backports X", but neither "must be backported with X" nor "the
    # backport of X broke it".
    _saying(
        "ported",
        r"""
        (?: (?: (?<=\bis\sthe\s)
              | (?<!\bthe\s) (?<!\bbe\s) (?<!\bto\s) (?<!\bby\s) (?<!\bwhen\s) (?<!\bafter\s)
                (?<!\bwas\sa\s) (?<!\bwhich\swas\s) )
            (?: (?:back|forward)-?port(?:ed|s)? "? (?:\s+ to\s+ \S+)? \s+ (?:of|from)\b
              | cherry[ -]?pick(?:ed|s)? "? [-\s]+ (?:of|from)\b
              | \b ported \s+ from\b
              | \b port \s+ to\s+ \S+ \s+ based\s+ on\b )
          | (?:\A|\n\n|[.:]\s+) (?:this\s+ (?:(?:patch|commit|change)\s+)?)?
            back-?port(?:s|ed)?\b
            (?! -| \s+ (?:to|with|after|as|until|is|should|must|only|needs?|needed|notes?)\b) )
        (?: (?! \.\s | \n[ \t]*\n(?![ \t]) | \n[A-Z][\w-]*:\s
              | \b(?:which|since|because|after|introduced)\b )
            [\s\S] ){0,160}
        """,
        r"(?! \s+ (?:was|were)\b)",
    ),
    # Above commits as git-log(1) shows them, indented.
    _saying(
        "ported",
        r"""
        ^\s* the\s+ original\s+ commits?\s+ (?:in|on|from)\s+ \S+\s+ (?:is|are):? [ \t]*\n
        (?: [ \t]*\n | [ \t]+ .*\n )* [ \t]+ commit\s+
        """,
    ),
)


def _kind(field: str, token: re.Match[str]) -> ReferenceKind:
    if field == "origin":
        return "origin"
    if field == "applied-upstream":
        return "applied-upstream"
    if field == "fixes":
        return "cause"
    sayings = (
        kind
        for kind, before, after in _SAYINGS
        if after.match(token.string, token.end()) and _is_said(before, token)
    )
    return next(sayings, "mentioned")


# -- lines and fields ------------------------------------------------------------------------------

_DPATCH = re.compile(r"^(?:## DP:|#)(?:[ \t]|$)", re.MULTILINE)
_FIELD = re.compile(r"([A-Za-z][\w-]*)[ \t]*:|(index )")
_ENCODED_WORD = r"=\?[\w-]+(?:\*[\w-]*)?\?([bqBQ])\?([^?\s]*)\?="
_ENCODED_WORDS = re.compile(rf"{_ENCODED_WORD}(?:\s+{_ENCODED_WORD})*", re.ASCII)


def _readable(header: bytes) -> str:
    """The header's text, line for line, without dpatch's marks and RFC 2047's encoding.

    Ids are ASCII, so that the charset of what stands around them does not matter.
    """
    text = header.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    return _ENCODED_WORDS.sub(_decoded_words, _DPATCH.sub("", text))


def _decoded_words(words: re.Match[str]) -> str:
    """Decode adjacent encoded words as one, and keep the line ends that stood between them."""
    pieces = []
    for encoding, content in re.findall(_ENCODED_WORD, words[0]):
        try:
            raw = (
                b64decode(content)
                if encoding in "bB"
                else decodestring(content.encode(), header=True)
            )
        except ValueError:
            return words[0]
        pieces.append(raw.decode("utf-8", "replace").replace("\n", " "))
    return "".join(pieces) + "\n " * words[0].count("\n")


def _fields(lines: Iterable[str]) -> list[str]:
    """Name for each line the field that it belongs to, in lower case, or nothing."""
    fields = []
    current = ""
    for line in lines:
        if not line.startswith((" ", "\t")):
            opening = _FIELD.match(line)
            current = (opening[1] or opening[2]).lower() if opening else ""
        fields.append(current)
    return fields
