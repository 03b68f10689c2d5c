"""PHP syntax in the few shapes that matter here: calls, their arguments, literals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cdgen.repo.syntax import literal, nodes, text

if TYPE_CHECKING:
    from tree_sitter import Node

MOST_DEPTH = 60
CALLS = frozenset(
    {"function_call_expression", "member_call_expression", "nullsafe_member_call_expression", "scoped_call_expression"}
)
CLOSURES = frozenset({"anonymous_function", "arrow_function", "anonymous_function_creation_expression"})


class Call(NamedTuple):
    """`f(...)`, `$object->name(...)`, `Class::name(...)`, `new Class(...)` (its name is `new`)."""

    name: str
    receiver: Node | None
    arguments: tuple[Node, ...]
    named: dict[str, Node]
    node: Node

    @property
    def on(self) -> str:
        """What it is called on: `$app`, `Route`, "" for a function."""
        return text(self.receiver) if self.receiver is not None else ""


def walk(node: Node, *types: str) -> list[Node]:
    """The nodes of these types at and below a node, in source order."""
    return nodes("php", node, *types)


def calls(node: Node) -> Iterator[Call]:
    for each in walk(node, *CALLS, "object_creation_expression"):
        found = as_call(each)
        if found:
            yield found


def as_call(node: Node) -> Call | None:
    if node.type == "object_creation_expression":
        name = next((each for each in node.named_children if each.type in ("name", "qualified_name")), None)
        given = next((each for each in node.named_children if each.type == "arguments"), None)
        plain, named = _arguments(given)
        return Call("new", name, plain, named, node) if name is not None else None
    if node.type not in CALLS:
        return None
    name = node.child_by_field_name("name") or node.child_by_field_name("function")
    receiver = node.child_by_field_name("object") or node.child_by_field_name("scope")
    plain, named = _arguments(node.child_by_field_name("arguments"))
    return Call(text(name).lstrip("\\") if name is not None else "", receiver, plain, named, node)


def _arguments(given: Node | None) -> tuple[tuple[Node, ...], dict[str, Node]]:
    plain: list[Node] = []
    named: dict[str, Node] = {}
    for each in given.named_children if given is not None else ():
        if each.type != "argument" or not each.named_child_count:
            continue
        name = each.child_by_field_name("name")
        value = each.named_children[-1]
        if name is not None:
            named[text(name)] = value
        else:
            plain.append(value)
    return tuple(plain), named


def strings(node: Node | None) -> tuple[str, ...]:
    """The text of a string, or those of an array of them."""
    if node is None:
        return ()
    if node.type == "array_creation_expression":
        values = (each.named_children[-1] for each in node.named_children if each.named_child_count)
        return tuple(found for value in values if (found := literal(value)) is not None)
    found = literal(node)
    return (found,) if found is not None else ()


def pairs(node: Node | None) -> dict[str, Node]:
    """Keys and values of an array: `['prefix' => 'api']`."""
    found: dict[str, Node] = {}
    for each in node.named_children if node is not None and node.type == "array_creation_expression" else ():
        if each.type == "array_element_initializer" and each.named_child_count == 2:
            key = literal(each.named_children[0])
            if key is not None:
                found[key] = each.named_children[1]
    return found


def closure(call: Call) -> Node | None:
    """The body of the function that a call is given last."""
    for each in reversed(call.arguments):
        if each.type in CLOSURES:
            return each.child_by_field_name("body")
    return None


def parameters(call: Call) -> Iterator[str]:
    """Names of the parameters of the function that a call is given last: `$group`."""
    given = next((each for each in reversed(call.arguments) if each.type in CLOSURES), None)
    listed = given.child_by_field_name("parameters") if given is not None else None
    for each in listed.named_children if listed is not None else ():
        name = each.child_by_field_name("name")
        if name is not None:
            yield text(name)


def variable_read(node: Node) -> tuple[str, Node | None] | None:
    """(name, default) of `getenv('X')`, `env('X', d)`, `$_ENV['X']`, `$_SERVER['X']`; None for anything else."""
    if node.type == "subscript_expression" and node.named_child_count == 2:
        held, index = node.named_children
        name = literal(index)
        if name and text(held) in ("$_ENV", "$_SERVER"):
            return name, None
        return None
    call = as_call(node)
    if call is None or not call.arguments:
        return None
    plain = call.receiver is None and call.name in ("getenv", "env", "apache_getenv")
    static = call.name in ("get", "getOrFail") and call.on.rpartition("\\")[2] == "Env"
    name = literal(call.arguments[0]) if plain or static else None
    default = call.arguments[1] if len(call.arguments) > 1 and call.name != "getenv" else None
    return (name, default) if name else None
