"""Where a JVM program listens as its code says: the calls that begin to listen, and the number behind their argument."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.jvm.shapes import Called, call_at, shown
from cdgen.stacks.jvm.tree import NAMES, TEXTS, Tree, Trees

if TYPE_CHECKING:
    from tree_sitter import Node


class Listener(NamedTuple):
    """A call of this name in a file with this word. `position` is its port's among the arguments, -1 the last one's."""

    speaks: str
    word: str
    position: int = 0
    receiver: str = ""  # what stands before the name ends with a match of it


LISTENERS: dict[str, tuple[Listener, ...]] = {
    "forPort": (Listener("grpc", "forPort", 0, r"ServerBuilder"),),
    "newServerBuilderForPort": (Listener("grpc", "newServerBuilderForPort"),),
    "embeddedServer": (Listener("http", "ktor", 1),),
    "start": (Listener("http", "avalin", -1), Listener("http", "zio.http", 0, "Server")),
    "port": (
        Listener("http", "spark", 0, r"^(?:Spark|spark|http|service|\w*[sS]ervice)?$"),
        Listener("http", "helidon"),
        Listener("http", "ratpack"),
        Listener("http", "zio.http"),
    ),
    "addHttpListener": (Listener("http", "addHttpListener"),),
    "Server": (Listener("http", "jetty"),),
    "listen": (Listener("http", "vertx"),),
    "setPort": tuple(Listener("http", word) for word in ("HttpServerOptions", "ServerOptions", "Tomcat", "ServerConnector")),
    "http": (Listener("http", "armeria"),),
    "newServerAt": (Listener("http", "newServerAt", -1),),
    "bindAndHandle": (Listener("http", "bindAndHandle", 2),),
    "withPort": (Listener("http", "http4s"),),
    "bindHttp": (Listener("http", "http4s"),),
    "defaultWithPort": (Listener("http", "zio.http"),),
}
# servers of http4k: `app.asServer(Netty(8080))`
SERVERS = ("asServer",)
PROPERTY = "server.port"
WORDS = (
    *("ServerBuilder", "embeddedServer", "avalin", "spark", "addHttpListener", "jetty", "vertx", "HttpServer"),
    *("ServerOptions", "Tomcat", "ServerConnector", "armeria", "helidon", "ratpack", "newServerAt", "bindAndHandle"),
    *("http4s", "zio.http", "asServer", "Tomcat", "server.port", "finatra"),
)
FROM_OUTSIDE = r"getenv|getProperty|getOrDefault|orElse|\?:|System\.env|sys\.env|@Value|envOrDefault|getInteger|getOrElse|\s\?\s"
NUMBERS = frozenset({"decimal_integer_literal", "integer_literal", "number_literal"})
FUNCTIONS = {
    "java": "(method_declaration name: (identifier) @name) @whole",
    "kotlin": "(function_declaration name: (identifier) @name) @whole",
    "scala": "(function_definition name: (identifier) @name) @whole",
}
MOST_CALLS = 20  # listeners in one file
MOST_NODES = 400  # of one expression
DEEPEST = 5

Number = tuple[int, Confidence, Source]


def from_code(trees: Trees) -> Iterator[tuple[str, Fact | None, Source]]:
    """(protocol, port fact, place) of every call that listens."""
    for tree in trees.telling(*WORDS):
        for speaks, node, place in islice(_listeners(tree, trees), MOST_CALLS):
            found = _number(node, tree, trees, DEEPEST) if node is not None else None
            fact = Fact(f.PORT, found[0], found[2], Origin.CODE, found[1], f"serves {speaks}") if found else None
            yield speaks, fact, place


def _listeners(tree: Tree, trees: Trees) -> Iterator[tuple[str, Node | None, Source]]:
    """(protocol, expression of the port, place)."""
    for called in tree.calls():
        place = tree.source(called.node)
        known = next((each for each in LISTENERS.get(called.name, ()) if _is(each, called, tree)), None)
        if known:
            yield from _at(known, called, place)
        elif called.name == "create" and called.receiver is not None and shown(called.receiver).endswith("HttpServer"):
            address = call_at(called.arguments[0].node) if called.arguments else None
            yield "http", address.arguments[-1].node if address and address.arguments else None, place
        elif called.name in SERVERS and called.arguments:
            server = call_at(called.arguments[0].node)
            yield "http", server.argument("port") if server else None, place
        else:
            yield from _told(called, tree, trees)
    if "finatra" in tree.file.text and "defaultHttpPort" in tree.names:
        yield "http", tree.names["defaultHttpPort"], tree.source(tree.names["defaultHttpPort"])


def _is(known: Listener, called: Called, tree: Tree) -> bool:
    before = shown(called.receiver) if called.receiver is not None else ""
    return known.word in tree.file.text and (not known.receiver or compiled(rf"(?:{known.receiver})\Z").search(before) is not None)


def _at(known: Listener, called: Called, place: Source) -> Iterator[tuple[str, Node | None, Source]]:
    """Ktor's and others' ports also have a name. `start()` and Jetty's `Server()` without a number say nothing at all."""
    named = next((each.node for each in called.arguments if each.name == "port"), None)
    plain = [each.node for each in called.arguments if not each.name]
    node = named or (plain[known.position] if -1 <= known.position < len(plain) and plain else None)
    weak = known.word in ("avalin", "jetty", "spark", "helidon", "ratpack", "zio.http")
    if node is not None or not weak:
        yield known.speaks, node, place


def _told(called: Called, tree: Tree, trees: Trees) -> Iterator[tuple[str, Node | None, Source]]:
    """`setProperty("server.port", "9090")`, `Map.of("server.port", 9090)`; Kotlin's `"server.port" to 9090` is no call."""
    nodes = [each.node for each in called.arguments]
    for index, node in enumerate(nodes):
        if node.type in TEXTS and trees.text(node, tree) == PROPERTY and index + 1 < len(nodes):
            if not compiled(r"(?i)^get|resolve|equals").search(called.name):
                yield "http", nodes[index + 1], tree.source(node)
        elif node.type == "infix_expression" and compiled(r"^\"server\.port\"\s+to\s").match(shown(node)):
            yield "http", node.named_children[-1], tree.source(node)


def _number(node: Node, tree: Tree, trees: Trees, depth: int) -> Number | None:
    """A number that stands in an expression; else what its name or the function that it calls stands for."""
    written = _written(node)
    if written:
        sure = Confidence.INFERRED if compiled(FROM_OUTSIDE).search(shown(node)) else Confidence.DECLARED
        return written[0], sure, tree.source(written[1])
    if depth == 0:
        return None
    if node.type in NAMES:
        return _named(node, tree, trees, depth)
    called = call_at(node)
    if called is not None:
        return _of_call(called, tree, trees, depth)
    inner = [each for each in node.named_children if "comment" not in each.type]
    return next((found for each in inner[:4] if (found := _number(each, tree, trees, depth - 1))), None)


def _written(node: Node) -> tuple[int, Node] | None:
    """The first number in an expression that can be a port, in digits or as a text of digits."""
    pending, left = [node], MOST_NODES
    while pending and left:
        each, left = pending.pop(), left - 1
        if each.type in NUMBERS or each.type in TEXTS or each.type == "interpolated_string":
            match = compiled(r"^[\"']*:?(\d{2,5})[\"']*$").match(shown(each).replace("_", ""))
            if match and 0 < int(match.group(1)) < 65536:
                return int(match.group(1)), each
        else:
            pending.extend(reversed(each.named_children))
    return None


def _named(node: Node, tree: Tree, trees: Trees, depth: int) -> Number | None:
    """A field, variable or constant; one that an annotation fills; one of another file, where an object stands before it."""
    found = trees.named(node, tree)
    number = _number(*found, trees, depth - 1) if found else None
    name = shown(node).rpartition(".")[2]
    if number is None:
        number = _filled(name, tree)
    if number is None and "." in shown(node).removeprefix("this."):
        for other in trees.telling(name):
            value = other.names.get(name) if other is not tree else None
            number = (_number(value, other, trees, depth - 1) if value is not None else None) or _filled(name, other)
            if number:
                break
    return number


def _filled(name: str, tree: Tree) -> Number | None:
    """`@Value("${grpc.port:9090}") int port`."""
    if "@Value" not in tree.file.text and "@ConfigProperty" not in tree.file.text:
        return None
    for note in tree.notes():
        if note.name in ("Value", "ConfigProperty") and compiled(rf"\b{name}\b").search(shown(note.holder)):
            match = compiled(r":(\d{2,5})\}|defaultValue\s*=\s*\"(\d{2,5})\"").search(shown(note.node))
            if match:
                return int(match.group(1) or match.group(2)), Confidence.INFERRED, tree.source(note.node)
    return None


def _of_call(called: Called, tree: Tree, trees: Trees, depth: int) -> Number | None:
    """A function of the program gives what it returns; of any other, its arguments and what it is called on are asked."""
    others = trees.telling(called.name) if called.receiver is not None else iter(())
    for each in (tree, *others):
        for match in each.syntax.matches(FUNCTIONS[each.grammar]):
            if shown(match["name"]) == called.name:
                body = match["whole"].named_children[-1]
                found = _number(body, each, trees, depth - 1)
                if found:
                    return found
    nodes = [argument.node for argument in called.arguments] + ([called.receiver] if called.receiver is not None else [])
    return next((found for each in nodes if (found := _number(each, tree, trees, depth - 1))), None)
