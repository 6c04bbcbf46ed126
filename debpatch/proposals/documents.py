"""A folder of finished documents, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from debpatch.errors import DebpatchError


def write_documents(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write ``files``, by name, into ``folder``, which is made if it is not there.

    Files of the same names are replaced, others stay. Raises DebpatchError where that fails; every
    file is then either the old one or the new one, and none is half-written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".debpatch-", dir=folder) as unfinished:
            for name, data in files.items():
                (Path(unfinished) / name).write_bytes(data)
            for name in files:
                (Path(unfinished) / name).replace(folder / name)
    except OSError as error:
        place = os.fsdecode(error.filename) if error.filename else str(folder)
        raise DebpatchError(f"{place}: cannot be written: {error.strerror}") from error
