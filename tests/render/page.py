"""A page as a reader of HTML sees it: its elements, its text, what is wrong with it."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

_VOID = {"meta", "col", "br", "hr", "img", "link", "input"}

Attributes = dict[str, str | None]


class Page(HTMLParser):
    """All elements in their order, with their attributes, and all text outside of the script."""

    def __init__(self, file: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.source = file.read_text(encoding="utf-8")
        self.elements: list[tuple[str, Attributes]] = []
        self.text = ""
        self.inside: dict[str, str] = {"style": "", "script": ""}
        self._open: list[str] = []
        self.feed(self.source)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = Counter(name for name, _ in attrs)
        assert max(names.values(), default=0) < 2, f"{tag} has an attribute twice: {names}"
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag, f"</{tag}> at {self.getpos()} closes something else"

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in self.inside:
            self.inside[self._open[-1]] += data
        else:
            self.text += data

    def all(self, tag: str) -> list[Attributes]:
        """The attributes of each element of this kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    def values(self, attribute: str) -> list[str]:
        """All values of an attribute, of whatever element."""
        return [value for _, each in self.elements if (value := each.get(attribute)) is not None]
