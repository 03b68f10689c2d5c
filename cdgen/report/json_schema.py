"""JSON schemas of the files that people write, made of the same tables that validate them."""

from __future__ import annotations

from typing import Any

from cdgen.model.schema import Field


def json_schema(fields: tuple[Field, ...], title: str, what: str) -> dict[str, Any]:
    """The JSON schema (draft-07, which editors read) of a file with these fields."""
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": title, "description": what, **_table(fields)}


def _table(fields: tuple[Field, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in fields if field.required],
        "properties": {field.name: _property(field) for field in fields},
    }


def _property(field: Field) -> dict[str, Any]:
    if field.kind == "table":
        shape: dict[str, Any] = {"type": "array", "items": _table(field.fields)} if field.many else _table(field.fields)
    elif field.kind == "list":
        shape = {"type": "array", "items": {"type": "string"}}
    elif field.kind == "map":
        shape = {"type": "object", "additionalProperties": {"type": "string"}}
    else:
        shape = {
            "type": {"text": "string", "date": "string", "integer": "integer", "number": "number", "boolean": "boolean"}[field.kind]
        }
    if field.pattern:
        shape["pattern"] = field.pattern
    if field.allowed:
        shape["enum"] = list(field.allowed)
    if field.most:
        shape |= {"minimum": field.least, "maximum": field.most}
    return {"description": field.what, "examples": [field.example], **shape}
