"""Caches: a value that is worked out once, and answers for as long as a repository is open."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache, partial, wraps
from inspect import unwrap
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

_T = TypeVar("_T")

HUGE = 1 << 17
"""A piece of code of more characters is data, or generated, and there may be many such."""


class _CachedUnlessHuge(cached_property[_T]):
    """As its base; but for something huge it is worked out anew, for keeping it costs more."""

    def __get__(self, instance: Any, owner: type[Any] | None = None) -> Any:
        if instance is not None and instance.is_huge:
            return self.func(instance)
        return super().__get__(instance, owner)


def cached_unless_huge(function: Callable[[Any], _T]) -> cached_property[_T]:
    """Make a property of ``function``; its owner has to say whether it ``is_huge``."""
    return _CachedUnlessHuge(function)


# -- answers that are kept while a repository is open: what an id stands for never changes ---------


class HasMemory(Protocol):
    """Something with a memory of its own, which goes when it goes."""

    @property
    def memory(self) -> dict[Any, Any]:
        """Where the answers are kept."""


_R = TypeVar("_R", bound=HasMemory)
_P = ParamSpec("_P")
_Question = Callable[Concatenate[_R, _P], _T]


def is_cached(repository: HasMemory, question: Callable[..., Any]) -> bool:
    """Tell whether a question that is ``cached_while_open`` has been asked of this repository."""
    return unwrap(question) in repository.memory


def cached_while_open(
    most: int | None = None,
) -> Callable[[_Question[_R, _P, _T]], _Question[_R, _P, _T]]:
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
