"""What the service answers, and which of it are the health, readiness and metrics endpoints."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Key, Origin
from cdgen.repo.patterns import compiled
from cdgen.stacks.node.declared import compared, decorated, objects, tables
from cdgen.stacks.node.filed import filed
from cdgen.stacks.node.known import Known
from cdgen.stacks.node.package import Package
from cdgen.stacks.node.routers import Route, Routers
from cdgen.stacks.node.sources import Sources
from cdgen.stacks.node.trees import Trees

# last segments of a path, likelier first; only a path that ends so is an endpoint of this kind
READY = r"/(?:readyz|readiness|ready|readinessz|readiness-check|readinessProbe)$"
LIVE = (
    r"/(?:healthz|livez|health|health-?check|_health|healthcheckz|liveness|live|ping|heartbeat|alive|status/health|__gtg|up"
    r"|_healthz)$"
)
METRICS = r"/(?:metrics|prometheus|prom-metrics)$"
# packages that add an endpoint at a documented place without a route in the code
PLUGINS = (
    ("fastify-metrics", f.METRICS_PATH, "/metrics"),
    ("express-prom-bundle", f.METRICS_PATH, "/metrics"),
    ("@willsoto/nestjs-prometheus", f.METRICS_PATH, "/metrics"),
    ("fastify-healthcheck", f.HEALTH_PATH, "/health"),
    ("fastify-custom-healthcheck", f.HEALTH_PATH, "/health"),
)
ASKED = ("GET", "*")
# what registers routes by calls; pages without any of them only send requests
PACKAGES = frozenset(
    {"express", "fastify", "koa", "@koa/router", "koa-router", "hono", "restify", "polka", "@hapi/hapi", "elysia", "h3", "router"}
    | {"@tinyhttp/app", "find-my-way", "itty-router", "@fastify/autoload", "@hono/node-server", "json-server", "micro", "connect"}
)


def route_facts(package: Package, sources: Sources, trees: Trees, used: tuple[Known, ...]) -> Iterator[Fact]:
    """The routes, and the endpoints that probes and Prometheus ask; a router whose mount cannot be followed gives none."""
    serves = not used or used[0].role == "server" or bool(PACKAGES & sources.imports)
    routers = Routers(trees, serves=serves)
    routes = (
        *routers.routes(),
        *objects(trees, routers),
        *compared(trees),
        *decorated(trees),
        *tables(trees),
        *filed(package, used),
    )
    for route in dict.fromkeys(route for route in routes if route.served):
        source = package.scope.line(route.file, route.line)
        yield Fact(f.ROUTE, f.Route(route.method, route.path), source, Origin.CODE, route.confidence, "registered by the code")
    yield from _endpoints(package, sources, routes)


def _endpoints(package: Package, sources: Sources, routes: tuple[Route, ...]) -> Iterator[Fact]:
    for key, pattern in ((f.HEALTH_PATH, LIVE), (f.READINESS_PATH, READY), (f.METRICS_PATH, METRICS)):
        order = compiled(r"[\w-]+").findall(pattern)
        hits = [route for route in routes if route.method in ASKED and compiled("(?i)" + pattern).search(route.path)]
        hits = [route for route in hits if not compiled(r"[:*{(]").search(route.path)]
        hits.sort(key=lambda route: (-route.confidence, route.path.count("/"), _place(order, route.path)))
        for route in hits:
            source = package.scope.line(route.file, route.line)
            yield Fact(key, route.path, source, Origin.CODE, route.confidence, "a route of the service")
        if not hits:
            yield from _plugins(package, sources, key)


def _place(order: list[str], path: str) -> int:
    last = path.rpartition("/")[2].lower()
    return order.index(last) if last in order else len(order)


def _plugins(package: Package, sources: Sources, key: Key[str]) -> Iterator[Fact]:
    for name, kind, path in PLUGINS:
        if kind is key and name in sources.imports and name in package.dependencies:
            yield Fact(key, path, package.source(name), Origin.CODE, Confidence.INFERRED, f"default of {name}")
