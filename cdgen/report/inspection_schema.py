"""JSON schema of `cdgen inspect --output-format json`, the contract of those who read it by program."""

from __future__ import annotations

from typing import Any

from cdgen.report.inspection import FORMAT

TEXT = {"type": ["string", "null"]}
NUMBER = {"type": ["integer", "null"]}
SOME = {"type": "string"}
INTEGER = {"type": "integer"}
FACTS = (
    "language",
    "language_version",
    "framework",
    "framework_version",
    "build_tool",
    "protocol",
    "owner",
    "migrations",
    "test_runner",
    "licence",
)
PATHS = ("health_path", "readiness_path", "metrics_path", "dockerfile")
COMMANDS = ("install", "lint", "test", "coverage", "integration", "build", "start")
TEXTS = (*FACTS, *PATHS, *(f"{name}_command" for name in COMMANDS))
TEXT_LIST = {"type": "array", "items": {"type": "string"}}


def _objects(description: str, **fields: dict[str, Any]) -> dict[str, Any]:
    """A list of objects that have all of these fields and no other."""
    item = {"type": "object", "required": list(fields), "additionalProperties": False, "properties": fields}
    return {"type": "array", "description": description, "items": item}


FIELDS: dict[str, dict[str, Any]] = {
    "path": {"type": "string", "description": "folder of the service, relative to the folder that was asked for"},
    "name": {"type": "string"},
    "stack": {"type": "string", "description": "id of the stack that read it"},
    "kind": TEXT | {"description": "service, worker, library, cli, job, static-site, load-generator; null: not known"},
    "is_service": {"type": ["boolean", "null"]},
    "has_dockerfile": {"type": "boolean", "description": "whether a Dockerfile stands inside its folder"},
    "image": {
        "type": ["object", "null"],
        "description": "what the last stage of its Dockerfile says",
        "required": ["base", "user", "ports", "entrypoint"],
        "additionalProperties": False,
        "properties": {"base": TEXT, "user": TEXT, "ports": {"type": "array", "items": INTEGER}, "entrypoint": TEXT_LIST},
    },
    "manifests": TEXT_LIST | {"description": "Kubernetes manifests that the repository already has for it"},
    "pipelines": _objects(
        "pipelines that the repository already has, with the line of each gate in them",
        system=SOME,
        path=SOME,
        gates={"type": "object", "additionalProperties": INTEGER},
    ),
    "codegen_commands": TEXT_LIST,
    "integration_tests": TEXT_LIST | {"description": "test files that need a backing service"},
    "backing_services": TEXT_LIST,
    "backing": _objects("backing services with the version that is asked for", kind=SOME, version=TEXT, sources=TEXT_LIST),
    "ports": _objects("every port it opens", port=INTEGER, protocol=SOME, role={"enum": ["main", "metrics", "admin"]}),
    "routes": _objects("requests it answers, as the code registers them; `*` is any method", method=SOME, path=SOME, source=SOME),
    "grpc_services": TEXT_LIST | {"description": "gRPC services that its server registers"},
    "calls": _objects(
        "the call map: whom it asks",
        target=SOME,
        kind={"enum": ["service", "cluster", "external", "telemetry", "unknown"]},
        protocol=SOME,
        via=SOME,
        sources=TEXT_LIST,
    ),
    "depends_on": TEXT_LIST | {"description": "folders of this repository that it builds with, through others too"},
    "code_generators": TEXT_LIST,
    "resource_hints": _objects("what the repository says about the size of the process", name=SOME, value=SOME),
    "charts": TEXT_LIST,
    "compose_files": TEXT_LIST,
    "size": {
        "type": ["object", "null"],
        "description": "how much there is to look after: files and lines of its own language, endpoints, direct dependencies",
        "required": ["files", "lines", "endpoints", "dependencies"],
        "additionalProperties": False,
        "properties": {"files": INTEGER, "lines": INTEGER, "endpoints": INTEGER, "dependencies": NUMBER},
    },
    "toolchain_skews": _objects("lines that ask for versions which exclude each other", versions=TEXT_LIST, sources=TEXT_LIST),
    "port": NUMBER,
    **{name: TEXT for name in TEXTS},
    "health_path": TEXT | {"description": "where it says that it is alive; that it is ready, when it says nothing else"},
    "env": _objects(
        "environment variables that it reads", name=SOME, default=TEXT, required={"type": "boolean"}, secret={"type": "boolean"}
    ),
    "evidence": {
        "type": "object",
        "description": "per fact key: value, rule that saw it, confidence (declared, inferred, default), why, sources, ...",
        "additionalProperties": {
            "type": "object",
            "required": ["value", "rule", "confidence", "why", "sources", "candidates", "settle"],
        },
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
        "required": ["format", "repository", "services", "skipped", "unread"],
        "properties": {
            "format": {"const": FORMAT},
            "repository": {
                "type": "object",
                "required": ["remote", "default_branch"],
                "properties": {"remote": TEXT, "default_branch": TEXT},
            },
            "unread": _objects("files that were not read, or not even looked at", path=SOME, reason=SOME),
            "services": {"type": "array", "items": service},
            "skipped": {"type": "array", "items": skipped},
            "reason": {"type": "string", "description": "of a folder that is no project: why it is what `kind` says, or not known"},
            "advice": {"type": "string", "description": "of a folder that is no project: what `cdgen init` can do there"},
            "sources": TEXT_LIST | {"description": "of a folder that is no project: the files that say so"},
            **FIELDS,
        },
    }
