"""Requests that a Rust program makes of others: HTTP clients and the stubs of gRPC services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.model import facts as f
from cdgen.model.facts import Call, Confidence, Fact, Origin
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import text
from cdgen.stacks.rust.expressions import UNKNOWN, Value
from cdgen.stacks.rust.sources import RustFile
from cdgen.stacks.rust.values import Values

if TYPE_CHECKING:
    from tree_sitter import Node

CALLS = """
(call_expression
  function: [(scoped_identifier) (field_expression) (generic_function)] @function
  arguments: (arguments) @arguments) @call
"""
LIBRARIES = ("reqwest", "ureq", "surf", "awc", "isahc", "attohttpc", "hyper", "gloo_net", "tonic", "reqwest_middleware")
VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "request"})
FUNCTION = r"^(?:reqwest(?:::blocking)?|ureq|surf|isahc|attohttpc|minreq)::(get|post|put|patch|delete|head|request)\Z"
STUB = r"(?:^|::)(\w+?)Client(?:::<[^(]*>)?::(connect|new|with_interceptor|with_origin)\Z"
ENDPOINT = r"(?:^|::)(?:Channel|Endpoint)::(?:from_static|from_shared|new|try_from|builder)\Z|(?:^|::)(?:Channel|Endpoint)::from\Z"
ADDRESS = r"(?i)^(?:[a-z][a-z0-9+.-]*://)?(?:[^/@\s]*@)?([A-Za-z0-9][\w.-]*|\[[0-9a-f:]+\])(:\d+)?(?:[/?#]|\Z)"
HERE = r"^(?:localhost|127\.|0\.0\.0\.0|\[?::)"
NO_STUBS = frozenset(
    {
        "",
        "Http",
        "Hyper",
        "Legacy",
        "Redis",
        "Mongo",
        "S3",
        "Sqs",
        "Sns",
        "DynamoDb",
        "Reqwest",
        "Awc",
        "Base",
        "Kube",
        "Health",
        "Aws",
        "Email",
    }
)


def facts(values: Values) -> Iterator[Fact]:
    """CALL, each once. A request to the machine itself is none."""
    seen: set[Call] = set()
    for file in values.program.files:
        if not file.has(*LIBRARIES, "Client", "client"):
            continue
        for call, node in _made(file, values):
            if call not in seen:
                seen.add(call)
                sure = Confidence.INFERRED if call.variable else Confidence.DECLARED
                yield Fact(
                    f.CALL, call, file.source(node), Origin.CODE, sure, f"client of {call.stub}" if call.stub else "http client"
                )


def _made(file: RustFile, values: Values) -> Iterator[tuple[Call, Node]]:
    uses_grpc = any(package.dependency("tonic") for package in values.program.crates)
    uses_http = any(package.dependency(*LIBRARIES[:6]) for package in values.program.crates)
    for match in file.matches(CALLS):
        function, node = text(match["function"]), match["call"]
        arguments = [each for each in match["arguments"].named_children if "comment" not in each.type]
        stub = compiled(STUB).search(function) if uses_grpc else None
        if stub and arguments and stub.group(1) not in NO_STUBS and (stub.group(2) == "connect" or file.has("tonic", "Channel")):
            known = _addresses(values.of(arguments[0], file)) or _channel(arguments[0], file, values)
            for address, variable in known or [(None, None)]:
                yield Call("grpc", address, variable, stub.group(1)), node
        elif uses_http and arguments and (url := _url(match["function"], function, arguments, file)) is not None:
            for address, variable in _addresses(values.of(url, file), needs_scheme=True):
                yield Call("http", address, variable), node


def _channel(node: Node, file: RustFile, values: Values) -> list[tuple[str | None, str | None]]:
    """The address of the channel that a stub is made of: `Channel::from_static("http://cart:7070").connect()`."""
    bound = values.names.binding(text(node), node) if node.type == "identifier" else None
    pending = [bound] if bound is not None else []
    while pending:
        here = pending.pop()
        function = here.child_by_field_name("function") if here.type == "call_expression" else None
        if function is not None and compiled(ENDPOINT).search(text(function)):
            arguments = here.child_by_field_name("arguments")
            first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
            return _addresses(values.of(first, file))
        pending += here.named_children
    return []


def _url(function: Node, shown: str, arguments: list[Node], file: RustFile) -> Node | None:
    """The argument of a request that holds the URL."""
    named = compiled(FUNCTION).match(shown)
    if named:
        position = 1 if named.group(1) == "request" else 0
        return arguments[position] if len(arguments) > position else None
    field = function.child_by_field_name("field") if function.type == "field_expression" else None
    name = text(field) if field is not None else ""
    if name not in VERBS or not file.has(*LIBRARIES[:6], "Client", "client"):
        return None
    position = 1 if name == "request" else 0
    return arguments[position] if len(arguments) == position + 1 else None


def _addresses(known: list[Value], *, needs_scheme: bool = False) -> list[tuple[str | None, str | None]]:
    """(host with port, variable that holds it) of each value; a path alone, or a host nobody knows, is none."""
    found: list[tuple[str | None, str | None]] = []
    for value in known:
        shown = value.text
        host = compiled(ADDRESS).match(shown.replace(UNKNOWN, " ")) if shown else None
        if host and needs_scheme and not compiled(r"(?i)^[a-z][a-z0-9+.-]*://").match(shown or ""):
            host = None
        address = f"{host.group(1)}{host.group(2) or ''}" if host else None
        if address and compiled(HERE).match(address):
            address = None
        if address or value.variable:
            found.append((address, value.variable))
    return list(dict.fromkeys(found))
