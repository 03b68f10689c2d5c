"""Elixir terms as their syntax trees show them: calls, keyword lists, atoms, aliases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cdgen.model.facts import Source
from cdgen.repo import Repo
from cdgen.repo.syntax import line, literal, text

if TYPE_CHECKING:
    from tree_sitter import Node

GRAMMAR = "elixir"
PROSE = frozenset({"doc", "moduledoc", "typedoc", "spec", "type", "typep", "opaque", "callback", "macrocallback", "shortdoc"})


class Call(NamedTuple):
    """One call: `config :shop, port: 80`, `System.get_env("PORT")`. `name` is that of the function with its module."""

    name: str
    node: Node
    path: str

    @property
    def source(self) -> Source:
        return Source(self.path, line(self.node))

    @property
    def arguments(self) -> tuple[Node, ...]:
        """What stands in order; keywords come by name, from `options`."""
        return tuple(node for node in _arguments(self.node) if node.type != "keywords")

    @property
    def options(self) -> dict[str, Node]:
        found = next((node for node in _arguments(self.node) if node.type == "keywords"), None)
        return pairs(found)

    @property
    def body(self) -> Node | None:
        """The `do` block, or what follows `do:`."""
        block = next((node for node in self.node.named_children if node.type == "do_block"), None)
        return block or self.options.get("do")


def _arguments(node: Node) -> list[Node]:
    holder = next((child for child in node.named_children if child.type == "arguments"), None)
    return [child for child in holder.named_children if child.type != "comment"] if holder else []


def call_name(node: Node) -> str:
    """`config`, `System.get_env`, `:cowboy.start_clear`; empty for what is called through a value."""
    target = node.child_by_field_name("target") or (node.named_children[0] if node.named_children else None)
    if target is None or target.type not in ("identifier", "dot"):
        return ""
    if target.type == "dot" and any(child.type not in ("alias", "atom", "identifier") for child in target.named_children):
        return ""
    return text(target)


def calls(repo: Repo, path: str, within: Node | None = None) -> Iterator[Call]:
    """Every call of a file in its order, the outer before the inner; documentation and types are none."""
    tree = repo.syntax(path, GRAMMAR)
    passed = 0  # end of the documentation or type that was met last
    for match in tree.matches("(call) @call", within) if tree else ():
        node = match["call"]
        if node.start_byte < passed:
            continue
        name = call_name(node)
        if name in PROSE and node.parent is not None and node.parent.type == "unary_operator":
            passed = node.end_byte
        else:
            yield Call(name, node, path)


def pairs(node: Node | None) -> dict[str, Node]:
    """A keyword list (with or without brackets) or a map of atoms by name; of a key that comes twice the first."""
    found: dict[str, Node] = {}
    for each in _members(node):
        if each.type == "pair" and len(each.named_children) == 2:
            key, value = each.named_children
            found.setdefault(text(key).strip().strip(':"').rstrip(":").rstrip('"'), value)
        elif each.type == "tuple" and len(each.named_children) == 2 and each.named_children[0].type == "atom":
            found.setdefault(atom(each.named_children[0]) or "", each.named_children[1])
    return found


def _members(node: Node | None) -> Iterator[Node]:
    """The pairs of a keyword list, and the `{:key, value}` tuples of a list."""
    if node is None:
        return
    if node.type in ("pair", "tuple"):
        yield node
    elif node.type in ("list", "keywords", "map", "map_content", "arguments"):
        for child in node.named_children:
            yield from _members(child) if child.type != "list" else ()
    elif node.type == "binary_operator" and text_of_operator(node) == "++":
        for child in node.named_children:
            yield from _members(child)


def text_of_operator(node: Node) -> str:
    operator = node.child_by_field_name("operator")
    return text(operator) if operator else ""


def atom(node: Node | None) -> str | None:
    """`shop` of `:shop`; None for anything else."""
    return text(node)[1:].strip('"') if node is not None and node.type in ("atom", "quoted_atom") else None


def alias(node: Node | None) -> str | None:
    return text(node) if node is not None and node.type == "alias" else None


def word(node: Node | None) -> str | None:
    """An atom, a module or a text, by its plain name."""
    if node is None:
        return None
    return atom(node) or alias(node) or literal(node) or (text(node) if node.type == "boolean" else None)


def words(node: Node | None) -> tuple[str, ...]:
    """The names in a list, or the one name: `[:dev, :test]`, `:dev`, `~w(a b)a`."""
    if node is None:
        return ()
    if node.type == "sigil":
        return tuple(part for child in node.named_children if child.type == "quoted_content" for part in text(child).split())
    if node.type in ("list", "tuple"):
        return tuple(found for child in node.named_children if (found := word(child)))
    one = word(node)
    return (one,) if one else ()


def modules(repo: Repo, path: str) -> Iterator[tuple[str, Call]]:
    """The modules that a file defines, with the whole name of a nested one."""
    for call in calls(repo, path):
        if call.name == "defmodule" and call.arguments and call.body is not None:
            name = alias(call.arguments[0])
            if name:
                yield ".".join((*_around(call.node), name)), call


def _around(node: Node) -> list[str]:
    names: list[str] = []
    parent = node.parent
    while parent is not None:
        if parent.type == "call" and call_name(parent) == "defmodule":
            first = _arguments(parent)
            names.insert(0, text(first[0]) if first else "")
        parent = parent.parent
    return names


def statements(body: Node | None) -> tuple[Node, ...]:
    """What a `do` block holds; an inline body is its own only statement."""
    if body is None:
        return ()
    return tuple(child for child in body.named_children if child.type != "comment") if body.type == "do_block" else (body,)


def functions(repo: Repo, path: str, within: Node | None = None) -> dict[str, list[Call]]:
    """Definitions by name, every clause."""
    found: dict[str, list[Call]] = {}
    for call in calls(repo, path, within):
        if call.name in ("def", "defp") and call.arguments:
            head = call.arguments[0]
            if head.type == "binary_operator" and text_of_operator(head) == "when":
                head = head.named_children[0]
            name = text(head) if head.type == "identifier" else call_name(head) if head.type == "call" else ""
            if name:
                found.setdefault(name, []).append(call)
    return found
