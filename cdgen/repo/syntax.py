"""Source code as syntax trees, so that neither a comment nor a string that looks like code is ever taken for code.

A grammar is loaded when the first file of its language is read. Questions are tree-sitter queries: each capture names a node.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Query

    from cdgen.repo.snapshot import Repo

MAX_SOURCE = 1024 * 1024  # bytes; what is larger was not written by a person
MAX_LINE = 20_000  # characters: a longer line was written by a program (minified, generated), and trees of it are slow to ask
MATCH_LIMIT = 4_096  # of one query in flight: a file made of nothing else is no evidence

# grammar -> (package, its function)
GRAMMARS: dict[str, tuple[str, str]] = {
    "csharp": ("tree_sitter_c_sharp", "language"),
    "elixir": ("tree_sitter_elixir", "language"),
    "go": ("tree_sitter_go", "language"),
    "java": ("tree_sitter_java", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "kotlin": ("tree_sitter_kotlin", "language"),
    "php": ("tree_sitter_php", "language_php"),
    "python": ("tree_sitter_python", "language"),
    "ruby": ("tree_sitter_ruby", "language"),
    "rust": ("tree_sitter_rust", "language"),
    "scala": ("tree_sitter_scala", "language"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
}
# node types of text that stands in quotes, and of the parts inside that are the text itself
QUOTED = frozenset(
    {
        "string",
        "string_literal",
        "raw_string_literal",
        "interpreted_string_literal",
        "encapsed_string",
        "verbatim_string_literal",
        "multiline_string_literal",
        "template_string",
    }
)
PLAIN = frozenset(
    {
        "string_content",
        "string_fragment",
        "multiline_string_fragment",
        "string_literal_content",
        "interpreted_string_literal_content",
        "raw_string_literal_content",
        "raw_string_content",
        "quoted_content",
        "escape_sequence",
        "escape",
    }
)
MARKS = frozenset({"string_start", "string_end", "raw_string_start", "raw_string_end"})
ESCAPES = {"\\n": "\n", "\\t": "\t", '\\"': '"', "\\'": "'", "\\\\": "\\", "\\/": "/", "\\$": "$"}


class Match:
    """One answer of a query: its captures by name, in source order."""

    __slots__ = ("nodes",)

    def __init__(self, nodes: dict[str, list[Node]]) -> None:
        self.nodes = nodes

    def __getitem__(self, name: str) -> Node:
        return self.nodes[name][0]

    def get(self, name: str) -> Node | None:
        return self.nodes[name][0] if name in self.nodes else None


class Syntax:
    """The tree of one file. `path` is relative to the repository root."""

    __slots__ = ("grammar", "path", "root")

    def __init__(self, path: str, grammar: str, root: Node) -> None:
        self.path = path
        self.grammar = grammar
        self.root = root

    def matches(self, query: str, within: Node | None = None) -> Iterator[Match]:
        """Answers of a tree-sitter query, in source order. Predicates (`#eq?`, `#match?`, `#any-of?`) are applied.

        Raises tree_sitter.QueryError when the query names a node type that the grammar does not have.
        """
        from tree_sitter import QueryCursor

        cursor = QueryCursor(_query(self.grammar, query), match_limit=MATCH_LIMIT)
        for _, nodes in cursor.matches(within or self.root):
            yield Match(nodes)


def parse(repo: Repo, path: str, grammar: str) -> Syntax | None:
    """The syntax tree of a file of the repository; None when it cannot be read as text. Broken code gives a tree with gaps."""
    from tree_sitter import Parser

    text = repo.text(path)
    if text is None or len(text) > MAX_SOURCE or max(map(len, text.split("\n"))) > MAX_LINE:
        return None
    return Syntax(path, grammar, Parser(_language(grammar)).parse(text.encode()).root_node)


def nodes(grammar: str, within: Node, *types: str) -> list[Node]:
    """The nodes of these types at and below a node, outer ones first, in source order."""
    from tree_sitter import QueryCursor

    cursor = QueryCursor(_query(grammar, f"[{' '.join(f'({each})' for each in types)}] @node"), match_limit=MATCH_LIMIT)
    return sorted(cursor.captures(within).get("node", ()), key=lambda node: (node.start_byte, -node.end_byte))


def text(node: Node) -> str:
    """What stands in the file."""
    return (node.text or b"").decode(errors="replace")


def line(node: Node) -> int:
    """1-based."""
    return node.start_point.row + 1


def literal(node: Node | None) -> str | None:
    """The value of a string literal; None for anything else, and for one that computes a part of itself."""
    if node is None or node.type not in QUOTED:
        return None
    if node.type == "verbatim_string_literal":
        return text(node)[2:-1].replace('""', '"')
    parts = node.named_children
    if not parts:  # a grammar that keeps quotes and content in one node, or an empty string
        return text(node).strip("\"'`")
    if any(part.type not in PLAIN and part.type not in MARKS for part in parts):
        return None
    if any(text(part) == "$" for part in parts):  # the Kotlin grammar shows `$name` as plain parts
        return None
    return "".join(_plain(part) for part in parts if part.type in PLAIN)


def _plain(part: Node) -> str:
    shown = text(part)
    return ESCAPES.get(shown, shown) if part.type.startswith("escape") else shown


@cache
def _language(grammar: str) -> Language:
    from tree_sitter import Language

    package, function = GRAMMARS[grammar]
    return Language(getattr(import_module(package), function)())


@cache
def _query(grammar: str, query: str) -> Query:
    from tree_sitter import Query

    return Query(_language(grammar), query)
