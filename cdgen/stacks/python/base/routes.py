"""The requests that a Python service answers, as its framework registers them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.frameworks import served
from cdgen.stacks.python.base.prefixes import joined, prefix_of, text_of
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.trees import Tree, Trees, around, called, keywords, line, positionals, string, text

if TYPE_CHECKING:
    from tree_sitter import Node

MOST_ROUTES = 500  # of one service: nobody writes more by hand
MOST_INCLUDED = 6  # places that one list of routes is included under
PLACED = ("Mount", "path", "re_path", "url", "Host")
METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "websocket"})
ROUTED = frozenset({"route", "api_route", "custom_route", "view", "http_route"})
# words of files that register something; a plain path needs no other
WORDS = (
    *("route", "urlpatterns", "Route(", "add_", "Handler", "web.", "path(", "HealthCheck(", "mount(", "Mount("),
    *(".get(", ".post(", ".put(", ".patch(", ".delete(", "@get(", "@post("),
)
ADDED = frozenset(
    {
        "add_url_rule",
        "add_api_route",
        "add_route",
        "add_resource",
        "add_view",
        "add_websocket_route",
        "add_api_websocket_route",
        "mount",
    }
)
LISTED = frozenset({"Route", "WebSocketRoute", "APIRoute", "path", "re_path", "url", "URLSpec", "Rule"})
# what looks like a router and is none: clients, mocks, mappings
NO_ROUTER = (
    r"(?i)(?:^|[._])(?:mock\w*|respx|responses|requests\w*|httpx|session|\w*client|cache|redis|headers|params|environ|config|settings"
    r"|os|re|db|query|data|kwargs|json|args|cookies|form|patch)$"
)
BARE = ("bottle", "litestar", "blacksheep", "robyn")  # frameworks whose decorators have no object before them


class Route(NamedTuple):
    method: str
    path: str
    source: Source


class _Seen(NamedTuple):
    """A registration: its path as written, the router it is given to ("" for a list), and the handler, where it is a class."""

    methods: tuple[str, ...]
    path: str
    router: str
    node: Node
    handler: str = ""


def routes(project: Project, trees: Trees) -> tuple[Route, ...]:
    """In the order of files and lines. A router that nobody is seen to mount answers nothing."""
    if served(project) is None:
        return ()
    found = (route for tree in trees.holding(*WORDS) for route in _in_file(project, trees, tree))
    return tuple(dict.fromkeys(islice(found, MOST_ROUTES)))


def route_facts(found: tuple[Route, ...]) -> Iterator[Fact]:
    for route in found:
        value = f.Route(route.method, route.path)
        yield Fact(f.ROUTE, value, route.source, Origin.CODE, Confidence.DECLARED, f"registers {route.path}")


def _in_file(project: Project, trees: Trees, tree: Tree) -> Iterator[Route]:
    prefixes: dict[str, str | None] = {}
    for seen in _registered(project, tree):
        if seen.router not in prefixes:
            prefixes[seen.router] = prefix_of(project, tree.module, seen.router)
        prefix = prefixes[seen.router]
        if prefix is None:
            continue
        place = project.scope.line(tree.module.path, line(seen.node))
        methods = seen.methods or _of_class(trees, seen.handler) or ("*",)
        for outer in _outer(seen.node, tree):
            path = joined(prefix, f"{outer}{seen.path.lstrip('/^')}" if outer else seen.path)
            yield from (Route(method, path, place) for method in methods)


def _registered(project: Project, tree: Tree) -> Iterator[_Seen]:
    for call in tree.calls:
        if call.parent is not None and call.parent.type == "decorator":
            yield from _decorator(project, call, tree)
        else:
            yield from _added(call)
            yield from _listed(call, tree)
    for node in tree.tuples:
        yield from _pair(node)


def _decorator(project: Project, call: Node, tree: Tree) -> Iterator[_Seen]:
    """`@app.get("/x")`, `@app.route("/x", methods=["GET"])`, `@get("/x")`, `@api.route("/x")` on a class."""
    receiver, name = called(call)
    owner = text(receiver) if receiver is not None else ""
    given, named = positionals(call), keywords(call)
    node = next(iter(given), None) or named.get("path") or named.get("rule") or named.get("uri")
    path = (
        (string(node) or _computed(project, tree, node))
        if node is not None
        else ("" if name in METHODS and receiver is not None else None)
    )
    if path is None or (path and not path.startswith(("/", "{", "<"))) or compiled(NO_ROUTER).search(owner):
        return
    if receiver is None and (name not in METHODS | {"route"} or not any(f"{word}" in tree.module.text for word in BARE)):
        return
    if name not in METHODS and name not in ROUTED:
        return
    methods = (_upper(name),) if name in METHODS else _named_methods(named)
    handler = _decorated_class(call)
    router = "" if owner.endswith((".router", "web")) else owner
    yield _Seen(methods or (() if handler else ("GET",)), path, router, call, handler)


def _computed(project: Project, tree: Tree, node: Node) -> str | None:
    """A path that constants of the project make up: `PREFIX`, `f"{PREFIX}/health"`; "" stands for itself."""
    if node.type not in ("string", "identifier", "attribute"):
        return None
    return string(node) if string(node) is not None else text_of(project, tree.module, text(node))


def _decorated_class(call: Node) -> str:
    """The name of the class that a decorator stands before."""
    above = around(call, "decorated_definition")
    defined = above.child_by_field_name("definition") if above is not None else None
    name = defined.child_by_field_name("name") if defined is not None and defined.type == "class_definition" else None
    return text(name) if name is not None else ""


def _added(call: Node) -> Iterator[_Seen]:
    """`app.add_url_rule("/x", "x", view)`, `router.add_get("/x", handler)`, `api.add_resource(Users, "/x")`."""
    receiver, name = called(call)
    if (
        receiver is None
        or (name not in ADDED and name.removeprefix("add_") not in METHODS)
        or not name.startswith(("add_", "mount"))
    ):
        return
    if name == "mount" and "metrics" not in text(call):
        return
    given, named = positionals(call), keywords(call)
    texts = [(node, value) for node in [*given, *named.values()] if (value := string(node)) is not None]
    method = next((value for _, value in texts if value.upper() in {each.upper() for each in METHODS} or value == "*"), None)
    paths = [value for _, value in texts if value.startswith("/")]
    others = [text(node).partition("(")[0].removesuffix(".as_view") for node in [*given, *named.values()] if string(node) is None]
    verb = name.removeprefix("add_")
    methods = (_upper(verb),) if verb in METHODS else (method.upper(),) if method else _named_methods(named)
    owner = text(receiver)
    handler = next((other.rpartition(".")[2] for other in others if compiled(r"(?:\w+\.)*[A-Z]\w*").fullmatch(other)), "")
    default = () if handler or name != "add_url_rule" else ("GET",)
    for path in paths:
        yield _Seen(methods or default, path, "" if owner.endswith(".router") else owner, call, handler)


def _listed(call: Node, tree: Tree) -> Iterator[_Seen]:
    """`Route("/x", view)`, `web.get("/x", handler)`, `path("x/", view)`, `url(r"/x", Handler)`."""
    receiver, name = called(call)
    given = positionals(call)
    owner = text(receiver) if receiver is not None else ""
    if owner == "web" and name in METHODS | {"view"} and given:
        yield from _plain((_upper(name),) if name in METHODS else (), given[0], call, given[1:])
    elif owner == "web" and name == "route" and len(given) > 1 and (method := string(given[0])):
        yield from _plain((method.upper(),), given[1], call, given[2:])
    elif name == "register" and owner.endswith("router") and len(given) > 1 and (path := string(given[0])) is not None:
        yield _Seen((), f"{path}/", "", call)  # Django REST framework
    elif name in ("HealthCheck", "EnvironmentDump", "Mount") and (name != "Mount" or "metrics" in text(call)):
        path = next((value for node in given[:2] if (value := string(node)) and value.startswith("/")), None)
        if path:
            yield _Seen(("GET",), path, "", call)
    elif name in LISTED and given and (owner in ("", "web", "tornado.web", "routing", "urls") or name[0].isupper()):
        is_django = name in ("path", "re_path", "url") and "urlpatterns" in tree.module.text
        included = any(called(each)[1] == "include" for each in given[1:2] if each.type == "call")
        if not included and (is_django or (string(given[0]) or "").startswith("/")) and len(given) + len(keywords(call)) > 1:
            yield from _plain(_named_methods(keywords(call)), given[0], call, given[1:])


def _pair(node: Node) -> Iterator[_Seen]:
    """Tornado's `(r"/x", Handler)`."""
    children = node.named_children
    path = string(children[0]) if len(children) in (2, 3) else None
    if path and path.startswith("/") and compiled(r"[\w.]*Handler").fullmatch(text(children[1])):
        yield _Seen((), path, "", node, text(children[1]).rpartition(".")[2])


def _plain(methods: tuple[str, ...], path: Node, call: Node, rest: list[Node]) -> Iterator[_Seen]:
    written = string(path)
    if written is not None:
        handler = text(rest[0]).partition("(")[0].removesuffix(".as_view").rpartition(".")[2] if rest else ""
        yield _Seen(methods, written, "", call, handler)


def _outer(node: Node, tree: Tree, depth: int = 3) -> list[str]:
    """The paths of the lists that a route stands in: `Mount("/api", routes=[...])`, `path("api/", include([...]))`.

    A list of its own name may be included several times: `path("v1/", include(routes)), path("v2/", include(routes))`.
    """
    found = ""
    above = around(node, "call", "assignment")
    while above is not None and above.type == "call":
        given = positionals(above)
        if called(above)[1] in PLACED and given and (path := string(given[0])) is not None:
            found = f"{path.removeprefix('^').rstrip('/')}/{found.lstrip('/')}"
        above = around(above, "call", "assignment")
    left = above.child_by_field_name("left") if above is not None else None
    if left is None or text(left) == "urlpatterns" or depth == 0:
        return [found]
    included = [
        call
        for call in tree.calls
        if called(call)[1] == "include" and [text(each) for each in positionals(call)[:1]] == [text(left)]
    ]
    return [f"{outer}{found}" for call in included[:MOST_INCLUDED] for outer in _outer(call, tree, depth - 1)] or [found]


def _named_methods(named: dict[str, Node]) -> tuple[str, ...]:
    stated = named.get("methods") or named.get("method")
    if stated is None:
        return ()
    values = [string(stated)] if string(stated) else [string(child) for child in stated.named_children]
    return tuple(_upper(value) for value in values if value)


def _of_class(trees: Trees, name: str) -> tuple[str, ...]:
    """The requests that a class of handlers answers: its methods `get`, `on_get`."""
    found = trees.class_named(name) if name and name[0].isupper() else None
    body = found[1].child_by_field_name("body") if found else None
    names: list[str] = []
    for node in body.named_children if body is not None else ():
        defined = node.child_by_field_name("definition") if node.type == "decorated_definition" else node
        named = defined.child_by_field_name("name") if defined is not None and defined.type == "function_definition" else None
        names.append(text(named).removeprefix("on_") if named is not None else "")
    return tuple(_upper(each) for each in names if each in METHODS)


def _upper(method: str) -> str:
    return "GET" if method == "websocket" else method.upper()
