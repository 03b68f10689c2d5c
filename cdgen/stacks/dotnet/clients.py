"""Requests that a .NET program makes: typed and named HTTP clients, gRPC clients, gateways that pass requests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cdgen.model import facts as f
from cdgen.model.facts import Call as Outgoing
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import Syntax, line, text
from cdgen.stacks.dotnet.code import Call, Code, enclosing, values
from cdgen.stacks.dotnet.settings import Settings, parsed
from cdgen.stacks.dotnet.values import Value, value

if TYPE_CHECKING:
    from tree_sitter import Node

ASSIGNED = """
(assignment_expression
  left: [(member_access_expression name: (identifier) @name) (identifier) @name]
  right: (_) @address
  (#any-of? @name "BaseAddress" "Address" "BaseUrl" "BaseUri"))
"""
REQUESTS = (
    "GetAsync",
    "PostAsync",
    "PutAsync",
    "DeleteAsync",
    "PatchAsync",
    "SendAsync",
    "GetStringAsync",
    "GetStreamAsync",
    "GetFromJsonAsync",
    "PostAsJsonAsync",
    "PutAsJsonAsync",
    "For",
)
CREATED = """
(object_creation_expression type: (_) @type
  (#any-of? @type "RestClient" "RestClientOptions" "HttpRequestMessage" "FlurlClient")) @made
"""
URL = r"^(?P<scheme>https?|dns|grpc)(?:\+\w+)?:/{2,3}(?P<host>[\w.-]+)(?::(?P<port>\d+))?"
LOCAL = frozenset({"localhost", "127.0.0.1", "0.0.0.0"})  # noqa: S104  (compared with, never listened on)
# addresses that name a schema or an example and no service
NO_SERVICE = (
    r"(?i)(?:^|\.)(?:w3\.org|schemas\.\w+\.\w+|json-schema\.org|tempuri\.org|aka\.ms|example\.(?:com|org)|go\.microsoft\.com)$"
)
GRPC_CLIENT = r"\A(?:.*\.)?(?P<service>\w+)\.(?P=service)Client\Z"


def facts(code: Code, settings: Settings, repo: Repo, folder: str) -> Iterator[Fact]:
    yield from _assigned(code, settings)
    yield from _requests(code, settings)
    yield from _channels(code, settings)
    yield from _gateways(settings, repo, folder)


def _assigned(code: Code, settings: Settings) -> Iterator[Fact]:
    """`client.BaseAddress = new Uri(...)`, `options.Address = ...` of a gRPC client."""
    for file, nodes in code.matches(ASSIGNED, "BaseAddress", "Address", "BaseUrl", "BaseUri"):
        name = text(nodes["name"])
        registered = _registration(nodes["address"])
        grpc = registered[0] == "AddGrpcClient"
        if name != "BaseAddress" and not grpc and not _is_uri(nodes["address"]):
            continue
        known = value(nodes["address"], file, settings)
        stub = _stub(registered[1]) if grpc else None
        yield from _call("grpc" if grpc else "http", known, stub, Source(file.path, line(nodes["address"])), name)


def _registration(node: Node) -> tuple[str, str]:
    """(method, first type argument) of the registration that an assignment stands in."""
    outer = enclosing(node, "invocation_expression")
    while outer is not None:
        function = outer.child_by_field_name("function")
        shown = text(function) if function is not None else ""
        match = compiled(r"\b(Add(?:Grpc|Http|Refit|RestEase)\w*Client)\w*(?:<\s*([\w.]+))?[^<>]*>?\Z").search(shown)
        if match:
            return match.group(1), match.group(2) or ""
        outer = enclosing(outer, "invocation_expression")
    return "", ""


def _is_uri(node: Node) -> bool:
    if node.type == "implicit_object_creation_expression":
        return True
    kind = node.child_by_field_name("type") if node.type == "object_creation_expression" else None
    return kind is not None and text(kind) == "Uri"


def _stub(named: str) -> str | None:
    match = compiled(GRPC_CLIENT).match(named)
    return match["service"] if match else None


def _requests(code: Code, settings: Settings) -> Iterator[Fact]:
    """Requests whose whole address stands in the code: `http.GetAsync($"http://prices/{id}")`."""
    for call in code.calls(*REQUESTS):
        if call.arguments and "://" in text(call.arguments[0]):
            yield from _literal(call.arguments[0], call.file, settings, call.name)
    for file, nodes in code.matches(CREATED, "RestClient", "HttpRequestMessage", "FlurlClient"):
        for each in values(nodes["made"].child_by_field_name("arguments")):
            yield from _literal(each, file, settings, text(nodes["type"]))


def _literal(node: Node, file: Syntax, settings: Settings, name: str) -> Iterator[Fact]:
    """The address before the first part that is computed is enough to know the host."""
    known = value(node, file, settings)
    if known.text is None and known.variable is None:
        shown = compiled(r"\A\$?@?\"([^{\"]*)").match(text(node))
        known = Value(shown.group(1), sure=False) if shown else known
    yield from _call("http", known, None, Source(file.path, line(node)), name)


def _channels(code: Code, settings: Settings) -> Iterator[Fact]:
    """`GrpcChannel.ForAddress(...)` and the clients that are made in the same file."""
    for call in code.calls("ForAddress"):
        if not call.arguments or call.receiver is None or text(call.receiver) != "GrpcChannel":
            continue
        stubs = list(dict.fromkeys(_made_clients(call))) or [None]
        for stub in stubs:
            yield from _call("grpc", value(call.arguments[0], call.file, settings), stub, call.source, "GrpcChannel.ForAddress")


def _made_clients(call: Call) -> Iterator[str | None]:
    for match in call.file.matches("(object_creation_expression type: (qualified_name) @type)"):
        stub = _stub(text(match["type"]))
        if stub:
            yield stub


def _call(protocol: str, known: Value, stub: str | None, place: Source, note: str) -> Iterator[Fact]:
    address = host_of(known.text or "")
    if address is None and known.variable is None and stub is None:
        return
    sure = Confidence.DECLARED if known.sure and address else Confidence.INFERRED
    yield Fact(f.CALL, Outgoing(protocol, address, known.variable, stub), place, Origin.CODE, sure, note)


def host_of(address: str) -> str | None:
    """`catalog:8080` of `http://catalog:8080/api`; None for this machine and for what is no service."""
    match = compiled(URL).match(address.strip())
    if match is None or match["host"] in LOCAL or compiled(NO_SERVICE).search(match["host"]):
        return None
    return f"{match['host']}:{match['port']}" if match["port"] else match["host"]


def _gateways(settings: Settings, repo: Repo, folder: str) -> Iterator[Fact]:
    """Routes of Ocelot (https://ocelot.readthedocs.io) and clusters of YARP (https://learn.microsoft.com/aspnet/core/fundamentals/servers/yarp)."""
    for path in repo.glob("{ocelot,ocelot.*,*ocelot*}.json", folder):
        data = parsed(repo, path)
        routes = (data.get("Routes") or data.get("ReRoutes") or []) if isinstance(data, dict) else []
        for route in routes if isinstance(routes, list) else []:
            for address in _downstream(route):
                place = repo.source(path, compiled(r"\W").sub(".", address.partition(":")[0]))
                yield Fact(f.CALL, Outgoing("http", address), place, Origin.CONFIG, Confidence.DECLARED, "route of Ocelot")
    for setting in settings.below("ReverseProxy:Clusters"):
        found = host_of(setting.value) if setting.key.lower().endswith(":address") else None
        if found:
            yield Fact(f.CALL, Outgoing("http", found), setting.source, Origin.CONFIG, Confidence.DECLARED, "cluster of YARP")


def _downstream(route: Any) -> Iterator[str]:
    hosts = route.get("DownstreamHostAndPorts") if isinstance(route, dict) else None
    for each in hosts if isinstance(hosts, list) else []:
        host, port = (str(each.get("Host") or ""), each.get("Port")) if isinstance(each, dict) else ("", None)
        if host and host not in LOCAL:
            yield f"{host}:{port}" if port else host
    name = route.get("ServiceName") if isinstance(route, dict) else None
    if isinstance(name, str) and name:
        yield name
