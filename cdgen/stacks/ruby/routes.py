"""Routes that Ruby code registers, by framework, and the endpoints among them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Route
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, text
from cdgen.stacks.base import MOST_MATCHES
from cdgen.stacks.endpoints import endpoint_facts
from cdgen.stacks.ruby.frameworks import Known
from cdgen.stacks.ruby.gemfile import Gemfile
from cdgen.stacks.ruby.rails_routes import rails_routes
from cdgen.stacks.ruby.sources import Sources
from cdgen.stacks.ruby.tree import MOST_DEPTH, Call, calls, statements, walk, word, words

if TYPE_CHECKING:
    from tree_sitter import Node

VERBS = ("get", "post", "put", "patch", "delete", "options", "head")
NESTS = ("namespace", "resource", "resources", "group", "segment", "scope")  # of Grape, sinatra-contrib and Hanami


class Seen(NamedTuple):
    method: str
    path: str
    file: str
    line: int


def route_facts(gemfile: Gemfile | None, known: Known, sources: Sources) -> Iterator[Fact]:
    """Every route, then what probes may ask."""
    found = [_fact(sources, seen) for seen in dict.fromkeys(islice(_seen(known, sources), MOST_MATCHES))]
    yield from found
    yield from endpoint_facts(found)
    yield from _installed(gemfile, sources)


def _fact(sources: Sources, seen: Seen) -> Fact:
    place = sources.scope.line(seen.file, seen.line)
    return Fact(f.ROUTE, Route(seen.method, seen.path), place, Origin.CODE, Confidence.DECLARED, "a route of the service")


def _seen(known: Known, sources: Sources) -> Iterator[Seen]:
    if known.framework in ("rails", "hanami", "padrino"):
        for method, path, file, number in rails_routes(sources):
            yield Seen(method, path, file, number)
    yield from _classes(sources)
    yield from _rack(sources)


def _classes(sources: Sources) -> Iterator[Seen]:
    """Sinatra, Grape and Roda: what stands in a class of theirs, or at the top of a file that requires Sinatra."""
    mounted = _mounts(sources)
    for path, syntax in sources.having("Sinatra", "sinatra", "Grape", "Roda", "Padrino", "Cuba"):
        for node in walk(syntax.root, "class"):
            parent = node.child_by_field_name("superclass") if node.type == "class" else None
            if parent is None:
                continue
            name, base = node.child_by_field_name("name"), text(parent).lstrip("< ")
            prefix = mounted.get(text(name), "") if name else ""
            body = node.child_by_field_name("body")
            if compiled(r"^(?:::)?Sinatra::(?:Base|Application)|^Padrino::Application").match(base):
                yield from _verbs(body, prefix, path, 0)
            elif compiled(r"^(?:::)?Grape::API").match(base):
                yield from _grape(body, prefix, path)
            elif compiled(r"^(?:::)?Roda\b").match(base):
                yield from _roda_class(body, prefix, path)
        if _is_classic(syntax.root):
            yield from _verbs(syntax.root, mounted.get("Sinatra::Application", ""), path, 0)


def _is_classic(root: Node) -> bool:
    return any(
        call.name == "require" and call.arguments and word(call.arguments[0]) in ("sinatra", "sinatra/reloader")
        for call in statements(root)
    )


def _verbs(body: Node | None, prefix: str, file: str, depth: int) -> Iterator[Seen]:
    """`get "/x" do`, nested in `namespace "/api" do`."""
    if depth > MOST_DEPTH:
        return
    for call in statements(body):
        path = word(call.arguments[0]) if call.arguments else None
        if call.receiver or call.block is None or path is None:
            continue
        if call.name in VERBS:
            yield Seen(call.name.upper(), _join(prefix, path), file, line(call.node))
        elif call.name in NESTS:
            yield from _verbs(call.block, _join(prefix, path), file, depth + 1)


def _grape(body: Node | None, prefix: str, file: str) -> Iterator[Seen]:
    """`prefix :api`, `version "v1", using: :path`, then `resource :users do get ":id" do`."""
    head = prefix
    for call in statements(body):
        if call.name == "prefix" and call.arguments:
            head = _join(head, word(call.arguments[0]) or "")
        elif call.name == "version" and call.arguments and word(call.pairs.get("using")) in (None, "path") and call.block is None:
            head = _join(head, (words(call.arguments[0]) or ("",))[0])
    yield from _grape_body(body, head, file, 0)


def _grape_body(body: Node | None, prefix: str, file: str, depth: int) -> Iterator[Seen]:
    if depth > MOST_DEPTH:
        return
    for call in statements(body):
        given = words(call.arguments[0]) if call.arguments else ()
        if call.name in VERBS and call.block is not None:
            for path in given or ("",):
                yield Seen(call.name.upper(), _join(prefix, path), file, line(call.node))
        elif call.name == "route_param" and call.block is not None:
            yield from _grape_body(call.block, _join(prefix, f":{given[0]}" if given else ":id"), file, depth + 1)
        elif call.name in (*NESTS, "version") and call.block is not None:
            yield from _grape_body(call.block, _join(prefix, given[0] if given else ""), file, depth + 1)


def _roda_class(body: Node | None, prefix: str, file: str) -> Iterator[Seen]:
    for call in statements(body):
        if call.name == "route" and call.block is not None:
            yield from _roda(call.block, prefix, file, 0)


def _roda(body: Node | None, prefix: str, file: str, depth: int) -> Iterator[Seen]:
    """`r.on "api" do r.get "users", Integer do`."""
    if depth > MOST_DEPTH:
        return
    for call in statements(body):
        if call.receiver not in ("r", "req", "request"):
            continue
        path = _join(prefix, "/".join(_roda_part(each) for each in call.arguments if each.type != "true"))
        number = line(call.node)
        if call.name in VERBS:
            yield Seen(call.name.upper(), path, file, number)
        elif call.name == "root":
            yield Seen("GET", prefix or "/", file, number)
        elif call.name in ("on", "is"):
            before = [*_roda(call.block, path, file, depth + 1)]
            yield from before or ([Seen("*", path, file, number)] if call.name == "is" else [])


def _roda_part(node: Node) -> str:
    return word(node) or ":id"


def _mounts(sources: Sources) -> dict[str, str]:
    """Class -> prefix, by `map "/api" do run Api end` and `Rack::URLMap.new("/api" => Api)` of config.ru."""
    found: dict[str, str] = {}
    syntax = sources.scope.syntax("config.ru", "ruby") if sources.scope.has("config.ru") else None
    for call in calls(syntax.root) if syntax else ():
        if call.name == "map" and call.arguments and call.block is not None:
            prefix = word(call.arguments[0])
            for inner in calls(call.block):
                if inner.name == "run" and inner.arguments and prefix:
                    found[text(inner.arguments[0]).removesuffix(".new").removesuffix(".freeze.app")] = prefix
        elif call.receiver.endswith("URLMap"):
            found |= {text(value): key for key, value in call.pairs.items() if key.startswith("/")}
    return {name: "" if prefix == "/" else prefix for name, prefix in found.items()}


def _rack(sources: Sources) -> Iterator[Seen]:
    """`server.mount_proc "/x"` of WEBrick, `map "/x"` of Rack, and comparisons with the path of a request."""
    for path, syntax in sources.having("mount_proc", "mount ", "PATH_INFO", "path_info", "request.path", "req.path", "map "):
        for call in calls(syntax.root):
            found = word(call.arguments[0]) if call.arguments else None
            if not found or not found.startswith("/"):
                continue
            mounted = call.name in ("mount_proc", "mount") and call.receiver
            mapped = call.name == "map" and path.endswith(".ru") and found != "/" and not _runs_class(call)
            if mounted or mapped:
                yield Seen("*", found, path, line(call.node))
        yield from _compared(syntax.root, path)


def _runs_class(call: Call) -> bool:
    """Whether a mapped path belongs to a class, whose own routes count."""
    return any(inner.name == "run" and _is_class(inner) for inner in calls(call.block or call.node))


def _is_class(call: Call) -> bool:
    return bool(call.arguments) and call.arguments[0].type in ("constant", "scope_resolution")


def _compared(root: Node, file: str) -> Iterator[Seen]:
    """`case env["PATH_INFO"] when "/health"`, `if req.path == "/health"`."""
    asked = r"PATH_INFO|\bpath_info\b|\b(?:req|request)\.path\b"
    for node in walk(root, "case", "binary"):
        value = node.child_by_field_name("value") if node.type == "case" else None
        if value is not None and compiled(asked).search(text(value)):
            for each in node.named_children:
                for pattern in each.children_by_field_name("pattern") if each.type == "when" else ():
                    found = word(pattern.named_children[0] if pattern.named_child_count else pattern)
                    if found and found.startswith("/"):
                        yield Seen("*", found, file, line(pattern))
        elif node.type == "binary" and any(child.type == "==" for child in node.children):
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            found = word(right)
            if left is not None and found and found.startswith("/") and compiled(asked).search(text(left)):
                yield Seen("*", found, file, line(node))


def _installed(gemfile: Gemfile | None, sources: Sources) -> Iterator[Fact]:
    """Middleware that answers at a documented place: https://github.com/prometheus/client_ruby, https://github.com/ianheggie/health_check."""
    if gemfile is None:
        return
    if gemfile.has("health_check"):
        note = "default of health_check"
        yield Fact(f.HEALTH_PATH, "/health_check", gemfile.source("health_check"), Origin.DEFAULT, Confidence.DEFAULT, note)
    used = sources.naming("Prometheus::Middleware::Exporter") if gemfile.has("prometheus-client") else None
    if used:
        place = sources.scope.line(*used)
        yield Fact(f.METRICS_PATH, "/metrics", place, Origin.CODE, Confidence.INFERRED, "default of the exporter")


def _join(prefix: str, path: str) -> str:
    inner = path.strip("/")
    return f"{prefix.rstrip('/')}/{inner}" if inner else (prefix or "/")
