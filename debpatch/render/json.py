"""JSON, the same for every command: a schema name, the command, then its result."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

SCHEMA = "debpatch/1"

Json = Mapping[str, Any]
"""A document, or a part of one."""


def document_of(command: str, result: Json) -> Json:
    """The document on the ``result`` of ``command``."""
    return {"schema": SCHEMA, "command": command, **result}


def dump(document: Json) -> str:
    """The text of a document.

    Bytes that are no UTF-8 came through as lone surrogates; JSON in ASCII spells them out.
    """
    return json.dumps(document, indent=2) + "\n"
