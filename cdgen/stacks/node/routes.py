"""Health, readiness and metrics endpoints: routes that the code registers, and files that a framework turns into routes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Key, Origin
from cdgen.repo.patterns import compiled
from cdgen.stacks.node.frameworks import Known
from cdgen.stacks.node.package import Package
from cdgen.stacks.node.sources import Sources

# last segments of a path, likelier first; only a path that ends so is an endpoint of this kind
READY = r"/(?:readyz|readiness|ready|readinessz|readiness-check|readinessProbe)$"
LIVE = (
    r"/(?:healthz|livez|health|health-?check|_health|healthcheckz|liveness|live|ping|heartbeat|alive|status/health|__gtg|up"
    r"|_healthz)$"
)
METRICS = r"/(?:metrics|prometheus|prom-metrics)$"
WORDS = ("health", "live", "ready", "ping", "metrics", "readiness", "heartbeat", "alive", "prometheus", "/up", "gtg")
CALL = (
    r"""\.\s*(?P<verb>get|all|use|head|route|register|onGet)\s*(?:<[^>]*>\s*)?\(\s*(?:\[\s*)?["'`](?P<path>/?[\w./-]+)["'`]"""
    r"""\s*(?P<next>[,\])])"""
)
# objects that send requests or hold values; everything else with a handler registers a route
CLIENTS = (
    r"(?i)^(?:axios|request|supertest|agent|chai|got|fetch|http|https|client|api|cache|map|params|headers|session|redis|store"
    r"|config|\w*client|\w*config\w*|\w*cache|nock|cy|page)$"
)
ROUTE_OBJECT = r"""\b(?:url|path)\s*:\s*["'`](?P<path>/[\w./-]+)["'`]"""
NEST = (
    r"""@Controller\(\s*(?:\{[^}]*path\s*:\s*)?["'`]?(?P<base>[\w/.-]*)["'`]?[^)]*\)[\s\S]{0,80}?class\s+\w+"""
    r"""(?P<body>[\s\S]*?)(?=@Controller\(|\Z)"""
)
NEST_GET = r"""@Get\(\s*(?:["'`](?P<path>[\w/.:-]*)["'`])?\s*\)"""
# packages that add an endpoint at a documented place without a route in the code
PLUGINS = (
    ("fastify-metrics", f.METRICS_PATH, "/metrics"),
    ("express-prom-bundle", f.METRICS_PATH, "/metrics"),
    ("@willsoto/nestjs-prometheus", f.METRICS_PATH, "/metrics"),
    ("fastify-healthcheck", f.HEALTH_PATH, "/health"),
    ("fastify-custom-healthcheck", f.HEALTH_PATH, "/health"),
)
# folders whose files are routes: (framework, glob of files, how the path of a file becomes a route)
FILE_ROUTES = (
    ("nextjs", r"^(?:src/)?app/(?P<route>.+)/route\.[jt]s$"),
    ("nextjs", r"^(?:src/)?pages/(?P<route>api/.+)\.[jt]s$"),
    ("nuxt", r"^server/(?P<route>api/.+?)(?:\.get)?\.[jt]s$"),
    ("nuxt", r"^server/routes/(?P<route>.+?)(?:\.get)?\.[jt]s$"),
    ("sveltekit", r"^src/routes/(?P<route>.+)/\+server\.[jt]s$"),
    ("remix", r"^app/routes/(?P<route>[\w.$\[\]-]+)\.[jt]sx?$"),
    ("react-router", r"^app/routes/(?P<route>[\w.$\[\]-]+)\.[jt]sx?$"),
    ("astro", r"^src/pages/(?P<route>.+)\.[jt]s$"),
)


class Route(NamedTuple):
    path: str
    file: str
    line: int
    confidence: Confidence


def route_facts(package: Package, sources: Sources, used: tuple[Known, ...]) -> Iterator[Fact]:
    """The endpoints that probes and Prometheus ask; a router whose mount cannot be followed gives none."""
    routes = [
        *_called(sources),
        *_objects(sources),
        *_compared(sources),
        *_nest(sources),
        *_terminus(sources),
        *_files(package, used),
    ]
    for key, pattern in ((f.HEALTH_PATH, LIVE), (f.READINESS_PATH, READY), (f.METRICS_PATH, METRICS)):
        order = compiled(r"[\w-]+").findall(pattern)
        hits = [route for route in routes if compiled("(?i)" + pattern).search(route.path)]
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


def _called(sources: Sources) -> Iterator[Route]:
    """`app.get('/health', ...)`, `router.route('/health').get(...)`, `app.use('/health', health)`."""
    mounts = Mounts(sources)
    for match in sources.search(CALL, *WORDS):
        found = match.found
        verb, who = found.group("verb"), match.receiver
        handled = found.group("next") in (",", "]") or verb == "route"
        if not handled or compiled(CLIENTS).match(who) or not _interesting(found.group("path")):
            continue
        prefix = mounts.prefix(match.path, who)
        if prefix is None:
            continue
        sure = Confidence.INFERRED if verb in ("use", "register") else Confidence.DECLARED
        yield Route(prefix + _rooted(found.group("path")), match.path, match.line, sure)


def _interesting(path: str) -> bool:
    return any(compiled("(?i)" + pattern).search(_rooted(path)) for pattern in (LIVE, READY, METRICS))


def _rooted(path: str) -> str:
    return path if path.startswith("/") else f"/{path}"


def _objects(sources: Sources) -> Iterator[Route]:
    """`{ method: 'GET', url: '/health', handler }` of Fastify, Hapi and others; a bare path is somebody else's address."""
    for match in sources.search(ROUTE_OBJECT, *WORDS):
        start, end = match.found.span()
        around = match.text[max(0, start - 160) : end + 160]
        reads = compiled(r"""(?i)\bmethod\s*:\s*\[?\s*["'`](?:GET|\*)""").search(around)
        if reads and "handler" in around and _interesting(match.found.group("path")):
            yield Route(match.found.group("path"), match.path, match.line, Confidence.INFERRED)
    for match in sources.search(r"""exposeStatusRoute\s*:\s*(?:["'](?P<path>/[\w/-]+)["']|(?P<on>true))""", "exposeStatusRoute"):
        yield Route(match.found.group("path") or "/status/health", match.path, match.line, Confidence.INFERRED)


def _compared(sources: Sources) -> Iterator[Route]:
    """`if (req.url === '/health')` and `case '/health':` of a server that routes by hand."""
    pattern = r"""(?:\b(?:url|pathname|path)\s*===?\s*|\bcase\s+)["'`](?P<path>/[\w./-]+)["'`]"""
    for match in sources.search(pattern, "createServer"):
        if _interesting(match.found.group("path")):
            yield Route(match.found.group("path"), match.path, match.line, Confidence.INFERRED)


def _nest(sources: Sources) -> Iterator[Route]:
    """`@Controller('health')` with `@Get('live')`, below the global prefix unless that leaves it out."""
    prefix, excluded = "", ""
    for match in sources.search(r"""setGlobalPrefix\(\s*["'`](?P<path>[\w/.-]+)["'`](?P<rest>[^;]*)""", "setGlobalPrefix"):
        prefix, excluded = _rooted(match.found.group("path")), match.found.group("rest")
    for match in sources.search(NEST, "@Controller"):
        base = match.found.group("base").strip("/")
        for get in compiled(NEST_GET).finditer(match.found.group("body")):
            path = "/" + "/".join(part.strip("/") for part in (base, get.group("path") or "") if part.strip("/"))
            if not _interesting(path) and not (base and _interesting("/" + base)):
                continue
            line = match.text.count("\n", 0, match.found.start("body") + get.start()) + 1
            left_out = base and base in excluded
            yield Route(path if left_out else prefix + path, match.path, line, Confidence.DECLARED)


def _terminus(sources: Sources) -> Iterator[Route]:
    """`createTerminus(server, { healthChecks: { '/healthcheck': ... } })`."""
    for match in sources.search(r"""healthChecks\s*:\s*\{(?P<body>[^}]*)""", "createTerminus", "healthChecks"):
        for found in compiled(r"""["'`](/[\w./-]+)["'`]\s*:""").finditer(match.found.group("body")):
            yield Route(found.group(1), match.path, match.line, Confidence.DECLARED)


def _files(package: Package, used: tuple[Known, ...]) -> Iterator[Route]:
    names = {known.name for known in used}
    patterns = [pattern for name, pattern in FILE_ROUTES if name in names]
    if not patterns:
        return
    for path in package.scope.files:
        for pattern in patterns:
            found = compiled(pattern).match(path)
            if not found:
                continue
            route = found.group("route")
            if path.startswith("app/routes/"):
                route = compiled(r"\[(.)\]|\.").sub(lambda part: part.group(1) or "/", route)
            route = "/" + compiled(r"(?:^|/)\([^/]*\)(?=/|$)").sub("", route).removesuffix("/index").strip("/")
            if _interesting(route):
                yield Route(route, path, 0, Confidence.DECLARED)


class Mounts:
    """Where routers hang: `app.use('/api', router)`, followed through imports."""

    PATTERN = r"""\.\s*(?P<verb>use|register)\s*\(\s*(?P<first>[^,;]{1,120}?)\s*,\s*(?P<rest>[^;]{1,200}?)\)\s*(?:;|\n|$|\.)"""
    PREFIX = r"(?i)prefix|path|base|url|route|version|mount|root|uri"  # names of variables that hold a path
    ROOTS = (
        r"""=\s*(?:await\s+)?(?:new\s+)?(?:express|[Ff]astify|Koa|Hono|polka|restify\.createServer|createServer"""
        r"""|Hapi\.[sS]erver|jsonServer\.create|App|NestFactory\.create)\s*(?:<[^>]*>)?\("""
    )

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.roots: dict[str, set[str]] = {}
        self.mounted: dict[str, list[tuple[str, str | None, str]]] = {}
        for match in sources.search(self.ROOTS, "express", "astify", "Koa", "Hono", "polka", "restify", "Hapi"):
            self.roots.setdefault(match.path, set()).add(match.assigned)
        for match in sources.search(self.PATTERN, ".use", ".register"):
            first, rest = match.found.group("first"), match.found.group("rest")
            known, router = self._registered(first, rest) if match.found.group("verb") == "register" else self._used(first, rest)
            self.mounted.setdefault(match.path, []).append((match.receiver, known, router))

    def _used(self, first: str, rest: str) -> tuple[str | None, str]:
        """`app.use('/api', router)`; without a path the first argument is a middleware before the router."""
        literal = compiled(r"""^["'`](/?[\w./:-]*)["'`]$""").match(first)
        if literal:
            return _rooted(literal.group(1)).rstrip("/"), rest
        unknown = "${" in first or compiled(self.PREFIX).search(first)
        return (None, rest) if unknown else ("", f"{first}, {rest}")

    def _registered(self, first: str, rest: str) -> tuple[str | None, str]:
        """`fastify.register(routes, { prefix: '/api' })`."""
        literal = compiled(r"""\bprefix\s*:\s*["'`](/?[\w./:-]*)["'`]""").search(rest)
        if literal:
            return _rooted(literal.group(1)).rstrip("/"), first
        return (None if "prefix" in rest else ""), first

    def prefix(self, path: str, who: str, depth: int = 0) -> str | None:
        """What stands before the routes of an object in a file; None when it hangs at a place that cannot be read."""
        if who in self.roots.get(path, ()) or depth > 4:
            return ""
        inside = self._among(path, who, depth)
        if inside is not _UNSEEN:
            return inside
        for other, entries in self.mounted.items():
            if other == path:
                continue
            for holder, known, rest in entries:
                if self._names(other, rest, path):
                    above = self.prefix(other, holder, depth + 1)
                    return None if known is None or above is None else above + known
        # not mounted under any path that was seen: a router used as it is
        return "" if not who.lower().endswith(("router", "routes")) or not self._any_prefix() else self._unmounted(path)

    def _among(self, path: str, who: str, depth: int) -> str | None:
        for holder, known, rest in self.mounted.get(path, ()):
            if holder != who and compiled(rf"(?<![\w$.]){re.escape(who)}(?![\w$])").search(rest):
                above = self.prefix(path, holder, depth + 1)
                return None if known is None or above is None else above + known
        return _UNSEEN

    def _names(self, other: str, rest: str, path: str) -> bool:
        """Whether an argument of a mount in `other` is what `path` exports."""
        inline = compiled(r"""require\(\s*["'](\.[^"']+)["']""").search(rest)
        if inline:
            return self.sources.resolve(other, inline.group(1)) == path
        text = self.sources.scope.text(other) or ""
        for name in compiled(r"[A-Za-z_$][\w$]*").findall(rest):
            pattern = (
                rf"""(?:import|const|let|var|,)\s[^;='"]*?(?<![\w$]){re.escape(name)}(?![\w$])[^;='"]*?(?:from"""
                rf"""|=\s*require\()\s*["'](\.[^"']*)["']"""
            )
            found = compiled(pattern).search(text)
            if found and self.sources.resolve(other, found.group(1)) == path:
                return True
        return False

    def _any_prefix(self) -> bool:
        return any(known != "" for entries in self.mounted.values() for _, known, _ in entries)

    def _unmounted(self, path: str) -> str | None:
        """A router in a service that mounts others under prefixes: only one that is used without a prefix is certain."""
        name = path.rpartition("/")[2].partition(".")[0]
        plain, escaped = compiled(r"[^A-Za-z0-9]").sub("", name), re.escape(name)
        bare = rf"""\.use\(\s*(?:[\w$]*{plain}[\w$]*|require\([^)]*{escaped}["']\))\s*(?:\(|\))"""
        return "" if next(self.sources.search("(?i)" + bare, ".use"), None) else None


_UNSEEN = "\0unseen"
