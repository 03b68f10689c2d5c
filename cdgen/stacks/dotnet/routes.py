"""Requests that an ASP.NET Core application answers: minimal APIs, controllers, health checks, metrics, gRPC services.

https://learn.microsoft.com/aspnet/core/fundamentals/routing
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Route, Source
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import Syntax, line, literal, text
from cdgen.stacks.dotnet.code import Call, Code, class_name, declared_in, enclosing, in_development, simple, values
from cdgen.stacks.dotnet.ports import is_port
from cdgen.stacks.endpoints import endpoint_facts

if TYPE_CHECKING:
    from tree_sitter import Node

VERBS = {"MapGet": "GET", "MapPost": "POST", "MapPut": "PUT", "MapDelete": "DELETE", "MapPatch": "PATCH", "Map": "*"}
HEALTH_CALLS = ("MapHealthChecks", "UseHealthChecks")
METRICS_CALLS = (
    "MapMetrics",
    "UseMetricServer",
    "MapPrometheusScrapingEndpoint",
    "UseOpenTelemetryPrometheusScrapingEndpoint",
    "UseMetricsEndpoint",
)
METRICS_DEFAULT = "/metrics"  # https://github.com/prometheus-net/prometheus-net, opentelemetry-dotnet's README of the exporter
# https://docs.steeltoe.io/api/v3/management: the actuators stand below one path
ACTUATORS = ("AddAllActuators", "MapAllActuators", "UseHealthActuator", "AddHealthActuator")
ACTUATOR_HEALTH = "/actuator/health"
CONTROLLERS = """
(class_declaration
  (attribute_list (attribute name: (_) @attribute (attribute_argument_list (attribute_argument (_) @template))?))
  name: (identifier) @name) @class
"""
METHOD_VERBS = {
    "HttpGet": "GET",
    "HttpPost": "POST",
    "HttpPut": "PUT",
    "HttpDelete": "DELETE",
    "HttpPatch": "PATCH",
    "HttpHead": "HEAD",
}
LIVE_TAG = r"(?i)\"(?:live|liveness|self)\""
READY_TAG = r"(?i)\"(?:ready|readiness)\""
MOST_PREFIXES = 6  # groups in groups


class Registered(NamedTuple):
    """A route with how sure its prefix is."""

    route: Route
    source: Source
    sure: bool


def facts(code: Code) -> Iterator[Fact]:
    routes = [
        Fact(
            f.ROUTE, each.route, each.source, Origin.CODE, Confidence.DECLARED if each.sure else Confidence.INFERRED, "registers it"
        )
        for each in (*_minimal(code), *_controllers(code))
    ]
    yield from _health(code)
    yield from _metrics(code)
    yield from routes
    yield from endpoint_facts(routes)


def _minimal(code: Code) -> Iterator[Registered]:
    for call in code.calls(*VERBS):
        template = literal(call.arguments[0]) if call.arguments else None
        if template is None or len(call.arguments) < 2 or call.receiver is None or in_development(call.node):
            continue
        prefix = group_prefix(call.receiver, call.file, code)
        path = _join(prefix or "", template)
        yield Registered(Route(VERBS[call.name], path), call.source, prefix is not None)


def group_prefix(receiver: Node, file: Syntax, code: Code, depth: int = 0) -> str | None:
    """The literal prefix of the group that a route is registered on; None when it is not known."""
    if depth > MOST_PREFIXES:
        return None
    if receiver.type == "invocation_expression":
        return _prefix_of_call(receiver, file, code, depth)
    if receiver.type == "member_access_expression" or receiver.type != "identifier":
        return ""
    declared = declared_in(receiver, file)
    if len(declared) == 1:
        return group_prefix(declared[0], file, code, depth + 1) if declared[0].type == "invocation_expression" else ""
    return _prefix_of_parameter(receiver, code, depth)


def _prefix_of_call(node: Node, file: Syntax, code: Code, depth: int) -> str | None:
    function = node.child_by_field_name("function")
    if function is None or function.type != "member_access_expression":
        return ""
    name, owner = function.child_by_field_name("name"), function.child_by_field_name("expression")
    outer = group_prefix(owner, file, code, depth + 1) if owner is not None else ""
    if name is None or text(name) != "MapGroup":
        return outer if owner is not None and owner.type == "invocation_expression" else outer if _chained(node) else ""
    own = literal(next(iter(values(node.child_by_field_name("arguments"))), None))
    return None if own is None or outer is None else _join(outer, own)


def _chained(node: Node) -> bool:
    """Whether a call goes on with what it was called on (`group.WithTags("x")`), as against `builder.Build()`."""
    function = node.child_by_field_name("function")
    name = function.child_by_field_name("name") if function is not None else None
    return name is not None and bool(compiled(r"(?:With|Require|Add|Allow|Has|NewVersioned|Produces)\w*").match(text(name)))


def _prefix_of_parameter(receiver: Node, code: Code, depth: int) -> str | None:
    """Of an extension method (`MapOrders(this RouteGroupBuilder group)`): the prefix at the one place that calls it."""
    method = enclosing(receiver, "method_declaration", "local_function_statement")
    name = class_name(method)
    if method is None or not name:
        return ""
    parameters = method.child_by_field_name("parameters")
    if parameters is None or not compiled(rf"\b{text(receiver)}\b").search(text(parameters)):
        return ""
    callers = [call for call in code.calls(name) if call.receiver is not None]
    if len(callers) != 1:
        return "" if not callers else None
    caller = callers[0]
    if caller.receiver is not None and simple(caller.receiver) in ("this", text(method)):
        return None
    return group_prefix(caller.receiver, caller.file, code, depth + 1) if caller.receiver is not None else ""


def _controllers(code: Code) -> Iterator[Registered]:
    for file in code.files("[Http", "[Route", "[ApiController"):
        for match in file.matches("(class_declaration) @class"):
            yield from _controller(match["class"], file)


def _controller(declared: Node, file: Syntax) -> Iterator[Registered]:
    name = class_name(declared)
    attributes = dict(_attributes(declared))
    bases = [simple(each) for child in declared.named_children if child.type == "base_list" for each in child.named_children]
    if not (name.endswith("Controller") or "ApiController" in attributes or any(base.endswith("Controller") for base in bases)):
        return
    routed = [(key, template) for key, template in _attributes(declared) if key in ("Route", "RoutePrefix")]
    prefixes = [literal(template) if template is not None else "" for _, template in routed] or [""]
    body = declared.child_by_field_name("body")
    for method in body.named_children if body is not None else ():
        if method.type == "method_declaration":
            for prefix in prefixes:
                yield from _action(method, name.removesuffix("Controller"), prefix, file)


def _action(method: Node, controller: str, prefix: str | None, file: Syntax) -> Iterator[Registered]:
    attributes = list(_attributes(method))
    routes = [template for key, template in attributes if key == "Route"]
    for key, template in attributes:
        if key not in METHOD_VERBS:
            continue
        given = [template] if template is not None else routes or [None]
        for each in given:
            own = "" if each is None else literal(each)
            if own is None or prefix is None or (not own and not prefix):
                continue
            action = class_name(method).removesuffix("Async")
            path = own.lstrip("~") if own.startswith(("/", "~/")) else _join(prefix, own)
            path = compiled(r"(?i)\[controller\]").sub(controller, compiled(r"(?i)\[action\]").sub(action, path))
            yield Registered(Route(METHOD_VERBS[key], path), Source(file.path, line(method)), "[" not in path)


def _attributes(node: Node) -> Iterator[tuple[str, Node | None]]:
    """(name, first unnamed argument) of every attribute."""
    for child in node.named_children:
        if child.type != "attribute_list":
            continue
        for attribute in child.named_children:
            name = attribute.child_by_field_name("name")
            listed = next((each for each in attribute.named_children if each.type == "attribute_argument_list"), None)
            unnamed = [
                each.named_children[-1]
                for each in (listed.named_children if listed is not None else ())
                if each.child_by_field_name("name") is None and each.named_children
            ]
            if name is not None:
                yield simple(name).removesuffix("Attribute"), unnamed[0] if unnamed else None


def _health(code: Code) -> Iterator[Fact]:
    """Health checks by the path they are mapped to; what only a developer's machine answers is told as a mere default."""
    found: list[tuple[bool, Fact]] = []
    for call in code.calls(*HEALTH_CALLS):
        path = literal(call.arguments[0]) if call.arguments else None
        if not path:
            continue
        options = " ".join(text(each) for each in call.arguments[1:])
        ready = compiled(READY_TAG).search(options) or compiled(r"(?i)/(?:hc/)?read(?:y|yz|iness)$").search(path)
        live = compiled(LIVE_TAG).search(options) or compiled(r"(?i)live(?:ness|z)?$").search(path)
        sure = Confidence.DEFAULT if in_development(call.node) else Confidence.DECLARED
        note = f"{call.name}, in development only" if sure is Confidence.DEFAULT else call.name
        key = f.READINESS_PATH if ready and not live else f.HEALTH_PATH
        found.append((bool(live) or "Predicate" not in options, Fact(key, _join("", path), call.source, Origin.CODE, sure, note)))
    found.sort(key=lambda each: not each[0])  # a check of a part of the service is not its health
    yield from (fact for _, fact in found)
    for call in code.calls(*ACTUATORS):
        yield Fact(f.HEALTH_PATH, ACTUATOR_HEALTH, call.source, Origin.CODE, Confidence.INFERRED, f"{call.name} of Steeltoe")
        return


def _metrics(code: Code) -> Iterator[Fact]:
    for call in code.calls(*METRICS_CALLS):
        if in_development(call.node):
            continue
        path = next((known for each in call.arguments if (known := literal(each)) and known.startswith("/")), METRICS_DEFAULT)
        yield Fact(f.METRICS_PATH, path, call.source, Origin.CODE, Confidence.DECLARED, call.name)
        port = next((text(each) for each in call.arguments if each.type == "integer_literal"), None)
        if port and is_port(port):
            yield Fact(f.METRICS_PORT, int(port), call.source, Origin.CODE, Confidence.DECLARED, call.name)
    for file, nodes in code.matches(
        '(object_creation_expression type: (identifier) @type (#any-of? @type "MetricServer" "KestrelMetricServer")) @made',
        "MetricServer",
    ):
        numbers = [text(each) for each in values(nodes["made"].child_by_field_name("arguments")) if each.type == "integer_literal"]
        place = Source(file.path, line(nodes["made"]))
        yield Fact(f.METRICS_PATH, METRICS_DEFAULT, place, Origin.CODE, Confidence.INFERRED, text(nodes["type"]))
        if numbers and is_port(numbers[0]):
            yield Fact(f.METRICS_PORT, int(numbers[0]), place, Origin.CODE, Confidence.DECLARED, text(nodes["type"]))


def grpc_services(code: Code) -> Iterator[tuple[str, Call]]:
    """(name of the service, the call that maps it): the name is that of the generated base class."""
    bases = _grpc_bases(code) if any(True for _ in code.files("MapGrpcService")) else {}
    for call in code.calls("MapGrpcService"):
        if call.types:
            implementation = simple(call.types[0])
            yield bases.get(implementation, implementation.removesuffix("Impl")), call


def _grpc_bases(code: Code) -> dict[str, str]:
    """Class -> the service whose generated base it extends: `Cart` of `Cart.CartBase` and of `CartBase`."""
    found: dict[str, str] = {}
    for file in code.files("Base"):
        for match in file.matches("(class_declaration name: (identifier) @name (base_list . (_) @base))"):
            base = simple(match["base"])
            if base.endswith("Base") and base != "ControllerBase":
                found[text(match["name"])] = base.removesuffix("Base")
    return found


def _join(prefix: str, path: str) -> str:
    own = path.lstrip("/") if path != "/" or prefix else ""
    return f"/{prefix.strip('/')}/{own}".replace("//", "/").rstrip("/") or "/"
