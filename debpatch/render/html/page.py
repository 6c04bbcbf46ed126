"""One HTML file from a template, with its style and script inside and nothing else allowed.

Whatever a template prints is made visible first (controls, bidirectional marks) and then escaped;
a name that is not defined is an error. The content security policy (W3C, CSP Level 3) names the
style and the script by their hashes, so that nothing that might slip through could run or load.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from debpatch.compare.change import Change
from debpatch.folders import templates
from debpatch.proposals.options import Option
from debpatch.proposals.templates import say
from debpatch.render.page import count
from debpatch.render.safe import escape, one_line


def render(name: str, values: Mapping[str, Any]) -> str:
    """Render the template ``name``.html of templates/report with ``name``.css and ``name``.js."""
    folder = templates() / "report"
    style, script = (
        (folder / f"{name}.{kind}").read_text(encoding="utf-8") for kind in ("css", "js")
    )
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    ours = {"style": style, "script": script, "policy": policy}
    return _environment(folder).get_template(f"{name}.html").render(values, **ours)


@cache  # of the templates as well, which take long to compile
def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    environment.filters |= _FILTERS
    environment.globals["count"] = count
    return environment


def _by_path(changes: Sequence[Change]) -> Mapping[str, str]:
    """The numbers of the hunks in each file."""
    numbers: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        numbers[change.path].append(str(change.hunk.number))
    return {path: ", ".join(found) for path, found in numbers.items()}


def _changed_lines(option: Option) -> int:
    return option.size.insertions + option.size.deletions if option.size else 0


def _clip(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _sure(confidence: float) -> str:
    return f"{min(confidence, 0.999):.1%} sure"


_FILTERS = {
    "line": one_line,
    "differs": lambda option: say("differs", option),
    "by_path": lambda changes: _by_path(changes).items(),
    "changed_lines": _changed_lines,
    "clip": _clip,
    "sure": _sure,
}


def _visible(value: object) -> object:
    if isinstance(value, str) and not hasattr(value, "__html__"):  # what is marked safe is ours
        return escape(value)
    return value


def _hash(text: str) -> str:
    """A source expression as browsers compute it, for the text between the tags."""
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
