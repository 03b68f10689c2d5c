"""What routes are registered on: servers, routers, and the parameters of functions that are handed one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import text
from cdgen.stacks.node.nodes import Module, arguments, callee, enclosing, name_of, pairs, receiver_of, unwrapped
from cdgen.stacks.node.trees import Trees

if TYPE_CHECKING:
    from tree_sitter import Node

VERBS = {
    "get": "GET",
    "post": "POST",
    "put": "PUT",
    "patch": "PATCH",
    "delete": "DELETE",
    "del": "DELETE",
    "head": "HEAD",
    "options": "OPTIONS",
    "all": "*",
    "onGet": "GET",
    "onPost": "POST",
}
# what makes a server or a router: calls and constructors by their last name
SERVERS = frozenset(
    {"express", "fastify", "Fastify", "Koa", "Hono", "OpenAPIHono", "polka", "Elysia", "App", "Application", "restana", "createApp"}
)
ROUTERS = frozenset({"Router", "KoaRouter", "createRouter"})
# objects that send requests or hold values; everything else with a handler registers a route
CLIENTS = (
    r"(?i)^(?:\$?axios|request|supertest|agent|chai|got|ky|fetch|\$?http|https|client|api|cache|map|params|headers|session|redis"
    r"|store|storage|config|settings|\w*client|\w*config\w*|\w*cache|\w*http|nock|cy|page|\$|jquery|superagent|rest|msw|sinon|\w*mock)$"
)
METHODS = frozenset(VERBS.values()) - {"*"}
CHAINED = frozenset(
    {*VERBS, "use", "register", "decorate", "guard", "derive", "state", "on", "addHook", "setErrorHandler", "openapi"}
)


class Holder(NamedTuple):
    """What routes are registered on. `prefix` is what it puts before them by itself; `known` that it surely is a router."""

    path: str
    name: str
    prefix: str | None = ""
    known: bool = False
    server: bool = False
    function: str = ""  # of which it is a parameter


# packages whose objects send requests or stand in for them
NOT_ROUTERS = frozenset(
    {"axios", "got", "ky", "supertest", "nock", "msw", "superagent", "request", "node-fetch", "needle", "lodash", "http", "https"}
    | {"node:http", "node:https", "undici", "chai", "sinon", "ofetch", "@angular/common/http"}
)


def joined(*parts: str) -> str:
    """Paths below each other, with one `/` between and none at the end."""
    clean = "/".join(part.strip("/") for part in parts if part.strip("/"))
    return f"/{clean}"


def function_name(function: Node) -> str:
    """The name that others call a function by; the declared one, or that of the variable or export it is given to."""
    name = function.child_by_field_name("name")
    return text(name) if name is not None else declared_name(function)


def declared_name(node: Node) -> str:
    """The variable, field or export that an expression is given to; "" for none."""
    place = node.parent
    while place is not None and place.type not in ("variable_declarator", "assignment_expression", "export_statement", "program"):
        if place.type in ("statement_block", "class_body", "arguments"):
            return ""
        place = place.parent
    if place is None or place.type == "program":
        return ""
    name = place.child_by_field_name("name") or place.child_by_field_name("left")
    shown = text(name) if name is not None else "default"
    return (
        "default" if shown == "module.exports" else shown.rpartition(".")[2] if shown.startswith(("exports.", "module.")) else shown
    )


class Holders:
    """Expressions before `.get(`, read as what they are."""

    def __init__(self, trees: Trees) -> None:
        self.trees = trees

    def holder(self, module: Module, node: Node, depth: int = 0) -> Holder | None:
        """What an expression before `.get(` is; None when it is no router."""
        node = unwrapped(node)
        if depth > 60:
            return None
        if node.type in ("identifier", "member_expression", "this"):
            return self._named(module, node)
        if node.type == "call_expression":
            on, name = receiver_of(node), name_of(node)
            if on is not None and name in ("route", "prefix", "basePath") and arguments(node):
                inner = self.holder(module, on, depth + 1)
                path = self.trees.constant(module, arguments(node)[0])
                return inner and inner._replace(prefix=None if path is None or inner.prefix is None else joined(inner.prefix, path))
            if on is not None and name in CHAINED and name not in ("on",):
                return self.holder(module, on, depth + 1)
        return self.made(module, node)

    def _named(self, module: Module, node: Node) -> Holder | None:
        name = text(node)
        last = name.rpartition(".")[2].lstrip("#_") or name
        value = module.values.get(name)
        made = self.made(module, unwrapped(value)) if value is not None else None
        if made:
            return made._replace(name=name)
        if value is not None and (inner := unwrapped(value)).type == "call_expression" and receiver_of(inner) is not None:
            chained = self.holder(module, inner, 40)  # const app = new Hono().basePath('/api')
            if chained and chained.known:
                return chained._replace(name=name)
        function = enclosing(node, name) if node.type == "identifier" else None
        if compiled(CLIENTS).match(last) or (name in module.imports and module.imports[name].target in NOT_ROUTERS):
            return None
        return Holder(module.path, name, "", function is not None, function=function_name(function) if function else "")

    def made(self, module: Module, node: Node) -> Holder | None:
        """What a constructor or factory of a framework gives."""
        while (
            node.type == "call_expression" and name_of(node) in CHAINED | {"prefix", "basePath"} and receiver_of(node) is not None
        ):
            return None  # a chain: read from its end
        if node.type not in ("call_expression", "new_expression"):
            return None
        name = name_of(node)
        function = callee(node)
        whole = text(function) if function is not None else ""
        server = name in SERVERS or whole in (
            "Hapi.server",
            "hapi.server",
            "Hapi.Server",
            "restify.createServer",
            "NestFactory.create",
        )
        if not server and name not in ROUTERS:
            return None
        options = next((each for each in arguments(node) if each.type == "object"), None)
        stated = pairs(options).get("prefix") if options is not None else None
        prefix = self.trees.constant(module, stated) if stated is not None else ""
        return Holder(module.path, declared_name(node), prefix, True, server)
