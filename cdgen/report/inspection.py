"""An inspection as JSON: one object per service, its fields flat, the evidence beside them."""

from __future__ import annotations

from typing import Any

from cdgen.model.facts import ExistingImage
from cdgen.model.service import Decision, Details, Service, Skipped
from cdgen.spec.folder import Folder
from cdgen.spec.inspection import Inspection

FORMAT = 1  # raised when a field changes its meaning or goes


def to_json(inspection: Inspection, default_branch: str | None = None) -> dict[str, Any]:
    """`services[]` always; the same fields at the top when the path that was asked for is a service, whatever lies below it, else
    what that folder is.
    """
    directory, services = inspection.directory, inspection.services
    rows = [_row(service, directory) for service in services]
    top = next((row for row, service in zip(rows, services, strict=True) if service.directory == directory), None)
    folder = inspection.folder()
    top = top or (_folder(folder) if folder else {})
    return {
        "format": FORMAT,
        "repository": {"remote": inspection.remote, "default_branch": default_branch},
        **top,
        "services": rows,
        "skipped": [_skipped(each) for each in inspection.skipped],
        "unread": [{"path": path, "reason": reason} for path, reason in sorted(inspection.repo.unread.items())],
    }


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
        "health_path": service.health_path or service.readiness_path,
        "readiness_path": service.readiness_path,
        "metrics_path": service.metrics_path,
        "has_dockerfile": inside,
        "dockerfile": service.dockerfile.path if service.dockerfile else None,
        "image": _image(service.dockerfile) if service.dockerfile else None,
        "manifests": list(service.existing_manifests),
        "pipelines": [{"system": each.system, "path": each.path, "gates": dict(each.gates)} for each in service.pipelines],
        "install_command": commands.install,
        "lint_command": commands.lint,
        "test_command": commands.test,
        "coverage_command": commands.coverage,
        "integration_command": commands.integration,
        "build_command": commands.build,
        "start_command": commands.start,
        "codegen_commands": list(commands.codegen),
        "integration_tests": list(service.integration_tests),
        "migrations": service.migrations,
        "backing_services": [each.kind for each in service.backing],
        "backing": [
            {"kind": each.kind, "version": each.version, "sources": list(map(str, service.backing_sources.get(each.kind, ())))}
            for each in service.backing
        ],
        "env": [each._asdict() for each in service.env],
        **_details(service.details),
        "owner": service.owner or None,
        "evidence": {name: _evidence(decision) for name, decision in service.provenance.items()},
    }


def _folder(folder: Folder) -> dict[str, Any]:
    """The few fields that a folder has which is no project: what it is, what says so, and what its own Dockerfile says."""
    return {
        "path": ".",
        "kind": folder.kind,
        "is_service": folder.is_service,
        "has_dockerfile": folder.has_dockerfile,
        "dockerfile": folder.image,
        "port": folder.port,
        "start_command": folder.start,
        "reason": folder.reason,
        "advice": folder.advice,
        "sources": list(map(str, folder.sources)),
    }


def _image(image: ExistingImage) -> dict[str, Any]:
    return {"base": image.base, "user": image.user, "ports": list(image.ports), "entrypoint": list(image.entrypoint)}


def _details(details: Details) -> dict[str, Any]:
    return {
        "ports": [listener._asdict() for listener in details.listeners],
        "routes": [{"method": each.method, "path": each.path, "source": str(each.source or "")} for each in details.endpoints],
        "grpc_services": list(details.grpc_services),
        "calls": [
            {
                "target": edge.target,
                "kind": edge.kind,
                "protocol": edge.protocol,
                "via": edge.via,
                "sources": list(map(str, edge.sources)),
            }
            for edge in details.calls
        ],
        "depends_on": list(details.depends_on),
        "test_runner": details.test_runner,
        "code_generators": list(details.generators),
        "resource_hints": [hint._asdict() for hint in details.resources],
        "licence": details.licence,
        "charts": list(details.charts),
        "compose_files": list(details.compose_files),
        "size": details.size._asdict() if details.size else None,
        "toolchain_skews": [
            {"versions": [skew.one, skew.other], "sources": [str(skew.one_source), str(skew.other_source)]}
            for skew in details.skews
        ],
    }


def _evidence(decision: Decision) -> dict[str, Any]:
    return {
        "value": _shown(decision.value),
        "rule": decision.rule or None,
        "confidence": decision.confidence.name.lower() if decision.confidence else None,
        "why": decision.why,
        "sources": [str(source) for source in decision.sources],
        "candidates": [
            {"value": _shown(value), "source": str(source) if source else None} for value, source in decision.candidates
        ],
        "settle": decision.settle or None,
    }


def _shown(value: Any) -> str | int | None:
    """A value as text or number: a framework by its name, a Dockerfile by its path."""
    if value is None or isinstance(value, (str, int)):
        return value
    return str(getattr(value, "name", None) or getattr(value, "path", None) or value)


def _skipped(skipped: Skipped) -> dict[str, Any]:
    return {"path": skipped.directory, "what": skipped.what, "reason": skipped.reason, "source": str(skipped.source or "")}
