"""The syntax trees of a Go program: its calls, what names are set to, who calls a function. A file is parsed when asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import QUOTED, Syntax, line, literal, text
from cdgen.stacks.base import is_too_deep
from cdgen.stacks.go.packages import GoFile, Program, is_generated

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = [
    "Tree",
    "Trees",
    "arguments",
    "around",
    "called",
    "inside",
    "reaching",
    "returned",
    "is_text",
    "line",
    "literal",
    "method_of",
    "operand",
    "parameters",
    "text",
]

MOST_PARSED = 300  # files of one program: what nobody reads by then tells nothing new
MOST_USES = 40  # definitions or callers of one name
QUERY = """
(call_expression) @call
(short_var_declaration) @set
(assignment_statement) @set
(var_spec) @set
(const_spec) @set
(range_clause) @set
(keyed_element) @set
(function_declaration) @function
(method_declaration) @function
(field_declaration tag: (_)) @field
(literal_value) @literal
"""


class Tree:
    """One parsed file, and what stands in it by kind."""

    def __init__(self, file: GoFile, syntax: Syntax) -> None:
        self.file = file
        self.calls: list[Node] = []
        self.sets: dict[str, list[Node]] = {}  # last part of a name -> expressions that it is set to
        self.functions: dict[str, list[Node]] = {}
        self.literals: list[Node] = []  # what stands in the braces of a value
        self.tags: dict[str, str] = {}  # field -> the text of its tag
        for match in syntax.matches(QUERY):
            ((kind, (node,)),) = match.nodes.items()
            if kind == "call":
                self.calls.append(node)
            elif kind == "set":
                for target, value in _assigned(node):
                    self.sets.setdefault(target, []).append(value)
            elif kind == "function":
                self.functions.setdefault(_text(node.child_by_field_name("name")), []).append(node)
            elif kind == "literal":
                self.literals.append(node)
            else:
                for name in node.children_by_field_name("name"):
                    self.tags[text(name)] = _text(node.child_by_field_name("tag"))

    @cached_property
    def pointers(self) -> dict[str, list[Node]]:
        """Last part of a name -> calls that are given its address: `flag.StringVar(&cfg.addr, ...)`."""
        found: dict[str, list[Node]] = {}
        for call in self.calls:
            for argument in arguments(call):
                if argument.type == "unary_expression" and text(argument).startswith("&"):
                    found.setdefault(text(argument).rpartition(".")[2].lstrip("&"), []).append(call)
        return found


class Trees:
    """The files of one program, parsed once."""

    def __init__(self, repo: Repo, program: Program) -> None:
        self._repo = repo
        self.files = tuple(file for file in program.files if not is_generated(file))
        self.program = program
        self._known: dict[str, Tree | None] = {}
        self._callers: dict[str, list[tuple[Tree, Node]]] = {}
        self._functions: dict[str, list[tuple[Tree, Node]]] = {}
        self._setting: dict[str, list[Tree]] = {}
        self._with: dict[str, list[GoFile]] = {}
        self._twice: dict[str, bool] = {}
        self._returned: dict[int, list[Node]] = {}

    def of(self, file: GoFile) -> Tree | None:
        if file.path not in self._known:
            read = len(self._known) < MOST_PARSED and not is_too_deep(file.text)
            parsed = self._repo.syntax(file.path, "go") if read else None
            self._known[file.path] = Tree(file, parsed) if parsed else None
        return self._known[file.path]

    def holding(self, *words: str) -> Iterator[Tree]:
        """The files whose code holds one of the words."""
        for file in self.files if len(words) > 1 else self.naming(words[0]):
            if any(word in file.text for word in words) and (tree := self.of(file)):
                yield tree

    def naming(self, word: str) -> list[GoFile]:
        """The files whose code holds a word."""
        if word not in self._with:
            self._with[word] = [file for file in self.files if word in file.text]
        return self._with[word]

    def is_named_twice(self, name: str) -> bool:
        """Whether the code of the program holds a word more than once."""
        if name not in self._twice:
            again = compiled(rf"\b{re.escape(name)}\b")
            found = (each for file in self.naming(name) for each in again.finditer(file.text))
            self._twice[name] = len(tuple(islice(found, 2))) == 2
        return self._twice[name]

    def setting(self, name: str) -> list[Tree]:
        """The files that may give a name a value, as gofmt writes it."""
        if name not in self._setting:
            sets = compiled(rf"{re.escape(name)}(?: :?=|[:,)])").search
            self._setting[name] = [tree for file in self.naming(name) if sets(file.text) and (tree := self.of(file))]
        return self._setting[name]

    def callers(self, function: str) -> list[tuple[Tree, Node]]:
        """Calls of a function or method by its bare name, wherever they stand."""
        if function not in self._callers:
            trees = self.holding(f"{function}(")
            found = [(tree, call) for tree in trees for call in tree.calls if called(call)[1] == function]
            self._callers[function] = found[:MOST_USES]
        return self._callers[function]

    def functions(self, name: str) -> list[tuple[Tree, Node]]:
        """Declared functions and methods of a bare name."""
        if name not in self._functions:
            declares = compiled(rf"func {re.escape(name)}[(\[]|\) {re.escape(name)}\(").search
            trees = [tree for file in self.naming(name) if declares(file.text) and (tree := self.of(file))]
            found = [(tree, node) for tree in trees for node in tree.functions.get(name, ())]
            self._functions[name] = found[:MOST_USES]
        return self._functions[name]

    def returned(self, function: Node) -> list[Node]:
        """The first result of every `return` of a function."""
        if function.id not in self._returned:
            self._returned[function.id] = list(returned(function))
        return self._returned[function.id]


def called(call: Node) -> tuple[Node | None, str]:
    """(what it is called on, name): `r.Get(...)` is (`r`, "Get"), `dial(...)` is (None, "dial")."""
    function = call.child_by_field_name("function")
    if function is not None and function.type in ("type_instantiation_expression", "index_expression"):
        function = function.named_children[0]
    if function is not None and function.type == "selector_expression":
        return function.child_by_field_name("operand"), _text(function.child_by_field_name("field"))
    return None, _text(function) if function is not None and function.type == "identifier" else ""


def arguments(call: Node) -> list[Node]:
    inside = call.child_by_field_name("arguments")
    return [node for node in inside.named_children if node.type != "comment"] if inside is not None else []


def operand(node: Node) -> Node:
    """Without brackets, `&`, `*` and type assertions around it."""
    for _ in range(6):
        inner = None
        if node.type == "unary_expression":
            inner = node.child_by_field_name("operand")
        elif node.type in ("parenthesized_expression", "type_assertion_expression"):
            inner = node.named_children[0] if node.named_children else None
        if inner is None:
            return node
        node = inner
    return node


def is_text(node: Node) -> bool:
    return node.type in QUOTED


def around(node: Node, *types: str) -> Node | None:
    """The nearest node of one of the types that holds this one."""
    above = node.parent
    while above is not None and above.type not in types:
        above = above.parent
    return above


def method_of(node: Node) -> Node | None:
    """The declared function or method that a place stands in."""
    return around(node, "function_declaration", "method_declaration")


def parameters(function: Node) -> list[str]:
    """The names of a function's parameters, in order."""
    listed = function.child_by_field_name("parameters")
    declared = listed.named_children if listed is not None else []
    return [text(name) for each in declared for name in each.children_by_field_name("name")]


def _assigned(node: Node) -> Iterator[tuple[str, Node]]:
    """(name, expression) of everything that gives a name a value; of `a, err := f()` only the first name."""
    if node.type == "keyed_element":
        if len(node.named_children) == 2:
            key, value = node.named_children
            yield text(key).strip('"'), value.named_children[0] if value.named_children else value
        return
    if node.type == "range_clause":  # of `for _, url := range urls` the last name is the element
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None and left.named_children:
            yield text(left.named_children[-1]), right
        return
    if node.type in ("var_spec", "const_spec"):
        names = node.children_by_field_name("name")
    else:
        left = node.child_by_field_name("left")
        names = left.named_children if left is not None else []
    right = node.child_by_field_name("value" if node.type in ("var_spec", "const_spec") else "right")
    values = right.named_children if right is not None else []
    for name, value in zip(names, values, strict=False):
        yield text(operand(name)).rpartition(".")[2], value


def _text(node: Node | None) -> str:
    return text(node) if node is not None else ""


def returned(function: Node) -> Iterator[Node]:
    """The first result of every `return` of a function, closures left out."""
    pending = list(function.named_children)
    while pending:
        node = pending.pop(0)
        if node.type == "return_statement":
            yield from (values.named_children[0] for values in node.named_children[:1] if values.named_children)
        elif node.type != "func_literal":
            pending += node.named_children


def reaching(values: list[Node], use: Node) -> list[Node]:
    """What a name can be where it is used: the last value that is set before, and those that stand under a condition after it."""
    found: list[Node] = []
    for value in sorted((value for value in values if value.start_byte < use.start_byte), key=lambda value: -value.start_byte):
        found.append(value)
        block = around(value, "block")
        if block is not None and block.start_byte <= use.start_byte < block.end_byte:
            return found
    return found or values


def inside(node: Node, function: Node | None) -> bool:
    return function is None or function.start_byte <= node.start_byte < function.end_byte
