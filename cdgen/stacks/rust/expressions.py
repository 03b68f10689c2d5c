"""The shapes of Rust expressions: what is inside, what is named, which branches there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cdgen.model.facts import Confidence, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import literal, text

if TYPE_CHECKING:
    from tree_sitter import Node


UNKNOWN = "\0"  # a part of a text that nobody knows
# methods that hand on what they are called on
SAME = frozenset(
    {"parse", "into", "unwrap", "expect", "to_string", "to_owned", "as_str", "clone", "as_ref", "into_inner", "to_socket_addrs"}
    | {"map_err", "context", "with_context", "ok", "as_deref", "cloned", "copied", "trim", "iter", "next", "collect", "await"}
    | {"map", "and_then", "filter", "ok_or", "ok_or_else", "wrap_err", "borrow", "deref", "into_string", "trim_end_matches"}
    | {"expose_secret", "unwrap_or_exit", "leak", "boxed", "as_bytes", "try_into", "get", "inspect", "flatten", "chain_err"}
)
OTHERWISE = frozenset({"unwrap_or", "unwrap_or_else", "or", "or_else", "map_or", "map_or_else"})
WRAPPERS = frozenset(
    {"from", "new", "Ok", "Some", "from_str", "try_from", "Arc", "Box", "parse_from", "from_static", "from_shared"}
)
ADDRESSES = {"UNSPECIFIED": "0.0.0.0", "LOCALHOST": "127.0.0.1"}  # noqa: S104  (a text that is compared, nothing listens)


INSIDE = frozenset(
    {"reference_expression", "try_expression", "await_expression", "parenthesized_expression", "type_cast_expression"}
)
BLOCKS = frozenset({"block", "unsafe_block", "async_block", "closure_expression", "else_clause"})
LAYERS = 100  # around one expression; what has more was not written by a person


class Value(NamedTuple):
    """`text` is None where only the variable is known that holds it. `sure` falls when it can be told from outside."""

    text: str | None
    source: Source
    sure: Confidence = Confidence.DECLARED
    origin: Origin = Origin.CODE
    variable: str | None = None


def attribute_values(attribute: Node) -> dict[str, Node]:
    """`#[arg(long, env = "PORT", default_value_t = 8080)]` as name -> value; a name without a value stands for itself."""
    found: dict[str, Node] = {}
    for tokens in (each for child in attribute.named_children for each in child.named_children if each.type == "token_tree"):
        children = tokens.children
        for index, token in enumerate(children):
            if token.type in ("identifier", "default"):
                has_value = index + 2 < len(children) and text(children[index + 1]) == "="
                found.setdefault(text(token), children[index + 2] if has_value else token)
    return found


def variable_of(marks: dict[str, Node], field: str, reads_all: str | None) -> str | None:
    """The environment variable behind a field: named in its attribute, or the field's own name in capitals."""
    if "env" in marks:
        return literal(marks["env"]) or field.upper()
    if "from" in marks:
        return literal(marks["from"])
    return f"{reads_all}{field.upper()}" if reads_all is not None else None


def is_variable(name: str | None) -> bool:
    return bool(name and compiled(r"^[A-Z][A-Z0-9_]+\Z").match(name))


def number(shown: str) -> str | None:
    found = compiled(r"^([\d_]+?)(?:_?[ui](?:8|16|32|64|128|size))?\Z").match(shown)
    return found.group(1).replace("_", "") if found else None


def path_of(node: Node, layers: int = 40) -> list[str]:
    """`configuration.application.port` as names; empty when something else than names stands before the first dot."""
    if layers < 0:
        return []
    if node.type in ("identifier", "self"):
        return [text(node)]
    if node.type in ("reference_expression", "await_expression", "try_expression", "parenthesized_expression"):
        inner = node.child_by_field_name("value") or first_child(node)
        return path_of(inner, layers - 1) if inner is not None else []
    if node.type == "call_expression":  # a getter, or a lock on the way: config().server.port
        function = node.child_by_field_name("function")
        return [text(function).rpartition("::")[2].rpartition(".")[2]] if function is not None else []
    if node.type != "field_expression":
        return []
    value, field = node.child_by_field_name("value"), node.child_by_field_name("field")
    before = path_of(value, layers - 1) if value is not None else []
    return [*before, text(field)] if before and field is not None else []


def peel(node: Node) -> Node | None:
    """What an expression hands on, without references, `?`, `.await`, blocks and `.clone()`; None in endless layers."""
    here: Node | None = node
    for _ in range(LAYERS):
        if here is None:
            return None
        if here.type in INSIDE:
            here = here.child_by_field_name("value") or first_child(here)
        elif here.type in BLOCKS:
            here = body_value(here)
        elif here.type == "call_expression" and (receiver := _handed_on(here)) is not None:
            here = receiver
        else:
            return here
    return None


def _handed_on(call: Node) -> Node | None:
    function = call.child_by_field_name("function")
    if function is not None and function.type == "generic_function":
        function = function.child_by_field_name("function")
    if function is None or function.type != "field_expression":
        return None
    name = function.child_by_field_name("field")
    arguments = children(call.child_by_field_name("arguments"))
    is_lookup = name is not None and text(name) == "get" and bool(arguments) and literal(arguments[0]) is not None
    return function.child_by_field_name("value") if name is not None and text(name) in SAME and not is_lookup else None


def asked(subject: Node | None) -> Node | None:
    if subject is not None and subject.type == "let_condition":
        return subject.child_by_field_name("value")
    return subject


def branches(node: Node) -> Iterator[Node]:
    if node.type == "if_expression":
        for name in ("consequence", "alternative"):
            branch = node.child_by_field_name(name)
            if branch is not None:
                yield branch
        return
    body = node.child_by_field_name("body")
    for arm in body.named_children if body is not None else ():
        value = arm.child_by_field_name("value")
        if value is not None:
            yield value


def macro_arguments(tokens: Node) -> list[list[Node]]:
    """The arguments of a macro: the tokens between its commas."""
    parts: list[list[Node]] = [[]]
    for token in tokens.children[1:-1]:
        if text(token) == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def children(node: Node | None) -> list[Node]:
    return [each for each in node.named_children if "comment" not in each.type] if node is not None else []


def first_child(node: Node) -> Node | None:
    return next((each for each in node.named_children if "comment" not in each.type), None)


def body_value(node: Node) -> Node | None:
    """What a block, a closure or an else ends with."""
    if node.type == "closure_expression":
        return node.child_by_field_name("body")
    children = [each for each in node.named_children if "comment" not in each.type]
    last = children[-1] if children else None
    if last is not None and last.type == "expression_statement":
        inner = last.named_children[0] if last.named_children else None
        kept = ("if_expression", "match_expression", "return_expression")
        last = inner if inner is not None and inner.type in kept else None
    if last is not None and last.type == "return_expression":
        return last.named_children[0] if last.named_children else None
    return last
