"""What an Elixir expression comes to, as far as the repository says: a literal, an environment variable, a setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cdgen.model.facts import Source
from cdgen.repo import Repo
from cdgen.repo.syntax import line, literal, text
from cdgen.stacks.beam.terms import (
    GRAMMAR,
    Call,
    atom,
    call_name,
    calls,
    functions,
    pairs,
    statements,
    text_of_operator,
    word,
)

if TYPE_CHECKING:
    from tree_sitter import Node

    from cdgen.repo.syntax import Syntax

MOST_STEPS = 8  # names that a value may be handed through
CONVERSIONS = frozenset(
    {"String.to_integer", "String.to_charlist", "to_string", "to_charlist", "String.trim", "Integer.parse", "elem"}
)
READS = frozenset({"System.get_env", "System.fetch_env!", "System.fetch_env", "env!", "Dotenvy.env!"})
SETTINGS = frozenset(
    {
        "Application.get_env",
        "Application.fetch_env!",
        "Application.compile_env",
        "Application.compile_env!",
        "Application.fetch_env",
    }
)


class Value(NamedTuple):
    """`text` is a literal, or the default of `variable`: the environment may say otherwise. `source` is where it is written."""

    text: str | None
    variable: str | None = None
    source: Source | None = None

    @property
    def number(self) -> int | None:
        plain = (self.text or "").replace("_", "")
        return int(plain) if plain.isdigit() and len(plain) < 6 else None


UNKNOWN = Value(None)


class Settings:
    """What `config/*.exs` sets, the file of the running system first: `(app, key)` -> places.

    A key of a module's settings is `(app, Module)`; the value is then a keyword list.
    """

    def __init__(self, repo: Repo, files: tuple[str, ...]) -> None:
        self.repo = repo
        self.files = files
        self.entries: list[tuple[str, str, Node, str]] = []  # app, key, value, path
        for path in files:
            for call in calls(repo, path):
                if call.name == "config":
                    self._add(call)

    def _add(self, call: Call) -> None:
        names = [word(node) for node in call.arguments[:2]]
        if len(call.arguments) == 1 and names[0]:
            self.entries += [(names[0], key, value, call.path) for key, value in call.options.items()]
        elif len(call.arguments) == 2 and names[0] and names[1] and call.options:
            holder = next(child for child in call.node.named_children if child.type == "arguments")
            value = next(child for child in holder.named_children if child.type == "keywords")
            self.entries.append((names[0], names[1], value, call.path))
        elif len(call.arguments) == 2 and names[0] and call.arguments[1].type == "list":
            self.entries += [(names[0], key, value, call.path) for key, value in pairs(call.arguments[1]).items()]
        elif len(call.arguments) == 3 and names[0] and names[1]:
            self.entries.append((names[0], names[1], call.arguments[2], call.path))

    def get(self, app: str, *keys: str) -> Value:
        for name, key, node, path in self.entries:
            if name == app and key == keys[0]:
                found: Node | None = node
                for below in keys[1:]:
                    found = pairs(found).get(below)
                value = Names(self.repo, path, self).value(found) if found is not None else UNKNOWN
                if value != UNKNOWN:
                    return value
        return UNKNOWN


class Names:
    """The names that a file gives to values: variables, module attributes, functions without arguments."""

    def __init__(self, repo: Repo, path: str, settings: Settings | None = None) -> None:
        tree = repo.syntax(path, GRAMMAR)
        self.path = path
        self.settings = settings
        self.attributes = attributes(tree) if tree else {}
        self.variables = _variables(tree) if tree else {}
        self.functions = functions(repo, path)

    def value(self, node: Node | None, steps: int = 0) -> Value:
        """UNKNOWN for whatever the repository does not say."""
        if node is None or steps > MOST_STEPS:
            return UNKNOWN
        plain = _plain(node)
        if plain is not None:
            return Value(plain, None, Source(self.path, line(node)))
        if node.type == "identifier":
            return self._named(text(node), steps)
        if node.type == "unary_operator" and text(node)[:1] == "@":
            return self.value(self.attributes.get(text(node)[1:].strip()), steps + 1)
        if node.type == "binary_operator":
            return self._operator(node, steps)
        if node.type == "tuple":
            found = _system_tuple(node)
            return found._replace(source=Source(self.path, line(node))) if found.variable else UNKNOWN
        if node.type in ("block", "parenthesized_expression") and len(node.named_children) == 1:
            return self.value(node.named_children[0], steps + 1)
        return self._called(Call(call_name(node), node, ""), steps) if node.type == "call" else UNKNOWN

    def _named(self, name: str, steps: int) -> Value:
        if name in self.variables:
            return self.value(self.variables[name], steps + 1)
        clauses = self.functions.get(name, [])
        body = statements(clauses[0].body) if len(clauses) == 1 else ()
        return self.value(body[-1], steps + 1) if body else UNKNOWN

    def _operator(self, node: Node, steps: int) -> Value:
        left, right = node.named_children[0], node.named_children[-1]
        operator = text_of_operator(node)
        if operator == "|>":
            return self.value(left, steps + 1) if right.type == "call" and _converts(call_name(right)) else UNKNOWN
        if operator in ("||", "or"):
            first, second = self.value(left, steps + 1), self.value(right, steps + 1)
            if first.variable and first.text is None:
                return Value(second.text, first.variable, second.source or first.source)
            return second if first == UNKNOWN else first
        return self.value(right, steps + 1) if operator == "=" else UNKNOWN

    def _called(self, call: Call, steps: int) -> Value:
        given = call.arguments
        if call.name in READS and given:
            default = self.value(given[-1], steps + 1) if len(given) > 1 else UNKNOWN
            return Value(default.text, literal(given[0]), default.source or Source(self.path, line(given[0])))
        if _converts(call.name) and given:
            return self.value(given[0], steps + 1)
        if call.name in SETTINGS and len(given) > 1 and self.settings:
            app, key = word(given[0]), word(given[1])
            found = self.settings.get(app, key) if app and key else UNKNOWN
            return found if found != UNKNOWN or len(given) < 3 else self.value(given[2], steps + 1)
        return self._named(call.name, steps) if not given else UNKNOWN


def _converts(name: str) -> bool:
    return name in CONVERSIONS


def _plain(node: Node) -> str | None:
    if node.type == "integer":
        return text(node)
    return literal(node) if node.type == "string" else text(node)[1:-1] if node.type == "charlist" else None


def _system_tuple(node: Node) -> Value:
    """`{:system, "PORT"}`, with a type and a default as some libraries take it."""
    parts = node.named_children
    if not parts or atom(parts[0]) != "system":
        return UNKNOWN
    names = [literal(part) for part in parts[1:] if literal(part)]
    numbers = [text(part) for part in parts[1:] if part.type == "integer"]
    return Value(next(iter([*names[1:], *numbers]), None), names[0]) if names else UNKNOWN


def attributes(tree: Syntax) -> dict[str, Node]:
    """`@port 4000` by name."""
    found: dict[str, Node] = {}
    for match in tree.matches('(unary_operator "@" (call)) @node'):
        node = match["node"]
        inner = node.named_children[0] if node.named_children else None
        if inner is not None and inner.type == "call":
            given = Call(call_name(inner), inner, "").arguments
            if len(given) == 1:
                found.setdefault(call_name(inner), given[0])
    return found


def _variables(tree: Syntax) -> dict[str, Node]:
    """The only value that a name is bound to; one that gets several says nothing."""
    found: dict[str, Node] = {}
    several: set[str] = set()
    for match in tree.matches('(binary_operator left: (identifier) "=") @node'):
        node = match["node"]
        left = node.named_children[0]
        if left.type == "identifier":
            name = text(left)
            if name in found and text(found[name]) != text(node.named_children[-1]):
                several.add(name)
            found.setdefault(name, node.named_children[-1])
    return {name: node for name, node in found.items() if name not in several}
