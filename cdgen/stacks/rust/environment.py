"""Environment variables that a Rust program reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import literal, text
from cdgen.repo.variables import variable
from cdgen.stacks.rust.expressions import attribute_values
from cdgen.stacks.rust.sources import RustFile, attributes_of
from cdgen.stacks.rust.values import READERS, READS, Values

if TYPE_CHECKING:
    from tree_sitter import Node

CALLS = """
(call_expression
  function: [(identifier) (scoped_identifier) (generic_function)] @function
  arguments: (arguments . (_) @first)) @call
"""
FIELDS = "(field_declaration name: (field_identifier) @name) @field"
NAME = r"^[A-Z][A-Z0-9_]{1,60}\Z"
NOT_OURS = r"^(?:CARGO_|OUT_DIR$|RUSTFLAGS$|HOME$|PATH$|PWD$|USER$|TMPDIR$)"
FAILS = frozenset({"unwrap", "expect", "context", "with_context", "wrap_err", "wrap_err_with", "expect_or_log", "unwrap_or_exit"})
GIVEN = frozenset({"unwrap_or", "unwrap_or_else", "map_or"})
OPTIONAL = frozenset({"ok", "is_ok", "is_err", "unwrap_or_default", "map_or_else", "is_some", "err", "or", "or_else"})


def facts(values: Values) -> Iterator[Fact]:
    for file in values.program.files:
        if file.has("env", "var("):
            yield from _calls(file, values)
        if file.has("env", "from ="):
            yield from _fields(file, values)


def _calls(file: RustFile, values: Values) -> Iterator[Fact]:
    for match in file.matches(CALLS):
        function = text(match["function"])
        last = compiled(r"::<[^(]*>\Z").sub("", function).rpartition("::")[2]
        reads = bool(compiled(READS).search(function))
        if not reads and not compiled(READERS).search(last):
            continue
        name = literal(match["first"])
        if name is None and reads:
            name = next((each.text for each in values.of(match["first"], file) if each.text), None)
        if not name or not compiled(NAME).match(name) or compiled(NOT_OURS).match(name):
            continue
        default, required = _handled(match["call"], file, values) if reads else _second(match["call"], file, values)
        yield _fact(file, match["call"], name, default, required=required)


def _handled(call: Node, file: RustFile, values: Values) -> tuple[str | None, bool]:
    """(default, required) by what is called on the result."""
    node = call
    while (parent := node.parent) is not None and parent.type in ("field_expression", "call_expression", "try_expression"):
        if parent.type == "try_expression":
            return None, True
        if parent.type == "field_expression":
            name = text(parent.child_by_field_name("field") or parent)
            outer = parent.parent
            if name in GIVEN and outer is not None and outer.type == "call_expression":
                arguments = outer.child_by_field_name("arguments")
                first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
                return next((each.text for each in values.of(first, file) if each.text is not None), None), False
            if name in FAILS:
                return None, True
            if name in OPTIONAL:
                return None, False
        elif parent.child_by_field_name("function") != node:
            break
        node = parent
    return _decided(node.parent, file, values), False


def _decided(around: Node | None, file: RustFile, values: Values) -> str | None:
    """The default in the branch for a variable that is not set: `match env::var("PORT") { Ok(x) => x, Err(_) => "8080" }`."""
    if around is not None and around.type == "let_condition":
        around = around.parent
    if around is None or around.type not in ("match_expression", "if_expression"):
        return None
    return next((each.text for each in values.of(around, file) if each.text is not None), None)


def _second(call: Node, file: RustFile, values: Values) -> tuple[str | None, bool]:
    """A helper of the program's own gets the default as its second argument."""
    arguments = call.child_by_field_name("arguments")
    given = [each for each in arguments.named_children if "comment" not in each.type] if arguments is not None else []
    default = next((each.text for each in values.of(given[1], file) if each.text is not None), None) if len(given) > 1 else None
    return default, False


def _fields(file: RustFile, values: Values) -> Iterator[Fact]:
    """`#[arg(env = "PORT", default_value_t = 8080)]`, `#[envconfig(from = "PORT", default = "8080")]`."""
    for match in file.matches(FIELDS):
        for attribute in attributes_of(match["field"]):
            marks = attribute_values(attribute)
            shown = text(attribute)
            named = marks.get("env") or (marks.get("from") if "envconfig" in shown else None)
            if named is None or "serde" in shown[:9]:
                continue
            name = literal(named) or text(match["name"]).upper()
            given = next((marks[key] for key in ("default_value_t", "default_value", "default") if key in marks), None)
            default = next((each.text for each in values.of(given, file) if each.text is not None), None) if given else None
            kind = match["field"].child_by_field_name("type")
            optional = given is not None or (kind is not None and text(kind).startswith("Option"))
            if compiled(NAME).match(name):
                yield _fact(file, match["field"], name, default, required=not optional)


def _fact(file: RustFile, node: Node, name: str, default: str | None, *, required: bool) -> Fact:
    value = variable(name, default, required=required)
    return Fact(f.ENV, value, file.source(node), Origin.CODE, Confidence.DECLARED, f"reads {name}")
