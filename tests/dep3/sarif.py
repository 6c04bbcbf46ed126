"""The part of SARIF 2.1.0 that debpatch writes, as a JSON Schema of our own.

It follows the OASIS standard's sections 3.13 (log), 3.14 (run), 3.18 and 3.19 (tool), 3.27
(result), 3.28 to 3.30 (locations, regions) and 3.49 (rules), and is stricter than those: a property
that is not listed here is refused, though the standard may have it.
"""

from __future__ import annotations

from typing import Any


def _object(required: str, /, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required.split(),
        "properties": properties,
    }


_TEXT = _object("text", text={"type": "string", "minLength": 1})
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_RULE = _object(
    "id shortDescription",
    id={"type": "string", "pattern": "^[a-z0-9-]+$"},
    shortDescription=_TEXT,
    fullDescription=_TEXT,
    defaultConfiguration=_object("level", level=_LEVEL),
    properties=_object(
        "tags", tags={"type": "array", "uniqueItems": True, "items": {"type": "string"}}
    ),
)
_REGION = _object("startLine", startLine={"type": "integer", "minimum": 1}, snippet=_TEXT)
_ARTIFACT = _object(
    # RFC 3986, as far as a relative reference goes.
    "uri",
    uri={"type": "string", "pattern": r"^(?:[A-Za-z0-9._~/!$&'()*+,;=@-]|%[0-9A-F]{2})+$"},
)
_LOCATION = _object(
    "physicalLocation",
    physicalLocation=_object("artifactLocation region", artifactLocation=_ARTIFACT, region=_REGION),
)
_RESULT = _object(
    "message ruleId ruleIndex level locations",
    ruleId={"type": "string"},
    ruleIndex={"type": "integer", "minimum": 0},
    level=_LEVEL,
    message=_TEXT,
    locations={"type": "array", "minItems": 1, "items": _LOCATION},
    partialFingerprints={"type": "object", "additionalProperties": {"type": "string"}},
)
_DRIVER = _object(
    "name rules",
    name={"const": "debpatch"},
    semanticVersion={"type": "string"},
    rules={"type": "array", "uniqueItems": True, "items": _RULE},
)
_RUN = _object(
    "tool results",
    tool=_object("driver", driver=_DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results={"type": "array", "items": _RESULT},
)

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_object(
        "version runs",
        **{"$schema": {"type": "string", "format": "uri"}},
        version={"const": "2.1.0"},
        runs={"type": "array", "minItems": 1, "maxItems": 1, "items": _RUN},
    ),
}
