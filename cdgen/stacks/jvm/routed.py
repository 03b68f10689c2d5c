"""Requests that code registers by calls: Ktor, Javalin, Spark, Vert.x, Helidon, Jooby, Ratpack, http4k, Spring, the JDK."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.model.facts import Route, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.jvm.annotated import joined
from cdgen.stacks.jvm.shapes import Called, above, body_of, call_at, class_name, class_of, shown
from cdgen.stacks.jvm.tree import Tree, Trees

if TYPE_CHECKING:
    from tree_sitter import Node

WORDS = (
    *("io.ktor.server", "io.ktor.routing", "io.ktor.application", "io.javalin", "spark.Spark", "spark.kotlin"),
    *("spark.Service", "spark.*", "ext.web", "io.helidon", "io.jooby", "org.jooby", "ratpack.", "linecorp.armeria"),
    *("function.server", "servlet.function", "spark.Service", "sun.net.httpserver", "org.scalatra"),
    *("twitter.finatra",),
)
HTTP4K = "org.http4k."
VERBS = {verb: verb.upper() for verb in ("get", "post", "put", "delete", "patch", "head", "options")}
VERBS |= {verb.upper(): verb.upper() for verb in VERBS} | {"any": "*", "webSocket": "GET"}
PREFIXES = frozenset({"route", "path", "nest", "pathPrefix", "prefix", "group", "mount"})
# what may stand before the name of a route's method; a client or a map has the same methods
ROUTERS = (
    r"(?i)(?:^|\.)(?:this|app|application|router|\w*routes?|routing|\w*rules|server|javalin|http|\w*builder|api|spark|service|sb|chain|"
    r"root|config|cfg|it|\w*router)(?:\(\))?$"
)
HANDLES = frozenset({"handler", "blockingHandler", "respond", "coroutineHandler", "failureHandler", "coHandler"})
PREDICATES = frozenset({"route", "andRoute", "nest", "andNest"})


def routes(trees: Trees) -> Iterator[tuple[Route, Source]]:
    for tree in trees.telling(*WORDS):
        if tree.grammar == "scala" and "scalatra" not in tree.file.text and "finatra" not in tree.file.text:
            continue
        for called in tree.calls():
            yield from _of_call(called, tree, trees)
    for tree in trees.telling(HTTP4K):
        yield from _http4k(tree, trees)


def _of_call(called: Called, tree: Tree, trees: Trees) -> Iterator[tuple[Route, Source]]:
    if called.name == "createContext":
        path = trees.text(called.argument(), tree)
        if path is not None and path.startswith("/"):
            yield Route("*", path), tree.source(called.node)
        return
    verb = VERBS.get(called.name) or _of_route(called)
    if verb is None or not _registers(called):
        return
    path = _path(called, tree, trees)
    if path is None:
        return
    for prefix in _prefixes(called.node, tree, trees):
        if path or prefix:
            yield Route(verb, joined(prefix, path) or "/"), tree.source(called.node)


def _of_route(called: Called) -> str | None:
    """`router.route(HttpMethod.GET, "/x")`, Ktor's `route("/x", HttpMethod.Get)`, Vert.x's `router.route("/x").handler(...)`."""
    if called.name not in ("route", "method"):
        return None
    stated = next(
        (found for each in called.arguments if (found := compiled(r"HttpMethod\.(\w+)\Z").search(shown(each.node)))), None
    )
    if stated:
        return stated.group(1).upper()
    follower = called.node.parent
    name = follower.child_by_field_name("name") if follower is not None and follower.type == "method_invocation" else None
    return "*" if name is not None and shown(name) in HANDLES and called.arguments else None


def _registers(called: Called) -> bool:
    """A handler is given: as an argument, as a block behind, by the call that follows or stands around."""
    receiver = called.receiver
    fluent = receiver is not None and receiver.type in ("method_invocation", "call_expression")
    named = called.name.isupper()  # Spring's and Helidon's builders: no map and no client calls its methods so
    if receiver is not None and not fluent and not named and not compiled(ROUTERS).search(shown(receiver)):
        return False
    if fluent and compiled(r"(?i)client|template|request|map\b").search(shown(receiver)[:200] if receiver is not None else ""):
        return False
    block = body_of(called) != called.node or called.node.children[-1].type == "annotated_lambda"
    if len(called.arguments) > 1 or block or _is_reference(called):
        return True
    parent = called.node.parent
    name = parent.child_by_field_name("name") if parent is not None else None
    if name is not None and shown(name) in HANDLES:
        return True
    outer = next((call for each in above(called.node) if (call := call_at(each)) is not None), None)
    return outer is not None and outer.name in PREDICATES and called.name.isupper()


def _is_reference(called: Called) -> bool:
    """A handler alone, as in `path("users", () -> get(Users::all))`."""
    first = called.argument()
    return first is not None and first.type in (
        "method_reference",
        "lambda_expression",
        "callable_reference",
        "object_creation_expression",
    )


def _path(called: Called, tree: Tree, trees: Trees) -> str | None:
    """The path that stands in the call; empty where only those around it have one, None where it cannot be known."""
    stated = [each.node for each in called.arguments if each.name in ("", "path")]
    stated = [each for each in stated if not shown(each).startswith(("HttpMethod.", "Method."))]
    if not stated or (_is_reference(called) and len(stated) == 1):
        return "" if called.receiver is None else None
    return trees.text(stated[0], tree)


def _prefixes(node: Node, tree: Tree, trees: Trees, depth: int = 3) -> tuple[str, ...]:
    """What the calls around say, and those around the calls of the function that this stands in. Empty when one cannot be known."""
    path, came = "", node
    for each in above(node):
        inside = came != (each.children[0] if each.children else None) or each.type not in ("call_expression", "method_invocation")
        around = _around(each) if inside else None
        if around is not None:
            part = _prefix(around, tree, trees)
            if part is None:
                return ()
            path = joined(part, path)
        if each.type == "function_declaration" and depth and _extends_route(each):
            callers = _callers(shown(each.child_by_field_name("name") or each), trees)
            found = [prefix for other, call in callers for prefix in _prefixes(call, other, trees, depth - 1)]
            return tuple(dict.fromkeys(joined(prefix, path) for prefix in found)) or (path,)
        came = each
    return (joined(_registered(node, tree, trees), path),)


def _around(node: Node) -> Called | None:
    """The call whose argument or block a node is."""
    if node.type == "call_expression" and node.children and node.children[0].type == "call_expression":
        return call_at(node.children[0])
    return call_at(node) if node.type in ("call_expression", "method_invocation") else None


def _prefix(called: Called, tree: Tree, trees: Trees) -> str | None:
    if called.name not in PREFIXES:
        return ""
    if called.name == "nest" and called.receiver is not None and called.receiver.type == "string_literal":
        return trees.text(called.receiver, tree)
    first = called.argument("path")
    inner = call_at(first) if first is not None else None
    if inner is not None and inner.name in ("path", "accept", "contentType"):  # Spring's `nest(path("/api"), ...)`
        return trees.text(inner.argument(), tree) if inner.name == "path" else ""
    if first is None or inner is not None or _is_reference(called):
        return ""
    return trees.text(first, tree)


def _extends_route(function: Node) -> bool:
    return any(each.type == "user_type" and shown(each) in ("Route", "Routing") for each in function.named_children[:3])


def _callers(name: str, trees: Trees) -> Iterator[tuple[Tree, Node]]:
    for tree in trees.telling(name):
        for called in tree.calls():
            if called.name == name:
                yield tree, called.node


def _registered(node: Node, tree: Tree, trees: Trees) -> str:
    """Helidon's `register("/greet", new GreetService())` says what stands before the routes of a class."""
    holder = class_of(node)
    name = class_name(holder) if holder is not None else ""
    if not name or "helidon" not in tree.file.text:
        return ""
    for other in trees.telling("register("):
        for called in other.calls():
            if (
                called.name == "register"
                and len(called.arguments) > 1
                and compiled(rf"\b{name}\b").search(shown(called.arguments[1].node))
            ):
                return trees.text(called.argument(), other) or ""
    return ""


def _http4k(tree: Tree, trees: Trees) -> Iterator[tuple[Route, Source]]:
    """`"/x" bind GET to handler`, nested by `"/api" bind routes(...)`."""
    if tree.grammar != "kotlin":
        return
    for match in tree.syntax.matches("(infix_expression) @bind"):
        bound = _bound(match["bind"])
        verb = compiled(r"(?:\bMethod\.)?([A-Z]{3,7})\Z").match(shown(bound[1])) if bound else None
        if not bound or not verb:
            continue
        parts, came = [trees.text(bound[0], tree)], match["bind"]
        for each in above(match["bind"]):
            outer = _bound(each) if each.type == "infix_expression" and each.children[0] != came else None
            if outer:
                parts.insert(0, trees.text(outer[0], tree))
            came = each
        if None not in parts:
            path = ""
            for part in parts:
                path = joined(path, part or "")
            yield Route(verb.group(1), path or "/"), tree.source(match["bind"])


def _bound(node: Node) -> tuple[Node, Node] | None:
    """(path, what it is bound to)."""
    parts = node.named_children
    if len(parts) == 3 and shown(parts[1]) in ("bind", "bindContract"):
        left = parts[0]
        while left.type == "infix_expression" and left.named_children:  # `"/x" meta { } bindContract GET`
            left = left.named_children[0]
        return left, parts[2]
    return None
