"""`cdgen schema`: JSON schemas, offline."""

from __future__ import annotations

import json

from cdgen.errors import UsageError
from cdgen.report.console import Console
from cdgen.report.json_schema import json_schema

NAMES = ("cdgen.yaml", "road.yaml", "inspect")


def schema(console: Console, name: str) -> int:
    """Print one schema. Raises UsageError for an unknown name."""
    console.result(json.dumps(schema_of(name), indent=2, ensure_ascii=False))
    return 0


def schema_of(name: str) -> dict[str, object]:
    if name == "cdgen.yaml":
        from cdgen.spec.schema import ROOT

        return json_schema(ROOT, name, "What cdgen cannot see by itself about a service repository")
    if name == "road.yaml":
        from cdgen.road.schema import ROOT as ROAD

        return json_schema(ROAD, name, "The paved road of an organisation")
    if name == "inspect":
        from cdgen.report.inspection_schema import schema as inspection_schema

        return inspection_schema()
    raise UsageError(f"no schema is called {name}; there are: {', '.join(NAMES)}")
