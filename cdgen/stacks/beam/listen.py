"""Where an Elixir service listens, and what it speaks there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.syntax import line, literal, text
from cdgen.stacks.beam.code import Code
from cdgen.stacks.beam.terms import Call, alias, call_name, modules, pairs, statements, word
from cdgen.stacks.beam.values import UNKNOWN, Names, Value

if TYPE_CHECKING:
    from tree_sitter import Node

WEB_PORT = 4000  # of Bandit and Plug.Cowboy over HTTP, when they are told none (their documentation)
SERVERS = ("Bandit", "Plug.Cowboy", "Plug.Adapters.Cowboy", "Plug.Adapters.Cowboy2")
STARTS = frozenset(
    {f"{server}.{function}" for server in SERVERS for function in ("child_spec", "http", "start_link")}
    | {":cowboy.start_clear", ":cowboy.start_http"}
)
GRPC = "GRPC.Server.Supervisor"
METRICS_PORT = 9568  # of TelemetryMetricsPrometheus, when it is told none (its documentation)


class Listener(NamedTuple):
    """`value` is UNKNOWN where the port cannot be read; `sure` when nothing but the code says it."""

    protocol: str
    value: Value
    source: Source
    default: int | None = None
    sure: Confidence = Confidence.DECLARED
    origin: Origin = Origin.CODE


def listeners(code: Code) -> tuple[Listener, ...]:
    return (*_endpoints(code), *_servers(code), *_grpc(code))


def facts(code: Code, found: tuple[Listener, ...]) -> Iterator[Fact]:
    for each in found:
        yield Fact(f.PROTOCOL, each.protocol, each.source, each.origin, Confidence.INFERRED, f"serves {each.protocol}")
        number = each.value.number
        if number:
            sure = min(each.sure, Confidence.INFERRED) if each.value.variable else each.sure
            note = f"default of {each.value.variable}" if each.value.variable else "listens"
            yield Fact(f.PORT, number, each.source, each.origin, sure, note)
        elif each.default and each.value == UNKNOWN:
            yield Fact(f.PORT, each.default, each.source, Origin.DEFAULT, Confidence.DEFAULT, "default of the server")
    yield from _metrics(code)
    yield from _services(code)


def _endpoints(code: Code) -> Iterator[Listener]:
    """Phoenix: the endpoint's `http: [port: ...]` of production; what only a developer's machine is told is a weak hint."""
    endpoints = [(name, source) for name, source in _modules_using(code, "Phoenix.Endpoint")]
    for name, source in endpoints:
        found = _configured(code, name, code.configs)
        weak = None if found else _configured(code, name, code.development())
        if found:
            yield Listener("http", found[0], found[1], None, Confidence.DECLARED, Origin.CONFIG)
        elif weak:
            yield Listener("http", weak[0], weak[1], None, Confidence.DEFAULT, Origin.CONFIG)
        else:
            yield Listener("http", UNKNOWN, source)


def _configured(code: Code, module: str, files: tuple[str, ...]) -> tuple[Value, Source] | None:
    for path in code.holding("http", files=files):
        for call in code.calls(path):
            names = [word(node) for node in call.arguments[:2]] if call.name == "config" else []
            if len(names) == 2 and names[1] == module:
                options = call.options or (pairs(call.arguments[2]) if len(call.arguments) > 2 else {})
                port = pairs(options.get("http")).get("port")
                value = code.names(path).value(port)
                if port is not None and value.number:
                    return value, value.source or Source(path, line(port))
    return None


def _servers(code: Code) -> Iterator[Listener]:
    """`{Bandit, plug: App, port: 4000}`, `Plug.Cowboy.http(App, [], port: 4000)`, `:cowboy.start_clear(...)`."""
    for path in code.holding("Bandit", "Cowboy", ":cowboy", files=code.files):
        tree = code.tree(path)
        for match in tree.matches("(tuple . (alias) @name) @tuple") if tree else ():
            if text(match["name"]) in SERVERS and "plug" in text(match["tuple"]):
                yield _server(code, path, match["tuple"], match["tuple"].named_children[1:], "https" in _scheme(match["tuple"]))
        for call in code.calls(path):
            if call.name in STARTS:
                holder = next((child for child in call.node.named_children if child.type == "arguments"), None)
                yield _server(code, path, call.node, holder.named_children if holder is not None else [], secure=False)


def _scheme(node: Node) -> str:
    return word(_option(node.named_children, "scheme")) or ""


def _server(code: Code, path: str, node: Node, given: list[Node], secure: bool) -> Listener:
    port = _option([_named(code.names(path), each) for each in given], "port")
    value = code.names(path).value(port)
    known = WEB_PORT if port is None and not _is_computed(given) else None
    place = value.source or Source(path, line(port if port is not None else node))
    return Listener("https" if secure else "http", value, place, known)


def _named(names: Names, node: Node) -> Node:
    """A list that a variable or a function stands for."""
    for _ in range(3):
        name = text(node) if node.type == "identifier" else call_name(node) if node.type == "call" else ""
        clauses = names.functions.get(name, [])
        body = statements(clauses[0].body) if len(clauses) == 1 else ()
        found = names.variables.get(name) or (body[-1] if body else None)
        if found is None:
            return node
        node = found
    return node


def _is_computed(given: list[Node]) -> bool:
    return any(each.type in ("identifier", "call", "binary_operator", "unary_operator") for each in given)


def _option(given: list[Node], name: str) -> Node | None:
    """An option by its name, also one of the list that `options:` holds."""
    for each in given:
        options = pairs(each)
        inner = pairs(options.get("options")) or pairs(options.get("transport_options"))
        found = options.get(name) if name in options else inner.get(name)
        if found is not None:
            return found
        if each.type in ("list", "keywords"):
            below = _option([child for child in each.named_children if child.type == "list"], name)
            if below is not None:
                return below
    return None


def _grpc(code: Code) -> Iterator[Listener]:
    """`{GRPC.Server.Supervisor, endpoint: App.Endpoint, port: 50051}`, in older releases with a tuple."""
    for path in code.holding(GRPC, files=code.files):
        tree = code.tree(path)
        for match in tree.matches("(tuple . (alias) @name) @tuple") if tree else ():
            if text(match["name"]) != GRPC:
                continue
            given = match["tuple"].named_children[1:]
            inner = given[0].named_children[1] if given and given[0].type == "tuple" and len(given[0].named_children) == 2 else None
            port = inner if inner is not None else _option([_named(code.names(path), each) for each in given], "port")
            yield Listener("grpc", code.names(path).value(port), Source(path, line(match["tuple"])))


def _services(code: Code) -> Iterator[Fact]:
    """The names of the gRPC services whose server modules exist; generated code holds the name."""
    names: dict[str, str] = {}
    for path in code.holding("GRPC.Service", files=(*code.stubs, *code.files)):
        for name, module in modules(code.repo, path):
            for call in code.calls(path, module.body):
                if call.name == "use" and call.arguments and alias(call.arguments[0]) == "GRPC.Service":
                    names[name] = literal(call.options.get("name")) or ""
    for path in code.holding("GRPC.Server", files=code.files):
        for call in code.calls(path):
            if call.name == "use" and call.arguments and alias(call.arguments[0]) == "GRPC.Server":
                service = alias(call.options.get("service")) or ""
                served = names.get(service)
                if served == "grpc.health.v1.Health" or service == "Grpc.Health.V1.Health.Service":
                    yield Fact(f.GRPC_HEALTH, True, call.source, Origin.CODE, Confidence.DECLARED, "answers health checks")
                elif served:
                    yield Fact(f.GRPC_SERVICE, served, call.source, Origin.CODE, Confidence.DECLARED, f"serves {served}")


def _metrics(code: Code) -> Iterator[Fact]:
    """A listener of its own for Prometheus."""
    for path in code.holding("TelemetryMetricsPrometheus", files=code.files):
        tree = code.tree(path)
        for match in tree.matches("(tuple . (alias) @name) @tuple") if tree else ():
            if text(match["name"]) == "TelemetryMetricsPrometheus":
                port = code.names(path).value(_option(match["tuple"].named_children[1:], "port")).number
                place = Source(path, line(match["tuple"]))
                sure = Confidence.DECLARED if port else Confidence.DEFAULT
                yield Fact(f.METRICS_PORT, port or METRICS_PORT, place, Origin.CODE, sure, "TelemetryMetricsPrometheus")
                yield Fact(f.METRICS_PATH, "/metrics", place, Origin.CODE, Confidence.INFERRED, "TelemetryMetricsPrometheus")


def _modules_using(code: Code, used: str) -> Iterator[tuple[str, Source]]:
    """Modules with a line `use X`."""
    for path in code.holding(used, files=code.files):
        for name, module in modules(code.repo, path):
            for node in statements(module.body):
                call = Call(call_name(node), node, path) if node.type == "call" else None
                if call and call.name == "use" and call.arguments and alias(call.arguments[0]) == used:
                    yield name, call.source
