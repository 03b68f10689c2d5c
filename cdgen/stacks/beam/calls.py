"""Whom an Elixir service asks: base URLs of HTTP clients, gRPC connections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.model import facts as f
from cdgen.model.facts import Call as Asked
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, text
from cdgen.stacks.beam.code import Code
from cdgen.stacks.beam.terms import Call, alias
from cdgen.stacks.beam.values import UNKNOWN, Names, Value
from cdgen.stacks.hosts import host_of

if TYPE_CHECKING:
    from tree_sitter import Node

VERBS = r"(?:get|post|put|patch|delete|head|options|request|run|new)!?"
# functions that take the address, by the place of it among their arguments
CLIENTS: tuple[tuple[str, int], ...] = (
    (rf"(?:HTTPoison|Req|Tesla)\.(?!request)(?!new){VERBS}", 0),
    (r"HTTPoison\.request!?", 1),
    (r"Finch\.build", 1),
    (r":hackney\.(?:get|post|put|delete|patch)", 0),
    (r":hackney\.request", 1),
    (r"Mojito\.(?:get|post|put|delete|patch)", 0),
)
NEEDLES = ("HTTPoison", "Req.", "Tesla", "Finch", ":hackney", "Mojito", "GRPC.Stub")
EXAMPLE = r"(?:[\w-]+\.)*example\.(?:com|org|net)"  # https://www.rfc-editor.org/rfc/rfc2606


def facts(code: Code) -> Iterator[Fact]:
    for path in code.holding(*NEEDLES, files=code.files):
        names = code.names(path)
        for call in code.calls(path):
            for node, protocol in _addresses(call):
                found = _target(names, node, protocol)
                if found:
                    note = "gRPC connection" if protocol == "grpc" else "HTTP client"
                    yield Fact(f.CALL, found, Source(path, line(node)), Origin.CODE, Confidence.INFERRED, note)
        yield from _middleware(code, path)


def _addresses(call: Call) -> Iterator[tuple[Node, str]]:
    """The expressions of one call that say where it goes."""
    given = call.arguments
    for pattern, place in CLIENTS:
        if compiled(pattern).fullmatch(call.name) and len(given) > place:
            yield given[place], "http"
    if call.name.startswith("Req."):
        yield from ((node, "http") for key in ("base_url", "url") if (node := call.options.get(key)) is not None)
    elif call.name == "GRPC.Stub.connect" and given:
        yield given[0], "grpc"
    elif call.name == "plug" and len(given) > 1 and alias(given[0]) == "Tesla.Middleware.BaseUrl":
        yield given[1], "http"


def _middleware(code: Code, path: str) -> Iterator[Fact]:
    """`{Tesla.Middleware.BaseUrl, url}` of a client that is made at run time."""
    tree = code.tree(path)
    for match in tree.matches("(tuple . (alias) @name . (_) @url)") if tree else ():
        if text(match["name"]) == "Tesla.Middleware.BaseUrl":
            found = _target(code.names(path), match["url"], "http")
            if found:
                yield Fact(f.CALL, found, Source(path, line(match["url"])), Origin.CODE, Confidence.INFERRED, "HTTP client")


def _target(names: Names, node: Node, protocol: str) -> Asked | None:
    """None when neither an address nor a setting can be read, and for the machine itself."""
    value = _value(names, node)
    address = _host(value.text, protocol) if value.text else None
    return Asked(protocol, address, value.variable) if address or value.variable else None


def _value(names: Names, node: Node) -> Value:
    """An address may go on behind what is fixed: `"#{base()}/items"`, `base <> "/items"`, `"https://host/#{id}"`."""
    known = names.value(node)
    if known != UNKNOWN:
        return known
    parts = node.named_children
    if node.type == "binary_operator" and parts:
        return _value(names, parts[0])
    if node.type != "string" or not parts:
        return UNKNOWN
    if parts[0].type == "interpolation" and parts[0].named_children:
        return names.value(parts[0].named_children[0])
    whole = text(parts[0])
    return Value(whole) if compiled(r"\w+://[^/]+/").match(whole) else UNKNOWN


def _host(value: str, protocol: str) -> str | None:
    """`host` or `host:port`; a path alone is none, and neither is an address that documentation uses."""
    host = host_of(value) if protocol == "grpc" or "://" in value else None
    return None if host and compiled(EXAMPLE).fullmatch(host) else host
