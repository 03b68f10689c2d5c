"""The requests that a Rust service answers, as its code registers them, with the prefixes of the groups that they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import literal, text
from cdgen.stacks.rust.prefixes import Prefixes, arguments_of, called, chain_root
from cdgen.stacks.rust.sources import Program, RustFile

if TYPE_CHECKING:
    from tree_sitter import Node

VERBS = frozenset({"get", "post", "put", "delete", "patch", "head", "options", "any", "trace", "connect", "all"})
ATTRIBUTE = "(attribute_item (attribute [(identifier) (scoped_identifier)] @verb arguments: (token_tree) @arguments)) @attribute"
CALLS = """
(call_expression function: (field_expression field: (field_identifier) @name) arguments: (arguments) @arguments) @call
"""
PATH_MACRO = "(macro_invocation macro: [(identifier) (scoped_identifier)] @name (token_tree) @tokens) @macro"
MATCHED = "(match_arm pattern: (match_pattern (tuple_pattern) @pair)) @arm"
WITH = "api_route_with"  # a route with a description after it
DESCRIBED = ("api_route", WITH)  # https://docs.rs/aide: routers of axum that write an OpenAPI document
WORDS = (
    *("route", ".at(", "#[get", "#[post", "#[put", "#[delete", "#[patch", "#[head", "#[route", "#[oai", "::get(", "::post("),
    *("with_path", ".nest", "resource(", "Method::", "path!", "endpoint(", "path =", ".add(", "routes!", ".get(", "#[utoipa"),
)


# parts of a path that say nothing about what is asked for
COMMON = r"(?i)(?:api|v\d+|internal|public|system|status|probes?|health\w*|live|ready|_\w*|-|admin|management|actuator)?"


class Route(NamedTuple):
    """`sure` is false where a group that it stands in has a prefix nobody can read here."""

    method: str
    path: str
    source: Source
    sure: bool


def facts(program: Program) -> Iterator[Fact]:
    """ROUTE, each once."""
    prefixes = Prefixes(program)
    seen: set[tuple[str, str]] = set()
    for file in program.files:
        if not file.has(*WORDS):
            continue
        for route in _routes(file, prefixes):
            key = (route.method, route.path)
            if key not in seen and len(route.path) < 200:
                seen.add(key)
                sure = Confidence.DECLARED if route.sure else Confidence.INFERRED
                yield Fact(f.ROUTE, f.Route(*key), route.source, Origin.CODE, sure, "registered")


def is_own(path: str, registered: tuple[Fact, ...]) -> bool:
    """Whether a path stands where the service itself is asked: below what versions the interface, or below what most routes share.

    `/api/v4/image/health` asks for the health of images.
    """
    parent = path.rstrip("/").rpartition("/")[0]
    if all(compiled(COMMON).fullmatch(part) for part in parent.split("/")):
        return True
    beside = [fact for fact in registered if str(fact.value.path).startswith(f"{parent}/")]
    return len(beside) * 2 > len(registered)


def _routes(file: RustFile, prefixes: Prefixes) -> Iterator[Route]:
    if file.has("#["):
        yield from _attributes(file, prefixes)
    yield from _calls(file, prefixes)
    if file.has("warp"):
        yield from _warp(file)
    if file.has("Method::"):
        yield from _matched(file)


def _attributes(file: RustFile, prefixes: Prefixes) -> Iterator[Route]:
    """`#[get("/users/{id}")]` of actix-web and Rocket, `#[oai(path = "/users", method = "get")]` of poem."""
    for match in file.matches(ATTRIBUTE):
        verb = text(match["verb"]).rpartition("::")[2]
        tokens = match["arguments"]
        if verb == "oai" or (verb == "path" and "utoipa" in text(match["verb"]) and file.has("routes!")):
            yield from _described(verb, match["attribute"], tokens, file, prefixes)
            continue
        if verb not in VERBS and verb != "route":
            continue
        strings = [literal(each) for each in tokens.named_children if each.type in ("string_literal", "raw_string_literal")]
        path = next((each for each in strings if each and (each.startswith("/") or each == "")), None)
        if path is None:
            continue
        methods = [verb.upper()] if verb != "route" else _route_methods(tokens, strings)
        for prefix, sure in prefixes.of_handler(match["attribute"], file):
            for method in methods:
                yield Route(_star(method), _join(prefix, path), file.source(match["attribute"]), sure)


def _described(verb: str, attribute: Node, tokens: Node, file: RustFile, prefixes: Prefixes) -> Iterator[Route]:
    shown = text(tokens)
    path = compiled(r'\bpath\s*=\s*"([^"]*)"').search(shown)
    method = compiled(r'\bmethod\s*=\s*"(\w+)"' if verb == "oai" else r"^\(\s*(?:method\s*\(\s*)?(\w+)").search(shown)
    if path and method:
        for prefix, sure in prefixes.of_handler(attribute, file):
            yield Route(method.group(1).upper(), _join(prefix, path.group(1)), file.source(attribute), sure)


def _route_methods(tokens: Node, strings: list[str | None]) -> list[str]:
    """`#[route("/x", method = "GET", method = "HEAD")]`, `#[route(GET, uri = "/x")]`."""
    named = [each for each in strings if each and each.isupper()]
    words = [text(each) for each in tokens.named_children if each.type == "identifier" and text(each).isupper()]
    return named or words or ["*"]


def _calls(file: RustFile, prefixes: Prefixes) -> Iterator[Route]:
    for match in file.matches(CALLS):
        name, call = text(match["name"]), match["call"]
        arguments = [each for each in match["arguments"].named_children if "comment" not in each.type]
        if name in ("route", "at", "add", "nest_service", "route_service", *DESCRIBED) and len(arguments) == 2 + (name == WITH):
            yield from _registered(call, match["name"], arguments, file, prefixes)
        elif name == "at" and len(arguments) == 1:
            yield from _tide(call, arguments[0], file)
        elif name in ("route", "to") and len(arguments) == 1:
            yield from _resource(call, name, arguments[0], file, prefixes)
        elif name in VERBS and len(arguments) == 1 and (path := _salvo(call)) is not None:
            yield Route(_star(name.upper()), path, file.source(call), True)
        elif name == "endpoint" and "Prometheus" in text(chain_root(call))[:200] and (path := literal(arguments[0])):
            yield Route("GET", path, file.source(call), True)


def _registered(call: Node, at: Node, arguments: list[Node], file: RustFile, prefixes: Prefixes) -> Iterator[Route]:
    """`.route("/users", get(list).post(create))` of axum, poem and actix-web, `.add("/users", get(list))` of loco."""
    path = prefixes.text(arguments[0])
    if path is None or (path and not path.startswith(("/", ":")) and text(chain_root(call)).startswith("Router")):
        return
    if path == "" or path.startswith("/"):
        methods = _methods(arguments[1])
        if methods is None and text(called(call) or call) not in ("route", "nest_service", "route_service"):
            return
        for prefix, sure in prefixes.of(call, file):
            for method in methods or ["*"]:
                yield Route(_star(method), _join(prefix, path), file.source(at), sure)


def _methods(handler: Node) -> list[str] | None:
    """The verbs of a handler: `get(list).post(create)`, `web::get().to(list)`, `get_service(x)`; None when it names none."""
    found: list[str] = []
    node: Node | None = handler
    while node is not None and node.type == "call_expression":
        name = called(node)
        word = text(name).removesuffix("_service").removesuffix("_with") if name is not None else ""
        if word in VERBS:
            found.append(word.upper())
        if word in ("on", "method", "on_service"):
            shown = compiled(r"Method(?:Filter)?::(\w+)").findall(text(arguments_of(node) or node))
            found += [each.upper() for each in shown]
        function = node.child_by_field_name("function")
        node = function.child_by_field_name("value") if function is not None and function.type == "field_expression" else None
    return list(reversed(found)) or None


def _tide(call: Node, path_node: Node, file: RustFile) -> Iterator[Route]:
    """`app.at("/users").get(list).post(create)`."""
    path = literal(path_node)
    if path is None or not file.has("tide"):
        return
    prefix, outer = "", chain_root(call)
    node, methods = call.parent, []
    while node is not None and node.type in ("field_expression", "call_expression"):
        if node.type == "field_expression":
            word = text(node.child_by_field_name("field") or node)
            if word in VERBS:
                methods.append(word.upper())
        node = node.parent
    if outer is not None:
        for method in methods:
            yield Route(_star(method), _join(prefix, path if path.startswith("/") else f"/{path}"), file.source(call), True)


def _resource(call: Node, name: str, handler: Node, file: RustFile, prefixes: Prefixes) -> Iterator[Route]:
    """`web::resource("/users").route(web::get().to(list))` and `web::resource("/users").to(list)` of actix-web."""
    root = chain_root(call)
    function = root.child_by_field_name("function") if root is not None and root.type == "call_expression" else None
    if root is None or function is None or not compiled(r"(?:^|::)resource\Z").search(text(function)):
        return
    inside = arguments_of(root)
    path = prefixes.text(inside.named_children[0]) if inside is not None and inside.named_children else None
    if path is None:
        return
    methods = (_methods(handler) if name == "route" else None) or ["*"]
    for prefix, sure in prefixes.of(root, file, own=False):
        for method in methods:
            yield Route(_star(method), _join(prefix, path), file.source(call), sure)


def _salvo(call: Node) -> str | None:
    """`Router::with_path("users").get(list)`, inside the `push` of others."""
    parts: list[str] = []
    node: Node | None = call
    while node is not None:
        root = chain_root(node)
        function = root.child_by_field_name("function") if root is not None and root.type == "call_expression" else None
        if root is None or function is None or not text(function).startswith("Router::"):
            return None
        if text(function) == "Router::with_path":
            inside = arguments_of(root)
            path = literal(inside.named_children[0]) if inside is not None and inside.named_children else None
            if path is None:
                return None
            parts.append(path.strip("/"))
        node = _pushed_on(root)
    return "/" + "/".join(part for part in reversed(parts) if part)


def _pushed_on(root: Node) -> Node | None:
    here = root.parent
    while here is not None and here.type not in ("function_item", "let_declaration"):
        if here.type == "call_expression":
            name = called(here)
            if name is not None and text(name) == "push" and chain_root(here) != root:
                return here
        here = here.parent
    return None


def _warp(file: RustFile) -> Iterator[Route]:
    """`warp::path!("users" / u32)` with the verb of its chain. What filters are added elsewhere is not seen: never certain."""
    for match in file.matches(PATH_MACRO):
        if text(match["name"]) not in ("warp::path", "path"):
            continue
        parts = []
        for token in match["tokens"].children[1:-1]:
            shown = literal(token)
            parts.append(shown if shown is not None else "" if text(token) in ("/", "..") else "{}")
        path = "/" + "/".join(part for part in parts if part)
        chain = _outermost(match["macro"])
        verb = compiled(r"warp::(get|post|put|delete|patch|head)\(\)").search(text(chain))
        yield Route(verb.group(1).upper() if verb else "*", path, file.source(match["macro"]), False)


def _outermost(node: Node) -> Node:
    while node.parent is not None and node.parent.type in ("field_expression", "call_expression"):
        node = node.parent
    return node


def _matched(file: RustFile) -> Iterator[Route]:
    """`match (request.method(), request.uri().path()) { (&Method::GET, "/users") => ... }`."""
    for match in file.matches(MATCHED):
        shown = text(match["pair"])
        method = compiled(r"Method::([A-Z]+)").search(shown)
        path = next((literal(each) for each in match["pair"].named_children if literal(each)), None)
        if method and path and path.startswith("/"):
            yield Route(method.group(1), path, file.source(match["arm"]), True)


def _star(method: str) -> str:
    return "*" if method in ("ANY", "ALL") else method


def _join(prefix: str, path: str) -> str:
    joined = prefix.rstrip("/") + ("" if path in ("", "/") and prefix.strip("/") else path)
    return compiled(r"/{2,}").sub("/", joined) or "/"
