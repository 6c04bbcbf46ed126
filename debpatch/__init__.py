"""Compare, check and propose Debian backport patches against their upstream.

For programs: the functions below, and the exception that they raise. `debpatch.api` documents them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "DebpatchError",
    "compare_patch",
    "find_backports",
    "plan_backport",
    "validate_headers",
]

if TYPE_CHECKING:
    from debpatch.api import compare_patch, find_backports, plan_backport, validate_headers
    from debpatch.errors import DebpatchError


def __getattr__(name: str) -> Any:
    """Import what is asked for, and not before: a command must start at once."""
    if name == "DebpatchError":
        from debpatch import errors

        return errors.DebpatchError
    if name in __all__:
        from debpatch import api

        return getattr(api, name)
    raise AttributeError(f"module 'debpatch' has no attribute {name!r}")
