"""check-jsonschema: pipeline files against the schema that editors use for them. Lenient: a first check, never the proof."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.engines.drivers.program import CheckerError, Finding, run


def validate(schema: str, paths: Sequence[Path]) -> tuple[Finding, ...]:
    """`schema` is a vendored name ("github-workflows", "github-actions", "dependabot", ...) or the path of a schema file."""
    if not paths:
        raise CheckerError("nothing to validate")
    which = ("--schemafile", schema) if schema.endswith(".json") else ("--builtin-schema", f"vendor.{schema}")
    ran = run("check-jsonschema", *which, "--output-format", "json", "--verbose", *paths)
    if ran.code not in (0, 1):
        raise CheckerError(ran.last_words)
    report = json.loads(ran.out)
    if report.get("parse_errors"):
        raise CheckerError(f"could not read: {report['parse_errors']}")
    if len(report.get("checked_paths", paths)) != len(paths):
        raise CheckerError(f"check-jsonschema looked at {report['checked_paths']} instead of {paths}")
    return tuple(_finding(error) for error in report["errors"])


def _finding(error: dict[str, Any]) -> Finding:
    best = error.get("best_match") or error
    return Finding("check-jsonschema", best["path"], error["filename"], 0, best["message"])
