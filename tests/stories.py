"""Projects with a history that a test tells: a file of functions, a stable branch, fixes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from repos import Repo

NAMES = ("open_link", "read_frame", "check_length", "send_reply", "close_link", "log_state")


def function(name: str, body: str | None = None) -> str:
    """A C function; without ``body`` it calls something of its own."""
    statement = body or f"    handle_{name}(context, {len(name)});\n"
    return f"int\n{name}(struct context *context)\n{{\n{statement}    return 0;\n}}\n\n"


def source(changed: Mapping[str, str] | None = None, without: tuple[str, ...] = ()) -> str:
    """A C file with all functions, some of them ``changed``."""
    changed = changed or {}
    return "".join(function(n, changed.get(n)) for n in NAMES if n not in without)


FIX = {"check_length": "    if (context->length > MAX_FRAME_LENGTH)\n        return -EINVAL;\n"}
GUARD = "    if (context->state == LINK_CLOSED)\n        return -ENOTCONN;\n"


def project(folder: Path) -> Repo:
    """A project that has released 1.0 from ``stable/1.0``, and goes on on ``main``."""
    repo = Repo(folder)
    repo.commit({"link.c": source(), "README": "A project.\n"}, "start", tag="v1.0")
    repo.git("branch", "stable/1.0")
    repo.commit({"new.c": function("brand_new")}, "Add something new")
    return repo
