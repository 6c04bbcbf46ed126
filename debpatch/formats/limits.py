"""How much is read of what strangers send, so that a small file cannot fill memory or take a day.

Each limit is an environment variable, which raises or lowers it.
"""

from __future__ import annotations

import os

from debpatch.errors import DebpatchError

PATCH = "DEBPATCH_MAX_PATCH_MB"
"""The size of a patch or mailbox, decompressed, in millions of bytes."""
HUNKS = "DEBPATCH_MAX_HUNKS"
"""The number of hunks of all patches in a file."""
FILE = "DEBPATCH_MAX_FILE_MB"
"""The size of one file in a source package's tarball, in millions of bytes."""

_USUAL = {PATCH: 64, HUNKS: 50_000, FILE: 1_000}


def limit(name: str) -> int:
    """The limit called ``name``; raises DebpatchError where it was set to no whole number."""
    text = os.environ.get(name, "")
    if not text:
        return _USUAL[name]
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise DebpatchError(f"{name}={text}: not a limit; set it to a whole number")
    return int(text)


def require_bytes(name: str, size: int, what: str) -> None:
    """Raise DebpatchError where ``what`` has more bytes than the limit ``name`` allows."""
    megabytes = limit(name)
    if size > megabytes * 1_000_000:
        raise DebpatchError(f"{what}: larger than {megabytes} MB; raise the limit with {name}")


def most_bytes(name: str) -> int:
    """So many bytes are enough to see that there are more than the limit ``name`` allows."""
    return limit(name) * 1_000_000 + 1
