"""Environment variables that a JVM program reads, in code and through its configuration."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.repo.variables import variable
from cdgen.stacks.base import MOST_MATCHES, matches
from cdgen.stacks.jvm.settings import Settings
from cdgen.stacks.jvm.shapes import Called, call_at, shown
from cdgen.stacks.jvm.tree import Tree, Trees

if TYPE_CHECKING:
    from tree_sitter import Node

WORDS = ("getenv", "getEnv", "get_env", "GetEnv", "@Value", "@Property", "@ConfigProperty", "sys.env", "otenv")
NAME = r"[A-Z][A-Z0-9_]{1,60}\Z"
PLACEHOLDER = r"\$\{(?P<name>[A-Z][A-Z0-9_]{1,60})(?::(?P<default>[^{}]*))?\}"
# functions that read one variable; those of a program itself are called alike
READS = r"(?i)^(?:get_?env(?:_?or_?(?:default|else|null))?|env|env_?or_?default|get_?env_?var(?:iable)?|require_?env)$"
OTHERWISE = frozenset(
    {"orElse", "getOrElse", "firstNonNull", "requireNonNullElse", "defaultIfEmpty", "defaultString", "ifEmpty", "ifBlank"}
)


def facts(trees: Trees, settings: Settings) -> Iterator[Fact]:
    for tree in trees.telling(*WORDS):
        yield from islice(_called(tree, trees), MOST_MATCHES)
        if tree.grammar == "kotlin" and "getenv" in tree.file.text:
            yield from _indexed(tree, trees)
        for note in tree.notes():
            if note.name in ("Value", "Property", "ConfigProperty"):
                yield from _noted(shown(note.node), tree.source(note.node))
    for setting in settings.all[:MOST_MATCHES]:
        if "${" in setting.value:
            for match in matches(PLACEHOLDER, setting.value):
                yield _fact(match["name"], match["default"], setting.source, Origin.CONFIG, required=match["default"] is None)


def _called(tree: Tree, trees: Trees) -> Iterator[Fact]:
    for called in tree.calls():
        name = _name(called, tree, trees)
        if name:
            yield _fact(name, _default(called, tree, trees), tree.source(called.node), Origin.CODE)


def _name(called: Called, tree: Tree, trees: Trees) -> str | None:
    """Of `System.getenv("X")`, `System.getenv().getOrDefault("X", "d")`, `dotenv.get("X")`, `sys.env("X")`."""
    receiver = shown(called.receiver) if called.receiver is not None else ""
    reads = compiled(READS).match(called.name) and (called.name != "env" or receiver == "sys")
    map_of_all = called.name in ("get", "getOrDefault", "getOrElse") and compiled(r"getenv\(\)$|(?i:dotenv)$|^sys\.env$").search(
        receiver
    )
    name = trees.text(called.argument(), tree) if (reads or map_of_all) and called.arguments else None
    return name if name and compiled(NAME).match(name) else None


def _default(called: Called, tree: Tree, trees: Trees) -> str | None:
    """The second argument; else what `?:`, `orElse` or a conditional around the call offers."""
    second = called.argument(position=1)
    if second is not None:
        return _plain(second, tree, trees)
    node = called.node
    for _ in range(4):
        parent = node.parent
        if parent is None:
            return None
        outer = call_at(parent)
        if outer is not None and outer.name in OTHERWISE and outer.arguments:
            return _plain(outer.arguments[-1].node, tree, trees)
        if parent.type == "binary_expression" and any(each.type == "?:" for each in parent.children):
            return _plain(parent.named_children[-1], tree, trees)
        if parent.type == "ternary_expression":
            other = [_plain(each, tree, trees) for each in parent.named_children[1:]]
            return next((text for text in other if text is not None), None)
        node = parent
    return None


def _plain(node: Node, tree: Tree, trees: Trees) -> str | None:
    text = trees.text(node, tree)
    return (
        text if text is not None or not compiled(r"[\w.-]+\Z").match(shown(node)) or not shown(node)[0].isdigit() else shown(node)
    )


def _indexed(tree: Tree, trees: Trees) -> Iterator[Fact]:
    """Kotlin's `System.getenv()["X"]`."""
    for match in tree.syntax.matches("(index_expression) @index"):
        node = match["index"]
        name = trees.text(node.named_children[-1], tree) if node.named_children else None
        if name and compiled(NAME).match(name) and "getenv()" in shown(node):
            yield _fact(name, _default(Called("", None, (), node), tree, trees), tree.source(node), Origin.CODE)


def _noted(text: str, place: Source) -> Iterator[Fact]:
    for match in matches(PLACEHOLDER, text.replace("\\$", "$")):
        yield _fact(match["name"], match["default"], place, Origin.CODE, required=match["default"] is None)


def _fact(name: str, default: str | None, place: Source, origin: Origin, *, required: bool = False) -> Fact:
    return Fact(f.ENV, variable(name, default, required=required), place, origin, Confidence.DECLARED, f"reads {name}")
