"""Requests that a Python service makes of others, and the gRPC services that it registers itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.model import facts as f
from cdgen.model.facts import Call, Confidence, Fact, Origin
from cdgen.repo.patterns import compiled
from cdgen.stacks.hosts import Address, host_of
from cdgen.stacks.python.base.addresses import CHANNELS, Addresses, Place
from cdgen.stacks.python.base.application import entry_file
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.sources import search
from cdgen.stacks.python.base.trees import Trees, called, keywords, line, positionals, text

if TYPE_CHECKING:
    from tree_sitter import Node

# words without which a file makes no client
WORDS = (
    "Stub(",
    "_channel(",
    "requests",
    "httpx",
    "aiohttp",
    "urlopen",
    "session",
    "urllib",
    "HttpUser",
    "base_url",
    "http_client",
)
OWN = frozenset({"Health", "ServerReflection", "Reflection", "Channelz"})
VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "request", "stream", "options", "ws_connect"})
LIBRARIES = frozenset({"requests", "httpx", "grequests", "urllib3", "niquests"})
CLIENT = r"(?i)(?:^|[._])(?:\w*session|\w*client|\w*http|requests|httpx|conn|pool)(?:\(\))?$"
CLIENTS = frozenset({"AsyncClient", "Client", "ClientSession", "BaseUrlSession", "HTTPConnection", "HTTPSConnection"})
TEST_CLIENT = r"(?i)test_?client|apiclient|flask|app\."
LOCUST_HOST = r"\blocust\b[^\n]*?(?:--host|-H)[= ]+[\"']?(?P<host>[^\s\"']+)"


def call_facts(project: Project, trees: Trees) -> Iterator[Fact]:
    """CALL and GRPC_SERVICE."""
    yield from _servers(project, trees)
    addresses, aside = Addresses(trees), _aside(project)
    seen: set[Call] = set()
    reached: set[Address] = set()
    for stubs in (True, False):  # a connection is no second call beside the stub that is made of it
        for tree in trees.holding(*WORDS):
            for call in tree.calls if tree.module.path not in aside else ():
                for each, sure in _made(Place(call, tree), addresses, stubs=stubs):
                    told = Address(each.address, each.variable)
                    if each not in seen and not (told in reached and not stubs):
                        seen.add(each)
                        reached.add(told)
                        place = project.scope.line(tree.module.path, line(call))
                        note = f"client of {each.stub}" if each.stub else f"{each.protocol} client"
                        yield Fact(f.CALL, each, place, Origin.CODE, sure, note)
    yield from _load(project, trees)


def _aside(project: Project) -> frozenset[str]:
    """Scripts that people run beside the service, as to try it out: nothing imports them, and another script serves."""
    serving = entry_file(project)
    scripts = [module for module in project.modules if module.is_script and module.path != serving] if serving else []
    return frozenset(module.path for module in scripts if not _is_imported(project, module.stem))


def _is_imported(project: Project, name: str) -> bool:
    pattern = rf"(?m)^[ \t]*(?:from[ \t]+[\w.]*\b{name}[ \t]+import\b|(?:from[ \t]+[\w.]+[ \t]+)?import[ \t][^\n]*\b{name}\b)"
    return next(search(project.modules, pattern, name), None) is not None


def _made(place: Place, addresses: Addresses, *, stubs: bool) -> Iterator[tuple[Call, Confidence]]:
    stub = _stub(place)
    if stubs:
        if stub:
            name, channel = stub
            found = addresses.of(place._replace(node=channel)) if channel is not None else []
            for address in found or [Address(None)]:
                yield Call("grpc", address.host, address.variable, name), Confidence.DECLARED
        return
    protocol = "grpc" if called(place.node)[1] in CHANNELS else "http"
    target = place.node if protocol == "grpc" and "grpc" in text(place.node)[:20] else _url(place)
    for address in addresses.of(place._replace(node=target)) if target is not None and stub is None else ():
        if address.bare and not address.variable and protocol == "http":
            continue
        yield Call(protocol, address.host, address.variable), Confidence.INFERRED if address.variable else Confidence.DECLARED


def _stub(place: Place) -> tuple[str, Node | None] | None:
    """(gRPC service, its channel) of `cart_pb2_grpc.CartServiceStub(channel)`."""
    name = called(place.node)[1]
    given = positionals(place.node)
    if not name.endswith("Stub") or len(name) < 5 or name.removesuffix("Stub") in OWN or "grpc" not in place.tree.module.text:
        return None
    return name.removesuffix("Stub"), next(iter(given), None) or keywords(place.node).get("channel")


def _url(place: Place) -> Node | None:
    """The expression of the URL that an HTTP request goes to, or that a client is based on."""
    receiver, name = called(place.node)
    given, named = positionals(place.node), keywords(place.node)
    owner = text(receiver) if receiver is not None else ""
    if name in CLIENTS:
        is_known = owner in ("httpx", "aiohttp", "http.client", "") and "test" not in owner
        based = given[0] if given and name not in ("AsyncClient", "Client") else None
        return named.get("base_url") or named.get("host") or based if is_known else None
    if name in ("urlopen", "Request") and ("urllib" in place.tree.module.text):
        return next(iter(given), None) or named.get("url")
    if name not in VERBS or receiver is None or compiled(TEST_CLIENT).search(owner):
        return None
    url = named.get("url") or next(iter(given[1:2] if name in ("request", "stream") else given[:1]), None)
    if url is None or owner not in LIBRARIES and not (compiled(CLIENT).search(owner) and _is_address(url)):
        return None
    return url


def _is_address(node: Node) -> bool:
    """Whether an argument of `client.get(...)` looks like a URL and not like a key or a path."""
    shown = text(node)
    return "://" in shown or compiled(r"(?i)\b\w*(?:url|uri|addr|endpoint|host|base)\w*\b").search(shown) is not None


def _servers(project: Project, trees: Trees) -> Iterator[Fact]:
    """`cart_pb2_grpc.add_CartServiceServicer_to_server(servicer, server)`."""
    for tree in trees.holding("Servicer_to_server("):
        for call in tree.calls:
            found = compiled(r"add_(\w+)Servicer_to_server").fullmatch(called(call)[1])
            if found and found.group(1) not in OWN:
                place = project.scope.line(tree.module.path, line(call))
                yield Fact(f.GRPC_SERVICE, found.group(1), place, Origin.CODE, Confidence.DECLARED, f"registers {found.group(1)}")


def _load(project: Project, trees: Trees) -> Iterator[Fact]:
    """Whom a load generator is pointed at: `locust --host=...` of its image or scripts, or `host` of its users."""
    if not project.any("locust"):
        return
    for path in project.scope.files:
        if "/" in path or not (path.startswith(("Dockerfile", "Procfile", "docker-entrypoint")) or path.endswith((".sh", ".conf"))):
            continue
        body = project.scope.text(path) or ""
        pattern = r"(?m)^host\s*=\s*(?P<host>\S+)" if path.endswith(".conf") else LOCUST_HOST
        if found := compiled(rf"(?m)^(?!\s*#)[^\n]*{pattern}" if pattern == LOCUST_HOST else pattern).search(body):
            variable = compiled(r"\$\{?(\w+)").search(found["host"])
            host = None if variable else host_of(found["host"])
            if host or variable:
                place = project.scope.line(path, body.count("\n", 0, found.start("host")) + 1)
                value = Call("http", host, variable.group(1) if variable else None)
                yield Fact(f.CALL, value, place, Origin.SCRIPT, Confidence.DECLARED, "the host of locust")
    yield from _users(project, trees)


def _users(project: Project, trees: Trees) -> Iterator[Fact]:
    addresses = Addresses(trees)
    for tree in trees.holding("HttpUser", "HttpLocust"):
        for node in tree.sets.get("host", ()):
            for address in addresses.of(Place(node, tree)):
                place = project.scope.line(tree.module.path, line(node))
                yield Fact(f.CALL, Call("http", address.host, address.variable), place, Origin.CODE, Confidence.INFERRED, "locust")
