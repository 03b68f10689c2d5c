"""Environment variables that an Elixir service reads, in its code and in its settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, literal
from cdgen.repo.variables import variable
from cdgen.stacks.beam.code import Code
from cdgen.stacks.beam.terms import Call, atom, call_name, text_of_operator
from cdgen.stacks.beam.values import READS

if TYPE_CHECKING:
    from tree_sitter import Node

NAME = r"[A-Z][A-Z0-9_]{1,60}"
MUST = frozenset({"System.fetch_env!", "env!", "Dotenvy.env!"})


def facts(code: Code) -> Iterator[Fact]:
    for path in code.holding("System.get_env", "System.fetch_env", "env!", ":system"):
        for call in code.calls(path):
            if call.name in READS and call.arguments:
                yield from _read(code, call)
        yield from _tuples(code, path)


def _read(code: Code, call: Call) -> Iterator[Fact]:
    given = call.arguments
    name = literal(given[0])
    if name is None or not compiled(NAME).fullmatch(name):
        return
    default = code.names(call.path).value(given[-1]).text if len(given) > 1 and atom(given[-1]) is None else None
    required = call.name in MUST and len(given) < 3
    other = _otherwise(call)
    if other is not None:
        default = default or code.names(call.path).value(other).text
        required = required or (other.type == "call" and call_name(other) == "raise")
    value = variable(name, default, required=required)
    yield Fact(f.ENV, value, call.source, Origin.CODE, Confidence.DECLARED, f"reads {name}")


def _otherwise(call: Call) -> Node | None:
    """The right side of `System.get_env("X") || ...`."""
    parent = call.node.parent
    if parent is None or parent.type != "binary_operator" or text_of_operator(parent) != "||":
        return None
    right = parent.named_children[-1]
    return right if right.id != call.node.id else None


def _tuples(code: Code, path: str) -> Iterator[Fact]:
    """`{:system, "PORT"}`, which a library looks up."""
    tree = code.tree(path)
    for match in tree.matches('(tuple . (atom) @tag (#eq? @tag ":system")) @tuple') if tree else ():
        value = code.names(path).value(match["tuple"])
        if value.variable and compiled(NAME).fullmatch(value.variable):
            known = variable(value.variable, value.text)
            place = Source(path, line(match["tuple"]))
            yield Fact(f.ENV, known, place, Origin.CODE, Confidence.DECLARED, f"reads {value.variable}")
