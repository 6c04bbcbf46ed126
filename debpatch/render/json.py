"""JSON, the same for every command: a schema name, the command, then its result."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

SCHEMA = "debpatch/1"


def dump(command: str, result: Mapping[str, Any]) -> str:
    """The result of ``command`` as a JSON document.

    Bytes that are no UTF-8 came through as lone surrogates; JSON in ASCII spells them out.
    """
    return json.dumps({"schema": SCHEMA, "command": command, **result}, indent=2) + "\n"
