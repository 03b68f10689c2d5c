"""Java, Kotlin and Scala as one: calls, annotations, classes and what names stand for, from the syntax trees of the three."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from cdgen.model.facts import Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.jvm.shapes import Called, Class, Note, call_at, class_at, elements_of, note_at, shown
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
MOST_CALLS = 5_000  # of one file; what has more was generated
DEEPEST = 6  # names that stand for names
TEXTS = frozenset({"string_literal", "string", "multiline_string_literal"})
JOINED = frozenset({"binary_expression", "additive_expression", "infix_expression"})
NAMES = frozenset({"identifier", "field_access", "navigation_expression", "field_expression", "scoped_identifier"})


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
            yield note_at(match["note"])

    def classes(self) -> Iterator[Class]:
        for match in islice(self.syntax.matches(CLASSES[self.grammar]), MOST_CALLS):
            found = class_at(match["class"])
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
        inner = elements_of(node)
        found = tuple(self.text(each, tree) for each in inner)
        return tuple(each for each in found if each is not None) if None not in found else None
