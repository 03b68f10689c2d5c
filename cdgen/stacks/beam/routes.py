"""HTTP routes of an Elixir service: Phoenix routers, Plug routers, plugs that answer one path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Route, Source
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, literal, text
from cdgen.stacks.beam.code import Code
from cdgen.stacks.beam.terms import Call, alias, call_name, modules, pairs, statements, word, words
from cdgen.stacks.endpoints import endpoint_facts

if TYPE_CHECKING:
    from tree_sitter import Node

VERBS = frozenset({"get", "post", "put", "patch", "delete", "options", "head", "connect", "trace"})
# action of `resources` -> method and what follows the collection's path (Phoenix.Router.resources/4)
ACTIONS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("index", ("GET",), ""),
    ("new", ("GET",), "/new"),
    ("create", ("POST",), ""),
    ("show", ("GET",), "/:id"),
    ("edit", ("GET",), "/:id/edit"),
    ("update", ("PATCH", "PUT"), "/:id"),
    ("delete", ("DELETE",), "/:id"),
)
# plugs that answer a path of their own unless told another
ANSWERING: tuple[tuple[str, str, str], ...] = (
    ("Heartbeat", "path", "/healthz"),
    ("PromEx.Plug", "path", "/metrics"),
    ("PlugCheckup", "path", ""),
    ("PlugHeartbeat", "path", "/heartbeat"),
    ("HealthCheckup", "path", "/health"),
)
DEEPEST = 12


class Router(NamedTuple):
    """`is_plug` when it is made by Plug.Router, whose targets are mounted below a path."""

    module: str
    call: Call
    path: str
    is_plug: bool


class Found(NamedTuple):
    method: str
    path: str
    source: Source
    target: str | None = None  # the module that a part of the paths is handed to


def facts(code: Code) -> Iterator[Fact]:
    routes = [*_routes(code), *_plugs(code)]
    seen: list[Fact] = []
    for each in routes:
        note = f"routes {each.path}"
        seen.append(Fact(f.ROUTE, Route(each.method, each.path), each.source, Origin.CODE, Confidence.DECLARED, note))
    yield from seen
    yield from endpoint_facts(seen)


def _routes(code: Code) -> Iterator[Found]:
    routers = list(_routers(code))
    own = {router.module: list(_inside(code, router, router.call.body, "")) for router in routers}
    mounted: dict[str, list[str]] = {}
    for found in own.values():
        for each in found:
            if each.target:
                for name in own:
                    if name == each.target or name.endswith(f".{each.target}"):
                        mounted.setdefault(name, []).append(each.path)
    for router in routers:
        for prefix in mounted.get(router.module, [""]):
            for each in own[router.module]:
                inner = each.target and any(name == each.target or name.endswith(f".{each.target}") for name in own)
                if not inner:
                    yield each._replace(path=_join(prefix, each.path))


def _routers(code: Code) -> Iterator[Router]:
    for path in code.holding("Router", ":router", files=code.files):
        for name, module in modules(code.repo, path):
            for statement in statements(module.body):
                used = Call(call_name(statement), statement, path) if statement.type == "call" else None
                if used is None or used.name != "use" or not used.arguments:
                    continue
                first = alias(used.arguments[0]) or ""
                second = [word(node) for node in used.arguments[1:]]
                if first in ("Phoenix.Router", "Plug.Router") or second == ["router"]:
                    yield Router(name, module, path, is_plug=first == "Plug.Router")
                    break


def _inside(code: Code, router: Router, body: Node | None, prefix: str, depth: int = 0) -> Iterator[Found]:
    """The routes of a block and of the scopes in it. A branch that only developers take is none."""
    for node in statements(body) if depth < DEEPEST else ():
        if node.type != "call":
            continue
        call = Call(call_name(node), node, router.path)
        if call.name in ("scope", "live_session", "pipe_through", "authenticate"):
            below = _scope(call) if call.name == "scope" else ""
            if below is not None:
                yield from _inside(code, router, call.body, _join(prefix, below), depth + 1)
        elif call.name in ("if", "unless"):
            if not compiled(r"(?i)dev|Mix\.env|test").search(text(call.arguments[0]) if call.arguments else ""):
                yield from _inside(code, router, call.body, prefix, depth + 1)
        else:
            yield from _registered(code, router, call, prefix, depth)


def _scope(call: Call) -> str | None:
    """The path of a scope: empty when it has none, None when it is computed."""
    given = call.arguments[0] if call.arguments else call.options.get("path")
    if given is None or alias(given):
        return ""
    return literal(given)


def _registered(code: Code, router: Router, call: Call, prefix: str, depth: int) -> Iterator[Found]:
    given = call.arguments
    if call.name in ("resources", "resource") and given:
        yield from _resources(code, router, call, prefix, depth)
        return
    place = 1 if call.name == "match" and not router.is_plug else 0
    path = literal(given[place]) if len(given) > place else None
    if path is None or (not router.is_plug and len(given) < 2 and call.name in VERBS):
        return
    whole = _join(prefix, path)
    if call.name in VERBS:
        yield Found(call.name.upper(), whole, call.source)
    elif call.name == "match":
        methods = words(given[0]) if place else words(call.options.get("via"))
        yield from (Found(method.upper(), whole, call.source) for method in methods or ("*",))
    elif call.name in ("live", "live_dashboard", "oban_dashboard"):
        yield Found("GET", whole, call.source)
    elif call.name == "forward":
        yield Found("*", whole, call.source, alias(call.options.get("to")) or alias(given[1] if len(given) > 1 else None))


def _resources(code: Code, router: Router, call: Call, prefix: str, depth: int) -> Iterator[Found]:
    given, options = call.arguments, call.options
    path = literal(given[0])
    if path is None:
        return
    base, parameter = _join(prefix, path), literal(options.get("param")) or "id"
    single = call.name == "resource" or word(options.get("singleton")) == "true"
    only, without = words(options.get("only")), words(options.get("except"))
    for action, methods, rest in ACTIONS:
        if ("only" in options and action not in only) or action in without or (single and action == "index"):
            continue
        below = rest.replace("/:id", "" if single else f"/:{parameter}")
        yield from (Found(method, base + below, call.source) for method in methods)
    nested = base if single else f"{base}/:{_singular(given)}_{parameter}"
    yield from _inside(code, router, call.body, nested, depth + 1)


def _singular(given: tuple[Node, ...]) -> str:
    """`user` of UserController, by which Phoenix names the parameter of what is nested."""
    name = (alias(given[1]) if len(given) > 1 else None) or ""
    return compiled(r"(?<=[a-z0-9])(?=[A-Z])").sub("_", name.rpartition(".")[2].removesuffix("Controller")).lower()


def _plugs(code: Code) -> Iterator[Found]:
    """Plugs that answer by themselves: known ones, and a `call/2` that matches on the path of the request."""
    for path in code.holding("plug ", "plug(", "request_path", "path_info", files=code.files):
        for call in code.calls(path):
            if call.name == "plug" and call.arguments:
                yield from _answering(call)
            elif call.name == "def" and call.arguments:
                yield from _matching(call)


def _answering(call: Call) -> Iterator[Found]:
    name = alias(call.arguments[0])
    for module, option, default in ANSWERING:
        if name == module:
            given = call.options or (pairs(call.arguments[1]) if len(call.arguments) > 1 else {})
            told = given.get(option)
            path = literal(told) if told is not None else default
            if path:
                yield Found("GET", path, call.source)


def _matching(call: Call) -> Iterator[Found]:
    """`def call(%{request_path: "/health"} = conn, _opts)`, `def call(%Conn{path_info: ["health"]} = conn, _opts)`."""
    head = call.arguments[0]
    head = head.named_children[0] if head.type == "binary_operator" and head.named_children else head
    if head.type != "call" or call_name(head) != "call":
        return
    for node in _below(head):
        if node.type != "pair" or len(node.named_children) != 2:
            continue
        key, value = text(node.named_children[0]).strip(), node.named_children[1]
        path = literal(value) if key == "request_path:" else _elements(value) if key == "path_info:" else None
        if path and path.startswith("/"):
            yield Found(_method(head), path, Source(call.path, line(node)))


def _elements(node: Node) -> str | None:
    """`/api/health` of `["api", "health"]`."""
    parts = [literal(child) for child in node.named_children] if node.type == "list" else []
    return "/" + "/".join(part or "" for part in parts) if parts and all(parts) else None


def _method(head: Node) -> str:
    methods = (
        literal(node.named_children[1])
        for node in _below(head)
        if node.type == "pair" and len(node.named_children) == 2 and text(node.named_children[0]).strip() == "method:"
    )
    return next((method for method in methods if method), "*")


def _below(node: Node) -> Iterator[Node]:
    stack = [node]
    while stack:
        each = stack.pop()
        yield each
        stack.extend(reversed(each.named_children))


def _join(prefix: str, path: str) -> str:
    whole = "/".join(part for part in (prefix.strip("/"), path.strip("/")) if part)
    return f"/{whole}"
