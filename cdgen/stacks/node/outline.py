"""The outline of a file: what it imports, names, calls and exports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.repo.syntax import Syntax, literal, text
from cdgen.stacks.node.nodes import Import, Module, arguments, name_of, pairs, pattern_names, unwrapped

if TYPE_CHECKING:
    from tree_sitter import Node

OUTLINE = """
(call_expression) @call
(new_expression) @new
(variable_declarator) @value
(assignment_expression) @value
(import_statement) @import
(export_statement) @export
"""
FIELDS = {
    "typescript": "(public_field_definition) @field",
    "tsx": "(public_field_definition) @field",
    "javascript": "(field_definition) @field",
}


def outlined(path: str, grammar: str, syntax: Syntax) -> Module:
    """The module of a tree."""
    module = Module(path, grammar, syntax.root)
    for match in syntax.matches(OUTLINE + FIELDS[grammar]):
        for kind, nodes in match.nodes.items():
            _outline(module, kind, nodes[0])
    return module


def _outline(module: Module, kind: str, node: Node) -> None:
    if kind in ("call", "new"):
        module.calls.append(node)
    elif kind == "value":
        _remember(module, node)
    elif kind == "field":
        name, value = node.child_by_field_name("name") or node.child_by_field_name("property"), node.child_by_field_name("value")
        if name and value:
            module.values.setdefault(f"this.{text(name)}", value)
    elif kind == "import":
        _import(module, node)
    else:
        _export(module, node)


def _remember(module: Module, node: Node) -> None:
    """`const a = 1`, `const { a } = require('./b')`, `this.a = 1`, `module.exports = a`, `exports.a = 1`."""
    declared = node.type == "variable_declarator"
    name = node.child_by_field_name("name" if declared else "left")
    value = node.child_by_field_name("value" if declared else "right")
    if name is None or value is None:
        return
    required = _required(value)
    if name.type == "object_pattern":
        _take_apart(module, name, value, required)
    elif required and name.type == "identifier":
        module.imports.setdefault(text(name), Import(required, "default"))
    elif text(name).startswith(("module.exports", "exports.")):
        _export_of_commonjs(module, text(name), value)
    elif name.type in ("identifier", "member_expression"):
        module.values.setdefault(text(name), value)


def _take_apart(module: Module, name: Node, value: Node, required: str | None) -> None:
    """`const { a } = require('./b')` and `const { A } = process.env`."""
    if required:
        module.imports.update(
            {inner: Import(required, outer) for outer, inner in pattern_names(name) if inner not in module.imports}
        )
    elif text(value) in ("process.env", "Bun.env", "env", "import.meta.env"):
        module.environment.update({inner: outer for outer, inner in pattern_names(name) if outer.isupper()})


def _export_of_commonjs(module: Module, shown: str, value: Node) -> None:
    key = shown.removeprefix("module.").removeprefix("exports").lstrip(".") or "default"
    if text(value) != key:
        module.values.setdefault(key, value)
    if key != "default":
        if value.type == "identifier":
            module.named.setdefault(key, text(value))
        return
    module.default = text(value) if value.type == "identifier" else None
    for each, entry in pairs(value).items() if value.type == "object" else ():
        module.named.setdefault(each, text(entry))


def _required(node: Node) -> str | None:
    """`./x` of `require('./x')` and `require('./x').name`."""
    node = unwrapped(node)
    if node.type == "member_expression":
        inner = node.child_by_field_name("object")
        return _required(inner) if inner else None
    if node.type != "call_expression" or name_of(node) not in ("require", "import"):
        return None
    return literal(next(iter(arguments(node)), None))


def _import(module: Module, node: Node) -> None:
    target = literal(node.child_by_field_name("source"))
    clause = next((each for each in node.named_children if each.type == "import_clause"), None)
    if target is None or clause is None:
        return
    for each in clause.named_children:
        if each.type == "identifier":
            module.imports.setdefault(text(each), Import(target, "default"))
        elif each.type == "namespace_import":
            module.imports.setdefault(text(each.named_children[0]), Import(target, "*"))
        else:
            for inside, outside in _specifiers(each):
                module.imports.setdefault(outside, Import(target, inside))


def _specifiers(node: Node) -> Iterator[tuple[str, str]]:
    for each in node.named_children:
        name, alias = each.child_by_field_name("name"), each.child_by_field_name("alias")
        if name:
            yield text(name), text(alias or name)


def _export(module: Module, node: Node) -> None:
    target = literal(node.child_by_field_name("source"))
    clause = next((each for each in node.named_children if each.type == "export_clause"), None)
    value = node.child_by_field_name("value")
    if clause:
        for inside, outside in _specifiers(clause):
            if target:
                module.exports.setdefault(outside, Import(target, inside))
            elif outside == "default":
                module.default = inside
            else:
                module.named.setdefault(outside, inside)
    elif target:
        module.stars.append(target)
    elif value is not None:
        module.default = text(value) if value.type == "identifier" else None
        module.values.setdefault("default", value)
