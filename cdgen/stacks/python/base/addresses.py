"""To whom a Python expression points: a host that is written down, or the variable or setting that names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from cdgen.repo.patterns import compiled
from cdgen.stacks.hosts import ADDRESSED, VARIABLE, Address, as_url, host_of, written
from cdgen.stacks.python.base.trees import Tree, Trees, around, called, keywords, parameters, positionals, reaching, string, text

if TYPE_CHECKING:
    from tree_sitter import Node

MOST_STEPS = 2_000  # expressions that are looked at in one service
DEEPEST = 12
MOST_ANSWERS = 12
PARTS = ("interpolation", "string_content")
HOLE = "\0"  # a part of a text that is computed
ENVIRONMENT = r"(?i)^(?:os\.)?(?:environ\.get|getenv)$|(?:^|\.)\w*env\w*(?:\.\w+)?$|(?:^|\.)(?:decouple\.)?config$"
SETTINGS = r"(?i)config|settings|conf$|cfg"
# calls that only change the form of their first argument, methods that change the form of what they are called on
FORMS = frozenset(
    {"urljoin", "str", "URL", "AnyHttpUrl", "HttpUrl", "urlparse", "urlsplit", "quote", "cast", "unquote", "Field", "StrictStr"}
)
METHODS = frozenset(
    {"rstrip", "lstrip", "strip", "removesuffix", "lower", "joinpath", "geturl", "join", "with_path", "unicode_string"}
)
CHANNELS = frozenset({"insecure_channel", "secure_channel", "intercept_channel", "Channel"})


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
        node = place.node
        while node.type in ("parenthesized_expression", "await") and node.named_children:
            node = node.named_children[0]
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
        kind = place.node.type
        if kind in ("string", "concatenated_string"):
            return self._text(place, depth)
        if kind == "binary_operator":
            return self._sum(place, depth)
        if kind in ("boolean_operator", "conditional_expression"):
            return self._alternatives(place, depth)
        if kind == "call":
            return self._called(place, depth)
        if kind == "subscript":
            return self._item(place, depth)
        if kind in ("identifier", "attribute"):
            return self._named(place, depth)
        return []

    def _text(self, place: Place, depth: int) -> list[Address]:
        """A literal, or an f-string: its host, or what stands in the place of the host."""
        plain = string(place.node)
        if plain is not None:
            return written(plain)
        pieces = place.node.named_children if place.node.type == "concatenated_string" else [place.node]
        parts = [part for piece in pieces for part in piece.named_children]
        shape = "".join(
            HOLE if part.type == "interpolation" else text(part) if part.type == "string_content" else "" for part in parts
        )
        holes = [part.named_children[0] for part in parts if part.type == "interpolation" and part.named_children]
        return self._shaped(place, shape, holes, depth)

    def _shaped(self, place: Place, shape: str, holes: list[Node], depth: int) -> list[Address]:
        """The host of a text with computed parts, which stand in `holes` in their order."""
        head = compiled(rf"(?P<scheme>(?:[a-z{HOLE}][a-z0-9+.-]*):/{{2,3}})?(?:[^/@]*@)?(?P<host>[^/?#]*)").match(shape)
        host = head["host"] if head else ""
        before = shape[: head.start("host")].count(HOLE) if head else 0
        if host.startswith(HOLE) and len(holes) > before:
            found = self._of(place._replace(node=holes[before]), depth - 1)
            return as_url(found) if head and head["scheme"] else found
        known = compiled(rf"^[^{HOLE}]+?(?=[.:]{HOLE}|$)").match(host)
        return as_url(written(known.group())) if known else []

    def _sum(self, place: Place, depth: int) -> list[Address]:
        """`"http://" + host + "/x"`, `base + "/x"`, `"http://%s/x" % host`."""
        operator = place.node.child_by_field_name("operator")
        left, right = place.node.child_by_field_name("left"), place.node.child_by_field_name("right")
        if operator is None or left is None or right is None:
            return []
        if text(operator) == "%":
            holes = right.named_children if right.type == "tuple" else [right]
            return self._shaped(place, compiled(r"%\(?\w*\)?[sdr]").sub(HOLE, string(left) or ""), holes, depth)
        if text(operator) not in ("+", "/"):
            return []
        parts = _operands(place.node)
        first = string(parts[0])
        if first is None:
            return self._of(place._replace(node=parts[0]), depth - 1)
        shape = first + "".join(string(part) or HOLE for part in parts[1:])
        return self._shaped(place, shape, [part for part in parts[1:] if string(part) is None], depth)

    def _alternatives(self, place: Place, depth: int) -> list[Address]:
        """`a or b`, `a if c else b`: an address that is written down is the default of the variable beside it."""
        children = place.node.named_children
        sides = [children[0], children[2]] if place.node.type == "conditional_expression" and len(children) == 3 else children
        found = [one for side in sides for one in self._of(place._replace(node=side), depth - 1)]
        variable = next((one for one in found if one.variable), None)
        host = next((one.host for one in found if one.host), None)
        return [variable._replace(host=variable.host or host)] if variable else found

    def _called(self, place: Place, depth: int) -> list[Address]:
        receiver, name = called(place.node)
        given, named = positionals(place.node), keywords(place.node)
        whole = f"{text(receiver)}.{name}" if receiver is not None else name
        if found := _from_environment(whole, given, named):
            return found
        if name in CHANNELS:
            target = next(iter(given), None) or named.get("target") or named.get("host")
            return self._of(place._replace(node=target), depth - 1) if target is not None else []
        if name == "format" and receiver is not None and (shape := string(receiver)) is not None:
            filled = [
                node for key in compiled(r"\{(\w*)[^}]*\}").findall(shape) if (node := _filling(key, given, named)) is not None
            ]
            return self._shaped(place, compiled(r"\{[^}]*\}").sub(HOLE, shape), [*filled, *given], depth)
        if name == "get" and receiver is not None and given and compiled(SETTINGS).search(text(receiver)):
            return self._setting(place, string(given[0]), depth)
        inner = named.get("default") or (given[0] if given else None)
        if name in FORMS and inner is not None:
            return self._of(place._replace(node=inner), depth - 1)
        if name in METHODS and receiver is not None:
            return self._of(place._replace(node=receiver), depth - 1)
        return self._result(place, name, depth)

    def _result(self, place: Place, name: str, depth: int) -> list[Address]:
        """What a function of the service returns."""
        found: list[Address] = []
        for tree, function in self.trees.functions(name):
            inner = dict(zip(parameters(function), (place._replace(node=node) for node in positionals(place.node)), strict=False))
            inner |= {key: place._replace(node=node) for key, node in keywords(place.node).items()}
            for node in _returned(function):
                found += self._of(Place(node, tree, inner), depth - 1)
        return found

    def _item(self, place: Place, depth: int) -> list[Address]:
        """`os.environ["X"]`, `app.config["X"]`, `hosts["cart"]`."""
        owner, key = place.node.named_children[0], string(place.node.named_children[-1])
        if key and text(owner).endswith("environ"):
            return [Address(None, key)]
        if key and compiled(SETTINGS).search(text(owner)):
            return self._setting(place, key, depth)
        return []

    def _setting(self, place: Place, key: str | None, depth: int) -> list[Address]:
        if not key:
            return []
        return self._anywhere(place, key, depth) or ([Address(None, key)] if compiled(ADDRESSED).search(key) else [])

    def _named(self, place: Place, depth: int) -> list[Address]:
        whole = text(place.node)
        name = whole.rpartition(".")[2]
        if whole in place.bound:
            return self._of(place.bound[whole], depth - 1)
        if place.node.type == "identifier":
            function = around(place.node, "function_definition")
            values = [node for node in place.tree.sets.get(name, ()) if function is None or _is_inside(node, function)]
            if found := self._values(place, reaching(values, place.node), depth):
                return found
            if function is not None and name in parameters(function):
                return self._passed(place, function, name, depth)
            if own := [node for node in place.tree.sets.get(name, ()) if around(node, "function_definition") is None]:
                return self._values(place, own, depth)
            return self._anywhere(place, name, depth)
        return self._anywhere(place, name, depth) or self._filled(place, name, depth) or self._field(whole, name)

    def _filled(self, place: Place, name: str, depth: int) -> list[Address]:
        """A field that whoever makes the object gives a value: `Settings(cart_url=os.environ["CART_URL"])`."""
        for tree in self.trees.holding(f"{name}="):
            values = [node for node in tree.given.get(name, ()) if node.id != place.node.id]
            if found := self._values(Place(place.node, tree), values, depth):
                return found
        return []

    def _values(self, place: Place, values: list[Node], depth: int) -> list[Address]:
        found: list[Address] = []
        for node in values[:MOST_ANSWERS]:
            found += _declared(node, self._of(place._replace(node=node), depth - 1))
        return found

    def _anywhere(self, place: Place, name: str, depth: int) -> list[Address]:
        """A field, a setting or an imported constant: wherever the service sets it."""
        for tree in (place.tree, *self.trees.holding(name)):
            values = [node for node in tree.sets.get(name, ()) if node.id != place.node.id and not _is_for_tests(node)]
            if found := self._values(Place(place.node, tree), values, depth):
                return found
        return []

    def _field(self, whole: str, name: str) -> list[Address]:
        """`settings.cart_url`, which the environment fills, or which only the deployment says."""
        declared = any(name in tree.declared for tree in self.trees.holding(f"{name}:"))
        told = compiled(SETTINGS).search(whole.rpartition(".")[0]) is not None and compiled(ADDRESSED).search(name)
        return [Address(None, name.upper() if name.islower() else name)] if (declared and told) or (told and name.isupper()) else []

    def _passed(self, place: Place, function: Node, name: str, depth: int) -> list[Address]:
        """A parameter: what the callers pass, its default otherwise; of `__init__`, what the class is made with."""
        named, default = function.child_by_field_name("name"), parameters(function)[name]
        owner = around(function, "class_definition")
        label = text(named) if named is not None else ""
        if label == "__init__" and owner is not None and (title := owner.child_by_field_name("name")) is not None:
            label = text(title)
        index = list(parameters(function)).index(name)
        found: list[Address] = []
        for tree, call in self.trees.callers(label):
            given = keywords(call).get(name) or next(iter(positionals(call)[index : index + 1]), None)
            found += self._of(Place(given, tree), depth - 1) if given is not None else []
        return found or (self._of(place._replace(node=default), depth - 1) if default is not None else [])


def _declared(node: Node, found: list[Address]) -> list[Address]:
    """A default of a field of a settings class: the environment may say otherwise, under the field's name."""
    owner = around(node, "class_definition", "function_definition")
    bases = owner.child_by_field_name("superclasses") if owner is not None and owner.type == "class_definition" else None
    left = node.parent.child_by_field_name("left") if node.parent is not None else None
    if bases is None or left is None or not compiled(r"Settings").search(text(bases)) or any(each.variable for each in found):
        return found
    name = text(left).upper()
    return [each._replace(variable=name) for each in found] or ([Address(None, name)] if compiled(ADDRESSED).search(name) else [])


def _from_environment(whole: str, given: list[Node], named: Mapping[str, Node]) -> list[Address]:
    """`os.environ.get("X", default)`, `getenv("X")`, `env.str("X", default=...)`, `config("X")`."""
    variable = string(given[0]) if given else None
    if not variable or not compiled(VARIABLE).fullmatch(variable) or not compiled(ENVIRONMENT).search(whole):
        return []
    default = named.get("default") or (given[1] if len(given) > 1 else None)
    return [Address(host_of(string(default)), variable)]


def _is_for_tests(node: Node) -> bool:
    """Whether it is a setting of tests: `class TestConfig(Config): CART_URL = "http://test"`."""
    owner = around(node, "class_definition")
    name = owner.child_by_field_name("name") if owner is not None else None
    return name is not None and compiled(r"(?i)^test|test(?:ing)?(?:config|settings)?$").search(text(name)) is not None


def _filling(key: str, given: list[Node], named: Mapping[str, Node]) -> Node | None:
    if key.isdigit():
        return given[int(key)] if int(key) < len(given) else None
    return named.get(key) if key else None


def _operands(node: Node) -> list[Node]:
    """What a sum is made of, from left to right; the tree leans to the left."""
    found: list[Node] = []
    while node.type == "binary_operator":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            break
        found.append(right)
        node = left
    return [node, *reversed(found)]


def _returned(function: Node) -> list[Node]:
    """What a function returns or yields, functions inside it left out."""
    found: list[Node] = []
    pending = list(function.named_children)
    while pending:
        node = pending.pop(0)
        if node.type in ("return_statement", "yield") and node.named_children:
            found.append(node.named_children[0])
        elif node.type not in ("function_definition", "class_definition", "lambda"):
            pending += node.named_children
    return found


def _is_inside(node: Node, function: Node) -> bool:
    return function.start_byte <= node.start_byte < function.end_byte
