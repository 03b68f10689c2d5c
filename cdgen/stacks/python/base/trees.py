"""The syntax trees of a Python service: calls, what names are set to, who calls a function. A file is parsed when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.repo.syntax import Syntax, line, literal, text
from cdgen.stacks.base import is_too_deep
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.sources import Module

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["Tree", "Trees", "around", "called", "keywords", "line", "parameters", "positionals", "reaching", "string", "text"]

MOST_PARSED = 400  # files of one service
MOST_USES = 40  # definitions or callers of one name
QUERY = """
(call) @call
(assignment) @set
(pair) @pair
(keyword_argument) @given
(as_pattern) @bound
(tuple . (string)) @tuple
(function_definition) @function
(class_definition) @class
"""


class Tree:
    """One parsed file, and what stands in it by kind."""

    def __init__(self, module: Module, syntax: Syntax) -> None:
        self.module = module
        self.calls: list[Node] = []
        self.tuples: list[Node] = []  # that begin with a text
        self.sets: dict[str, list[Node]] = {}  # last part of a name -> expressions that it is set to
        self.given: dict[str, list[Node]] = {}  # name of a keyword argument -> expressions
        self.declared: set[str] = set()  # fields of classes that have a type and no value
        self.functions: dict[str, list[Node]] = {}
        self.classes: dict[str, Node] = {}
        for match in syntax.matches(QUERY):
            ((kind, (node,)),) = match.nodes.items()
            self._keep(kind, node)

    def _keep(self, kind: str, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if kind == "call":
            self.calls.append(node)
        elif kind == "tuple":
            self.tuples.append(node)
        elif kind == "set":
            self._assigned(node)
        elif kind == "bound" and len(node.named_children) == 2:
            self.sets.setdefault(text(node.named_children[1]), []).append(node.named_children[0])
        elif kind == "pair" and value is not None and (known := string(node.child_by_field_name("key"))):
            self.sets.setdefault(known, []).append(value)
        elif name is not None:
            self._named(kind, text(name), node, value)

    def _named(self, kind: str, name: str, node: Node, value: Node | None) -> None:
        if kind == "given" and value is not None:
            self.given.setdefault(name, []).append(value)
        elif kind == "function":
            self.functions.setdefault(name, []).append(node)
        elif kind == "class":
            self.classes[name] = node

    def _assigned(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None:
            return
        if right is None:
            self.declared.add(text(left))
        elif left.type in ("identifier", "attribute"):
            self.sets.setdefault(text(left).rpartition(".")[2], []).append(right)
        elif left.type == "subscript" and len(left.named_children) == 2 and (key := string(left.named_children[1])):
            self.sets.setdefault(key, []).append(right)


class Trees:
    """The code of one service, parsed once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.modules = project.modules
        self._known: dict[str, Tree | None] = {}
        self._callers: dict[str, list[tuple[Tree, Node]]] = {}

    def of(self, module: Module) -> Tree | None:
        if module.path not in self._known:
            read = len(self._known) < MOST_PARSED and not is_too_deep(module.text)
            parsed = self._project.scope.syntax(module.path, "python") if read else None
            self._known[module.path] = Tree(module, parsed) if parsed else None
        return self._known[module.path]

    def holding(self, *words: str) -> Iterator[Tree]:
        """The files whose code holds one of the words."""
        for module in self.modules:
            if any(word in module.text for word in words) and (tree := self.of(module)):
                yield tree

    def callers(self, function: str) -> list[tuple[Tree, Node]]:
        if function not in self._callers:
            found = [(tree, call) for tree in self.holding(f"{function}(") for call in tree.calls if called(call)[1] == function]
            self._callers[function] = found[:MOST_USES]
        return self._callers[function]

    def functions(self, name: str) -> list[tuple[Tree, Node]]:
        return [(tree, node) for tree in self.holding(f"def {name}(") for node in tree.functions.get(name, ())][:MOST_USES]

    def class_named(self, name: str) -> tuple[Tree, Node] | None:
        found = ((tree, tree.classes[name]) for tree in self.holding(f"class {name}") if name in tree.classes)
        return next(found, None)


def called(call: Node) -> tuple[Node | None, str]:
    """(what it is called on, name): `app.get(...)` is (`app`, "get"), `get(...)` is (None, "get")."""
    function = call.child_by_field_name("function")
    if function is not None and function.type == "attribute":
        name = function.child_by_field_name("attribute")
        return function.child_by_field_name("object"), text(name) if name is not None else ""
    return None, text(function) if function is not None and function.type == "identifier" else ""


def positionals(call: Node) -> list[Node]:
    given = call.child_by_field_name("arguments")
    listed = given.named_children if given is not None and given.type == "argument_list" else []
    return [node for node in listed if node.type not in ("keyword_argument", "comment", "dictionary_splat")]


def keywords(call: Node) -> dict[str, Node]:
    given = call.child_by_field_name("arguments")
    found: dict[str, Node] = {}
    for node in given.named_children if given is not None else ():
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if node.type == "keyword_argument" and name is not None and value is not None:
            found[text(name)] = value
    return found


def string(node: Node | None) -> str | None:
    """The value of a plain text, also of several that stand side by side."""
    if node is not None and node.type == "concatenated_string":
        parts = [literal(part) for part in node.named_children]
        return None if None in parts else "".join(part or "" for part in parts)
    return literal(node)


def parameters(function: Node) -> dict[str, Node | None]:
    """The parameters of a function in order, with their defaults; `self` and `cls` left out."""
    listed = function.child_by_field_name("parameters")
    found: dict[str, Node | None] = {}
    for node in listed.named_children if listed is not None else ():
        name = node.child_by_field_name("name") or (node if node.type == "identifier" else next(iter(node.named_children), None))
        if name is not None and name.type == "identifier" and text(name) not in ("self", "cls"):
            found[text(name)] = node.child_by_field_name("value")
    return found


def around(node: Node, *types: str) -> Node | None:
    """The nearest node of one of the types that holds this one."""
    above = node.parent
    while above is not None and above.type not in types:
        above = above.parent
    return above


def reaching(values: list[Node], use: Node) -> list[Node]:
    """What a name can be where it is used: the last value that is set before, and those that stand under a condition after it."""
    found: list[Node] = []
    for value in sorted((value for value in values if value.start_byte < use.start_byte), key=lambda value: -value.start_byte):
        found.append(value)
        block = around(value, "block", "module")
        if block is not None and block.start_byte <= use.start_byte < block.end_byte:
            return found
    return found or values
