"""Examples of cdgen.yaml for the reference, made of the example that every field carries."""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML

from cdgen.model.schema import Field
from cdgen.spec.schema import COMMANDS, ROOT

SINGLE = ("road", "service", "description", "owner", "tier", "slo", "callers", "coverage", "hostname", "commands", "exceptions")
ONLY_TEST = {"commands": ("test",)}


def single_service() -> str:
    return "# cdgen.yaml\n" + _text({field.name: _value(field) for field in ROOT if field.name in SINGLE})


def several_services() -> str:
    entries: list[dict[str, Any]] = [
        {"path": "services/cart", "service": "cart", "owner": "team-shop", "tier": "gold"},
        {"path": "services/mail", "service": "mail", "owner": "team-mail", "tier": "bronze", "kind": "worker"},
    ]
    return "# cdgen.yaml\n" + _text({"road": ROOT[0].example, "services": entries})


def _value(field: Field) -> Any:
    if field.name == "commands":
        return {each.name: each.example for each in COMMANDS if each.name in ONLY_TEST["commands"]}
    if field.kind != "table":
        return field.example
    inner = {each.name: _value(each) for each in field.fields}
    return [inner] if field.many else inner


def _text(data: dict[str, Any]) -> str:
    editor = YAML()
    editor.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    editor.dump(data, out)
    return out.getvalue()
