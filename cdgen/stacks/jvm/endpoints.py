"""Health, readiness and metrics: routes in the code, and what a framework serves once a dependency is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Key, Origin, Route, Source
from cdgen.repo.patterns import compiled
from cdgen.road.pins import version_key
from cdgen.stacks.base import HEALTH_WORDS, READY_WORDS
from cdgen.stacks.jvm import annotated, routed, scala_routes
from cdgen.stacks.jvm.build import Build
from cdgen.stacks.jvm.frameworks import Known, version
from cdgen.stacks.jvm.settings import Setting, Settings
from cdgen.stacks.jvm.sources import SourceFile
from cdgen.stacks.jvm.tree import Trees

ACTUATOR = r"org\.springframework\.boot:spring-boot-starter-actuator"
PROMETHEUS = r"io\.micrometer:micrometer-registry-prometheus.*|io\.quarkus:quarkus-micrometer-registry-prometheus"
SPRING_CONTEXT = ("server.servlet.context-path", "server.context-path", "spring.webflux.base-path", "spring.mvc.servlet.path")
CONTEXT = {"quarkus": ("quarkus.http.root-path",), "micronaut": ("micronaut.server.context-path",)}


def from_code(trees: Trees, build: Build, settings: Settings, known: Known | None) -> Iterator[Fact]:
    """Every route; then those whose last element says what they are for, the likelier first."""
    base = context_path(settings, known)
    found = [*annotated.routes(trees, settings), *routed.routes(trees), *scala_routes.routes(trees, build)]
    seen = [(Route(route.method, f"{base}{route.path}".rstrip("/") or "/"), place) for route, place in dict.fromkeys(found)]
    for route, place in seen:
        origin = Origin.CONFIG if place.path.endswith("routes") else Origin.CODE
        yield Fact(f.ROUTE, route, place, origin, Confidence.DECLARED, f"answers {route.method} {route.path}")
    for key, words in ((f.HEALTH_PATH, HEALTH_WORDS), (f.READINESS_PATH, READY_WORDS), (f.METRICS_PATH, ("metrics", "prometheus"))):
        for word in words:
            for route, place in seen:
                if route.method in ("GET", "HEAD", "*") and compiled(rf"(?i)(?:^|/)[_-]*(?:{word})/?$").search(route.path):
                    yield Fact(key, route.path, place, Origin.CODE, Confidence.DECLARED, f"serves {route.path}")


def context_path(settings: Settings, known: Known | None) -> str:
    """What stands before every path of the application."""
    keys = CONTEXT.get(known.name, SPRING_CONTEXT) if known else SPRING_CONTEXT
    text = next((text for key in keys if (text := settings.text(key))), "")
    return "/" + text.strip("/") if text.strip("/") else ""


def from_framework(build: Build, known: Known | None, settings: Settings) -> Iterator[Fact]:
    """What Spring Boot's Actuator, Quarkus, Micronaut and MicroProfile serve without any code."""
    actuator = build.find(ACTUATOR)
    told = next((setting for setting in settings.all if setting.key.startswith("management.endpoint")), None)
    # a convention plugin or a starter of the organisation may bring it; nobody configures endpoints without having them
    place = next((each.source for each in (actuator, told) if each), None)
    if place and known and known.name == "spring-boot":
        yield from _actuator(place, build, known, settings)
    if known and known.name == "quarkus":
        yield from _quarkus(build, settings)
    management = build.find(r"io\.micronaut(?:\.\w+)*:micronaut-management")
    if management:
        base = settings.text("endpoints.all.path").rstrip("/")
        for key, path in ((f.HEALTH_PATH, "/health"), (f.READINESS_PATH, "/health/readiness")):
            yield _fact(key, base + path, management.source, "micronaut-management")
        if build.find(r"io\.micronaut\.micrometer:micronaut-micrometer-registry-prometheus"):
            yield _fact(f.METRICS_PATH, f"{base}/prometheus", management.source, "micronaut-management")


def _actuator(place: Source, build: Build, known: Known, settings: Settings) -> Iterator[Fact]:
    """Version 1 serves at the root, later ones below /actuator. Endpoints of a port of their own are not the service's."""
    release = version_key(version(build, known) or "3")
    modern = release >= (2,)
    stated = settings.get("management.endpoints.web.base-path" if modern else "management.context-path")
    base = settings.text(stated.key) if stated else ("/actuator" if modern else "")
    apart = settings.get("management.server.port", "management.port")
    prefix = "" if apart else context_path(settings, known)
    base = f"{prefix}/{base.strip('/')}".rstrip("/")
    if not apart and not _is_health_off(settings):
        yield from _actuator_health(base, place, release, settings)
    yield from _actuator_metrics(base, build, settings, modern=modern)


def _is_health_off(settings: Settings) -> bool:
    keys = (
        "endpoints.health.enabled",
        "endpoints.enabled",
        "management.endpoint.health.enabled",
        "management.endpoints.enabled-by-default",
    )
    if settings.text("management.endpoint.health.enabled") == "true" or settings.text("endpoints.health.enabled") == "true":
        return False
    excluded = settings.text("management.endpoints.web.exposure.exclude").split(",")
    return any(settings.is_off(key) for key in keys) or bool({"health", "*"} & set(excluded))


def _actuator_health(base: str, place: Source, release: tuple[int, ...], settings: Settings) -> Iterator[Fact]:
    """The liveness and readiness groups exist where probes are switched on, as they are from version 4 on."""
    name = settings.text("management.endpoints.web.path-mapping.health") or "health"
    switch = settings.get("management.endpoint.health.probes.enabled")
    on = (settings.text(switch.key) == "true") if switch else release >= (4,)
    if on:
        where = switch.source if switch else place
        sure = Confidence.DECLARED if switch else Confidence.INFERRED
        yield Fact(f.HEALTH_PATH, f"{base}/{name}/liveness", where, Origin.CONFIG, sure, "Actuator with probes")
        yield Fact(f.READINESS_PATH, f"{base}/{name}/readiness", where, Origin.CONFIG, sure, "Actuator with probes")
    else:
        yield _fact(f.HEALTH_PATH, f"{base}/{name}", place, "Actuator")


def _actuator_metrics(base: str, build: Build, settings: Settings, *, modern: bool) -> Iterator[Fact]:
    """Prometheus is served only where a registry is there and the endpoint is exposed."""
    registry = build.find(PROMETHEUS)
    exposed: Setting | None = settings.get("management.endpoints.web.exposure.include")
    shown = {name.strip(" '\"[]") for name in settings.text(exposed.key).split(",")} if exposed else set()
    if registry and modern and exposed and {"*", "prometheus"} & shown:
        name = settings.text("management.endpoints.web.path-mapping.prometheus") or "prometheus"
        yield Fact(
            f.METRICS_PATH, f"{base}/{name}", exposed.source, Origin.CONFIG, Confidence.DECLARED, "Actuator exposes prometheus"
        )


def _quarkus(build: Build, settings: Settings) -> Iterator[Fact]:
    """Below /q since version 1.11 (https://quarkus.io/guides/smallrye-health)."""
    if settings.get("quarkus.management.enabled") and settings.text("quarkus.management.enabled") == "true":
        return
    root = settings.text("quarkus.http.root-path").strip("/")
    base = (f"/{root}" if root else "") + "/" + (settings.text("quarkus.http.non-application-root-path") or "q").strip("/")
    health = build.find(r"io\.quarkus:quarkus-smallrye-health")
    if health:
        path = (settings.text("quarkus.smallrye-health.root-path") or "health").strip("/")
        yield _fact(f.HEALTH_PATH, f"{base}/{path}/live", health.source, "SmallRye Health")
        yield _fact(f.READINESS_PATH, f"{base}/{path}/ready", health.source, "SmallRye Health")
    metrics = build.find(r"io\.quarkus:quarkus-(?:micrometer-registry-prometheus|smallrye-metrics)")
    if metrics:
        yield _fact(f.METRICS_PATH, f"{base}/metrics", metrics.source, "Quarkus metrics")


def from_server(repo_text: str, path: str) -> Iterator[Fact]:
    """MicroProfile features of a Liberty server.xml."""
    file = SourceFile(path, repo_text)
    health = re.search(r"<feature>\s*(mpHealth-[\d.]+|microProfile-[\d.]+)\s*</feature>", repo_text)
    if health:
        place = file.source(health.start())
        yield _fact(f.HEALTH_PATH, "/health/live", place, health.group(1))
        yield _fact(f.READINESS_PATH, "/health/ready", place, health.group(1))
    metrics = re.search(r"<feature>\s*mpMetrics-[\d.]+\s*</feature>", repo_text)
    if metrics:
        yield _fact(f.METRICS_PATH, "/metrics", file.source(metrics.start()), "mpMetrics")


def _fact(key: Key[Any], path: str, place: Source, why: str) -> Fact:
    return Fact(key, path, place, Origin.MANIFEST, Confidence.INFERRED, f"served by {why}")
