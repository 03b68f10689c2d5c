"""Variables that a schema of the environment lists: zod, envalid, envsafe, t3-env, joi, valibot, convict, env-var."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.model.facts import EnvVar
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, literal, text
from cdgen.repo.variables import variable
from cdgen.stacks.node.nodes import Module, arguments, captured, name_of, pairs, receiver_of
from cdgen.stacks.node.trees import Trees

if TYPE_CHECKING:
    from tree_sitter import Node

WORDS = ("z.object", "cleanEnv", "createEnv", "envsafe", "oi.object", "v.object", "convict", "env-var")
NAME = r"^[A-Z][A-Z0-9_]{1,}$"
READS = r"\bprocess\.env\b|\bBun\.env\b|\bcleanEnv\b|\bcreateEnv\b|\benvsafe\b|validationSchema|registerAs|import\.meta\.env"
MODEST = r"\.(?:optional|nullish|nullable|default|catch|prefault)\s*\(|^\w+\.optional\(|\bdefault\s*:"
OBJECTS = "(object) @object"


def schema_reads(trees: Trees) -> Iterator[tuple[str, int, EnvVar]]:
    """(file, line, variable). A schema counts where the file speaks of the environment, not one of a request."""
    for module in trees.having(*WORDS):
        source = trees.sources.code(module.path)
        if compiled(READS).search(source):
            for node in captured(module, OBJECTS):
                yield from _of_object(module, node)
        if "env-var" in source:
            yield from _of_calls(module)


def _of_object(module: Module, node: Node) -> Iterator[tuple[str, int, EnvVar]]:
    entries = pairs(node)
    stated = literal(entries.get("env"))
    if stated and compiled(NAME).match(stated) and ("default" in entries or "format" in entries):  # convict
        default = _plain(entries.get("default"))
        yield module.path, line(node), variable(stated, default, required=False)
    for name, value in entries.items():
        if compiled(NAME).match(name) and value.type == "call_expression":
            default = _default(value)
            required = default is None and not compiled(MODEST).search(text(value))
            yield module.path, line(value), variable(name, default, required=required)


def _of_calls(module: Module) -> Iterator[tuple[str, int, EnvVar]]:
    """`env.get('PORT').default('3000').asPortNumber()`."""
    for call in module.calls:
        asked = literal(next(iter(arguments(call)), None))
        if name_of(call) != "get" or asked is None or not compiled(NAME).match(asked):
            continue
        default, required, place = None, False, call.parent
        while place is not None and place.type in ("member_expression", "call_expression"):
            if place.type == "call_expression":
                default = _plain(next(iter(arguments(place)), None)) if name_of(place) == "default" else default
                required = required or name_of(place) == "required"
            place = place.parent
        yield module.path, line(call), variable(asked, default, required=required)


def _default(call: Node) -> str | None:
    """`.default(3000)` of a chain, `{ default: 3000 }` of an argument."""
    node: Node | None = call
    while node is not None and node.type == "call_expression":
        given = arguments(node)
        if name_of(node) in ("default", "catch", "prefault") and given:
            return _plain(given[0])
        for each in given:
            if each.type == "object" and (stated := pairs(each).get("default")) is not None:
                return _plain(stated)
        node = receiver_of(node)
    return None


def _plain(node: Node | None) -> str | None:
    if node is None:
        return None
    return literal(node) if literal(node) is not None else text(node) if node.type in ("number", "true", "false") else None
