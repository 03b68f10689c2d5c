"""The hand-written Ruby code of a service: which files count, and what stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cdgen.model.facts import Confidence
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import text
from cdgen.stacks.ruby.tree import as_call, calls, variable_read, walk, word

if TYPE_CHECKING:
    from tree_sitter import Node

    from cdgen.repo.syntax import Syntax

CODE = r"\.(?:rb|ru)$|(?:^|/)Rakefile$"
# folders that are no part of the running program
NOT_PROGRAM = (
    r"(?:^|/)(?:tests?|specs?|features|fixtures|factories|examples?|samples?|docs?|benchmarks?|doc|node_modules|generators"
    r"|templates|fastlane|ios|android|\.[^/]+)/|(?:_spec|_test|_steps)\.rb$|(?:^|/)(?:db/(?:migrate|seeds|schema)|Guardfile|config/environments/(?:test|development))"
)
TESTS = r"(?:^|/)(?:spec/.*_spec|tests?/.*_test|tests?/(?:.*/)?test_\w+|tests?/.*_spec)\.rb$"
MAX_FILES = 3_000  # the nearest to the root are the likelier to listen
MOST_STEPS = 12  # of names that stand for names
PATH_SEPARATOR = "/"


class Number(NamedTuple):
    """A number that an expression stands for: sure, or unless the environment says otherwise."""

    value: int
    confidence: Confidence


class Sources:
    """The program's files, read when asked."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        code, skip = compiled(CODE).search, compiled(NOT_PROGRAM).search
        kept = [path for path in scope.files if code(path) and not skip(path)]
        self.files: tuple[str, ...] = tuple(sorted(kept, key=lambda path: path.count(PATH_SEPARATOR))[:MAX_FILES])
        self.tests: tuple[str, ...] = tuple(path for path in scope.files if compiled(TESTS).search(path))

    def having(self, *wanted: str) -> Iterator[tuple[str, Syntax]]:
        """The trees of the files that hold any of the words."""
        for path in self.files:
            content = self.scope.text(path)
            if content and any(each in content for each in wanted):
                syntax = self.scope.syntax(path, "ruby")
                if syntax is not None:
                    yield path, syntax

    def naming(self, *names: str) -> tuple[str, int] | None:
        """(path, line) of the first use of one of these constants: `Redis`, `Aws::S3`; None when the code has none."""
        for path, syntax in self.having(*names):
            for node in walk(syntax.root, "constant", "scope_resolution"):
                if _names(text(node), names):
                    return path, node.start_point.row + 1
        return None

    def requiring(self, *libraries: str) -> tuple[str, int] | None:
        """(path, line) of the first `require` of one of these libraries."""
        for path, syntax in self.having(*libraries):
            for call in calls(syntax.root):
                if call.name == "require" and call.arguments and word(call.arguments[0]) in libraries:
                    return path, call.node.start_point.row + 1
        return None


def _names(shown: str, names: tuple[str, ...]) -> bool:
    bare = shown.removeprefix("::")
    return any(bare == name or bare.startswith(f"{name}::") for name in names)


def number(node: Node | None, root: Node, steps: int = 0) -> Number | None:
    """The number that an expression stands for in its file; None when that is decided elsewhere."""
    if node is None or steps > MOST_STEPS:
        return None
    plain = text(node).replace("_", "") if node.type == "integer" else word(node)
    if plain is not None:
        return Number(int(plain), Confidence.DECLARED) if plain.isdecimal() and len(plain) < 6 else None
    read = variable_read(node)
    if read is not None:
        return _unless(number(read[1], root, steps + 1))
    if node.type == "binary" and any(each.type in ("||", "or") for each in node.children):
        left = node.child_by_field_name("left")
        sure = number(left, root, steps + 1)
        return sure or _unless(number(node.child_by_field_name("right"), root, steps + 1))
    if node.type == "parenthesized_statements" and node.named_child_count == 1:
        return number(node.named_children[0], root, steps + 1)
    if node.type in ("identifier", "constant", "instance_variable", "global_variable"):
        return number(_assigned(text(node), root), root, steps + 1)
    return _converted(node, root, steps)


def _converted(node: Node, root: Node, steps: int) -> Number | None:
    """`Integer(x)`, `x.to_i`, `x.presence`."""
    call = as_call(node) if node.type == "call" else None
    if call is None:
        return None
    if call.name in ("Integer", "String") and call.arguments:
        return number(call.arguments[0], root, steps + 1)
    if call.name in ("to_i", "to_s", "presence", "freeze"):
        return number(node.child_by_field_name("receiver"), root, steps + 1)
    return None


def _assigned(name: str, root: Node) -> Node | None:
    """The one value that a name is given in the file."""
    found = [
        node
        for node in walk(root, "assignment", "operator_assignment")
        if (left := node.child_by_field_name("left")) is not None and text(left) == name
    ]
    return found[0].child_by_field_name("right") if len(found) == 1 else None


def _unless(found: Number | None) -> Number | None:
    return Number(found.value, Confidence.INFERRED) if found else None


def port_in(node: Node | None, root: Node) -> Number | None:
    """The port of an address: a number, "0.0.0.0:8080", "tcp://0.0.0.0:#{ENV.fetch('PORT', 3000)}"."""
    if node is None:
        return None
    plain = number(node, root)
    if plain:
        return plain if plain.value else None
    whole = word(node)
    if whole is not None:
        found = compiled(r":(\d{2,5})(?:$|[?/])").search(whole)
        return Number(int(found.group(1)), Confidence.DECLARED) if found else None
    parts = node.named_children if node.type == "string" else []
    if len(parts) < 2 or parts[-1].type != "interpolation" or not text(parts[-2]).endswith(":"):
        return None
    return number(parts[-1].named_children[-1], root) if parts[-1].named_child_count else None
