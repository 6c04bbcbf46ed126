"""What docs/schema promises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema

_SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"


def check(document: Any) -> None:
    """Fail where ``document`` is not what the schema of its command says."""
    schema = json.loads((_SCHEMAS / f"{document['command']}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(document)
