"""What is worked out once and kept, unless it is so large that keeping it costs more."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

_T = TypeVar("_T")

HUGE = 1 << 17
"""A piece of code of more characters is data, or generated, and there may be many such."""


class _Kept(cached_property[_T]):
    """As its base; but something huge is asked anew."""

    def __get__(self, instance: Any, owner: type[Any] | None = None) -> Any:
        if instance is not None and instance.is_huge:
            return self.func(instance)
        return super().__get__(instance, owner)


def kept(function: Callable[[Any], _T]) -> cached_property[_T]:
    """Make a property of ``function``; its owner has to say whether it ``is_huge``."""
    return _Kept(function)
