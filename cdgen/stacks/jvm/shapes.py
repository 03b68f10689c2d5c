"""The shapes that Java, Kotlin and Scala share: calls, annotations, classes, as nodes of their syntax trees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cdgen.repo.patterns import compiled

if TYPE_CHECKING:
    from tree_sitter import Node

CLASS_TYPES = frozenset(
    [
        "class_declaration",
        "interface_declaration",
        "record_declaration",
        "enum_declaration",
        "object_declaration",
        "class_definition",
        "object_definition",
        "trait_definition",
    ]
)


class Argument(NamedTuple):
    """`name` is empty for one without."""

    name: str
    node: Node


class Called(NamedTuple):
    """A call or the making of an object. `receiver` is what stands before the name."""

    name: str
    receiver: Node | None
    arguments: tuple[Argument, ...]
    node: Node

    def argument(self, *names: str, position: int = 0) -> Node | None:
        """By its name, else by its place among those without one."""
        named = next((each.node for each in self.arguments if each.name in names), None)
        plain = [each.node for each in self.arguments if not each.name]
        return named or (plain[position] if position < len(plain) else None)


class Note(NamedTuple):
    """An annotation. `holder` is what it stands at: a class, a function, a field, a parameter."""

    name: str
    arguments: tuple[Argument, ...]
    holder: Node
    node: Node

    def argument(self, *names: str) -> Node | None:
        """`value` is also the argument without a name."""
        return next((each.node for each in self.arguments if (each.name or "value") in names), None)


class Class(NamedTuple):
    """`above` are the simple names of what it extends or implements."""

    name: str
    is_interface: bool
    above: tuple[str, ...]
    node: Node


def elements_of(node: Node) -> tuple[Node, ...]:
    if node.type in ("element_value_array_initializer", "collection_literal", "array_initializer"):
        return tuple(each for each in node.named_children if "comment" not in each.type)
    if node.type == "call_expression" and shown(node).startswith(("arrayOf", "Array(")):
        called = call_at(node)
        return tuple(each.node for each in called.arguments) if called else ()
    return (node,)


def elements(node: Node | None) -> tuple[Node, ...]:
    """The members of an array in an annotation, or the one value that stands for it."""
    return elements_of(node) if node is not None else ()


def shown(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")


def above(node: Node) -> Iterator[Node]:
    """What a node stands in, the nearest first."""
    each = node.parent
    while each is not None:
        yield each
        each = each.parent


def class_of(node: Node) -> Node | None:
    return next((each for each in above(node) if each.type in CLASS_TYPES), None)


def class_name(node: Node) -> str:
    name = node.child_by_field_name("name")
    return shown(name) if name is not None else ""


def body_of(called: Called) -> Node:
    """The node that also holds Kotlin's and Scala's blocks behind the arguments: `get("/x") { ... }`."""
    node = called.node
    while node.parent is not None and node.parent.type == "call_expression" and node.parent.children[0] == node:
        node = node.parent
    return node


def call_at(node: Node) -> Called | None:
    if node.type == "method_invocation":
        name, holder = node.child_by_field_name("name"), node.child_by_field_name("arguments")
        return Called(shown(name), node.child_by_field_name("object"), _arguments(holder), node) if name is not None else None
    if node.type == "object_creation_expression":
        made, holder = node.child_by_field_name("type"), node.child_by_field_name("arguments")
        return Called(_simple(shown(made)), None, _arguments(holder), node) if made is not None else None
    function = node.children[0] if node.children and node.type in ("call_expression", "constructor_invocation") else None
    if function is None or function.type == "call_expression":
        return None  # no call, or a block behind a call: the call itself is another node
    holder = next((each for each in node.named_children[1:] if each.type in ("value_arguments", "arguments")), None)
    if node.type == "constructor_invocation":
        return Called(_simple(shown(function)), None, _arguments(holder), node)
    if function.type == "generic_function":
        function = function.children[0]
    if function.type in ("navigation_expression", "field_expression"):
        parts = [each for each in function.named_children if "comment" not in each.type]
        return Called(shown(parts[-1]), parts[0], _arguments(holder), node) if parts else None
    return Called(shown(function), None, _arguments(holder), node) if function.type == "identifier" else None


def _arguments(holder: Node | None) -> tuple[Argument, ...]:
    if holder is None:
        return ()
    found: list[Argument] = []
    for each in holder.named_children:
        if "comment" in each.type:
            continue
        parts = each.named_children
        if each.type == "value_argument":
            named = len(parts) > 1 and parts[0].type == "identifier"
            if parts:
                found.append(Argument(shown(parts[0]) if named else "", parts[-1]))
        elif each.type in ("element_value_pair", "assignment_expression") and len(parts) > 1:
            found.append(Argument(shown(parts[0]), parts[-1]))
        else:
            found.append(Argument("", each))
    return tuple(found)


def note_at(node: Node) -> Note:
    arguments: tuple[Argument, ...] = ()
    name = node.child_by_field_name("name") or next(iter(node.named_children), node)
    if name.type == "use_site_target" and len(node.named_children) > 1:
        name = node.named_children[1]
    if name.type == "constructor_invocation":
        arguments = _arguments(next((each for each in name.named_children if each.type == "value_arguments"), None))
        name = name.named_children[0]
    else:
        arguments = _arguments(node.child_by_field_name("arguments"))
    parent = node.parent
    holder = parent.parent if parent is not None and parent.type in ("modifiers", "parameter_modifiers") else parent
    return Note(_simple(shown(name)), arguments, holder or node, node)


def _simple(name: str) -> str:
    return compiled(r"<.*").sub("", name, count=1).rpartition(".")[2].strip()


def class_at(node: Node) -> Class | None:
    name = class_name(node)
    if not name:
        return None
    types = list(_types(node))
    is_interface = node.type in ("interface_declaration", "trait_definition") or any(
        each.type == "interface" for each in node.children
    )
    return Class(name, is_interface, tuple(_simple(each) for each in types), node)


def _types(node: Node) -> Iterator[str]:
    """The types that a class extends or implements, without their own arguments."""
    for each in node.named_children:
        if each.type in ("superclass", "super_interfaces", "extends_interfaces", "delegation_specifiers", "extends_clause"):
            text = compiled(r"\([^()]*\)|\bextends\b|\bimplements\b|\bwith\b").sub(",", compiled(r"<[^<>]*>").sub("", shown(each)))
            yield from (part.strip() for part in text.split(",") if compiled(r"[A-Za-z_][\w.]*\Z").match(part.strip()))
