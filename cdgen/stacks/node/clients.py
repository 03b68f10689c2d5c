"""Requests that the program makes: HTTP clients with their base addresses, proxies and gRPC clients; gRPC services it registers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.model import facts as f
from cdgen.model.facts import Call, Confidence, Fact, Origin
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, literal, text
from cdgen.stacks.node.addresses import Address, Addresses
from cdgen.stacks.node.nodes import Module, arguments, callee, name_of, receiver_of, unwrapped
from cdgen.stacks.node.package import Package
from cdgen.stacks.node.trees import Trees

if TYPE_CHECKING:
    from tree_sitter import Node

# packages whose own name, or a method of it, sends a request
HTTP = frozenset(
    {"axios", "got", "ky", "request", "request-promise", "request-promise-native", "superagent", "needle", "node-fetch", "undici"}
    | {
        "ofetch",
        "cross-fetch",
        "isomorphic-fetch",
        "http",
        "https",
        "node:http",
        "node:https",
        "bent",
        "phin",
        "wretch",
        "make-fetch-happen",
    }
)
GLOBAL = frozenset({"fetch", "$fetch"})
VERBS = frozenset(
    {"get", "post", "put", "patch", "delete", "del", "head", "request", "fetch", "stream", "json", "getJSON", "$get", "$post"}
)
MAKERS = frozenset({"create", "extend", "defaults", "instance"})
PROXIES = frozenset({"createProxyMiddleware", "createProxyServer", "createProxy", "legacyCreateProxyMiddleware"})
PROXY_PACKAGES = frozenset(
    {"express-http-proxy", "http-proxy", "http-proxy-middleware", "@fastify/http-proxy", "koa-proxies", "koa-proxy"}
)
WORDS = (
    "http",
    "fetch(",
    "axios",
    "got",
    "request",
    "superagent",
    "needle",
    "ky",
    "undici",
    "proxy",
    "Proxy",
    "baseURL",
    "redentials",
)
CONNECT = ("@connectrpc/connect", "nice-grpc", "nice-grpc-web", "@bufbuild/connect", "@protobuf-ts/grpc-transport")
CREDENTIALS = r"(?i)credentials|createInsecure|createSsl"
TOOLING = r"(?:^|/)(?:scripts|tools|build|bin|migrations?|seeds?)/"


def call_facts(package: Package, trees: Trees) -> Iterator[Fact]:
    """One fact per sighting; requests to the program itself and to paths of it are none."""
    addresses = Addresses(trees)
    seen: set[tuple[Call, str]] = set()
    for module in trees.having(*WORDS):
        if compiled(TOOLING).search(module.path):
            continue
        for node in module.calls:
            call = _grpc(addresses, module, node) or _http(addresses, module, node)
            if call is None or (call, module.path) in seen:
                continue
            seen.add((call, module.path))
            sure = Confidence.DECLARED if call.address and not call.variable else Confidence.INFERRED
            yield Fact(f.CALL, call, package.scope.line(module.path, line(node)), Origin.CODE, sure, "the code asks it")


def _http(addresses: Addresses, module: Module, node: Node) -> Call | None:
    given, name = arguments(node), name_of(node)
    if not given:
        return None
    called = callee(node)
    root = _root(called) if called is not None else ""
    package = module.imports[root].target if root in module.imports else ""
    alone = called is not None and called.type == "identifier"
    whole = text(called) if called is not None else ""
    if name in PROXIES or package in PROXY_PACKAGES:
        return _made(addresses, module, given)
    if name == "register" and len(given) > 1 and _imported(module, given[0]) in PROXY_PACKAGES:
        return _made(addresses, module, given[1:])
    if name in MAKERS and (package in HTTP or root in ("axios", "got", "ky", "request")):
        return _made(addresses, module, given)
    if alone and (name in GLOBAL or package in HTTP) and package not in ("express",):
        return _call(addresses.asked(module, given[0]) or _in_objects(addresses, module, given))
    if name in VERBS and receiver_of(node) is not None:
        return _sent(addresses, module, given, ours=package in HTTP or root in HTTP)
    if whole == "super" or (node.type == "new_expression" and compiled(r"(?:Client|Api|Gateway)$").search(name)):
        return _configured(addresses, module, given)
    if name in ("web", "ws") and len(given) > 2:
        return _made(addresses, module, given[2:])
    return None


def _sent(addresses: Addresses, module: Module, given: list[Node], *, ours: bool) -> Call | None:
    """`axios.get(url)`; a method of anything else only where its argument is an absolute address."""
    if ours:
        return _call(addresses.asked(module, given[0]) or _in_objects(addresses, module, given))
    first = unwrapped(given[0])
    if first.type not in ("string", "template_string", "binary_expression") or not compiled(r"^.?(?:https?://|\$\{)").match(
        text(first)
    ):
        return None
    found = addresses.asked(module, first)
    return _call(found) if found and (found.host or found.variable) else None


def _in_objects(addresses: Addresses, module: Module, given: list[Node]) -> Address | None:
    found = (addresses.asked(module, each) for each in given if each.type == "object")
    return next((each for each in found if each), None)


def _made(addresses: Addresses, module: Module, given: list[Node]) -> Call | None:
    found = (addresses.asked(module, each) for each in given)
    return _call(next((each for each in found if each), None))


def _configured(addresses: Addresses, module: Module, given: list[Node]) -> Call | None:
    """`new RestClient('auth', config.apis.auth)`, where that is an object with an address."""
    for each in given:
        found = addresses.trees.member(module, each) if each.type == "member_expression" else None
        if found and found[1].type == "object":
            return _call(addresses.asked(found[0], found[1]))
    return None


def _call(found: Address | None) -> Call | None:
    return Call("http", found.host, found.variable) if found else None


def _root(node: Node) -> str:
    """`axios` of `axios.create`."""
    while node.type in ("member_expression", "call_expression"):
        inner = node.child_by_field_name("object") or node.child_by_field_name("function")
        if inner is None:
            return ""
        node = inner
    return text(node) if node.type == "identifier" else ""


def _imported(module: Module, node: Node) -> str:
    node = unwrapped(node)
    if node.type == "call_expression" and name_of(node) == "require":
        return literal(next(iter(arguments(node)), None)) or ""
    return module.imports[text(node)].target if text(node) in module.imports else ""


def _grpc(addresses: Addresses, module: Module, node: Node) -> Call | None:
    """`new shop.CartService(address, credentials)`, `createClient(CartService, transport)`, `client.getService('CartService')`."""
    given, name = arguments(node), name_of(node)
    if node.type == "new_expression":
        if len(given) < 2 or not compiled(CREDENTIALS).search(text(given[1])):
            return None
        return _stub(name, addresses.asked(module, given[0], bare=True))
    if name in ("createClient", "createPromiseClient") and len(given) > 1 and _imported(module, callee(node) or node) in CONNECT:
        return _stub(text(given[0]).rpartition(".")[2], _transport(addresses, module, given[1]))
    on = receiver_of(node)
    if name == "getService" and given and on is not None and compiled(r"(?i)client|grpc").search(text(on)):
        asked = addresses.trees.constant(module, given[0])
        return _stub(asked, None) if asked else None
    return None


def _transport(addresses: Addresses, module: Module, node: Node) -> Address | None:
    """The address inside of what makes a transport or a channel: `createGrpcTransport({ baseUrl })`, `createChannel(address)`."""
    found = addresses.trees.member(module, node)
    if found is None or found[1].type != "call_expression":
        return None
    given = arguments(found[1])
    return addresses.asked(found[0], given[0], bare=True) if given else None


def _stub(name: str, found: Address | None) -> Call | None:
    """A class that is only called `Client` says nothing about whom it asks."""
    stub = service_of(name) if name not in ("Client", "GrpcClient", "ServiceClient") else None
    return Call("grpc", found.host if found else None, found.variable if found else None, stub) if found or stub else None


def service_of(name: str) -> str:
    """The service that a generated name is made of: `CartServiceClient`, `CartServiceDefinition`, `CartServiceService`."""
    for ending in ("Client", "Definition"):
        name = name.removesuffix(ending) or name
    return name.removesuffix("Service") if name.endswith("ServiceService") else name


def service_facts(package: Package, trees: Trees) -> Iterator[Fact]:
    """gRPC services by `server.addService(shop.CartService.service, ...)`, `router.service(...)`, `@GrpcMethod('CartService')`."""
    seen: set[str] = set()
    for module in trees.having("addService", "GrpcMethod", "GrpcService", "GrpcStreamMethod", "ConnectRouter", "nice-grpc"):
        for node in module.calls:
            name = _registered(trees, module, node)
            if name and name not in ("Health", "") and name not in seen:
                seen.add(name)
                source = package.scope.line(module.path, line(node))
                yield Fact(f.GRPC_SERVICE, name, source, Origin.CODE, Confidence.DECLARED, "the server registers it")


def _registered(trees: Trees, module: Module, node: Node) -> str | None:
    given, name = arguments(node), name_of(node)
    if not given:
        return None
    if name in ("GrpcMethod", "GrpcStreamMethod", "GrpcService"):
        return trees.constant(module, given[0])
    ours = any(each.target in CONNECT for each in module.imports.values())
    if name == "addService" or (name in ("service", "add") and ours and receiver_of(node) is not None and len(given) > 1):
        shown = text(unwrapped(given[0])).removesuffix(".service")
        last = shown.rpartition(".")[2].strip("\"'[]")
        return service_of(last) if compiled(r"^[A-Z]\w*$").match(last) else None
    return None
