"""Ruby syntax in the few shapes that matter here: calls, their arguments, strings and symbols."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cdgen.repo.syntax import literal, nodes, text

if TYPE_CHECKING:
    from tree_sitter import Node

MOST_DEPTH = 100
SYMBOLS = ("simple_symbol", "hash_key_symbol", "bare_symbol")
BLOCKS = ("block", "do_block")
BODIES = ("block_body", "body_statement")


class Call(NamedTuple):
    """`receiver.name(arguments, key: value) { block }`; the receiver is "" where there is none."""

    name: str
    receiver: str
    arguments: tuple[Node, ...]  # without pairs
    pairs: dict[str, Node]
    block: Node | None  # its body
    node: Node


def walk(node: Node, *types: str) -> list[Node]:
    """The nodes of these types at and below a node, in source order."""
    return nodes("ruby", node, *types)


def calls(node: Node) -> Iterator[Call]:
    """All calls below, in source order."""
    for each in walk(node, "call"):
        found = as_call(each)
        if found:
            yield found


def statements(body: Node | None) -> Iterator[Call]:
    """Calls that stand as statements of a body, also behind `if` and `unless`; those of inner blocks are not entered."""
    if body is None:
        return
    pending = list(reversed(body.named_children))
    while pending:
        node = pending.pop()
        found = as_call(node)
        if found:
            yield found
        elif node.type in ("if", "unless", "then", "else", "if_modifier", "unless_modifier", "begin", "class", "module", *BODIES):
            pending.extend(reversed(node.named_children))


def as_call(node: Node) -> Call | None:
    """A call; also a bare word, which may be one without arguments."""
    if node.type == "identifier":
        return Call(text(node), "", (), {}, None, node)
    if node.type != "call":
        return None
    name, receiver = node.child_by_field_name("method"), node.child_by_field_name("receiver")
    given = node.child_by_field_name("arguments")
    plain, pairs = _arguments(given.named_children if given else [])
    block = node.child_by_field_name("block")
    body = block.child_by_field_name("body") if block else None
    return Call(text(name) if name else "", text(receiver) if receiver else "", tuple(plain), pairs, body or block, node)


def _arguments(nodes: list[Node]) -> tuple[list[Node], dict[str, Node]]:
    plain: list[Node] = []
    pairs: dict[str, Node] = {}
    for node in nodes:
        if node.type == "hash":
            pairs |= _arguments(node.named_children)[1]
        elif node.type == "pair":
            key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
            if key is not None and value is not None:
                pairs[word(key) or text(key)] = value
        elif node.type not in ("block_argument", "splat_argument", "comment"):
            plain.append(node)
    return plain, pairs


def first_pair(call: Call) -> tuple[Node, Node] | None:
    """Key and value of the first `key => value` of a call: `get "/x" => "y#z"`."""
    given = call.node.child_by_field_name("arguments")
    for node in given.named_children if given else []:
        if node.type == "pair":
            key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
            return (key, value) if key is not None and value is not None else None
    return None


def word(node: Node | None) -> str | None:
    """The text of a plain string or symbol."""
    if node is None:
        return None
    if node.type in SYMBOLS:
        return text(node).lstrip(":").rstrip(":")
    if node.type == "delimited_symbol":
        return text(node).lstrip(":").strip("\"'")
    return literal(node)


def words(node: Node | None) -> tuple[str, ...]:
    """The texts of a string, a symbol, or an array of them."""
    if node is None:
        return ()
    if node.type in ("string_array", "symbol_array"):
        return tuple(text(each) for each in node.named_children)
    if node.type == "array":
        return tuple(found for each in node.named_children if (found := word(each)) is not None)
    found = word(node)
    return (found,) if found is not None else ()


def variable_read(node: Node) -> tuple[str, Node | None] | None:
    """(name, default) of `ENV["X"]`, `ENV.fetch("X")`, `ENV.fetch("X", d)`, `ENV.fetch("X") { d }`; None for anything else."""
    if node.type == "element_reference":
        held = node.child_by_field_name("object")
        index = [each for each in node.named_children if each != held]
        name = word(index[0]) if held is not None and text(held) == "ENV" and len(index) == 1 else None
        return (name, None) if name else None
    call = as_call(node) if node.type == "call" else None
    if call is None or call.receiver != "ENV" or call.name not in ("fetch", "dig", "[]") or not call.arguments:
        return None
    name = word(call.arguments[0])
    default = call.arguments[1] if len(call.arguments) > 1 else _last(call.block)
    return (name, default) if name else None


def _last(body: Node | None) -> Node | None:
    return body.named_children[-1] if body is not None and body.named_children else None
