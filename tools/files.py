"""The reference pages of the files that people write: cdgen.yaml and road.yaml."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.schema import Field
from cdgen.road.load import FORMS, built_in_text
from cdgen.road.schema import ROOT as ROAD
from cdgen.spec.schema import ROOT as CONFIG
from tools.examples import several_services, single_service
from tools.markdown import code, fence, page, table


def config() -> str:
    return page(
        "cdgen.yaml",
        "`cdgen/spec/schema.py`",
        [
            "What a machine cannot know about a service.",
            "Only `road` is required; everything else settles or overrides what was detected.",
        ],
        ["A repository with one service:", "", fence(single_service(), "yaml")],
        ["A repository with several:", "", fence(several_services(), "yaml")],
        [
            f"`road` is {FORMS}.",
            "An entry of `services` takes every key of a service above, beside its `path`.",
            "Precedence: option of the command line, `cdgen.yaml`, the road, what was detected, a default.",
            "JSON schema for editors: [cdgen.schema.json](cdgen.schema.json), or `cdgen schema cdgen.yaml`.",
        ],
        _fields(CONFIG),
    )


def road() -> str:
    return page(
        "road.yaml",
        "`cdgen/road/schema.py`",
        [
            "What an organisation decides for all its services. This is the built-in road:",
            "",
            fence("# road.yaml\n" + built_in_text().decode(), "yaml"),
        ],
        [
            f"`cdgen.yaml` names a road: {FORMS}.",
            "JSON schema for editors: [road.schema.json](road.schema.json), or `cdgen schema road.yaml`.",
        ],
        _fields(ROAD),
    )


def _fields(fields: tuple[Field, ...]) -> Iterator[str]:
    rows = (
        (code(name), field.what, _allowed(field), code(_example(field)), "yes" if field.required else "")
        for name, field in _flat(fields, "", fields)
    )
    return table(("key", "meaning", "value", "example", "required"), rows)


def _flat(fields: tuple[Field, ...], prefix: str, root: tuple[Field, ...]) -> Iterator[tuple[str, Field]]:
    """Every key with its path. What the keys of several tables share is listed once, behind `*`, and not again below the root."""
    for number, field in enumerate(fields):
        if prefix and field in root:
            continue
        yield prefix + field.name, field
        alike = [other.fields == field.fields for other in fields]
        if field.fields and sum(alike) > 1:
            is_last = not any(alike[number + 1 :])
            yield from _flat(field.fields, f"{prefix}*.", root) if is_last else ()
        else:
            yield from _flat(field.fields, f"{prefix}{field.name}{'[]' if field.many else ''}.", root)


def _allowed(field: Field) -> str:
    if field.allowed:
        return " ".join(map(code, field.allowed))
    if field.most:
        return f"{field.least} to {field.most}"
    return field.says or ("list of tables" if field.many else field.kind)


def _example(field: Field) -> str:
    if field.kind == "table":
        return ""
    if isinstance(field.example, dict):
        return ", ".join(f"{name}: {value}" for name, value in field.example.items())
    if isinstance(field.example, list):
        return f"[{', '.join(map(str, field.example))}]"
    return str(field.example).lower() if isinstance(field.example, bool) else str(field.example)
