"""Make foreign text harmless before it reaches a terminal.

Patches, mails and repositories can hold escape sequences that repaint the screen and bidirectional
controls that show code in another order than a compiler reads it (CVE-2021-42574).
"""

from __future__ import annotations

import unicodedata

_KEPT = "\n\t"


def escape(text: str) -> str:
    """Give ``text`` with control and format characters and undecodable bytes spelt out.

    Line breaks and tabs stay; callers that print one line take care of those with ``one_line``.
    """
    if text.isprintable():
        return text
    return "".join(c if c in _KEPT or _is_harmless(c) else _spell(c) for c in text)


def one_line(text: str) -> str:
    """Give ``text`` escaped, with line breaks and tabs spelt out too."""
    return escape(text).replace("\n", "\\n").replace("\t", "\\t")


def _is_harmless(character: str) -> bool:
    # Cc controls, Cf bidi and zero-width, Cs undecodable bytes, Zl/Zp line and paragraph separators
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _spell(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that surrogateescape carried through
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
