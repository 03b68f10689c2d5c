"""Health, readiness and metrics paths that code serves, with the prefixes under which routers are mounted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Key, Origin
from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.expressions import arguments, keyword, positional
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.sources import Module, is_commented, search

WORDS = ("health", "live", "ready", "readiness", "ping", "status", "heartbeat", "alive", "metrics")
LITERAL = r"[\"']((?:\^|/)?[\w./\-]{0,120}?(?:health|live|read[yi]|ping|status|heartbeat|alive|metrics)[\w\-./]{0,120}\??\$?)[\"']"
# what stands before the path of a route: a decorator, a call on a router, an entry of a list of routes
PATH = r"\(\s*(?:(?:path|rule|uri)\s*=\s*)?[rf]?$"
DECORATED = rf"@(?:(\w[\w.]*)\.)?(?:route|get|api_route|head|custom_route|add_route){PATH}"
ADDED = (
    r"(\w[\w.]*)\.(?:add_url_rule|add_api_route|add_route|add_get|route|mount|add_resource|add_view)"
    r"\(\s*(?:[\w.]+\s*,\s*|[\"'][\w.-]+[\"']\s*,\s*)?(?:(?:path|rule|pattern)\s*=\s*)?[rf]?$"
)
LISTED = (
    rf"\b(?:Route|Mount|web\.get|re_path|path|url|URLSpec|Rule|HealthCheck|EnvironmentDump){PATH}"
    r"|web\.route\(\s*[\"'](?:GET|\*)[\"']\s*,\s*$|\bHealthCheck\(\s*\w+\s*,\s*$"
)
URLCONF = r"\b(?:re_path|path|url)\(\s*r?$"
ROUTER = r"(?:APIRouter|Blueprint|APIBlueprint|Router|SmorestBlueprint|Namespace|RouteTableDef|InferringRouter)\("
API = r"(?:Api|RestApi|NinjaAPI|NinjaExtraAPI)\("  # Flask-RESTful, Flask-RESTX, Django Ninja
INCLUDES = r"(\w[\w.]*)\.(?:include_router|register_blueprint|add_namespace|add_routes|blueprint|add_router)\("
MAX_DEPTH = 4
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


class Route(NamedTuple):
    path: str
    module: Module
    line: int


def route_facts(project: Project) -> Iterator[Fact]:
    routes = list(_routes(project))
    yield from _health(project, routes)
    for route in routes:
        if compiled(READY).fullmatch(_last(route.path)):
            yield _fact(project, f.READINESS_PATH, route, Confidence.DECLARED)
    metrics = [route for route in routes if _last(route.path) == "metrics"]
    for route in sorted(metrics, key=lambda route: len(route.path)):
        yield _fact(project, f.METRICS_PATH, route, Confidence.DECLARED)
    yield from _instrumented(project)
    for module, match in search(project.modules, DOCKERFLOW, "ockerflow"):
        line = module.line(match.start())
        yield _fact(project, f.HEALTH_PATH, Route("/__lbheartbeat__", module, line), Confidence.INFERRED)
        yield _fact(project, f.READINESS_PATH, Route("/__heartbeat__", module, line), Confidence.INFERRED)


def _health(project: Project, routes: list[Route]) -> Iterator[Fact]:
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
        yield _fact(project, f.HEALTH_PATH, route, Confidence.INFERRED if rank >= DOUBTFUL_RANK else Confidence.DECLARED)


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2].lower()


def _fact(project: Project, key: Key[str], route: Route, confidence: Confidence) -> Fact:
    return Fact(key, route.path, project.scope.line(route.module.path, route.line), Origin.CODE, confidence, "route")


def _routes(project: Project) -> Iterator[Route]:
    prefixes: dict[tuple[str, str], str | None] = {}
    for module, match in search(project.modules, LITERAL, *WORDS):
        start = match.start()
        before = module.text[max(0, start - 200) : start]
        receiver = _receiver(before, module.text[match.end() : match.end() + 60])
        is_path = match.group(1).startswith(("/", "^")) or compiled(URLCONF).search(before) is not None
        if receiver is None or not is_path or _refuses_get(module.text, match.end()):
            continue
        key = (module.path, receiver)
        if key not in prefixes:
            prefixes[key] = _prefix(project, module, receiver)
        prefix = prefixes[key]
        if prefix is not None:
            yield Route(_joined(prefix, match.group(1)), module, module.line(start))
    included = r"path\(\s*r?[\"']\^?([\w/-]*)[\"']\s*,\s*include\(\s*[\"']health_check\.urls"
    for module, match in search(project.modules, included, "health_check"):
        prefix = _prefix(project, module, "")
        if prefix is not None:
            yield Route(_joined(prefix, match.group(1)), module, module.line(match.start()))


def _receiver(before: str, after: str) -> str | None:
    """The router a path is given to, "" when it stands in a list of routes; None when it is no route."""
    for pattern in (DECORATED, ADDED):
        match = compiled(pattern).search(before)
        if match:
            name = match.group(1) or ""
            return "" if name.endswith((".router", "web")) else name
    if compiled(LISTED).search(before):
        return ""
    handled = compiled(r"\(\s*r?$").search(before) and compiled(r"\s*,\s*[\w.]*Handler\b").match(after)
    return "" if handled else None


def _refuses_get(text: str, end: int) -> bool:
    """Whether the route names its methods and GET is none of them."""
    after = compiled(r"\n(?:async )?def ").split(text[end : end + 200])[0]
    methods = compiled(r"methods\s*=\s*[\[({]([^\])}]*)").search(after)
    return methods is not None and "GET" not in methods.group(1).upper()


def _joined(prefix: str, path: str) -> str:
    plain = path.removesuffix("$").removeprefix("^").removesuffix("/?").removesuffix("?")
    return (
        "/"
        + "/".join(part.strip("/") for part in (prefix, plain) if part.strip("/"))
        + ("/" if plain.endswith("/") and len(plain) > 1 else "")
    )


def _prefix(project: Project, module: Module, receiver: str, depth: int = 0) -> str | None:
    """What stands before the paths of a router: its own prefix and those of whoever mounts it; None when that cannot be known."""
    if depth > MAX_DEPTH:
        return None
    if not receiver:
        return _django_prefix(project, module)
    if "." in receiver:
        return ""
    home = _definition(project, module, receiver, ROUTER)
    if home is None:
        return _application_prefix(project, module, receiver, depth)
    owner, call = home
    given = keyword(call, "prefix", "url_prefix", "path")
    own = _text(project, owner, given) if given else ""
    mounted = _mounted(project, owner, receiver, depth)
    return None if own is None or mounted is None else _joined_prefix(mounted, own)


def _application_prefix(project: Project, module: Module, receiver: str, depth: int) -> str | None:
    """For what is no router: an API object with a prefix of its own, an application that another one mounts, or the root."""
    api = _definition(project, module, receiver, API)
    if api:
        owner, call = api
        given, on = keyword(call, "prefix"), positional(call, 0)
        own = _text(project, owner, given) if given else ""
        outer = _prefix(project, owner, on, depth + 1) if on and on.isidentifier() else ""
        return None if own is None or outer is None else _joined_prefix(outer, own)
    mounted = rf"\.mount\(\s*[\"']([^\"']*)[\"']\s*,\s*(?:app\s*=\s*)?{receiver}\b"
    return next((match.group(1) for _, match in search(project.modules, mounted, ".mount(")), "")


def _joined_prefix(first: str, second: str) -> str:
    return "/".join(part.strip("/") for part in (first, second) if part.strip("/"))


def _definition(project: Project, module: Module, name: str, kind: str) -> tuple[Module, tuple[str, ...]] | None:
    """The file and arguments of `name = APIRouter(...)`; None when it is the application itself, or something unknown."""
    pattern = rf"(?m)^[ \t]*{name}\s*(?::\s*[\w.]+\s*)?=\s*(?:[\w.]+\.)?{kind}"
    imported = compiled(rf"(?m)^[ \t]*from[ \t]+[\w.]+[ \t]+import\b[^#]{{0,1000}}?\b{name}\b").search(module.text)
    for where in (module, *(project.modules if imported else ())):
        match = compiled(pattern).search(where.text) if name in where.text and "(" in where.text else None
        if match:
            return where, arguments(where.text, match.end() - 1)
    return None


def _mounted(project: Project, owner: Module, name: str, depth: int) -> str | None:
    """The prefix under which a router is mounted; None when nobody is seen to mount it."""
    for module, match in search(project.modules, INCLUDES, "include_router", "blueprint", "add_namespace", "add_route"):
        parts = arguments(module.text, match.end() - 1)
        router = keyword(parts, "router", "blueprint") or positional(parts, 0)
        if router is None or not _means(module, router, owner, name):
            continue
        given = keyword(parts, "prefix", "url_prefix")
        prefix = _text(project, module, given) if given else ""
        outer = _prefix(project, module, match.group(1).removesuffix(".router"), depth + 1)
        return None if prefix is None or outer is None else _joined_prefix(outer, prefix)
    return None


def _means(module: Module, expression: str, owner: Module, name: str) -> bool:
    """Whether an expression in a file is the router `name` that another file defines."""
    expression = expression.strip()
    if module is owner:
        return expression == name
    if "." in expression:
        head, _, last = expression.rpartition(".")
        return last == name and head.rpartition(".")[2] in (owner.stem, _folder(owner))
    imported = compiled(rf"(?m)^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+\(?[^)\n]*?\b{name}(?:\s+as\s+(\w+))?").finditer(
        module.text
    )
    for match in imported:
        source = match.group(1).rpartition(".")[2]
        if expression == (match.group(2) or name) and source in (owner.stem, _folder(owner), ""):
            return True
    return False


def _folder(module: Module) -> str:
    return module.path.rpartition("/")[0].rpartition("/")[2]


def _django_prefix(project: Project, module: Module) -> str | None:
    """For a URLconf that others include: the path it is included under."""
    if "urlpatterns" not in module.text:
        return ""
    dotted = module.path.removesuffix(".py").replace("/", ".")
    tail = ".".join(dotted.split(".")[-2:])
    for other, match in search(
        project.modules, rf"path\(\s*r?[\"']\^?([\w/-]*)[\"']\s*,\s*include\(\s*\(?[\"'](?:[\w.]*\.)?{tail}[\"']", "include("
    ):
        if other is not module:
            outer = _django_prefix(project, other)
            return None if outer is None else _joined_prefix(outer, match.group(1))
    return ""


def _text(project: Project, module: Module, expression: str | None) -> str | None:
    """The text that an expression stands for: a literal, a constant of this project, or an f-string of these."""
    if expression is None:
        return None
    literal = compiled(r"[rf]?[\"']([^\"']*)[\"']").fullmatch(expression.strip())
    if literal and "{" not in literal.group(1):
        return literal.group(1)
    if literal:
        parts = [_text(project, module, name) for name in compiled(r"\{([^}]+)\}").findall(literal.group(1))]
        found = iter(part or "" for part in parts)
        return None if None in parts else compiled(r"\{[^}]+\}").sub(lambda _: next(found), literal.group(1))
    name = compiled(r"(?:[\w.]+\.)?(\w+)").fullmatch(expression.strip())
    if not name:
        return None
    pattern = compiled(rf"(?m)^[ \t]*{name.group(1)}\s*(?::\s*[\w.\[\]]+\s*)?=\s*[\"']([^\"']*)[\"']")
    for where in (module, *project.modules):
        match = pattern.search(where.text)
        if match and not is_commented(where.text, match.start(1)):
            return match.group(1)
    return None


def _instrumented(project: Project) -> Iterator[Fact]:
    for pattern, package, path in INSTRUMENTED:
        for module, match in search(project.modules, pattern, package):
            if package not in module.text:
                continue
            stated = compiled(r"(?:endpoint|path)\s*=\s*[\"'](/[\w/-]*)[\"']").search(
                module.text[match.start() : match.start() + 300]
            )
            route = Route(stated.group(1) if stated else path, module, module.line(match.start()))
            yield _fact(project, f.METRICS_PATH, route, Confidence.DECLARED if stated else Confidence.INFERRED)
            break
