"""config/routes.rb of Rails and Hanami: the routes that its words draw. https://guides.rubyonrails.org/routing.html"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, text
from cdgen.stacks.ruby.sources import Sources
from cdgen.stacks.ruby.tree import MOST_DEPTH, Call, first_pair, statements, word, words

if TYPE_CHECKING:
    from tree_sitter import Node

PLACES = ("config/routes.rb", "config/application_routes.rb")
VERBS = ("get", "post", "put", "patch", "delete", "options")
MANY = (
    ("index", "GET", ""),
    ("create", "POST", ""),
    ("new", "GET", "/new"),
    ("show", "GET", "/:id"),
    ("edit", "GET", "/:id/edit"),
    ("update", "PATCH", "/:id"),
    ("destroy", "DELETE", "/:id"),
)
ONE = (
    ("show", "GET", ""),
    ("create", "POST", ""),
    ("new", "GET", "/new"),
    ("edit", "GET", "/edit"),
    ("update", "PATCH", ""),
    ("destroy", "DELETE", ""),
)
ENGINES = {"Sidekiq::Web": "", "Yabeda::Prometheus::Exporter": "", "OkComputer::Engine": "", "HealthMonitor::Engine": "/check"}
Found = tuple[str, str, str, int]


class Place(NamedTuple):
    """Where in the drawing we are: the prefix of what follows, and that of a member of the resource around it."""

    prefix: str
    member: str = ""
    collection: str = ""


class Drawing(NamedTuple):
    sources: Sources
    file: str
    pages: bool  # forms for people: `new` and `edit` exist
    concerns: dict[str, Node]


def rails_routes(sources: Sources) -> Iterator[Found]:
    """(method, path, file, line) of every route, in order."""
    pages = not compiled(r"(?m)^[^#\n]*\bapi_only\s*=\s*true").search(sources.scope.text("config/application.rb") or "")
    for path in PLACES:
        syntax = sources.scope.syntax(path, "ruby") if sources.scope.has(path) else None
        if syntax is not None:
            yield from _draw(syntax.root, Place(""), Drawing(sources, path, pages, {}), 0)


def _draw(body: Node | None, place: Place, drawing: Drawing, depth: int) -> Iterator[Found]:
    if depth > MOST_DEPTH:
        return
    for call in statements(body):
        yield from _word(call, place, drawing, depth)


def _word(call: Call, place: Place, drawing: Drawing, depth: int) -> Iterator[Found]:
    name = call.name
    if name in VERBS or name == "match":
        yield from _verb(call, place, drawing)
    elif name == "root":
        yield ("GET", place.prefix or "/", drawing.file, line(call.node))
    elif name in ("resources", "resource"):
        yield from _resources(call, place, drawing, depth)
    elif name in ("namespace", "scope", "slice"):
        yield from _draw(call.block, Place(place.prefix + _scope(call)), drawing, depth + 1)
    elif name in ("member", "collection"):
        inner = place.member if name == "member" else place.collection
        yield from _draw(call.block, Place(inner or place.prefix), drawing, depth + 1)
    elif name == "concern" and call.arguments and call.block is not None:
        drawing.concerns[word(call.arguments[0]) or ""] = call.block
    elif name == "mount":
        yield from _mount(call, place, drawing)
    elif name == "draw" and call.arguments and (other := word(call.arguments[0])) and not call.receiver:
        yield from _drawn(other, place, drawing, depth)
    elif call.block is not None and name != "direct":
        yield from _draw(call.block, place, drawing, depth + 1)


def _drawn(other: str, place: Place, drawing: Drawing, depth: int) -> Iterator[Found]:
    path = f"config/routes/{other}.rb"
    syntax = drawing.sources.scope.syntax(path, "ruby") if drawing.sources.scope.has(path) else None
    if syntax is not None and depth < MOST_DEPTH:
        yield from _draw(syntax.root, place, drawing._replace(file=path), depth + 10)


def _scope(call: Call) -> str:
    """What a `namespace :admin`, `scope "/api"` or `slice :api, at: "/api"` adds to the path."""
    path = word(call.pairs.get("path")) if "path" in call.pairs else word(call.pairs.get("at"))
    if path is None and call.arguments:
        path = word(call.arguments[0])
    if call.name == "scope" and "module" in call.pairs and not call.arguments and "path" not in call.pairs:
        return ""
    return f"/{path.strip('/')}" if path and path.strip("/") else ""


def _verb(call: Call, place: Place, drawing: Drawing) -> Iterator[Found]:
    """`get "/x", to: "y#z"`, `get "/x" => "y#z"`, `get :x, on: :member`, `match "/x", via: [:get, :post]`."""
    given = words(call.arguments[0]) if call.arguments else ()
    paths = [*given, *(found for each in call.arguments[1:] if (found := word(each)))]
    if not paths:
        pair = first_pair(call)
        named = word(pair[0]) if pair else None
        paths = [named] if named is not None and pair and pair[0].type != "hash_key_symbol" else []
    on = word(call.pairs.get("on"))
    prefix = place.member if on == "member" else place.collection if on == "collection" else place.prefix
    methods = tuple(each.upper() for each in words(call.pairs.get("via"))) if call.name == "match" else (call.name.upper(),)
    for path in paths:
        clean = compiled(r"\(\.:format\)|\(\.\w+\)$").sub("", path).strip("/")
        for method in methods or ("*",):
            yield (
                "*" if method == "ALL" else method,
                f"{prefix}/{clean}" if clean else prefix or "/",
                drawing.file,
                line(call.node),
            )


def _resources(call: Call, place: Place, drawing: Drawing, depth: int) -> Iterator[Found]:
    many = call.name == "resources"
    names = [found for each in call.arguments for found in words(each)]
    only, leave = call.pairs.get("only"), words(call.pairs.get("except"))
    for name in names:
        own = word(call.pairs.get("path"))
        base = f"{place.prefix}/{(own if own is not None else name).strip('/')}".rstrip("/")
        parameter = word(call.pairs.get("param")) or "id"
        for action, method, rest in MANY if many else ONE:
            shown = action in words(only) if only is not None else action not in leave
            if shown and (drawing.pages or action not in ("new", "edit")):
                yield (method, base + rest.replace(":id", f":{parameter}"), drawing.file, line(call.node))
        one = name.removesuffix("s") if many else name
        nested = f"{base}/:{one}_{parameter}" if many else base
        inner = Place(nested, f"{base}/:{parameter}" if many else base, base)
        yield from _draw(call.block, inner, drawing, depth + 1)
        for concern in words(call.pairs.get("concerns")):
            yield from _draw(drawing.concerns.get(concern), inner, drawing, depth + 1)


def _mount(call: Call, place: Place, drawing: Drawing) -> Iterator[Found]:
    """An application of its own below a path; only of known engines is it known what they answer there."""
    pair = first_pair(call)
    what = text(call.arguments[0]) if call.arguments else text(pair[0]) if pair else ""
    at = word(call.pairs.get("at")) or (word(pair[1]) if pair and pair[0].type != "hash_key_symbol" else None)
    if at and what in ENGINES:
        yield ("*", f"{place.prefix}/{at.strip('/')}{ENGINES[what]}", drawing.file, line(call.node))
