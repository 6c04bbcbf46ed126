"""Plain pages of text for a terminal, coloured where the terminal can."""

from __future__ import annotations

import io
import os
import shutil
import sys
import textwrap
from dataclasses import dataclass, field

from debpatch.render.safe import escape

NARROWEST, WIDEST = 60, 110


@dataclass(frozen=True, slots=True)
class Look:
    """How wide a page is, in columns, and whether it has colours."""

    width: int = 80
    colour: bool = False

    @classmethod
    def of_terminal(cls) -> Look:
        """The look for standard output; plain and 80 wide where that is no terminal."""
        if not sys.stdout.isatty():
            return cls()
        width = shutil.get_terminal_size((80, 24)).columns
        plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
        return cls(max(NARROWEST, min(width, WIDEST)), not plain)


Span = tuple[str, str]
"""A piece of text and rich's name of its style; the empty style is plain."""


@dataclass(slots=True)
class Page:
    """Lines of styled text; all foreign text is made harmless on its way in."""

    look: Look
    lines: list[tuple[Span, ...]] = field(default_factory=list)

    def line(self, *spans: Span | str) -> None:
        """Add a line as it is, never broken."""
        self.lines.append(
            tuple((s, "") if isinstance(s, str) else s for s in spans)
        )  # fmt: skip

    def blank(self) -> None:
        """Add an empty line, but not two, and none at the top."""
        if self.lines and self.lines[-1]:
            self.lines.append(())

    def heading(self, text: str) -> None:
        """Add a heading, set off by an empty line."""
        self.blank()
        self.line((text, "bold"))

    def paragraph(self, text: str, indent: int = 0, style: str = "", hanging: int = 0) -> None:
        """Add a paragraph, broken into lines between words, all but the first ``hanging`` in."""
        pad = " " * indent
        for line in textwrap.wrap(
            text,
            self.look.width,
            initial_indent=pad,
            subsequent_indent=pad + " " * hanging,
            break_long_words=False,
            break_on_hyphens=False,
        ):
            self.line((line, style))

    def __str__(self) -> str:
        """The page as text, with the terminal's colour codes if it has colours."""
        if not self.look.colour:
            rows = ("".join(escape(text) for text, _ in line).rstrip() for line in self.lines)
            return "".join(f"{row}\n" for row in rows)
        from rich.console import Console
        from rich.text import Text

        console = Console(
            file=io.StringIO(),
            force_terminal=True,
            highlight=False,
            soft_wrap=True,
            legacy_windows=False,
        )
        for line in self.lines:
            console.print(Text.assemble(*((escape(text), style) for text, style in line)))
        return str(console.file.getvalue())  # type: ignore[attr-defined]


def count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 hunk``, ``2 hunks``."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
