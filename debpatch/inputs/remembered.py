"""Answers that are kept while a repository is open: what an id stands for never changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial, wraps
from inspect import unwrap
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar


class Remembering(Protocol):
    """Something with a memory of its own, which goes when it goes."""

    memory: dict[Any, Any]


_R = TypeVar("_R", bound=Remembering)
_P = ParamSpec("_P")
_T = TypeVar("_T")
_Question = Callable[Concatenate[_R, _P], _T]


def is_remembered(repository: Remembering, question: Callable[..., Any]) -> bool:
    """Tell whether a question that is ``remembered`` has been asked of this repository."""
    return unwrap(question) in repository.memory


def remembered(most: int | None = None) -> Callable[[_Question[_R, _P, _T]], _Question[_R, _P, _T]]:
    """Ask a function of a repository once for the same arguments.

    At most the ``most`` answers that were last asked for are kept.
    """

    def decorate(function: _Question[_R, _P, _T]) -> _Question[_R, _P, _T]:
        @wraps(function)
        def answer(repository: _R, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
            if function not in repository.memory:
                repository.memory[function] = lru_cache(most)(partial(function, repository))
            known: Callable[_P, _T] = repository.memory[function]
            return known(*args, **kwargs)

        return answer

    return decorate
