"""The nodes of JavaScript and TypeScript trees, and what one file says at its outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cdgen.repo.syntax import Syntax, literal, text

if TYPE_CHECKING:
    from tree_sitter import Node

WRAPPED = frozenset(
    {
        "await_expression",
        "parenthesized_expression",
        "as_expression",
        "non_null_expression",
        "satisfies_expression",
        "type_assertion",
    }
)
FUNCTIONS = frozenset({"arrow_function", "function_expression", "function_declaration", "method_definition", "function"})


class Import(NamedTuple):
    """What a local name stands for: `name` is what the file exports it as, `default` and `*` included."""

    target: str  # as it is written: ./routes, express
    name: str


class Module:
    """One file. `calls` holds `new` expressions too, in source order; `values` what names and fields are first given."""

    __slots__ = ("calls", "default", "environment", "exports", "grammar", "imports", "named", "path", "root", "stars", "values")

    def __init__(self, path: str, grammar: str, root: Node) -> None:
        self.path = path
        self.grammar = grammar
        self.root = root
        self.calls: list[Node] = []
        self.values: dict[str, Node] = {}
        self.imports: dict[str, Import] = {}
        self.exports: dict[str, Import] = {}  # passed on from another file
        self.named: dict[str, str] = {}  # name outside -> name inside
        self.stars: list[str] = []
        self.default: str | None = None
        self.environment: dict[str, str] = {}  # names taken out of the environment at once -> the variable


def pattern_names(node: Node) -> Iterator[tuple[str, str]]:
    for each in node.named_children:
        if each.type == "object_assignment_pattern":  # { PORT = '3000' }
            each = each.child_by_field_name("left") or each
        if each.type == "shorthand_property_identifier_pattern":
            yield text(each), text(each)
        elif each.type == "pair_pattern":
            key, value = each.child_by_field_name("key"), each.child_by_field_name("value")
            if key and value and value.type == "identifier":
                yield text(key), text(value)


def captured(module: Module, query: str) -> Iterator[Node]:
    """The nodes of a query in a file; a grammar without abstract classes is not asked for them."""
    fitting = query.replace(" (abstract_class_declaration)", "") if module.grammar == "javascript" else query
    for match in Syntax(module.path, module.grammar, module.root).matches(fitting):
        for nodes in match.nodes.values():
            yield nodes[0]


def unwrapped(node: Node) -> Node:
    """An expression without what changes nothing of its value: `await x`, `(x)`, `x as T`, `x!`."""
    while node.type in WRAPPED and node.named_children:
        node = node.named_children[0]
    return node


def arguments(call: Node) -> list[Node]:
    found = call.child_by_field_name("arguments")
    return [each for each in found.named_children if each.type != "comment"] if found else []


def callee(call: Node) -> Node | None:
    return call.child_by_field_name("function") or call.child_by_field_name("constructor")


def name_of(call: Node) -> str:
    """`get` of `app.get(...)`, `fetch` of `fetch(...)`, `Hono` of `new Hono()`; "" for anything else."""
    function = callee(call)
    if function is None:
        return ""
    if function.type == "member_expression":
        key = function.child_by_field_name("property")
        return text(key) if key else ""
    return text(function) if function.type in ("identifier", "import") else ""


def receiver_of(call: Node) -> Node | None:
    """`app` of `app.get(...)`."""
    function = callee(call)
    return function.child_by_field_name("object") if function is not None and function.type == "member_expression" else None


def pairs(node: Node) -> dict[str, Node]:
    """The entries of an object literal by name; `{ a }` gives the name itself, a method its own node."""
    found: dict[str, Node] = {}
    for each in node.named_children:
        if each.type == "pair":
            key, value = each.child_by_field_name("key"), each.child_by_field_name("value")
            if key is not None and value is not None:
                found.setdefault(literal(key) or text(key), value)
        elif each.type == "shorthand_property_identifier":
            found.setdefault(text(each), each)
        elif each.type == "method_definition" and (name := each.child_by_field_name("name")) is not None:
            found.setdefault(literal(name) or text(name), each)
    return found


def operator(node: Node) -> str:
    found = node.child_by_field_name("operator")
    return text(found) if found else ""


def enclosing(node: Node, name: str) -> Node | None:
    """The function around a node that has a parameter of this name."""
    place = node.parent
    while place is not None:
        if place.type in FUNCTIONS:
            given = place.child_by_field_name("parameters") or place.child_by_field_name("parameter")
            if given is not None and name in _names(given):
                return place
        place = place.parent
    return None


def _names(given: Node) -> list[str]:
    if given.type == "identifier":
        return [text(given)]
    names = []
    for each in given.named_children:
        pattern = each.child_by_field_name("pattern") or each.child_by_field_name("left") or each
        names += [inner for _, inner in pattern_names(pattern)] if pattern.type == "object_pattern" else [text(pattern)]
    return names
