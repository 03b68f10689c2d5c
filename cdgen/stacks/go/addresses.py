"""To whom a Go expression points: a host that is written down, or the variable, flag or setting that names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from cdgen.repo.patterns import compiled
from cdgen.stacks.go.hosts import from_environment, setting, tagged
from cdgen.stacks.go.trees import (
    Tree,
    Trees,
    arguments,
    around,
    called,
    inside,
    is_text,
    literal,
    method_of,
    operand,
    parameters,
    reaching,
    text,
)
from cdgen.stacks.hosts import SCHEME, VARIABLE, Address, as_url, host_of, written

if TYPE_CHECKING:
    from tree_sitter import Node

MOST_STEPS = 2_000  # expressions that are looked at for one program
DEEPEST = 12
MOST_ANSWERS = 12
DIALS = ("Dial", "DialContext", "NewClient", "DialInsecure", "DialTimeout")  # of grpc and its usual wrappers
# what follows a host whose name is written down: the domain of the cluster, a port
REST = r"(?i)domain|suffix|namespace|\bns\b|port"
# calls whose first argument is the address, in another form
FORMS = frozenset(
    {"Parse", "ParseRequestURI", "JoinPath", "TrimRight", "TrimSuffix", "TrimPrefix", "TrimSpace", "Trim", "ToLower", "string"}
    | {"JoinHostPort", "NewSingleHostReverseProxy", "Must", "Clone", "String", "ValueOf", "StringValue", "ExpandEnv", "TrimLeft"}
)
SETTINGS = frozenset({"GetString", "String", "MustString", "GetStringOrDefault", "Get"})


class Place(NamedTuple):
    """An expression. `bound` says what the parameters of its function stand for, when it was reached through a call of that."""

    node: Node
    tree: Tree
    bound: Mapping[str, Place] = {}


class Addresses:
    def __init__(self, trees: Trees) -> None:
        self.trees = trees
        self._steps = MOST_STEPS
        self._known: dict[int, list[Address]] = {}

    def of(self, place: Place) -> list[Address]:
        """Everything the expression can point to; empty when the code does not say."""
        found = dict.fromkeys(self._of(place, DEEPEST))
        return [address for address in found if address.host or address.variable][:MOST_ANSWERS]

    def _of(self, place: Place, depth: int) -> list[Address]:
        """Asked once of an expression, unless it depends on what a function is given; a name may come back to itself."""
        node = operand(place.node)
        place = place._replace(node=node)
        self._steps -= 1
        if depth == 0 or self._steps < 0:
            return []
        if place.bound:
            return self._found(place, depth)
        if node.id not in self._known:
            self._known[node.id] = []
            self._known[node.id] = self._found(place, depth)
        return self._known[node.id]

    def _found(self, place: Place, depth: int) -> list[Address]:
        node = place.node
        if is_text(node):
            return written(literal(node))
        if node.type == "binary_expression":
            return self._sum(place, depth)
        if node.type == "call_expression":
            return self._called(place, depth)
        if node.type in ("identifier", "selector_expression"):
            return self._named(place, depth)
        if node.type == "composite_literal":
            return self._composed(place, depth)
        if node.type == "index_expression" and len(node.named_children) == 2 and is_text(node.named_children[1]):
            key = literal(node.named_children[1])  # hosts["catalogue"]
            return [Address(None, key)] if key else []
        return []

    def _sum(self, place: Place, depth: int) -> list[Address]:
        """`"http://" + host + "/x"`, `base + "/x"`, `"http://catalogue" + domain + "/x"`."""
        parts = _operands(place.node)
        first = literal(parts[0]) if is_text(parts[0]) else None
        if first is None:
            return self._of(place._replace(node=parts[0]), depth - 1)
        while len(parts) > 1 and is_text(parts[1]):
            first, parts = first + (literal(parts[1]) or ""), parts[1:]
        if compiled(f"{SCHEME}(?:[^/@]*@)?").fullmatch(first):
            return as_url(self._of(place._replace(node=parts[1]), depth - 1)) if len(parts) > 1 else []
        if compiled(rf"{SCHEME}[^/]+[/?#].*").fullmatch(first) or len(parts) == 1:
            return written(first)
        followed = compiled(REST).search(text(parts[1])) or first.endswith(":")
        return as_url(written(first.rstrip(":"))) if followed else []

    def _composed(self, place: Place, depth: int) -> list[Address]:
        """`url.URL{Scheme: "http", Host: host}`."""
        if not compiled(r"^&?(?:\w+\.)?URL\{").match(text(place.node)):
            return []
        pairs = (pair for inside in place.node.children_by_field_name("body") for pair in inside.named_children)
        for pair in pairs:
            if pair.type == "keyed_element" and text(pair.named_children[0]) == "Host":
                value = pair.named_children[-1]
                value = value.named_children[0] if value.named_children else value
                return as_url(self._of(place._replace(node=value), depth - 1))
        return []

    def _called(self, place: Place, depth: int) -> list[Address]:
        receiver, name = called(place.node)
        given = arguments(place.node)
        if name in ("Sprintf", "Sprint", "Errorf") and given:
            return self._formatted(place, given, depth)
        if told := from_environment(name, given):
            return told
        if receiver is not None and name in SETTINGS and given and is_text(given[0]):
            return setting(text(receiver), name, given)
        if not given and receiver is not None and name in ("String", "Get", "Value", "URL", "BaseURL"):
            return self._of(place._replace(node=receiver), depth - 1)
        if name in FORMS and given:
            return self._of(place._replace(node=given[0]), depth - 1)
        if name in ("Or", "Coalesce", "FirstNonEmpty"):
            return [one for each in given for one in self._of(place._replace(node=each), depth - 1)]
        return self._result(place, receiver, name, given, depth)

    def _result(self, place: Place, receiver: Node | None, name: str, given: list[Node], depth: int) -> list[Address]:
        """A connection that a call makes, or what a function of the program returns."""
        if target := dialled(place.node):
            return self._of(place._replace(node=target), depth - 1)
        own = self.trees.functions(name) if receiver is None or receiver.type in ("identifier", "selector_expression") else []
        values = [self._argument(place._replace(node=node)) for node in given]
        for tree, function in own:
            inner = dict(zip(parameters(function), values, strict=False))
            found = [one for node in self.trees.returned(function) for one in self._of(Place(node, tree, inner), depth - 1)]
            if found := found or self._dials_inside(Place(function, tree, inner), depth):
                return found
        if not own and compiled(r"(?i)dial|conn").search(name):  # another module's helper: what it is told is the address
            return [one for node in given for one in self._of(place._replace(node=node), depth - 1)][:1]
        return []

    def _dials_inside(self, function: Place, depth: int) -> list[Address]:
        start, end = function.node.start_byte, function.node.end_byte
        inside = (call for call in function.tree.calls if start <= call.start_byte < end)
        targets = (target for call in inside if (target := dialled(call)))
        return [one for target in targets for one in self._of(function._replace(node=target), depth - 1)]

    @staticmethod
    def _argument(place: Place) -> Place:
        """An argument, followed one step where it is itself a parameter that stands for something."""
        name = text(operand(place.node))
        return place.bound.get(name, place)

    def _formatted(self, place: Place, given: list[Node], depth: int) -> list[Address]:
        """`fmt.Sprintf("http://%s/x/%d", host, id)`: the verb that stands where the host does, or the host that is written."""
        shape = literal(given[0])
        if shape is None:
            return []
        head = compiled(r"(?P<scheme>(?:[a-z%][a-z0-9+.-]*)://)?(?:[^/@]*@)?(?P<host>[^/?#]*)").match(shape)
        host = head["host"] if head else ""
        verbs = compiled(r"%[+#]?[a-z]")
        before = len(verbs.findall(shape[: head.start("host")])) if head else 0
        if scheme := head and head["scheme"] in ("consul://", "etcd://", "discovery://", "nacos://", "polaris://"):
            before, host = (before + len(verbs.findall(host)), "%s") if scheme and host else (before, host)
        if verbs.match(host) and len(given) > before + 1:
            found = self._of(place._replace(node=given[before + 1]), depth - 1)
            return as_url(found) if head and head["scheme"] else found
        plain = compiled(r"(?:\.)?%.*$").sub("", host).rstrip(":")
        return as_url(written(plain)) if plain and not host.startswith("%") and compiled(r"[.:]%|^[^%]*$").search(host) else []

    def _named(self, place: Place, depth: int) -> list[Address]:
        whole = text(place.node)
        name = whole.rpartition(".")[2]
        if whole in place.bound:
            return self._of(place.bound[whole], depth - 1)
        function = method_of(place.node)
        if place.node.type == "identifier":
            if found := self._local(place, name, function, depth):
                return found
            if function is not None and name in parameters(function):
                return self._passed(place, function, parameters(function).index(name), depth)
        for tree in self.trees.setting(name):
            near = place.node.type == "selector_expression" or tree.file.folder == place.tree.file.folder
            if near and (found := self._set_to(Place(place.node, tree), name, depth)):
                return found
        return tagged(self.trees, name) if place.node.type == "selector_expression" else []

    def _local(self, place: Place, name: str, function: Node | None, depth: int) -> list[Address]:
        """A name of the function: what a closure that is called at once is given, else what it is set to before."""
        closure = around(place.node, "func_literal")
        call = closure.parent if closure is not None else None
        if closure is not None and call is not None and call.type == "call_expression" and name in parameters(closure):
            given = arguments(call)[parameters(closure).index(name) :]
            return self._of(place._replace(node=given[0]), depth - 1) if given else []
        values = [node for node in place.tree.sets.get(name, ()) if inside(node, function)]
        calls = [node for node in place.tree.pointers.get(name, ()) if inside(node, function)]
        if function is not None:
            values = reaching(values, place.node)
        return self._values(place, values, calls, depth)

    def _set_to(self, place: Place, name: str, depth: int) -> list[Address]:
        """What a name is set to in a file; whoever is given its address may set it, too."""
        return self._values(place, place.tree.sets.get(name, []), place.tree.pointers.get(name, []), depth)

    def _values(self, place: Place, values: list[Node], calls: list[Node], depth: int) -> list[Address]:
        found: list[Address] = []
        for node in values[:MOST_ANSWERS]:
            found += self._of(place._replace(node=node), depth - 1)
        for call in calls[:MOST_ANSWERS]:
            found += self._filled(place._replace(node=call), depth)
        return found

    def _filled(self, call: Place, depth: int) -> list[Address]:
        """`mustMapEnv(&addr, "X")`, `flag.StringVar(&addr, "addr", "catalogue:80", "...")`, `connect(ctx, &conn, addr)`."""
        name, given = called(call.node)[1], arguments(call.node)
        words = [literal(node) if is_text(node) else None for node in given]
        if name.startswith("StringVar") and len(words) > 2 and words[1]:
            default = next((word for word in words[2:4] if word and len(word) > 1), None)
            return [Address(host_of(default), words[1])]
        if variable := next((word for word in words if word and compiled(VARIABLE).fullmatch(word)), None):
            return [Address(None, variable)]
        values = [self._argument(call._replace(node=node)) for node in given]
        for tree, function in self.trees.functions(name):
            inner = dict(zip(parameters(function), values, strict=False))
            if found := self._dials_inside(Place(function, tree, inner), depth):
                return found
        return []

    def _passed(self, place: Place, function: Node, index: int, depth: int) -> list[Address]:
        """A parameter: what the callers of its function pass."""
        named = function.child_by_field_name("name")
        found: list[Address] = []
        for tree, call in self.trees.callers(text(named)) if named is not None else ():
            given = arguments(call)
            if len(given) > index and call.start_byte != place.node.start_byte:
                found += self._of(Place(given[index], tree), depth - 1)
        return found


def dialled(call: Node) -> Node | None:
    """The target of a call that makes a gRPC connection."""
    receiver, name = called(call)
    given = arguments(call)
    if receiver is None or text(receiver) not in ("grpc", "transport", "transgrpc", "kgrpc", "googlegrpc") or name not in DIALS:
        return None
    position = 1 if name == "DialContext" else 0
    return given[position] if len(given) > position else None


def _operands(node: Node) -> list[Node]:
    """What a sum is made of, from left to right; the tree leans to the left."""
    found: list[Node] = []
    node = operand(node)
    while node.type == "binary_expression":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            break
        found.append(operand(right))
        node = operand(left)
    return [node, *reversed(found)]
