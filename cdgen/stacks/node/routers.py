"""Routes that calls register on servers and routers, followed through the places where routers are mounted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cdgen.model.facts import Confidence
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, literal, text
from cdgen.stacks.node.holders import (
    VERBS,
    Holder,
    Holders,
    joined,
)
from cdgen.stacks.node.nodes import Module, arguments, callee, name_of, pairs, receiver_of, unwrapped
from cdgen.stacks.node.trees import Trees

if TYPE_CHECKING:
    from tree_sitter import Node

WORDS = (
    ".get",
    ".post",
    ".put(",
    ".patch(",
    ".delete(",
    ".del(",
    ".all(",
    ".use(",
    ".route(",
    ".register(",
    ".onGet(",
    ".head(",
    "Router(",
)
# a last argument that can handle a request
HANDLERS = frozenset(
    {
        "arrow_function",
        "function_expression",
        "function",
        "identifier",
        "member_expression",
        "call_expression",
        "array",
        "spread_element",
        "await_expression",
        "as_expression",
        "parenthesized_expression",
    }
)
DEEP = 5


class Route(NamedTuple):
    method: str
    path: str
    file: str
    line: int
    confidence: Confidence = Confidence.DECLARED
    served: bool = True  # False: something answers there, but what it is cannot be told: `app.use('/health', health)`


class Mount(NamedTuple):
    holder: Holder
    prefix: str | None  # None: it cannot be read


class Routers(Holders):
    """All registrations of a service. A router whose mount cannot be followed has no prefix that could be told."""

    def __init__(self, trees: Trees, *, serves: bool = True) -> None:
        super().__init__(trees)
        self.modules = tuple(trees.having(*WORDS)) if serves else ()
        self.mounts: dict[tuple[str, str], list[Mount]] = {}
        self._prefixed = False
        for module in self.modules:
            for call in module.calls:
                self._mount(module, call)

    def routes(self) -> Iterator[Route]:
        for module in self.modules:
            for call in module.calls:
                yield from self._routes(module, call)

    def _routes(self, module: Module, call: Node) -> Iterator[Route]:
        verb, on = name_of(call), receiver_of(call)
        if on is None or (verb not in VERBS and verb not in ("use", "register", "route")):
            return
        given = arguments(call)
        paths, rest = self._paths(module, given)
        holder = self.holder(module, on)
        if holder is None or not _handles(verb, rest):
            return
        if verb in ("use", "register", "route"):
            # `app.use('/health', health)`; what only passes requests on is no answer
            if verb == "use" and not any(self._targets(module, node) for node in rest) or verb == "route" and paths and not rest:
                yield from self._of(module, call, "*", paths, holder, served=False)
            return
        if not paths and not _is_route_of(on):
            return
        yield from self._of(module, call, VERBS[verb], paths or [""], holder)

    def _of(
        self, module: Module, call: Node, method: str, paths: list[str], holder: Holder, *, served: bool = True
    ) -> Iterator[Route]:
        for prefix in self.prefixes(holder):
            for path in paths if prefix is not None else ():
                sure = Confidence.DECLARED if served else Confidence.INFERRED
                yield Route(method, joined(prefix or "", path), module.path, line(call), sure, served)

    def _paths(self, module: Module, given: list[Node]) -> tuple[list[str], list[Node]]:
        """The paths at the front of a call's arguments, and what comes after; koa's named routes have a name before."""
        if not given:
            return [], []
        first = unwrapped(given[0])
        nodes = first.named_children if first.type == "array" else [first]
        found = [self.trees.constant(module, node) for node in nodes]
        paths = [path for path in found if path is not None]
        if not found or len(paths) != len(found):
            return [], given
        second = literal(given[1]) if len(given) > 2 else None
        if second and second.startswith("/") and not paths[0].startswith("/"):
            return [second], given[2:]
        return paths, given[1:]

    def _mount(self, module: Module, call: Node) -> None:
        """`app.use('/api', router)`, `app.register(routes, { prefix })`, `app.route('/api', sub)`, `routes(app)`."""
        verb, on, given = name_of(call), receiver_of(call), arguments(call)
        if on is None or verb not in ("use", "register", "route", "mount"):
            self._handed(module, call, given)
            return
        holder = self.holder(module, on)
        if holder is None or not given:
            return
        if verb == "register":
            options = next((each for each in given[1:] if each.type == "object"), None)
            stated = pairs(options).get("prefix") if options is not None else None
            prefixes, targets = [self.trees.constant(module, stated) if stated is not None else ""], given[:1]
        elif listed := self._listed(module, given):
            for path, node in listed:
                self._hang(module, node, Mount(holder, path))
            return
        else:
            prefixes, targets = self._before(module, given)
        for target in targets:
            for prefix in prefixes:
                self._hang(module, target, Mount(holder, prefix))

    def _hang(self, module: Module, target: Node, mount: Mount) -> None:
        self._prefixed |= mount.prefix not in ("", "/")
        for key in self._keys(module, target):
            self.mounts.setdefault(key, []).append(mount)

    def _before(self, module: Module, given: list[Node]) -> tuple[list[str | None], list[Node]]:
        """The paths of `use` and its routers; without a path the first argument is one of them."""
        paths, rest = self._paths(module, given)
        if paths:
            return list(paths), rest
        first = unwrapped(given[0])
        computed = first.type in ("template_string", "binary_expression")
        named = first.type in ("identifier", "member_expression", "call_expression") and len(given) > 1
        if computed or (named and not self._targets(module, first) and not _is_middleware(first)):
            return [None], given[1:]
        return [""], given

    def _listed(self, module: Module, given: list[Node]) -> list[tuple[str, Node]]:
        """`list.forEach(each => router.use(each.path, each.route))`: the paths and routers of the objects in the list."""
        if len(given) < 2 or any(unwrapped(each).type != "member_expression" for each in (given[0], given[-1])):
            return []
        keys = [text(each).rpartition(".")[2] for each in (given[0], given[-1])]
        return [(path, node) for path, node in _entries(module.root, keys[0], keys[1])]

    def _handed(self, module: Module, call: Node, given: list[Node]) -> None:
        """`require('./routes')(app)` and `routes(app)`: the other file registers on what it is handed."""
        function = callee(call)
        if function is None or not given or function.type not in ("call_expression", "identifier"):
            return
        first = unwrapped(given[0])
        holder = self.holder(module, first) if first.type in ("identifier", "member_expression") else None
        if holder is None or not (holder.known or holder.server):
            return
        for key in self._keys(module, function):
            self.mounts.setdefault(key, []).append(Mount(holder, ""))

    def _targets(self, module: Module, node: Node) -> bool:
        """Whether an argument of `use` is a router or a file of the service, not a handler."""
        node = unwrapped(node)
        if node.type == "identifier" and text(node) in module.values:
            return self.made(module, unwrapped(module.values[text(node)])) is not None
        return any(path != module.path for path, _ in self._keys(module, node))

    def _keys(self, module: Module, node: Node) -> list[tuple[str, str]]:
        """(file, name) of what an argument stands for; a call is what it calls (`createRouter()`, `router.routes()`)."""
        node = unwrapped(node)
        if node.type == "arrow_function" and (body := node.child_by_field_name("body")) is not None:
            return self._keys(module, body)  # () => import('./routes')
        if node.type == "call_expression":
            function = callee(node)
            inside = (
                literal(next(iter(arguments(node)), None))
                if function is not None and text(function) in ("require", "import")
                else None
            )
            if inside is not None:
                found = self.trees.resolve(module.path, inside)
                return [self.trees.exported(found, "default")] if found else []
            on = receiver_of(node)
            if on is not None:
                return self._keys(module, on)
            return self._keys(module, function) if function is not None else []
        if node.type == "member_expression":
            holder = node.child_by_field_name("object")
            if holder is not None and text(node) in module.values:
                return [(module.path, text(node))]
            return self._keys(module, holder) if holder is not None and holder.type != "this" else [(module.path, text(node))]
        if node.type != "identifier":
            return []
        given = module.imports.get(text(node))
        if given is None:
            return [(module.path, text(node))]
        found = self.trees.resolve(module.path, given.target)
        return [self.trees.exported(found, given.name)] if found else []

    def prefixes(self, holder: Holder, depth: int = 0) -> list[str | None]:
        """What stands before the routes of a holder: one for each place where it hangs; None for one that cannot be read."""
        if depth > DEEP:
            return [holder.prefix]
        names = {holder.name, holder.function} - {""}
        found = [mount for name in names for mount in self.mounts.get((holder.path, name), ())]
        if not found:
            found = [mount for name in ("default", "*") for mount in self.mounts.get((holder.path, name), ())]
        found = [mount for mount in found if (mount.holder.path, mount.holder.name) != (holder.path, holder.name)]
        if not found:
            router = holder.name.lower().endswith(("router", "routes")) or (holder.known and not holder.function)
            lost = router and not holder.server and self._prefixed and not holder.name.startswith("this.")
            return [None if lost else holder.prefix]
        prefixes: dict[str | None, None] = {}
        for mount in found:
            for above in self.prefixes(mount.holder, depth + 1):
                parts = (above, mount.prefix, holder.prefix)
                prefixes[None if None in parts else joined(*(part or "" for part in parts))] = None
        return list(prefixes)


def _handles(verb: str, rest: list[Node]) -> bool:
    """Whether a call with this verb can register a route: something takes the request."""
    if verb == "route" or not rest:
        return verb == "route"
    last = rest[-1]
    if last.type == "object":
        return "handler" in pairs(last)
    return last.type in HANDLERS


def _is_route_of(on: Node) -> bool:
    """Whether `.get(handler)` stands after `.route('/x')`, however many verbs are between."""
    while on.type == "call_expression":
        if name_of(on) == "route":
            return True
        inner = receiver_of(on)
        if inner is None:
            return False
        on = inner
    return False


def _is_middleware(node: Node) -> bool:
    """A call that makes a middleware: `cors()`, `express.json()`, `auth.required`; not one that computes a path."""
    return not compiled(r"(?i)prefix|path|base|url|route|version|mount|root|uri").search(text(node))


def _entries(root: Node, key: str, value: str) -> Iterator[tuple[str, Node]]:
    pending = [root]
    while pending:
        node = pending.pop()
        if node.type == "object":
            found = pairs(node)
            path = literal(found.get(key))
            if path is not None and value in found:
                yield path, found[value]
                continue
        pending += node.named_children
