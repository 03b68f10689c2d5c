"""Routes that are declared and not called for: decorators, objects with a handler, tables of a server, comparisons by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.model.facts import Confidence
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, literal, text
from cdgen.stacks.node.holders import METHODS, joined
from cdgen.stacks.node.nodes import Module, arguments, callee, captured, name_of, operator, pairs, receiver_of, unwrapped
from cdgen.stacks.node.routers import Route, Routers
from cdgen.stacks.node.trees import Trees

if TYPE_CHECKING:
    from tree_sitter import Node

CONTROLLERS = frozenset({"Controller", "JsonController", "RestController", "Route"})
DECORATED = {
    "Get": "GET",
    "Post": "POST",
    "Put": "PUT",
    "Patch": "PATCH",
    "Delete": "DELETE",
    "Head": "HEAD",
    "Options": "OPTIONS",
    "All": "*",
    "Sse": "GET",
}
CLASSES = "[(class_declaration) (class) (abstract_class_declaration)] @class"
OBJECTS = "(object) @object"
COMPARED = "(binary_expression) @compared (switch_case) @case"
ADDRESS = r"(?:^|[.\[])(?:url|pathname|path)\W*$"


def decorated(trees: Trees) -> Iterator[Route]:
    """`@Controller('users')` with `@Get(':id')`, below the global prefix unless that leaves the controller out."""
    prefix, excluded, versioned = _global(trees)
    for module in trees.having("@Controller", "@JsonController", "@RestController"):
        for node in captured(module, CLASSES):
            controller = next((each for each in _decorators(node) if name_of(each) in CONTROLLERS), None)
            body = node.child_by_field_name("body")
            if controller is None or body is None:
                continue
            bases, version = _controller(trees, module, controller)
            for method, paths, number in _handlers(trees, module, body):
                for base in bases:
                    below = "" if base and base.strip("/") in excluded else prefix
                    if base is None or below is None:
                        continue
                    lead = f"v{version}" if versioned and version else ""
                    yield from (Route(method, joined(below, lead, base, path), module.path, number) for path in paths)


def _global(trees: Trees) -> tuple[str | None, str, bool]:
    """(prefix of all controllers, what is left out of it, whether versions stand in paths)."""
    prefix: str | None = ""
    excluded, versioned = "", False
    for module in trees.having("setGlobalPrefix", "enableVersioning", "routePrefix"):
        for call in module.calls:
            given = arguments(call)
            if name_of(call) == "setGlobalPrefix" and given:
                prefix = trees.constant(module, given[0])
                excluded = " ".join(text(each) for each in given[1:])
            elif name_of(call) == "enableVersioning":
                versioned = not given or "URI" in text(given[0]) or "type" not in pairs(given[0])
            elif name_of(call) in ("createExpressServer", "useExpressServer", "createKoaServer", "useKoaServer") and given:
                stated = pairs(given[-1]).get("routePrefix") if given[-1].type == "object" else None
                prefix = trees.constant(module, stated) if stated is not None else prefix
    return prefix, excluded, versioned


def _decorators(node: Node) -> Iterator[Node]:
    """The calls of a class's decorators: inside the class, or before it where it is exported."""
    places = [node, *([node.parent] if node.parent is not None and node.parent.type == "export_statement" else [])]
    for place in places:
        for each in place.named_children:
            if each.type == "decorator" and each.named_children and each.named_children[0].type == "call_expression":
                yield each.named_children[0]


def _controller(trees: Trees, module: Module, call: Node) -> tuple[list[str | None], str]:
    given = arguments(call)
    if not given:
        return [""], ""
    version = ""
    first = given[0]
    if first.type == "object":
        entries = pairs(first)
        version = literal(entries.get("version")) or ""
        if "path" not in entries:
            return [""], version
        first = entries["path"]
    return _texts(trees, module, first), version


def _texts(trees: Trees, module: Module, node: Node) -> list[str | None]:
    nodes = node.named_children if node.type == "array" else [node]
    return [trees.constant(module, each) for each in nodes]


def _handlers(trees: Trees, module: Module, body: Node) -> Iterator[tuple[str, list[str], int]]:
    """The decorated methods of a class: a decorator stands before its method, or inside it."""
    for each in body.named_children:
        found = each.named_children if each.type == "method_definition" else [each]
        for decorator in found:
            if decorator.type != "decorator" or not decorator.named_children:
                continue
            call = decorator.named_children[0]
            method = DECORATED.get(name_of(call)) if call.type == "call_expression" else None
            if method is None:
                continue
            given = arguments(call)
            paths = _texts(trees, module, given[0]) if given and given[0].type != "object" else [""]
            yield method, [path for path in paths if path is not None], line(decorator)


def objects(trees: Trees, routers: Routers) -> Iterator[Route]:
    """`{ method: 'GET', url: '/health', handler }` of Fastify, Hapi and others; a bare path is somebody else's address."""
    for module in trees.having("handler"):
        for node in captured(module, OBJECTS):
            entries = pairs(node)
            if "method" not in entries or "handler" not in entries | pairs(entries.get("config") or entries.get("options") or node):
                continue
            path = trees.constant(module, entries.get("url") or entries.get("path"))
            if path is None or not path.startswith("/"):
                continue
            for prefix in _above(routers, module, node):
                for method in _methods(entries["method"]) if prefix is not None else ():
                    yield Route(method, joined(prefix or "", path), module.path, line(node), Confidence.INFERRED)


def _above(routers: Routers, module: Module, node: Node) -> list[str | None]:
    """The prefixes of what the object is handed to: `fastify.route({...})`, `server.route([{...}])`."""
    place = node.parent
    while place is not None and place.type in ("array", "arguments"):
        place = place.parent
    on = receiver_of(place) if place is not None and place.type == "call_expression" else None
    holder = routers.holder(module, on) if on is not None else None
    return routers.prefixes(holder) if holder else [""]


def _methods(node: Node) -> list[str]:
    nodes = node.named_children if node.type == "array" else [node]
    names = [(literal(each) or "").upper() for each in nodes]
    return [name if name in METHODS else "*" for name in names if name in METHODS or name == "*"]


def tables(trees: Trees) -> Iterator[Route]:
    """`routes` of Bun.serve, `healthChecks` of terminus, `exposeStatusRoute` of Fastify's under-pressure."""
    for module in trees.having("Bun.serve", "healthChecks", "exposeStatusRoute"):
        for call in module.calls:
            called = callee(call)
            whole = text(called) if called is not None else ""
            for given in (each for each in arguments(call) if each.type == "object"):
                entries = pairs(given)
                yield from _table(module, entries.get("routes"), methods=True) if whole == "Bun.serve" else ()
                yield from _table(module, entries.get("healthChecks"), methods=False)
                yield from _status(module, entries.get("exposeStatusRoute"))


def _table(module: Module, node: Node | None, *, methods: bool) -> Iterator[Route]:
    if node is None or node.type != "object":
        return
    for path, value in pairs(node).items():
        if not path.startswith("/"):
            continue
        named = [name for name in pairs(value) if name in METHODS] if methods and value.type == "object" else []
        for method in named or ["*"]:
            yield Route(method, path, module.path, line(value))


def _status(module: Module, node: Node | None) -> Iterator[Route]:
    """https://github.com/fastify/under-pressure: `true` is `/status`."""
    if node is None:
        return
    stated = literal(node) or (literal(pairs(node).get("url")) if node.type == "object" else None)
    if stated or node.type == "true":
        yield Route("GET", stated or "/status", module.path, line(node), Confidence.INFERRED)


def compared(trees: Trees) -> Iterator[Route]:
    """`if (req.url === '/health')` and `case '/health':` of a server that routes by hand."""
    for module in trees.having("createServer", "Bun.serve", "Deno.serve"):
        for node in captured(module, COMPARED):
            path = _case(node) if node.type == "switch_case" else _equal(node)
            if path and path.startswith("/"):
                yield Route("*", path, module.path, line(node), Confidence.INFERRED)


def _equal(node: Node) -> str | None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None or operator(node) not in ("===", "=="):
        return None
    return literal(right) if compiled(ADDRESS).search(text(left)) else None


def _case(node: Node) -> str | None:
    switch = node.parent.parent if node.parent is not None else None
    value = switch.child_by_field_name("value") if switch is not None else None
    if value is None or not compiled(ADDRESS).search(text(unwrapped(value))):
        return None
    return literal(node.child_by_field_name("value"))
