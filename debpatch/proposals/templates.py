"""Documents from Jinja2 templates: those that ship with debpatch, and a user's own over them.

Templates may be a stranger's, so they run in Jinja2's sandbox, on plain values. A name that is not
defined is an error and never an empty place in a mail.
"""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from traceback import walk_tb

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
)
from jinja2.environment import TemplateModule
from jinja2.sandbox import ImmutableSandboxedEnvironment

from debpatch.errors import DebpatchError
from debpatch.folders import templates

Answer = str | bool
_WIDTH = 72


@dataclass(slots=True)
class Questions:
    """What a person has to say: asked by the templates, answered by a file.

    ``open`` are the questions without an answer, by their names; ``used`` the names asked for.
    """

    answers: Mapping[str, Answer]
    where: str = "the answers"
    open: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def todo(self, name: str, question: str) -> str:
        """The answer, or a visible ``TODO(human)`` with the question."""
        self.used.add(name)
        answer = self.answers.get(name)
        if isinstance(answer, bool):
            raise DebpatchError(f"{self.where}: {name} must be a text, not true or false")
        if answer and answer.strip():
            return answer.strip()
        self.open[name] = question
        return "\n".join(textwrap.wrap(f"TODO(human) [{name}]: {question}", _WIDTH))

    def box(self, name: str, claim: str) -> str:
        """A box to tick; only a person's answer ticks it."""
        self.used.add(name)
        answer = self.answers.get(name)
        if answer is not None and not isinstance(answer, bool):
            raise DebpatchError(f"{self.where}: {name} must be true or false, not a text")
        if answer is None:
            self.open[name] = f"true or false: {claim}"
        return f"[{'x' if answer else ' '}] {claim}"

    def require_used(self) -> None:
        """Raise DebpatchError for an answer that no document asks for."""
        for name in sorted(set(self.answers) - self.used):
            known = ", ".join(sorted(self.used))
            raise DebpatchError(f"{self.where}: there is no question {name!r}; there are {known}")


def read_answers(path: Path) -> Questions:
    """Read a TOML file of answers; raises DebpatchError for what is no text and no truth value."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DebpatchError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DebpatchError(f"{path}: not valid TOML: {error}") from error
    for name, value in table.items():
        if not isinstance(value, str | bool):
            raise DebpatchError(f"{path}: {name} must be a text, or true or false")
    return Questions(table, str(path))


def own_folder(given: Path | None, environment: Mapping[str, str]) -> Path | None:
    """The folder of a user's templates: ``given``, or debpatch/templates in the user's settings.

    Raises DebpatchError where one is given and there is none.
    """
    if given is not None:
        if not given.is_dir():
            raise DebpatchError(f"{given}: no such directory of templates")
        return given
    settings = environment.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    usual = Path(settings) / "debpatch" / "templates"
    return usual if usual.is_dir() else None


def render(
    name: str, facts: Mapping[str, object], questions: Questions, own: Path | None = None
) -> str:
    """Render the template ``name``, from the folder ``own`` if it is there.

    Raises DebpatchError, with file and line, for a template that is wrong or reaches for what the
    sandbox does not give.
    """
    folders = [*([own] if own else []), templates()]
    try:
        return (
            _environment(folders)
            .get_template(name)
            .render(**facts, todo=questions.todo, box=questions.box)
        )
    except DebpatchError:
        raise
    except TemplateSyntaxError as error:
        place = f"{error.filename or error.name}:{error.lineno}"
        raise DebpatchError(f"{place}: {error.message}; correct the template") from error
    except (
        TemplateError,
        TypeError,
        ValueError,
        ArithmeticError,
        LookupError,
        RecursionError,
    ) as error:
        place = _place(error, folders) or name
        raise DebpatchError(f"{place}: {_one_line(error)}; correct the template") from error


def say(macro: str, value: object) -> str:
    """What a ``macro`` of proposals/_words.txt, as it ships, says of ``value``."""
    return str(getattr(_words(), macro)(value))


@cache
def _words() -> TemplateModule:
    return _environment([templates()]).get_template("proposals/_words.txt").module


def _environment(folders: Sequence[Path]) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["fill"] = _fill
    return environment


def _fill(text: str, first: str = "", following: str | None = None) -> str:
    """Break a paragraph into lines for a mail."""
    return textwrap.fill(
        " ".join(str(text).split()),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=first if following is None else following,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _place(error: BaseException, folders: list[Path]) -> str | None:
    """The innermost template and line on the way to an error; Jinja2 puts them into the trace."""
    place = None
    for frame, line in walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if any(Path(file).is_relative_to(folder) for folder in folders):
            place = f"{file}:{line}"
    return place


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
