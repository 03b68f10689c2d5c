"""Who asks whom: the calls that the code makes, and the folders it builds with, resolved against the services of the repository."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from cdgen.model import facts as f
from cdgen.model.facts import Call, Fact, FactSet
from cdgen.model.service import Edge, Service

LOOPBACK = re.compile(r"^(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[?::1?\]?|host\.docker\.internal)$")
CLUSTER = re.compile(r"\.svc(?:\.cluster\.local)?$|\.cluster\.local$|\.internal$|\.local$")
HOST = re.compile(r"^[a-z0-9_]([a-z0-9_.-]*[a-z0-9])?$")
RESERVED = re.compile(r"(?:^|\.)(?:example\.(?:com|org|net)|example|test|invalid)$")  # RFC 2606: names that nobody can call
TELEMETRY = re.compile(r"^(?:otel|otlp|opentelemetry|jaeger|zipkin|tempo|(?:trace|otel|opentelemetry)?collector|statsd|sentry)")
# words of a setting's name that say what it holds, not whose it is
NOISE = frozenset(
    {"addr", "address", "url", "uri", "host", "hostname", "port", "endpoint", "base", "baseurl", "root", "path", "name", "target"}
    | {"service", "services", "svc", "microservice", "api", "app", "server", "backend", "client", "connection", "external"}
    | {"internal", "grpc", "http", "https"}
)
TAILS = ("microservice", "service", "server", "svc", "api", "app")


def draw(services: tuple[Service, ...], facts: tuple[FactSet, ...]) -> tuple[Service, ...]:
    """The services with `details.calls` and, through the folders of others, `details.depends_on` filled in."""
    names = _names(services)
    stubs = _stubs(services)
    folders = {service.directory: service.details.depends_on for service in services}
    return tuple(
        service._replace(
            details=service.details._replace(
                calls=tuple(_edges(service, seen.all(f.CALL), names, stubs)), depends_on=_through(service.directory, folders)
            )
        )
        for service, seen in zip(services, facts, strict=True)
    )


def _names(services: Iterable[Service]) -> Mapping[str, str]:
    """What a service may be called by others -> its name; what two of them could be called is left out."""
    found: dict[str, set[str]] = {}
    for service in services:
        for alias in (service.name, service.directory.rpartition("/")[2]):
            found.setdefault(_stem(alias), set()).add(service.name)
    return {alias: next(iter(names)) for alias, names in found.items() if alias and len(names) == 1}


def _stubs(services: Iterable[Service]) -> Mapping[str, str]:
    """gRPC service -> the one service whose server registers it."""
    found: dict[str, set[str]] = {}
    for service in services:
        for stub in service.details.grpc_services:
            found.setdefault(stub.rpartition(".")[2], set()).add(service.name)
    return {stub: next(iter(names)) for stub, names in found.items() if len(names) == 1}


def _edges(service: Service, calls: Iterable[Fact], names: Mapping[str, str], stubs: Mapping[str, str]) -> Iterator[Edge]:
    """One edge per target, with every place that says so. What it needs as a backing service is no call."""
    found: dict[tuple[str, str], Edge] = {}
    own = {_stem(each.kind) for each in service.backing}
    for fact in calls:
        resolved = _resolve(fact.value, names, stubs)
        if resolved is None or resolved[0] == service.name or _stem(resolved[0]) in own:
            continue
        target, kind = resolved
        places = (fact.source,) if fact.source else ()
        via = fact.value.variable or fact.value.address or fact.value.stub or ""
        edge = found.setdefault(resolved, Edge(target, kind, fact.value.protocol, via, ()))
        found[resolved] = edge._replace(sources=tuple(dict.fromkeys((*edge.sources, *places))))
    yield from (found[key] for key in sorted(found))


def _resolve(call: Call, names: Mapping[str, str], stubs: Mapping[str, str]) -> tuple[str, str] | None:
    """(target, kind) of a call; None for one that goes nowhere."""
    said = (_words(call.variable), _stem(_host(call.address).partition(".")[0]))
    if any(TELEMETRY.match(words) and words not in names for words in said):
        return call.variable or _host(call.address), "telemetry"
    return _party(call, names, stubs)


def _party(call: Call, names: Mapping[str, str], stubs: Mapping[str, str]) -> tuple[str, str] | None:
    """Whom a call asks: by its stub, its address, its setting, in this order."""
    stub = (call.stub or "").rpartition(".")[2]
    if stub in stubs:
        return stubs[stub], "service"
    host = _host(call.address)
    is_real = bool(host) and not LOOPBACK.match(host) and not RESERVED.search(host)
    if is_real and (place := _place(host, names)):
        return place
    for hint in (_words(call.variable), _stem(stub)):
        if hint in names:
            return names[hint], "service"
    if call.variable and (call.variable.isupper() or _words(call.variable)):  # `url` or `host` is a name in code, not a setting
        return call.variable, "unknown"
    return (stub, "unknown") if stub else None


def _host(address: str | None) -> str:
    """The host of `https://user@host:80/path`, `host:80` or `host`."""
    text = (address or "").lower().rpartition("://")[2]
    return re.sub(r"(?::\d*)?(?:[/?#].*)?$", "", text.rpartition("@")[2], count=1)


def _place(host: str, names: Mapping[str, str]) -> tuple[str, str] | None:
    if not HOST.match(host):
        return None
    first = host.partition(".")[0]
    is_inside = "." not in host or CLUSTER.search(host) is not None
    if is_inside and _stem(first) in names:
        return names[_stem(first)], "service"
    return (first, "cluster") if is_inside else (host, "external")


def _words(setting: str | None) -> str:
    """`PRODUCT_CATALOG_SERVICE_ADDR` and `productCatalogUrl` -> `productcatalog`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", setting or "")
    return _stem("".join(word for word in re.split(r"[^a-z0-9]+", spaced.lower()) if word not in NOISE))


def _stem(name: str) -> str:
    """A name without separators and without the word that says it is a service."""
    bare = re.sub(r"[^a-z0-9]", "", name.lower())
    for tail in TAILS:
        if bare.endswith(tail) and len(bare) > len(tail):
            return bare.removesuffix(tail)
    return bare


def _through(directory: str, folders: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The folders that a folder builds with, and those that these build with, sorted."""
    found: set[str] = set()
    pending = list(folders.get(directory, ()))
    while pending:
        folder = pending.pop()
        if folder not in found and folder != directory:
            found.add(folder)
            pending += folders.get(folder, ())
    return tuple(sorted(found))
