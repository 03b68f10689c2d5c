"""Java, Kotlin and Scala as one: calls, annotations, classes and what names stand for, from the syntax trees of the three."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from cdgen.model.facts import Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.jvm.sources import Code, SourceFile

if TYPE_CHECKING:
    from tree_sitter import Node

    from cdgen.repo.syntax import Syntax

GRAMMARS = {".java": "java", ".kt": "kotlin", ".kts": "kotlin", ".scala": "scala"}
CALLS = {
    "java": "(method_invocation) @call (object_creation_expression) @call",
    "kotlin": "(call_expression) @call (constructor_invocation) @call",
    "scala": "(call_expression) @call",
}
NOTES = {"java": "[(annotation) (marker_annotation)] @note", "kotlin": "(annotation) @note", "scala": "(annotation) @note"}
NAMED = {
    "java": "(variable_declarator name: (identifier) @name value: (_) @value)",
    "kotlin": "(property_declaration (variable_declaration (identifier) @name)) @whole",
    "scala": "(val_definition pattern: (identifier) @name value: (_) @value)",
}
CLASSES = {
    "java": "[(class_declaration) (interface_declaration) (record_declaration) (enum_declaration)] @class",
    "kotlin": "[(class_declaration) (object_declaration)] @class",
    "scala": "[(class_definition) (object_definition) (trait_definition)] @class",
}
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
MOST_CALLS = 5_000  # of one file; what has more was generated
DEEPEST = 6  # names that stand for names
TEXTS = frozenset({"string_literal", "string", "multiline_string_literal"})
JOINED = frozenset({"binary_expression", "additive_expression", "infix_expression"})
NAMES = frozenset({"identifier", "field_access", "navigation_expression", "field_expression", "scoped_identifier"})


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


class Tree:
    """One file with its tree."""

    def __init__(self, file: SourceFile, syntax: Syntax) -> None:
        self.file = file
        self.path = file.path
        self.grammar = syntax.grammar
        self.syntax = syntax

    def calls(self, within: Node | None = None) -> Iterator[Called]:
        for match in islice(self.syntax.matches(CALLS[self.grammar], within), MOST_CALLS):
            found = call_at(match["call"])
            if found:
                yield found

    def notes(self) -> Iterator[Note]:
        for match in islice(self.syntax.matches(NOTES[self.grammar]), MOST_CALLS):
            yield _note(match["note"])

    def classes(self) -> Iterator[Class]:
        for match in islice(self.syntax.matches(CLASSES[self.grammar]), MOST_CALLS):
            found = _class(match["class"])
            if found:
                yield found

    def source(self, node: Node) -> Source:
        return Source(self.path, node.start_point.row + 1)

    @cached_property
    def names(self) -> dict[str, Node]:
        """What fields and variables are set to where they are declared; the first of a name counts."""
        found: dict[str, Node] = {}
        for match in islice(self.syntax.matches(NAMED[self.grammar]), MOST_CALLS):
            value = match.get("value") or _value_of(match["whole"])
            if value is not None:
                found.setdefault(shown(match["name"]), value)
        return found


def _value_of(declaration: Node) -> Node | None:
    """Kotlin's value has no name in its tree: it is what follows the sign, or what a getter or `lazy` gives."""
    last = declaration.named_children[-1] if declaration.named_children else None
    if last is None or last.type in ("variable_declaration", "modifiers"):
        return None
    if last.type in ("property_delegate", "getter"):
        return last.named_children[-1] if last.named_children else None
    return last


class Trees:
    """The running code of a service, each file parsed when it is first asked for."""

    def __init__(self, repo: Repo, code: Code) -> None:
        self.repo = repo
        self.code = code
        self._by_stem: dict[str, list[SourceFile]] = {}
        for file in code.main:
            self._by_stem.setdefault(file.path.rpartition("/")[2].partition(".")[0], []).append(file)
        self._trees: dict[str, Tree | None] = {}

    def telling(self, *words: str) -> Iterator[Tree]:
        """Files with one of these texts: no other is parsed."""
        for file in self.code.main:
            tree = self.of(file) if any(word in file.text for word in words) else None
            if tree is not None:
                yield tree

    def of(self, file: SourceFile) -> Tree | None:
        if file.path not in self._trees:
            grammar = GRAMMARS.get(file.path[file.path.rfind(".") :])
            syntax = self.repo.syntax(file.path, grammar) if grammar else None
            self._trees[file.path] = Tree(file, syntax) if syntax is not None else None
        return self._trees[file.path]

    def called(self, name: str) -> Iterator[Tree]:
        """Files of a class: they are called like it."""
        for file in self._by_stem.get(name, ()):
            tree = self.of(file)
            if tree is not None:
                yield tree

    def named(self, node: Node, tree: Tree) -> tuple[Node, Tree] | None:
        """What a name stands for: a field or variable of its own file, a constant of the class that is named before it."""
        text = compiled(r"\s+").sub("", shown(node)).removeprefix("this.")
        owner, _, name = text.rpartition(".")
        if not compiled(r"[A-Za-z_]\w*\Z").match(name) or "(" in text:
            return None
        own = tree.names.get(name)
        if own is not None and own != node:
            return own, tree
        for other in self.called(owner.rpartition(".")[2]) if owner else self._imported(name, tree):
            value = other.names.get(name)
            if value is not None:
                return value, other
        return None

    def _imported(self, name: str, tree: Tree) -> Iterator[Tree]:
        """The class of `import static org.acme.Paths.USERS`, or of an inherited name."""
        found = compiled(rf"(?m)^import\s+(?:static\s+)?[\w.]*?(\w+)\.{name}\b").search(tree.file.text)
        return self.called(found.group(1)) if found else iter(())

    def text(self, node: Node | None, tree: Tree, depth: int = DEEPEST) -> str | None:
        """The text of an expression when all of it is known: literals, constants and what joins them."""
        if node is None or depth == 0:
            return None
        if node.type in TEXTS or node.type == "interpolated_string_expression":
            return self._literal(node, tree, depth)
        if node.type == "parenthesized_expression" and node.named_children:
            return self.text(node.named_children[0], tree, depth)
        if node.type in JOINED and b"+" in [each.text for each in node.children]:
            parts = [self.text(each, tree, depth - 1) for each in node.named_children if each.type != "operator_identifier"]
            return "".join(part for part in parts if part is not None) if None not in parts else None
        if node.type in NAMES:
            found = self.named(node, tree)
            return self.text(*found, depth - 1) if found else None
        return None

    def _literal(self, node: Node, tree: Tree, depth: int) -> str | None:
        from cdgen.repo import syntax

        if node.type == "interpolated_string_expression":
            return None
        plain = syntax.literal(node)
        if plain is not None or node.type == "string":
            return plain
        parts: list[str] = []
        for part in node.named_children:  # Kotlin's `"$BASE/x"` and `"${BASE}/x"`
            inner: str | None = shown(part)
            if part.type == "interpolation":
                inner = self.text(part.named_children[0], tree, depth - 1) if part.named_children else None
            elif parts and parts[-1] == "$":
                parts.pop()
                inner = self._filled(inner or "", tree, depth)
            if inner is None:
                return None
            parts.append(inner)
        return None if "$" in parts else "".join(parts)

    def _filled(self, rest: str, tree: Tree, depth: int) -> str | None:
        """What follows a `$`: a name, and text that is only text. The grammar shows both as one part."""
        name = compiled(r"[A-Za-z_]\w*").match(rest)
        value = tree.names.get(name.group()) if name else None
        text = self.text(value, tree, depth - 1)
        return f"{text}{rest[len(name.group()) :]}" if name and text is not None else None

    def texts(self, node: Node | None, tree: Tree) -> tuple[str, ...] | None:
        """The texts of `"/a"`, `{"/a", B}`, `["/a"]`, `arrayOf("/a")`; None when one of them is not known."""
        if node is None:
            return ()
        inner = _elements(node)
        found = tuple(self.text(each, tree) for each in inner)
        return tuple(each for each in found if each is not None) if None not in found else None


def _elements(node: Node) -> tuple[Node, ...]:
    if node.type in ("element_value_array_initializer", "collection_literal", "array_initializer"):
        return tuple(each for each in node.named_children if "comment" not in each.type)
    if node.type == "call_expression" and shown(node).startswith(("arrayOf", "Array(")):
        called = call_at(node)
        return tuple(each.node for each in called.arguments) if called else ()
    return (node,)


def elements(node: Node | None) -> tuple[Node, ...]:
    """The members of an array in an annotation, or the one value that stands for it."""
    return _elements(node) if node is not None else ()


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


def _note(node: Node) -> Note:
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


def _class(node: Node) -> Class | None:
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
