"""Routes that PHP code registers, and the endpoints among them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Route
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, literal, text
from cdgen.stacks.base import MOST_MATCHES
from cdgen.stacks.endpoints import endpoint_facts
from cdgen.stacks.php.frameworks import Known
from cdgen.stacks.php.laravel_routes import laravel_routes
from cdgen.stacks.php.seen import Seen, join
from cdgen.stacks.php.sources import Sources
from cdgen.stacks.php.symfony_routes import symfony_routes
from cdgen.stacks.php.tree import MOST_DEPTH, Call, as_call, closure, pairs, parameters, strings, walk

if TYPE_CHECKING:
    from tree_sitter import Node

VERBS = ("get", "post", "put", "patch", "delete", "options", "head", "any", "all")
# what routers are called; every other object with a `get` is a client, a container or a request
ROUTERS = (
    r"(?i)^(?:\$|\$this->|self::\$|static::\$)*(?:app|router?|routes|r|group|collector|routecollector|builder|api|proxy|f3|klein|slim"
    r"|server|flight|map)$"
)
STATIC = ("Flight", "Router", "SimpleRouter", "Route")
WHOLE = r"^(?:(?P<method>[A-Z|]+)\s+)?(?P<path>/\S*)$"  # `GET|POST /users/@id`
ASKED = r"REQUEST_URI|PATH_INFO|\$(?:uri|path|url|route|request_?uri|requestpath|page)\b"


def route_facts(known: Known, sources: Sources) -> Iterator[Fact]:
    """Every route, then what probes may ask."""
    found = [_fact(sources, seen) for seen in dict.fromkeys(islice(_seen(known, sources), MOST_MATCHES))]
    yield from found
    yield from endpoint_facts(found)
    yield from _pages(known, sources)


def _fact(sources: Sources, seen: Seen) -> Fact:
    place = sources.scope.line(seen.file, seen.line)
    return Fact(f.ROUTE, Route(seen.method, seen.path), place, Origin.CODE, Confidence.DECLARED, "a route of the service")


def _seen(known: Known, sources: Sources) -> Iterator[Seen]:
    if known.framework in ("laravel", "statamic"):
        yield from laravel_routes(sources)
        return
    if known.framework in ("symfony", "shopware"):
        yield from symfony_routes(sources)
        return
    for path, syntax in sources.having(
        "->get(", "->post(", "->any(", "->map(", "->group(", "->add", "->route(", "::route(", "->connect("
    ):
        yield from _draw(syntax.root, "", path, frozenset(), 0)
    for path, syntax in sources.having("REQUEST_URI", "PATH_INFO"):
        yield from _compared(syntax.root, path)


def _draw(body: Node, prefix: str, file: str, given: frozenset[str], depth: int) -> Iterator[Seen]:
    """`$app->get('/x', ...)`, nested in `$app->group('/users', function ($g) {...})`; `given` are routers like that `$g`."""
    if depth > MOST_DEPTH:
        return
    pending = [body]
    while pending:
        node = pending.pop()
        call = as_call(node)
        if call is not None and (call.on in given or _is_router(call)):
            grouped = _group(call)
            if grouped is not None:
                inner = given | frozenset(parameters(call))
                yield from _draw(grouped[1], join(prefix, grouped[0]), file, inner, depth + 1)
                continue
            found = list(_route(call, prefix, file))
            yield from found
            if found:
                continue
        pending.extend(reversed(node.named_children))


def _is_router(call: Call) -> bool:
    return bool(compiled(ROUTERS).match(call.on)) or call.on.rpartition("\\")[2] in STATIC


def _group(call: Call) -> tuple[str, Node] | None:
    """(prefix, body) of a group of routes."""
    body = closure(call)
    if call.name not in ("group", "addGroup", "mount", "scope", "prefix", "with") or body is None or not call.arguments:
        return None
    first = call.arguments[0]
    if first.type == "array_creation_expression":
        return literal(pairs(first).get("prefix")) or "", body
    return literal(first) or "", body


def _route(call: Call, prefix: str, file: str) -> Iterator[Seen]:
    given, number = call.arguments, line(call.node)
    if len(given) < 2:
        return
    first = literal(given[0])
    if call.name in VERBS and first is not None and (first.startswith("/") or first == "" or prefix or _is_handler(given[1])):
        method = "*" if call.name in ("any", "all") else call.name.upper()
        yield Seen(method, join(prefix, first), file, number)
    elif call.name in ("map", "addRoute", "match", "add") and len(given) > 2 and (path := literal(given[1])) is not None:
        for method in strings(given[0]):
            for each in method.split("|"):
                yield Seen(each.upper(), join(prefix, path), file, number)
    elif call.name in ("route", "connect") and first:
        found = compiled(WHOLE).match(first)
        for method in ((found["method"] or "*").split("|")) if found else ():
            yield Seen(method, join(prefix, found["path"] if found else first), file, number)


def _is_handler(node: Node) -> bool:
    """A function, a class, or the name of one: what answers a route and never the second argument of a look-up."""
    shown = text(node)
    return node.type in (
        "anonymous_function",
        "arrow_function",
        "class_constant_access_expression",
        "array_creation_expression",
    ) or ("::" in shown or "@" in shown)


def _compared(root: Node, file: str) -> Iterator[Seen]:
    """`if ($path === '/health')`, `switch ($uri) { case '/health': }`, `match ($path) { '/health' => ... }`."""
    for node in walk(root, "binary_expression", "switch_statement", "match_expression"):
        if node.type == "binary_expression" and any(each.type in ("==", "===") for each in node.children):
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            sides = ((left, right), (right, left))
            values = (value for asked, value in sides if asked is not None and compiled(ASKED).search(text(asked)))
            yield from (seen for value in values if (seen := _path(value, file)))
        elif node.type in ("switch_statement", "match_expression"):
            asked = node.child_by_field_name("condition")
            if asked is not None and compiled(ASKED).search(text(asked)):
                cases = walk(node, "case_statement", "match_condition_list")
                yield from (
                    seen for each in cases if (seen := _path(each.named_children[0] if each.named_child_count else None, file))
                )


def _path(node: Node | None, file: str) -> Seen | None:
    found = literal(node)
    return Seen("*", found, file, line(node)) if node is not None and found and found.startswith("/") else None


def _pages(known: Known, sources: Sources) -> Iterator[Fact]:
    """Files of the document root that are called like an endpoint: /healthcheck.php."""
    if known.document_root is None:
        return
    cut = len(known.document_root)
    top = [
        path for path in sources.files if path.startswith(known.document_root) and "/" not in path[cut:] and path.endswith(".php")
    ]
    routes = [
        Fact(f.ROUTE, Route("*", f"/{path[cut:]}"), sources.scope.source(path), Origin.LAYOUT, Confidence.INFERRED, "a page")
        for path in top
        if compiled(r"(?i)health|ready|live|ping|status|metrics").search(path[cut:])
    ]
    yield from routes
    yield from (fact for fact in endpoint_facts(routes))
