"""The prefixes under which the routes of a Rust service stand: nested routers, scopes, mounts, and the functions that make them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import literal, text
from cdgen.stacks.rust.names import function_around
from cdgen.stacks.rust.sources import Program, RustFile

if TYPE_CHECKING:
    from tree_sitter import Node

DEPTH = 5  # groups inside groups
MOST = 4  # places where one function is used
GROUPING = frozenset({"nest", "nest_with_context", "mount", "nest_api_service", "nest_no_strip"})
JOINING = frozenset(
    {"service", "configure", "merge", "push", "route", "or", "add_route", "add_routes", "with", "with_state", "build"}
)
SCOPE = r"(?:^|::)(?:scope|Scope::new)\Z"
CALLS = """
(call_expression function: (field_expression field: (field_identifier) @name) arguments: (arguments) @arguments) @call
"""
ROUTES = "(macro_invocation macro: [(identifier) (scoped_identifier)] @name (token_tree) @tokens) @macro"
CONSTANTS = "(const_item name: (identifier) @name value: (_) @value)"


class Prefixes:
    def __init__(self, program: Program) -> None:
        self.program = program

    def text(self, node: Node) -> str | None:
        """A literal, or a constant of the program that is one."""
        if node.type == "reference_expression":
            node = node.named_children[0]
        if node.type in ("identifier", "scoped_identifier"):
            return self._constants.get(text(node).rpartition("::")[2])
        return literal(node)

    @cached_property
    def _constants(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for file in self.program.files:
            for match in file.matches(CONSTANTS) if file.has("const ") else ():
                value = literal(match["value"])
                if value is not None:
                    found[text(match["name"])] = value
        return found

    def of(self, node: Node, file: RustFile, depth: int = DEPTH, *, own: bool = True) -> list[tuple[str, bool]]:
        """(prefix, whether it is certain) of what an expression registers, once for every place that its function is used in."""
        before, sure = self._inside(node, file, own=own)
        if depth < 0:
            return [(before, False)]
        function = function_around(node)
        name = function.child_by_field_name("name") if function is not None else None
        if function is None or name is None:
            return [(before, sure)]
        variable = self._kept_in(node)
        outer = self._used(variable, file, depth, function) if variable else []
        outer = outer or ([] if text(name) == "main" else self._used(text(name), file, depth, None))
        return [(up.rstrip("/") + before, sure and known) for up, known in outer] or [(before, sure)]

    def of_handler(self, attribute: Node, file: RustFile) -> list[tuple[str, bool]]:
        """The prefixes of a function that carries its own path: where its name is given to a service, a scope or a mount."""
        item = attribute.next_named_sibling
        while item is not None and item.type in ("attribute_item", "line_comment", "block_comment"):
            item = item.next_named_sibling
        name = item.child_by_field_name("name") if item is not None and item.type == "function_item" else None
        if name is None:
            return [("", False)]
        return self._used(text(name), file, DEPTH, None) or [("", False)]

    def _inside(self, node: Node, file: RustFile, *, own: bool) -> tuple[str, bool]:
        """The groups that stand around an expression in its function, and the scope that its own chain begins with."""
        prefix, sure = self._scope(node, file) if own else ("", True)
        here: Node | None = node.parent
        last: Node = node
        while here is not None and here.type != "function_item":
            if here.type == "call_expression" and last.type == "arguments":
                word = called(here)
                name = text(word) if word is not None else ""
                if name in GROUPING:
                    group = self._group(here)
                    prefix, sure = (group or "").rstrip("/") + prefix, sure and group is not None
                if name in GROUPING or name in JOINING:
                    outer, known = self._scope(here, file)
                    prefix, sure = outer.rstrip("/") + prefix, sure and known
            last, here = here, here.parent
        return prefix, sure

    def _scope(self, node: Node, file: RustFile) -> tuple[str, bool]:
        """`web::scope("/admin")` at the beginning of a chain, loco's `.prefix("api")`."""
        root = chain_root(node)
        function = root.child_by_field_name("function") if root is not None and root.type == "call_expression" else None
        if function is not None and compiled(SCOPE).search(text(function)):
            path = self._group(root) if root is not None else None
            return (path or "", path is not None)
        added = compiled(r'\.prefix\(\s*"([^"]*)"').search(text(node)[:2_000]) if file.has(".prefix(") else None
        return (f"/{added.group(1).strip('/')}", True) if added else ("", True)

    def _group(self, call: Node | None) -> str | None:
        arguments = arguments_of(call) if call is not None else None
        first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
        return self.text(first) if first is not None else None

    @staticmethod
    def _kept_in(node: Node) -> str | None:
        """The name of the binding whose value an expression is a part of."""
        here: Node | None = node
        while here is not None and here.type not in ("let_declaration", "function_item"):
            here = here.parent
        pattern = here.child_by_field_name("pattern") if here is not None and here.type == "let_declaration" else None
        return text(pattern).removeprefix("mut ") if pattern is not None else None

    def _used(self, name: str, file: RustFile, depth: int, within: Node | None) -> list[tuple[str, bool]]:
        """The prefixes of the places where a function or binding is given to a group or joined to another router."""
        found: list[tuple[str, bool]] = []
        for call, where, module in self._uses.get(name, ()):
            if within is not None and not (where.path == file.path and within.start_byte <= call.start_byte < within.end_byte):
                continue
            if within is None and module and not compiled(rf"(?:^|/){module}(?:/|\.rs\Z)").search(file.path):
                continue
            around = function_around(call)
            own = around.child_by_field_name("name") if around is not None else None
            if own is not None and text(own) == name:
                continue
            word = called(call)
            inner, known = self._group(call) if word is not None and text(word) in GROUPING else "", True
            known = inner is not None
            for prefix, sure in self.of(call, where, depth - 1):
                found.append((prefix.rstrip("/") + (inner or "").rstrip("/"), sure and known))
            if len(found) >= MOST:
                break
        return list(dict.fromkeys(found))[:MOST]

    @cached_property
    def _uses(self) -> dict[str, list[tuple[Node, RustFile, str]]]:
        """Names that are given to groups: name -> (the call, file, the module that stands before the name)."""
        found: dict[str, list[tuple[Node, RustFile, str]]] = {}
        for file in self.program.files:
            for match in file.matches(CALLS):
                if text(match["name"]) not in GROUPING | JOINING:
                    continue
                for argument in match["arguments"].named_children:
                    for name, module in _given(argument):
                        found.setdefault(name, []).append((match["call"], file, module))
        return found


def _given(argument: Node) -> Iterator[tuple[str, str]]:
    """The names that an argument hands over: `users::router()`, `list`, `routes![index, users::list]`."""
    node: Node | None = argument
    while node is not None and node.type in ("reference_expression", "await_expression", "try_expression", "call_expression"):
        if node.type == "call_expression":
            function = node.child_by_field_name("function")
            is_method = function is not None and function.type == "field_expression"
            node = function.child_by_field_name("value") if is_method and function is not None else function
        else:
            node = node.child_by_field_name("value") or (node.named_children[0] if node.named_children else None)
    if node is None:
        return
    if node.type == "macro_invocation":
        tokens = next((child for child in node.named_children if child.type == "token_tree"), None)
        shown = text(tokens)[1:-1] if tokens is not None else ""
        for each in compiled(r"[\w:]+").findall(shown):
            yield _split(each)
    elif node.type in ("identifier", "scoped_identifier"):
        yield _split(text(node))


def _split(path: str) -> tuple[str, str]:
    parts = [part for part in path.split("::") if part not in ("crate", "self", "super")]
    module = parts[-2] if len(parts) > 1 and parts[-2][:1].islower() else ""
    return (parts[-1] if parts else path), module


def called(call: Node) -> Node | None:
    """The last name of what is called."""
    function = call.child_by_field_name("function")
    if function is not None and function.type == "generic_function":
        function = function.child_by_field_name("function")
    if function is None:
        return None
    return function.child_by_field_name("field") or function.child_by_field_name("name") or function


def arguments_of(call: Node) -> Node | None:
    return call.child_by_field_name("arguments")


def chain_root(node: Node) -> Node:
    """Where a chain of methods begins."""
    inner: Node | None = node
    while inner is not None:
        node = inner
        function = node.child_by_field_name("function") if node.type == "call_expression" else None
        inner = function.child_by_field_name("value") if function is not None and function.type == "field_expression" else None
        if node.type in ("try_expression", "await_expression"):
            inner = node.named_children[0] if node.named_children else None
    return node
