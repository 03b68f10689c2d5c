"""An inspection as JSON: one object per service, its fields flat, the evidence beside them."""

from __future__ import annotations

from typing import Any

from cdgen.model.service import Decision, Service, Skipped

FORMAT = 1  # raised when a field changes its meaning or goes


def to_json(services: tuple[Service, ...], skipped: tuple[Skipped, ...], directory: str) -> dict[str, Any]:
    """`services[]` always; the same fields at the top when the path that was asked for is a service, whatever lies below it."""
    rows = [_row(service, directory) for service in services]
    top = next((row for row, service in zip(rows, services, strict=True) if service.directory == directory), {})
    return {"format": FORMAT, **top, "services": rows, "skipped": [_skipped(each) for each in skipped]}


def _row(service: Service, directory: str) -> dict[str, Any]:
    commands = service.commands
    inside = service.dockerfile is not None and service.dockerfile.path.startswith(
        "" if service.directory == "." else service.directory + "/"
    )
    return {
        "path": service.directory if directory == "." else service.directory.removeprefix(directory).lstrip("/") or ".",
        "name": service.name,
        "stack": service.stack,
        "language": service.language or None,
        "language_version": service.language_version,
        "framework": service.framework,
        "framework_version": service.framework_version,
        "build_tool": service.build_tool,
        "kind": service.kind or None,
        "is_service": service.is_service if service.kind else None,
        "protocol": service.protocol,
        "port": service.port,
        "health_path": service.health_path,
        "readiness_path": service.readiness_path,
        "metrics_path": service.metrics_path,
        "has_dockerfile": inside,
        "dockerfile": service.dockerfile.path if service.dockerfile else None,
        "install_command": commands.install,
        "lint_command": commands.lint,
        "test_command": commands.test,
        "coverage_command": commands.coverage,
        "integration_command": commands.integration,
        "build_command": commands.build,
        "start_command": commands.start,
        "codegen_commands": list(commands.codegen),
        "backing_services": [each.kind for each in service.backing],
        "env": [each._asdict() for each in service.env],
        "owner": service.owner or None,
        "evidence": {name: _evidence(decision) for name, decision in service.provenance.items()},
    }


def _evidence(decision: Decision) -> dict[str, Any]:
    value = decision.value
    return {
        "value": value if value is None or isinstance(value, (str, int)) else str(getattr(value, "name", None) or value),
        "confidence": decision.confidence.name.lower() if decision.confidence else None,
        "why": decision.why,
        "sources": [str(source) for source in decision.sources],
        "candidates": [{"value": str(value), "source": str(source) if source else None} for value, source in decision.candidates],
        "settle": decision.settle or None,
    }


def _skipped(skipped: Skipped) -> dict[str, Any]:
    return {"path": skipped.directory, "what": skipped.what, "reason": skipped.reason, "source": str(skipped.source or "")}


TEXT = {"type": ["string", "null"]}
NUMBER = {"type": ["integer", "null"]}
FACTS = ("language", "language_version", "framework", "framework_version", "build_tool", "protocol", "owner")
PATHS = ("health_path", "readiness_path", "metrics_path", "dockerfile")
COMMANDS = ("install", "lint", "test", "coverage", "integration", "build", "start")
TEXTS = (*FACTS, *PATHS, *(f"{name}_command" for name in COMMANDS))
FIELDS: dict[str, dict[str, Any]] = {
    "path": {"type": "string", "description": "folder of the service, relative to the folder that was asked for"},
    "name": {"type": "string"},
    "stack": {"type": "string", "description": "id of the stack that read it"},
    "kind": TEXT | {"description": "service, worker, library, cli, job, static-site, load-generator; null: not known"},
    "is_service": {"type": ["boolean", "null"]},
    "has_dockerfile": {"type": "boolean", "description": "whether a Dockerfile stands inside its folder"},
    "codegen_commands": {"type": "array", "items": {"type": "string"}},
    "backing_services": {"type": "array", "items": {"type": "string"}},
    "port": NUMBER,
    **{name: TEXT for name in TEXTS},
    "env": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["name", "default", "required", "secret"],
            "properties": {
                "name": {"type": "string"},
                "default": TEXT,
                "required": {"type": "boolean"},
                "secret": {"type": "boolean"},
            },
        },
    },
    "evidence": {
        "type": "object",
        "description": "per fact key: value, confidence (declared, inferred, default), why, sources, candidates, settle",
        "additionalProperties": {"type": "object", "required": ["value", "confidence", "why", "sources", "candidates", "settle"]},
    },
}


def schema() -> dict[str, Any]:
    """JSON schema of `cdgen inspect --output-format json`; null always means: not known, or nothing."""
    service = {"type": "object", "required": list(FIELDS), "additionalProperties": False, "properties": FIELDS}
    skipped = {"type": "object", "required": ["path", "what", "reason", "source"]}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "cdgen inspect",
        "type": "object",
        "required": ["format", "services", "skipped"],
        "properties": {
            "format": {"const": FORMAT},
            "services": {"type": "array", "items": service},
            "skipped": {"type": "array", "items": skipped},
            **FIELDS,
        },
    }
