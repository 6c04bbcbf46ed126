"""Where a command's output goes."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from debpatch.errors import DebpatchError


def deliver(text: str | Iterable[str], output: Path | None) -> None:
    """Print ``text``, or write it to ``output`` so that the file is never seen half-written.

    Pieces of text are printed as they come.
    """
    pieces = [text] if isinstance(text, str) else text
    if output is None:
        for piece in pieces:
            sys.stdout.write(piece)
        sys.stdout.flush()
        return
    try:
        if (
            output.exists() and not output.is_file()
        ):  # a device, a pipe: replacing it would break it
            with output.open("w", encoding="utf-8") as file:
                file.writelines(pieces)
            return
        handle, name = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.writelines(pieces)
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
