"""Where a Rust program listens, on which port, and what it speaks there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Key, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import text
from cdgen.stacks.rust.expressions import Value
from cdgen.stacks.rust.frameworks import Framework, frameworks
from cdgen.stacks.rust.names import function_around
from cdgen.stacks.rust.sources import Program, RustFile
from cdgen.stacks.rust.values import Values

if TYPE_CHECKING:
    from tree_sitter import Node

CALLS = """
(call_expression function: [
  (scoped_identifier name: (identifier) @name)
  (field_expression field: (field_identifier) @name)
  (generic_function function: [(scoped_identifier name: (identifier) @name) (field_expression field: (field_identifier) @name)])
] arguments: (arguments) @arguments) @call
"""
WORDS = (
    "bind",
    "serve",
    "listen",
    ".run(",
    "::http(",
    "start_server",
    "add_tcp",
    "with_port",
    "launch",
    "TcpListener::new",
    ".build(",
)
# functions and associated functions: (end of the path, what it speaks)
FUNCTIONS = (
    (r"TcpListener::(?:bind|new)$", ""),
    (r"(?:axum|hyper)(?:::server)?::Server::(?:try_)?bind$|(?:^|[^:\w])Server::(?:try_)?bind$", "http"),
    (r"axum_server(?:::tls_\w+|::from_tcp)?::bind\w*$|^(?:axum_server::)?bind(?:_rustls|_openssl)$", "http"),
    (r"tiny_http::Server::https?$|^Server::https?$", "http"),
    (r"rouille::start_server\w*$|^start_server$|gotham::start\w*$", "http"),
)
# methods: (name, pattern of where their chain begins, what it speaks)
METHODS = (
    (r"(?:bind|try_bind)\w*", r"HttpServer::new|HttpServer\b|(?:web|ntex)::server|Server::build", "http"),
    (r"(?:try_)?(?:run|bind)\w*|serve_incoming\w*", r"warp::serve|(?:^|\W)serve\(", "http"),
    (r"serve(?:_with_shutdown)?", r"Server::builder|Server::default|\.add_service\(", "grpc"),
    (r"listen(?:_on)?", r"tide|\bapp\b|\bserver\b|Nickel|Server::new", "http"),
    (r"http|https", r"Iron::new", "http"),
    (r"add_tcp|add_tls", r"", "http"),
    (r"with_port", r"trillium|config\(", "http"),
    (r"build", r"jsonrpsee|ServerBuilder|RpcServer", "http"),
)
BINDS_FRAMEWORK = frozenset({"tide", "nickel"})  # `listen` means much outside of them
METRICS = r"(?i)metric|prometheus"
ADMIN = r"(?i)admin|debug|pprof|health|probe|monitor|internal|mgmt|management"
ASIDE = r"(?i)\btest|redirect|callback|oauth"  # of no use to others
METRICS_EXPORTER = "with_http_listener"  # https://docs.rs/metrics-exporter-prometheus: listens on 9000 unless told
LOOPBACK = r"^(?:127\.|localhost|\[?::1\]?)"


class Listener(NamedTuple):
    """`speaks` is http, grpc or empty (a bare socket); `side` is "metrics", "admin", "aside" or empty for the service itself."""

    speaks: str
    side: str
    values: tuple[Value, ...]
    source: Source
    call: str  # what is called


def listeners(program: Program, values: Values) -> tuple[Listener, ...]:
    """Every place where the program opens a port for others."""
    used = {each.name for each in frameworks(program)}
    found = [
        _listener(node, address, speaks, file, values)
        for file in program.files
        if file.has(*WORDS, METRICS_EXPORTER)
        for node, address, speaks in _sites(file, used)
    ]
    return tuple(each for each in found if each is not None)


def _sites(file: RustFile, used: set[str]) -> Iterator[tuple[Node, Node, str]]:
    for match in file.matches(CALLS):
        arguments = [each for each in match["arguments"].named_children if "comment" not in each.type]
        call, name = match["call"], text(match["name"])
        function = call.child_by_field_name("function")
        if function is None or not arguments:
            continue
        if function.type == "field_expression":
            speaks = _method(name, function, used)
        else:
            speaks = next((each for pattern, each in FUNCTIONS if compiled(pattern).search(text(function))), None)
        if name == METRICS_EXPORTER:
            speaks = "metrics"
        if speaks is not None:
            named = name == "bind" and len(arguments) == 3  # actix_server: a name, the address, what serves there
            yield call, arguments[1 if named else 0], speaks


def _method(name: str, function: Node, used: set[str]) -> str | None:
    """What a method speaks that may begin to listen, by the beginning of its chain; None where it is another's."""
    root = None
    for names, pattern, speaks in METHODS:
        if compiled(rf"(?:{names})\Z").match(name) is None:
            continue
        if name.startswith("listen") and not used & BINDS_FRAMEWORK:
            continue
        root = root if root is not None else _chain(function)
        if compiled(pattern).search(root):
            return speaks
    return None


def _chain(function: Node) -> str:
    """What a chain of methods is called on, through one binding: `HttpServer::new` of `let server = HttpServer::new(...)`."""
    shown, node = "", function.child_by_field_name("value")
    for _ in range(60):  # a chain that somebody wrote
        if node is None:
            break
        shown = shown or text(node)[:4_000]
        if node.type == "identifier":
            bound = _bound(text(node), node)
            return f"{shown} {text(bound)[:4_000] if bound is not None else ''} {_parameter_type(text(node), node)}"
        node = node.child_by_field_name("function") or node.child_by_field_name("value") or _inner(node)
    return shown


def _inner(node: Node) -> Node | None:
    kept = ("try_expression", "await_expression", "parenthesized_expression", "reference_expression")
    return node.named_children[0] if node.type in kept and node.named_children else None


def _bound(name: str, node: Node) -> Node | None:
    function = function_around(node)
    body = function.child_by_field_name("body") if function is not None else None
    for each in reversed(body.named_children if body is not None else []):
        pattern = each.child_by_field_name("pattern") if each.type == "let_declaration" else None
        if pattern is not None and text(pattern).removeprefix("mut ") == name and each.end_byte <= node.start_byte:
            return each.child_by_field_name("value")
    return None


def _parameter_type(name: str, node: Node) -> str:
    function = function_around(node)
    parameters = function.child_by_field_name("parameters") if function is not None else None
    for each in parameters.named_children if parameters is not None else ():
        pattern, kind = each.child_by_field_name("pattern"), each.child_by_field_name("type")
        if pattern is not None and kind is not None and text(pattern).removeprefix("mut ") == name:
            return text(kind)
    return ""


def _listener(node: Node, address: Node, speaks: str, file: RustFile, values: Values) -> Listener | None:
    known = values.of(address, file)
    if any(each.text and compiled(r":0\Z").search(each.text) for each in known) and len(known) == 1:
        return None  # any free port: a test's
    function = function_around(node)
    named = function.child_by_field_name("name") if function is not None else None
    name = text(named) if named is not None else ""
    around = f"{text(address)} {name} {file.path.rpartition('/')[2]} {_let_name(node)}"
    side = "metrics" if speaks == "metrics" else _side(around)
    return Listener(
        "http" if speaks == "metrics" else speaks,
        side,
        tuple(known),
        file.source(node),
        text(node.child_by_field_name("function") or node)[-80:],
    )


def _side(around: str) -> str:
    sides = (("metrics", METRICS), ("admin", ADMIN), ("aside", ASIDE))
    return next((side for side, pattern in sides if compiled(pattern).search(around)), "")


def _let_name(node: Node) -> str:
    here: Node | None = node
    while here is not None and here.type not in ("let_declaration", "function_item", "expression_statement"):
        here = here.parent
    pattern = here.child_by_field_name("pattern") if here is not None and here.type == "let_declaration" else None
    return text(pattern) if pattern is not None else ""


def facts(program: Program, found: tuple[Listener, ...], values: Values, grpc: Source | None) -> Iterator[Fact]:
    """PROTOCOL and the ports. What speaks HTTP and gRPC is an HTTP service: that is what probes and routes use."""
    known = frameworks(program)
    main = main_listeners(found)
    speaks, place = spoken(main, known, grpc)
    if speaks and place:
        yield Fact(f.PROTOCOL, speaks, place, Origin.CODE, Confidence.DECLARED, f"serves {speaks}")
    told = _plain([each for each in main if each.speaks == speaks]) or [each for each in main if each.speaks == ""]
    seen = list(_ports(f.PORT, told, values, f"serves {speaks or 'a socket'}"))
    yield from seen
    if not any(fact.confidence > Confidence.DEFAULT for fact in seen):
        yield from (fact for each in known for fact in _framework_port(each, values))
    yield from _ports(f.METRICS_PORT, (each for each in found if each.side == "metrics"), values, "serves metrics")
    yield from _ports(
        f.ADMIN_PORT, (each for each in found if each.side == "admin" and each not in main), values, "serves its operators"
    )


def _plain(spoken: list[Listener]) -> list[Listener]:
    """Of several listeners of one protocol, plain beats TLS: the cluster ends TLS, and the second is the same service again."""
    secure = [each for each in spoken if compiled(r"rustls|openssl|tls").search(each.call)]
    plain = [each for each in spoken if each not in secure and any(port_of(value.text) for value in each.values)]
    return plain or spoken


def main_listeners(found: tuple[Listener, ...]) -> list[Listener]:
    for side in ("", "aside", "admin", "metrics"):
        main = [each for each in found if each.side == side]
        if main:
            return main
    return []


def spoken(main: list[Listener], known: tuple[Framework, ...], grpc: Source | None) -> tuple[str, Source | None]:
    """(protocol, where it is seen). A bare socket speaks what the framework of the program does; without one nobody knows."""
    http = next((each.source for each in main if each.speaks == "http"), None)
    server = next((each for each in known if each.serves), None)
    if http is None and server is not None and server.name != "tonic":
        http = next((each.source for each in main if each.speaks == ""), None) or server.source
    if http is not None:
        return "http", http
    if grpc is not None or any(each.speaks == "grpc" for each in main):
        return "grpc", next((each.source for each in main if each.speaks == "grpc"), grpc)
    return "", None


def _ports(key: Key[int], listeners: Iterable[Listener], values: Values, note: str) -> Iterator[Fact]:
    for listener in listeners:
        for value in _with_files(listener.values, values):
            port = port_of(value.text)
            if port is not None:
                sure = min(value.sure, Confidence.INFERRED) if compiled(LOOPBACK).match(value.text or "") else value.sure
                said = f"{note}, unless {value.variable} says otherwise" if value.variable else note
                yield Fact(key, port, value.source, value.origin, sure, said)


def _with_files(known: tuple[Value, ...], values: Values) -> Iterator[Value]:
    """A variable without a default is worth what the file of variables beside the program says."""
    has_default = any(port_of(each.text) is not None for each in known)
    for each in known:
        if each.variable and (port_of(each.text) is None) and not has_default:
            told = values.settings.variable(each.variable)
            if told is not None:
                yield told
        else:
            yield each


def port_of(shown: str | None) -> int | None:
    """The port of an address, or of a text that is a port alone."""
    found = compiled(r"(?:^|:)(\d{1,5})(?:/.*)?\Z").search((shown or "").strip())
    port = int(found.group(1)) if found else 0
    return port if 0 < port < 65536 else None


def _framework_port(framework: Framework, values: Values) -> Iterator[Fact]:
    """The port of a framework that opens it by itself: in its configuration, else its documented default."""
    for value in values.settings.named(framework.port_keys) if framework.port_keys else ():
        port = port_of(value.text)
        if port is not None:
            yield Fact(f.PORT, port, value.source, value.origin, value.sure, f"{framework.name} is told")
            return
    if framework.default_port:
        note = f"{framework.name}: {framework.default_port} unless told otherwise"
        yield Fact(f.PORT, framework.default_port, framework.source, Origin.DEFAULT, Confidence.DEFAULT, note)
