"""Stores of which a setting chooses one: `if (redis) ... else if (postgres) ...`. What stands first is what usually runs."""

from __future__ import annotations

from re import escape
from typing import TYPE_CHECKING

from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import text
from cdgen.stacks.dotnet.code import Code, ancestors, class_name, enclosing

if TYPE_CHECKING:
    from tree_sitter import Node

MOST_USES = 200  # of one driver; more is no choice at start-up


def is_alternative(code: Code, names: str, words: tuple[str, ...], others: str) -> bool:
    """Whether every use of a driver is in a later branch of a choice whose first branch uses one of the others."""
    uses = [node for _, node in code.uses(names, *words)]
    return 0 < len(uses) <= MOST_USES and all(_chosen_later(node, code, others) for node in uses)


def _chosen_later(node: Node, code: Code, others: str) -> bool:
    if _has_rival(node, others):
        return True
    name = class_name(enclosing(node, "class_declaration"))
    if not name:
        return False
    references = [each for _, each in code.uses(escape(name), name) if class_name(enclosing(each, "class_declaration")) != name]
    references = [each for each in references if each.parent is None or each.parent.type != "class_declaration"]
    return bool(references) and all(_has_rival(each, others) for each in references)


def _has_rival(node: Node, others: str) -> bool:
    first = _first_branch(node)
    return first is not None and bool(compiled(rf"\b(?:{others})\b").search(text(first)))


def _first_branch(node: Node) -> Node | None:
    """The first branch of the outermost choice that a node is in a later branch of."""
    found, child = None, node
    for each in ancestors(node):
        if each.type == "if_statement" and each.child_by_field_name("alternative") == child:
            found = each.child_by_field_name("consequence")
        elif each.type == "switch_body" and each.named_children[0] != child:
            found = each.named_children[0]
        child = each
    return found
