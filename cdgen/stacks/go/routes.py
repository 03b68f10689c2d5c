"""The requests that a Go program answers, as its routers register them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.go.routers import Known, Routers, join
from cdgen.stacks.go.trees import Tree, Trees, arguments, called, is_text, line, literal, text

if TYPE_CHECKING:
    from tree_sitter import Node

MOST_ROUTES = 500  # of one program: nobody writes more by hand
LONGEST_CHAIN = 20  # calls that are chained to one another
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT"})
VERBS = {name: name.upper() for method in METHODS for name in (method, method.title())}
ANY = frozenset({"HandleFunc", "Handle", "Any", "All", "HandlerFunc", "Handler", "Router", "HandleWithMiddleware"})
WITH_METHOD = frozenset({"Method", "MethodFunc", "Add", "Handle", "HandlerFunc", "Handler", "HandleFunc", "Match", "HandleMethod"})
WORDS = (
    *("Handle", "Path", "Any(", "All(", "Heartbeat(", "Method"),
    *("Get(", "GET(", "Post(", "POST(", "Put(", "PUT(", "Delete(", "DELETE("),
)
# packages whose routers have methods that others' clients have, too: Get, Post, Delete
ROUTERS = (
    *("github.com/go-chi/chi", "github.com/gofiber/fiber", "github.com/kataras/iris", "github.com/gorilla/pat"),
    *("github.com/bmizerany/pat", "github.com/danielgtaylor/huma", "github.com/go-fuego/fuego", "github.com/go-martini/martini"),
    *("github.com/flamego/flamego", "github.com/go-zoo/bone", "goji.io", "github.com/zenazn/goji", "gofr.dev"),
    *("github.com/beego/beego", "github.com/go-pkgz/routegroup", "github.com/go-ozzo/ozzo-routing", "github.com/uptrace/bunrouter"),
)
ROUTER_NAME = r"(?i)(?:^|[._])(?:r|rt|app|api|mux|srv|server|g|m|v\d+|\w*(?:router|routes|mux|group|app|api))$"
CLIENT_NAME = (
    r"(?i)(?:^|[._])(?:http|c|\w*client|resty|cache|redis|rdb|kv|store|header|headers|ctx|req|request|params|session|db|R\(\))$"
)


class Route(NamedTuple):
    method: str
    path: str
    source: Source
    call: str  # text of the whole registration
    sure: bool


def routes(trees: Trees) -> tuple[Route, ...]:
    """In the order of files and lines; the routes of groups with the path that they are under."""
    routers = Routers(trees)
    found = (route for tree in trees.holding(*WORDS) for route in _in_file(tree, trees, routers))
    return tuple(dict.fromkeys(islice(found, MOST_ROUTES)))


def facts(found: tuple[Route, ...]) -> Iterator[Fact]:
    for route in found:
        sure = Confidence.DECLARED if route.sure else Confidence.INFERRED
        value = f.Route(route.method, route.path)
        yield Fact(f.ROUTE, value, route.source, Origin.CODE, sure, f"registers {route.path}")


def _in_file(tree: Tree, trees: Trees, routers: Routers) -> Iterator[Route]:
    for call in tree.calls:
        for method, path, router in _registered(call, tree, trees, routers):
            for prefix in routers.prefixes(router, tree):
                whole = prefix.whole and path.whole
                plain = _plain(join(prefix.text, path.text))
                yield Route(method, plain, Source(tree.file.path, line(call)), text(call)[:400], whole)
    for method, written, node in _listed(tree):
        yield Route(method, written, Source(tree.file.path, line(node)), text(node)[:400], False)


def _registered(call: Node, tree: Tree, trees: Trees, routers: Routers) -> Iterator[tuple[str, Known, Node | None]]:
    """(method, path, router) of what one call registers."""
    receiver, name = called(call)
    given = arguments(call)
    if not given:
        return
    if name == "Heartbeat":
        yield from _found("GET", given[0], None, tree, routers)
    elif name in ("Path", "PathPrefix"):
        if _handled(call):
            yield from _methods(call, given[0], receiver, tree, routers)
    elif name in WITH_METHOD and len(given) >= 2 and (method := method_name(given[0])):
        yield from _found(method, given[1], receiver, tree, routers)
    elif name in VERBS and len(given) >= 2 and receiver is not None and _is_router(receiver, name, given, trees):
        at = 1 if not is_text(given[0]) and is_text(given[1]) else 0  # huma.Get(api, "/x", handler)
        yield from _found(VERBS[name], given[at], given[0] if at else receiver, tree, routers)
    elif name in ANY and len(given) >= 2 and not _is_mount(given[1]):
        yield from _methods(call, given[0], receiver, tree, routers)


def _is_mount(handler: Node) -> bool:
    """Whether what handles a path is a router of its own, whose routes tell for themselves."""
    given = arguments(handler) if handler.type == "call_expression" and called(handler)[1] == "StripPrefix" else []
    return len(given) == 2 and given[1].type in ("identifier", "selector_expression")


def _is_router(receiver: Node, name: str, given: list[Node], trees: Trees) -> bool:
    """Whether `x.Get("/path", y)` registers a route and does not ask somebody for something."""
    owner = text(receiver)
    if compiled(CLIENT_NAME).search(owner) or is_text(given[-1]) or given[-1].type == "composite_literal":
        return False
    if name.isupper() or compiled(ROUTER_NAME).search(owner):
        return True
    return any(trees.program.imports(each) for each in ROUTERS)


def _methods(
    call: Node, path: Node, receiver: Node | None, tree: Tree, routers: Routers
) -> Iterator[tuple[str, Known, Node | None]]:
    """As often as the chain around names a method: `r.Methods("GET").Path("/x")`, `r.Handle("/x", h).Methods("GET", "HEAD")`."""
    named = [
        method
        for each in _chain(call)
        if called(each)[1] == "Methods"
        for given in arguments(each)
        if (method := method_name(given))
    ]
    for method in dict.fromkeys(named or ["*"]):
        yield from _found(method, path, receiver, tree, routers)


def _found(method: str, node: Node, router: Node | None, tree: Tree, routers: Routers) -> Iterator[tuple[str, Known, Node | None]]:
    path = routers.value(node, tree)
    if path is None:
        return
    stated = compiled(r"(?:(?P<method>[A-Z]+) +)?(?P<host>[\w.-]+)?(?P<path>/.*)?").fullmatch(path.text)
    if stated and (stated["path"] or not path.text) and (not stated["host"] or "." in stated["host"]):
        yield stated["method"] or method, Known(stated["path"] or "", path.whole), router


def _handled(call: Node) -> bool:
    """Whether the chain of a matcher ends in a handler, and not in a router of its own."""
    names = {called(each)[1] for each in _chain(call)}
    return not names.isdisjoint({"Handler", "HandlerFunc"}) and "Subrouter" not in names


def _chain(call: Node) -> Iterator[Node]:
    """The calls that are chained to this one, before and after."""
    before = called(call)[0]
    for _ in range(LONGEST_CHAIN):
        if before is None or before.type != "call_expression":
            break
        yield before
        before = called(before)[0]
    above = call.parent
    for _ in range(2 * LONGEST_CHAIN):
        if above is None or above.type not in ("selector_expression", "call_expression"):
            break
        if above.type == "call_expression":
            yield above
        above = above.parent


def method_name(node: Node) -> str | None:
    """`"GET"` or `http.MethodGet`."""
    named = literal(node) if is_text(node) else compiled(r"^.*\bMethod(?=[A-Z])").sub("", text(node)).upper()
    return named if named in METHODS else None


def _listed(tree: Tree) -> Iterator[tuple[str, str, Node]]:
    """Tables of routes: `{Method: http.MethodGet, Path: "/x", ...}` and `{"Name", "GET", "/x", handler}`."""
    for node in tree.literals:
        pairs = [each.named_children for each in node.named_children]
        keyed = {text(pair[0]): pair[-1] for pair in pairs if len(pair) == 2}
        method = next((keyed[key] for key in ("Method", "Methods", "HTTPMethod") if key in keyed), None)
        path = next((keyed[key] for key in ("Path", "Pattern", "Route") if key in keyed), None)
        if method is None and path is None and len(pairs) >= 3 and all(len(pair) == 1 for pair in pairs):
            beside = zip(pairs, pairs[1:], strict=False)
            method, path = next(((one[0], two[0]) for one, two in beside if method_name(_bare(one[0]))), (None, None))
        if method is not None and path is not None:
            name, written = method_name(_bare(method)), literal(_bare(path))
            if name and written and written.startswith("/"):
                yield name, written, node


def _bare(node: Node) -> Node:
    return node.named_children[0] if node.type == "literal_element" and node.named_children else node


def _plain(path: str) -> str:
    """Without the end mark of net/http's patterns."""
    return path.removesuffix("{$}") or "/"
