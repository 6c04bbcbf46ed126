"""Where a command's output goes."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from debpatch.errors import DebpatchError


def deliver(text: str, output: Path | None) -> None:
    """Print ``text``, or write it to ``output`` so that the file is never seen half-written."""
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    try:
        handle, name = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(output)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DebpatchError(f"{output}: cannot write there: {error.strerror}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
