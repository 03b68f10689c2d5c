"""Health, readiness and metrics paths among the routes that code registers, and those that libraries bring."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Key, Origin
from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.prefixes import joined, prefix_of
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.routes import Route
from cdgen.stacks.python.base.sources import search

# (words of the last segment, how good an answer they are); readiness has its own key
HEALTH = (
    (r"[-_]*(?:[\w-]+[-_])?health[-_]?(?:z|check|checks|checkz|status|y)?[-_]*", 0),
    (r"[-_]*(?:livez?|liveness|alive|livez?-?check)[-_]*", 1),
    (r"[-_]*(?:lb)?heartbeat[-_]*", 2),
    (r"_?ping", 3),
    (r"_?status(?:z|check)?", 4),
)
NOT_HEALTH = r"(?:mental|public|animal|plant|dental)[-_]health"
READY = r"[-_]*(?:readyz?|readiness|ready[-_]?check|is[-_]?ready)[-_]*"
DOUBTFUL_RANK, MAX_DOUBTFUL_SEGMENTS = 3, 1
INSTRUMENTED = (  # what serves metrics without a route of its own -> where
    (r"\bInstrumentator\([^\n]*\)|\.expose\(", "prometheus_fastapi_instrumentator", "/metrics"),
    (
        r"\b(?:GunicornPrometheusMetrics|GunicornInternalPrometheusMetrics|PrometheusMetrics|RESTfulPrometheusMetrics)\b",
        "prometheus_flask_exporter",
        "/metrics",
    ),
    (r"include\([\"']django_prometheus\.urls[\"']\)", "django_prometheus", "/metrics"),
)
DOCKERFLOW = r"\bDockerflow\(|DockerflowMiddleware|dockerflow_router"  # https://github.com/mozilla-services/Dockerflow


def endpoint_facts(project: Project, found: tuple[Route, ...]) -> Iterator[Fact]:
    routes = [route for route in found if route.method in ("GET", "HEAD", "*")]
    yield from _health(routes)
    for route in routes:
        if compiled(READY).fullmatch(_last(route.path)):
            yield _fact(f.READINESS_PATH, route, Confidence.DECLARED)
    metrics = [route for route in routes if _last(route.path) == "metrics"]
    for route in sorted(metrics, key=lambda route: len(route.path)):
        yield _fact(f.METRICS_PATH, route, Confidence.DECLARED)
    yield from _brought(project)


def _brought(project: Project) -> Iterator[Fact]:
    """Paths that a library serves without a route of the service's own."""
    yield from _instrumented(project)
    included = r"path\(\s*r?[\"']\^?([\w/-]*)[\"']\s*,\s*include\(\s*[\"']health_check\.urls"
    for module, match in search(project.modules, included, "health_check"):
        prefix = prefix_of(project, module, "")
        if prefix is not None:
            place = project.scope.line(module.path, module.line(match.start()))
            yield _fact(f.HEALTH_PATH, Route("GET", joined(prefix, match.group(1)), place), Confidence.DECLARED)
    for module, match in search(project.modules, DOCKERFLOW, "ockerflow"):
        place = project.scope.line(module.path, module.line(match.start()))
        yield _fact(f.HEALTH_PATH, Route("GET", "/__lbheartbeat__", place), Confidence.INFERRED)
        yield _fact(f.READINESS_PATH, Route("GET", "/__heartbeat__", place), Confidence.INFERRED)


def _health(routes: list[Route]) -> Iterator[Fact]:
    """The most telling path first: the first sighting counts."""
    ranked: list[tuple[int, int, Route]] = []
    for route in routes:
        last = _last(route.path)
        rank = next((rank for pattern, rank in HEALTH if compiled(pattern).fullmatch(last)), None)
        if rank is None or compiled(NOT_HEALTH).search(last):
            continue
        segments = len([part for part in route.path.split("/") if part])
        if rank < DOUBTFUL_RANK or segments <= MAX_DOUBTFUL_SEGMENTS:
            ranked.append((rank, segments, route))
    for rank, _, route in sorted(ranked, key=lambda entry: entry[:2]):
        yield _fact(f.HEALTH_PATH, route, Confidence.INFERRED if rank >= DOUBTFUL_RANK else Confidence.DECLARED)


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2].lower()


def _fact(key: Key[str], route: Route, confidence: Confidence) -> Fact:
    return Fact(key, route.path, route.source, Origin.CODE, confidence, "route")


def _instrumented(project: Project) -> Iterator[Fact]:
    for pattern, package, path in INSTRUMENTED:
        for module, match in search(project.modules, pattern, package):
            if package not in module.text:
                continue
            stated = compiled(r"(?:endpoint|path)\s*=\s*[\"'](/[\w/-]*)[\"']").search(
                module.text[match.start() : match.start() + 300]
            )
            place = project.scope.line(module.path, module.line(match.start()))
            route = Route("GET", stated.group(1) if stated else path, place)
            yield _fact(f.METRICS_PATH, route, Confidence.DECLARED if stated else Confidence.INFERRED)
            break
