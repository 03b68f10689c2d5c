"""Requests that a Go program makes of others, and the gRPC services that it registers itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.model import facts as f
from cdgen.model.facts import Call, Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.go.addresses import Addresses, Place, dialled
from cdgen.stacks.go.trees import Tree, Trees, arguments, called, line, method_of, text
from cdgen.stacks.hosts import Address

if TYPE_CHECKING:
    from tree_sitter import Node

# words without which a file makes no client
WORDS = (
    "Client(",
    "http.",
    ".Dial",
    "resty.",
    "req.",
    "BaseURL",
    "HostURL",
    "Handler(",
    "FromEndpoint(",
    "grequests.",
    "sling.",
    "ReverseProxy(",
)
STUB = r"New(\w+?)Client"
# https://grpc-ecosystem.github.io/grpc-gateway: (context, mux, address or connection)
GATEWAY = r"Register(\w+?)Handler(?:FromEndpoint)?"
# gRPC services that say something about the server itself
OWN = frozenset({"Health", "ServerReflection", "Reflection", "Channelz"})
# packages whose clients are no generated stubs, though they are made of one argument
NO_STUBS = r"(?i)^(?:http|s3|sns|sqs|storage|redis|kubernetes|client|clientset|versioned|api|vault|consul|etcd|docker|elastic\w*)$"
GENERATED_PACKAGE = r"(?i)pb$|proto|grpc|rpc$|v\d+(?:alpha\d*|beta\d*)?$|genproto|stub|gen$"
CONNECTION = r"(?i)conn|\bcc\b|channel|grpc|dial"
# function or method -> position of the URL
REQUESTS = {"NewRequest": 1, "NewRequestWithContext": 2}
PLAIN = {"Get": 0, "Post": 0, "Head": 0, "PostForm": 0}
BASES = frozenset({"SetBaseURL", "SetHostURL", "SetBaseUrl", "NewSingleHostReverseProxy", "Base"})
VERBS = frozenset({"Get", "Post", "Put", "Patch", "Delete", "Head"})
CLIENT = r"(?i)(?:^|\.)(?:\w*client|c|resty|grequests|R\(\).*|\w*http\w*)$"


def facts(trees: Trees) -> Iterator[Fact]:
    yield from _servers(trees)
    addresses = Addresses(trees)
    reached: set[Address] = set()
    seen: set[Call] = set()
    for tree in trees.holding(*WORDS):
        for call in tree.calls:
            for each, sure in _made(Place(call, tree), trees, addresses):
                if not _is_used(call, tree, trees):
                    continue
                told = Address(each.address, each.variable)
                if each not in seen and not (each.stub is None and told in reached):
                    seen.add(each)
                    reached.add(told)
                    yield Fact(f.CALL, each, Source(tree.file.path, line(call)), Origin.CODE, sure, _note(each))
    yield from _dials(trees, addresses, reached)


def _is_used(call: Node, tree: Tree, trees: Trees) -> bool:
    """Whether more is made of a client than a shared package's offer: its function is named a second time in the program."""
    function = method_of(call)
    if tree.file.folder == trees.program.folder or function is None or function.type != "function_declaration":
        return True
    named = function.child_by_field_name("name")
    name = text(named) if named is not None else "init"
    if name in ("init", "main"):
        return True
    return trees.is_named_twice(name)


def _note(call: Call) -> str:
    return f"client of {call.stub}" if call.stub else f"{call.protocol} client"


def _made(place: Place, trees: Trees, addresses: Addresses) -> Iterator[tuple[Call, Confidence]]:
    """The calls that one expression makes a client for."""
    stub, target = _stub(place, trees)
    if stub:
        found = addresses.of(place._replace(node=target)) if target is not None else []
        for address in found or [Address(None)]:
            yield Call("grpc", address.host, address.variable, stub), Confidence.DECLARED
        return
    url = _url(place)
    for address in addresses.of(place._replace(node=url)) if url is not None else ():
        if address.bare and not address.variable:
            continue
        yield Call("http", address.host, address.variable), Confidence.INFERRED if address.variable else Confidence.DECLARED


def _stub(place: Place, trees: Trees) -> tuple[str, Node | None]:
    """(gRPC service, its connection or URL) of `pb.NewCartServiceClient(conn)`, of Connect's `NewCartServiceClient(http, url)`."""
    receiver, name = called(place.node)
    named = compiled(STUB).fullmatch(name)
    given = arguments(place.node)
    gateway = compiled(GATEWAY).fullmatch(name)
    if gateway and len(given) > 2:
        return gateway.group(1), given[2]
    if receiver is None or receiver.type != "identifier" or named is None or named.group(1) in OWN:
        return "", None
    package = text(receiver)
    if package.endswith("connect") and len(given) >= 2:
        return named.group(1), given[1]
    if len(given) != 1 or compiled(NO_STUBS).match(package) or not trees.program.imports("google.golang.org/grpc"):
        return "", None
    told = compiled(CONNECTION).search(text(given[0])) or dialled(given[0]) is not None
    return (named.group(1), given[0]) if told or compiled(GENERATED_PACKAGE).search(package) else ("", None)


def _url(place: Place) -> Node | None:
    """The expression of the URL that an HTTP request goes to, or that a client is based on."""
    receiver, name = called(place.node)
    given = arguments(place.node)
    owner = text(receiver) if receiver is not None else ""
    imported = place.tree.file.imports
    if owner in ("http", "ctxhttp", "nethttp") and "net/http" in imported:
        position = REQUESTS.get(name, PLAIN.get(name, -1))
        return given[position] if 0 <= position < len(given) else None
    if name in BASES and given and owner:
        return given[0]
    if name in VERBS and given and compiled(CLIENT).search(owner) and _is_address(given[0]):
        return given[0]
    return None


def _is_address(node: Node) -> bool:
    """Whether an argument of `client.Get(...)` looks like a URL and not like a key or a path."""
    shown = text(node)
    return "://" in shown or compiled(r"(?i)\b\w*(?:url|uri|addr|endpoint|host)\w*\b").search(shown) is not None


def _dials(trees: Trees, addresses: Addresses, reached: set[Address]) -> Iterator[Fact]:
    """Connections of which no stub is seen to be made."""
    hosts = {address.host for address in reached} | {address.variable for address in reached}
    for tree in trees.holding("grpc.Dial", "grpc.NewClient"):
        for call in tree.calls:
            target = dialled(call) if _is_used(call, tree, trees) else None
            for address in addresses.of(Place(target, tree)) if target is not None else ():
                if hosts.isdisjoint({address.host, address.variable} - {None}):
                    hosts |= {address.host, address.variable} - {None}
                    value = Call("grpc", address.host, address.variable)
                    yield Fact(
                        f.CALL, value, Source(tree.file.path, line(call)), Origin.CODE, Confidence.INFERRED, "gRPC connection"
                    )


def _servers(trees: Trees) -> Iterator[Fact]:
    """`pb.RegisterCartServiceServer(server, impl)`, and Connect's `cartconnect.NewCartServiceHandler(impl)`."""
    if not trees.program.imports("google.golang.org/grpc") and not trees.program.imports("connectrpc.com/connect"):
        return
    for tree in trees.holding("Register", "connect."):
        for call in tree.calls:
            if name := _registered(tree, call):
                place = Source(tree.file.path, line(call))
                yield Fact(f.GRPC_SERVICE, name, place, Origin.CODE, Confidence.DECLARED, f"registers {name}")


def _registered(tree: Tree, call: Node) -> str | None:
    receiver, name = called(call)
    grpc = compiled(r"Register(\w+)Server").fullmatch(name)
    connect = compiled(r"New(\w+)Handler").fullmatch(name)
    if grpc and len(arguments(call)) == 2 and grpc.group(1) not in OWN:
        return grpc.group(1)
    if connect and receiver is not None and receiver.type == "identifier" and text(receiver).endswith("connect"):
        return connect.group(1) if any(path.endswith(text(receiver)) for path in tree.file.imports) else None
    return None
