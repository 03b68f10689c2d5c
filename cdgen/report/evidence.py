"""What was found, as people read it: one line per field, with its value, how sure it is, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdgen.model import facts as f
from cdgen.model.facts import Confidence
from cdgen.model.service import Decision, Service
from cdgen.report.console import Console
from cdgen.report.details import rows

MARKS = {Confidence.DECLARED: "", Confidence.INFERRED: "likely", Confidence.DEFAULT: "by default", None: "unknown"}
VALUE_WIDTH = 34


def summary(service: Service, console: Console) -> Iterator[str]:
    """The short table of the first screen: what the service is, in at most a dozen lines."""
    made = service.provenance
    versioned = service.language_version or service.kind != "static-site"  # pages have no version
    places = [made[f.LANGUAGE_VERSION.name]] if versioned else []
    yield _row(console, "language", _language(service), *places, made[f.LANGUAGE.name])
    if service.framework:
        yield _row(console, "framework", f"{service.framework} {service.framework_version or ''}".strip(), made[f.FRAMEWORK.name])
    yield _row(console, "serves", _serves(service), made[f.PORT.name], made[f.HEALTH_PATH.name])
    if service.metrics_path:
        yield _row(console, "metrics", service.metrics_path, made[f.METRICS_PATH.name])
    for backing in service.backing:
        yield _plain(console, "needs", f"{backing.kind} {backing.version or ''}".strip(), _backing_places(service, backing.kind))
    if service.migrations:
        yield _row(console, "migrations", service.migrations, made[f.MIGRATIONS.name])
    for title, key in (
        ("install", f.INSTALL),
        ("lint", f.LINT),
        ("tests", f.TEST),
        ("integration", f.INTEGRATION),
        ("build", f.BUILD),
    ):
        decision = made[key.name]
        if decision.value is not None or decision.candidates:
            yield _row(console, title, str(decision.value or "unknown"), decision)
    if service.commands.start or not _is_started_by_image(service):
        yield _row(console, "start", service.commands.start or "unknown", made[f.START.name])
    yield _image(service, console)


def details(service: Service, console: Console) -> Iterator[str]:
    """What `inspect` adds to the table of the first screen."""
    for row in rows(service):
        yield _plain(console, row.title, row.value, ", ".join(map(str, row.places[:2])))


def unknowns(service: Service) -> Iterator[tuple[str, str, str]]:
    """(field, why it is not known, the line of cdgen.yaml that settles it) of every field that matters and has no value."""
    built = service.build_tool or service.kind != "static-site"  # plain pages are built by nothing
    needed: list[f.Key[Any]] = [f.LANGUAGE, *([f.BUILD_TOOL] if built else []), f.KIND] if service.language else [f.KIND]
    if service.kind == "service":
        needed += [f.PROTOCOL, f.PORT]
        if service.protocol != "grpc" and not service.readiness_path:
            needed.append(f.HEALTH_PATH)
    if service.language and service.kind != "static-site":
        needed += [f.TEST, *([] if _is_started_by_image(service) else [f.START])]
    titles = {key.name: key.title for key in needed}
    for name, title in titles.items():
        decision = service.provenance[name]
        if decision.value is None:
            yield title, decision.why, decision.settle


def _is_started_by_image(service: Service) -> bool:
    """Whether a web server that comes with the image starts it: a static site, PHP behind nginx."""
    return service.kind == "static-site" or (service.recipe is not None and service.commands.start is None)


def _language(service: Service) -> str:
    return f"{service.language or 'unknown'} {service.language_version or ''}".strip()


def _serves(service: Service) -> str:
    if service.kind in ("worker", "job", "library", "cli"):
        return f"nothing: {service.kind}"
    port = str(service.port) if service.port else "port unknown"
    parts = [f"{(service.protocol or 'unknown').upper()} {port}"]
    if service.health_path or service.readiness_path:
        parts.append(service.health_path or service.readiness_path or "")
    return ", ".join(parts)


def _image(service: Service, console: Console) -> str:
    if service.dockerfile:
        return _plain(console, "image", "your Dockerfile, kept as it is", service.dockerfile.path)
    if service.recipe:
        return _plain(console, "image", "a Dockerfile will be written", "")
    reason = service.no_image[0] if service.no_image else "no pinned base image fits"
    return _plain(console, "image", "none", f"{reason.removeprefix('no image: ')}; write a Dockerfile to be deployed")


def _backing_places(service: Service, kind: str) -> str:
    return ", ".join(str(source) for source in service.backing_sources.get(kind, ())[:2])


def _row(console: Console, title: str, value: str, *decisions: Decision) -> str:
    places: dict[str, str] = {}  # one line per file is enough to find the fact
    for source in (decision.sources[0] for decision in decisions if decision.sources):
        places.setdefault(source.path, str(source))
    mark = MARKS[decisions[0].confidence] if decisions[0].value is not None else "unknown"
    if decisions[0].value is None and decisions[0].settle:
        places = {"": f"{decisions[0].why}; say `{decisions[0].settle}` in cdgen.yaml"}
    return _plain(console, title, value, ", ".join(places.values()), mark)


def _plain(console: Console, title: str, value: str, places: str, mark: str = "") -> str:
    shown = f"{value} ({mark})" if mark and mark != "unknown" else value
    return f"  {title:<12}{shown:<{VALUE_WIDTH}} {console.style(places, 'dim')}".rstrip()


def owner_from(service: Service) -> str:
    """Where the proposed owner comes from."""
    sources = service.provenance[f.OWNER.name].sources
    return str(sources[0]) if sources else "git remote" if service.owner else "nobody named"
