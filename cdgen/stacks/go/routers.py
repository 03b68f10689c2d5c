"""Under which path the routes of a Go router answer: groups, sub-routers, mounts, and what is handed from function to function."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cdgen.repo.patterns import compiled
from cdgen.stacks.go.trees import (
    Tree,
    Trees,
    arguments,
    around,
    called,
    inside,
    is_text,
    literal,
    method_of,
    operand,
    parameters,
    reaching,
    text,
)

if TYPE_CHECKING:
    from tree_sitter import Node

DEEPEST = 10
MOST_STEPS = 4_000
MOST_ANSWERS = 4  # places under which one router is mounted
GROUPS = frozenset({"Group", "Party", "PathPrefix", "NewGroup", "Route", "Namespace", "NewNamespace", "PartyFunc", "Mount"})
SAME = frozenset(
    {"Subrouter", "With", "Methods", "Host", "Schemes", "StrictSlash", "Name", "Headers", "UseEncodedPath", "Versioned"}
)
MOUNTS = frozenset({"Mount", "Use", "Handle", "Handler", "HandleFunc", "Any", "Party"})


class Known(NamedTuple):
    """A text of which the end is known; `whole` when nothing stands before it that the code does not say."""

    text: str
    whole: bool = True


class Spot(NamedTuple):
    node: Node
    tree: Tree


class Routers:
    def __init__(self, trees: Trees) -> None:
        self.trees = trees
        self._steps = MOST_STEPS
        self._seen: dict[int, tuple[Known, ...]] = {}

    def prefixes(self, router: Node | None, tree: Tree) -> tuple[Known, ...]:
        """Every path that a router's routes may stand under; one empty text for the root."""
        if router is None:
            return (Known(""),)
        if router.id not in self._seen:
            found = dict.fromkeys(self._of(Spot(router, tree), DEEPEST))
            self._seen[router.id] = tuple(found)[:MOST_ANSWERS] or (Known("", False),)
        return self._seen[router.id]

    def value(self, node: Node, tree: Tree, depth: int = 5) -> Known | None:
        """The text of an expression: a literal, a constant, a sum; None when no part of it is known."""
        node = operand(node)
        if is_text(node):
            found = literal(node)
            return None if found is None else Known(found)
        if depth == 0:
            return None
        if node.type == "binary_expression":
            return self._sum(node, tree, depth)
        if node.type in ("identifier", "selector_expression"):
            return self._constant(node, tree, depth)
        if node.type == "call_expression":  # path.Join(prefix, "/x"), s.prefixed("/x"), fmt.Sprintf("%s/x", prefix)
            texts = [each for each in arguments(node) if is_text(each)]
            shown = literal(texts[-1] if called(node)[1] != "Sprintf" else texts[0]) if texts else None
            rest = compiled(r"^(?:%\w)+(?=/)").sub("", shown) if shown else ""
            return Known(rest, False) if rest.startswith("/") and "%" not in rest else None
        return None

    def _sum(self, node: Node, tree: Tree, depth: int) -> Known | None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        first = self.value(left, tree, depth - 1) if left is not None else None
        second = self.value(right, tree, depth - 1) if right is not None else None
        if second is None or not second.whole:
            return None
        return Known((first.text if first else "") + second.text, first is not None and first.whole)

    def _constant(self, node: Node, tree: Tree, depth: int) -> Known | None:
        name = text(node).rpartition(".")[2]
        near = (
            each for each in self.trees.holding(name) if node.type == "selector_expression" or each.file.folder == tree.file.folder
        )
        for each in (tree, *near):
            values = each.sets.get(name, [])
            if len(values) == 1 and is_text(operand(values[0])):
                return self.value(values[0], each, depth - 1)
        return None

    def _of(self, spot: Spot, depth: int) -> list[Known]:
        self._steps -= 1
        if depth == 0 or self._steps < 0:
            return []
        node = operand(spot.node)
        if node.type == "call_expression":
            return self._called(spot._replace(node=node), depth)
        if node.type == "identifier":
            return self._identifier(spot._replace(node=node), depth)
        if node.type == "selector_expression":
            return self._field(spot._replace(node=node), depth)
        return [Known("")]

    def _called(self, spot: Spot, depth: int) -> list[Known]:
        receiver, name = called(spot.node)
        given = arguments(spot.node)
        if receiver is not None and name in GROUPS and given:
            own = self.value(given[0], spot.tree)
            outer = self._of(spot._replace(node=receiver), depth - 1)
            return [_joined(prefix, own) for prefix in outer]
        if receiver is not None and name in SAME:
            return self._of(spot._replace(node=receiver), depth - 1)
        found: list[Known] = []
        for tree, function in self.trees.functions(name) if not name.startswith("New") else ():
            for node in self.trees.returned(function):
                found += self._of(Spot(node, tree), depth - 1) if node.type != "nil" else []
        return found or [Known("")]

    def _identifier(self, spot: Spot, depth: int) -> list[Known]:
        name = text(spot.node)
        closure = around(spot.node, "func_literal")
        while closure is not None and name not in parameters(closure):
            closure = around(closure, "func_literal")
        if closure is not None:
            return self._closure(closure, spot.tree, depth)
        function = method_of(spot.node)
        values = [each for each in spot.tree.sets.get(name, ()) if inside(each, function)]
        if function is not None and not values and name in parameters(function):
            return self._passed(function, parameters(function).index(name), depth)
        values = reaching(values, spot.node) if function is not None else values
        if not values:
            near = (each for each in self.trees.setting(name) if each.file.folder == spot.tree.file.folder)
            values = [value for each in near for value in each.sets.get(name, ()) if method_of(value) is None]
        return self._set(name, values, spot, function, depth)

    def _closure(self, closure: Node, tree: Tree, depth: int) -> list[Known]:
        """`r.Route("/x", func(r chi.Router) {...})`, `r.Group(func(r chi.Router) {...})`."""
        call = closure.parent.parent if closure.parent is not None else None
        if call is None or call.type != "call_expression":
            return [Known("")]
        receiver, _ = called(call)
        first = arguments(call)[0]
        own = self.value(first, tree) if first.type != "func_literal" else Known("")
        outer = self._of(Spot(receiver, tree), depth - 1) if receiver is not None else [Known("")]
        return [_joined(prefix, own) for prefix in outer]

    def _passed(self, function: Node, index: int, depth: int) -> list[Known]:
        """A parameter: what the callers of its function pass."""
        named = function.child_by_field_name("name")
        found: list[Known] = []
        for tree, call in self.trees.callers(text(named)) if named is not None else ():
            given = arguments(call)
            if len(given) > index and not inside(call, function):
                found += self._of(Spot(given[index], tree), depth - 1)
        return found or [Known("")]

    def _field(self, spot: Spot, depth: int) -> list[Known]:
        name = text(spot.node).rpartition(".")[2]
        near = (each for each in self.trees.setting(name) if each.file.folder == spot.tree.file.folder)
        found: list[Known] = []
        for tree in near:
            for value in tree.sets.get(name, ())[:MOST_ANSWERS]:
                found += self._of(Spot(value, tree), depth - 1) if value.id != spot.node.id else []
        return found or [Known("")]

    def _set(self, name: str, values: list[Node], spot: Spot, function: Node | None, depth: int) -> list[Known]:
        found: list[Known] = []
        for value in values[:MOST_ANSWERS]:
            own = self._of(spot._replace(node=value), depth - 1)
            mounted = self._mounted(name, spot.tree, function, depth) if own == [Known("")] else []
            found += mounted or own
        return found or [Known("")]

    def _mounted(self, name: str, tree: Tree, function: Node | None, depth: int) -> list[Known]:
        """Where a router of its own is put: `r.Mount("/x", sub)` beside it, or by whoever calls the function that returns it."""
        beside = [call for call in tree.calls if inside(call, function) and called(call)[1] in MOUNTS]
        found = [prefix for call in beside for prefix in self._mount(call, name, tree, depth)]
        named = function.child_by_field_name("name") if function is not None else None
        if found or function is None or named is None or name not in [text(node) for node in self.trees.returned(function)]:
            return found
        for other, call in self.trees.callers(text(named)):
            outer = around(call, "call_expression")
            if outer is not None:
                found += self._mount(outer, text(call), other, depth)
        return found

    def _mount(self, call: Node, name: str, tree: Tree, depth: int) -> list[Known]:
        receiver, verb = called(call)
        given = arguments(call)
        if verb == "StripPrefix" and len(given) == 2 and text(given[1]) == name:
            own = self.value(given[0], tree)
            return [own] if own else []
        stripped = next((each for each in given if each.type == "call_expression" and called(each)[1] == "StripPrefix"), None)
        if stripped is not None:
            return self._mount(stripped, name, tree, depth)
        if receiver is None or verb not in ("Mount", "Use") or len(given) != 2 or text(given[1]) not in (name, f"{name}.Routes()"):
            return []
        own = self.value(given[0], tree)
        return [_joined(prefix, own) for prefix in self._of(Spot(receiver, tree), depth - 1)]


def _joined(prefix: Known, own: Known | None) -> Known:
    if own is None:
        return Known("", False)
    return Known(join(prefix.text, own.text), prefix.whole and own.whole)


def join(prefix: str, path: str) -> str:
    return prefix.rstrip("/") + "/" + path.lstrip("/") if path.strip("/") or not prefix else prefix
