"""What an expression of C# is worth, as far as the file and the settings say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import Syntax, literal, text
from cdgen.stacks.dotnet.code import declared_in, values
from cdgen.stacks.dotnet.settings import Settings

if TYPE_CHECKING:
    from tree_sitter import Node

DEEPEST = 12
CONVERSIONS = ("Parse", "ToInt32", "ToString", "Uri", "UriBuilder", "Trim", "TrimEnd", "ToLower", "ToUInt16")
CONFIGURATION = r"(?i)config|settings"


class Value(NamedTuple):
    """`sure` when nothing outside the code changes it. `variable` is what does: a variable of the environment, or a setting."""

    text: str | None
    sure: bool = True
    variable: str | None = None


UNKNOWN = Value(None, sure=False)


def value(node: Node | None, file: Syntax, settings: Settings, depth: int = 0) -> Value:
    """Literals, `a ?? b`, sums, `$"..."`, names that are given a value once, environment and configuration."""
    if node is None or depth > DEEPEST:
        return UNKNOWN
    known = literal(node)
    if known is not None:
        return Value(known)
    read = READERS.get(node.type)
    return read(node, file, settings, depth) if read else UNKNOWN


def _number(node: Node, file: Syntax, settings: Settings, depth: int) -> Value:  # noqa: ARG001  (one form for all readers)
    return Value(text(node).replace("_", ""))


def _binary(node: Node, file: Syntax, settings: Settings, depth: int) -> Value:
    sides = [value(node.child_by_field_name(name), file, settings, depth + 1) for name in ("left", "right")]
    operator = node.child_by_field_name("operator")
    sign = text(operator) if operator is not None else ""
    return _either(*sides) if sign == "??" else _joined(*sides) if sign == "+" else UNKNOWN


def _wrapped(node: Node, file: Syntax, settings: Settings, depth: int) -> Value:
    """In parentheses, converted, awaited, or marked as not null."""
    return value(node.named_children[0 if node.type == "postfix_unary_expression" else -1], file, settings, depth + 1)


def _conditional(node: Node, file: Syntax, settings: Settings, depth: int) -> Value:
    """The one branch that is known, as what holds unless something else is said."""
    branches = [value(node.child_by_field_name(name), file, settings, depth + 1) for name in ("consequence", "alternative")]
    known = [each for each in branches if each.text is not None]
    return known[0]._replace(sure=False) if len(known) == 1 else UNKNOWN


def _either(first: Value, second: Value) -> Value:
    if first.text is not None and first.sure:
        return first
    return Value(first.text if first.text is not None else second.text, sure=False, variable=first.variable or second.variable)


def _joined(*parts: Value) -> Value:
    variable = next((part.variable for part in parts if part.variable), None)
    if any(part.text is None for part in parts):
        return Value(None, sure=False, variable=variable)
    return Value("".join(part.text or "" for part in parts), all(part.sure for part in parts), variable)


def _interpolated(node: Node, file: Syntax, settings: Settings, depth: int) -> Value:
    parts: list[Value] = []
    for child in node.named_children:
        if child.type == "interpolation":
            inner = [
                each for each in child.named_children if each.type not in ("interpolation_brace", "interpolation_format_clause")
            ]
            parts.append(value(inner[0] if inner else None, file, settings, depth + 1))
        elif child.type in ("string_content", "escape_sequence", "interpolation_quote"):
            parts.append(Value("" if child.type == "interpolation_quote" else text(child)))
    return _joined(*parts)


def _computed(node: Node, file: Syntax, settings: Settings, depth: int) -> Value:
    read = reading(node)
    if read is not None:
        name, default = read
        set_in_file = settings.get(name)
        given = Value(set_in_file.value, sure=False) if set_in_file else value(default, file, settings, depth + 1)
        return Value(given.text, sure=False, variable=environment_name(name))
    if node.type == "element_access_expression":
        return UNKNOWN
    name, arguments = _called(node)
    if name in CONVERSIONS:
        receiver = _receiver(node)
        target = arguments[0] if arguments else receiver
        return value(target, file, settings, depth + 1)
    if name in ("Concat", "Format") and arguments:
        parts = [value(each, file, settings, depth + 1) for each in arguments]
        if name == "Concat":
            return _joined(*parts)
        shown = parts[0].text
        for number, part in enumerate(parts[1:]):
            shown = shown.replace(f"{{{number}}}", part.text) if shown and part.text is not None else None
        joined = _joined(*parts)
        return joined._replace(text=shown)
    return UNKNOWN


def _made(node: Node, file: Syntax, settings: Settings, depth: int) -> Value:
    """`new("http://...")`, whose type stands elsewhere: with one argument it is that of an address or a wrapper of one."""
    listed = next((child for child in node.named_children if child.type == "argument_list"), None)
    arguments = values(listed)
    return value(arguments[0], file, settings, depth + 1) if len(arguments) == 1 else UNKNOWN


def reading(node: Node) -> tuple[str, Node | None] | None:
    """(name, default) when an expression reads the environment or the configuration by a literal name."""
    if node.type == "element_access_expression":
        owner, subscript = node.child_by_field_name("expression"), node.child_by_field_name("subscript")
        key = literal(next(iter(values(subscript)), None))
        return (key, None) if key and owner is not None and compiled(CONFIGURATION).search(text(owner)) else None
    if node.type != "invocation_expression":
        return None
    name, arguments = _called(node)
    key = literal(arguments[0]) if arguments else None
    if not key:
        return None
    if name == "GetEnvironmentVariable":
        return key, None
    owner = _receiver(node)
    owned = owner is not None and compiled(CONFIGURATION).search(text(owner)[-200:])
    if name == "GetConnectionString" and owner is not None:
        return f"ConnectionStrings:{key}", None
    if name in ("GetValue", "GetRequiredValue") and owned:
        section = _section(owner)
        return f"{section}{key}", arguments[1] if len(arguments) > 1 else None
    return None


def _section(owner: Node | None) -> str:
    """`Orders:` of `configuration.GetSection("Orders")`."""
    if owner is None or owner.type != "invocation_expression":
        return ""
    name, arguments = _called(owner)
    key = literal(arguments[0]) if arguments else None
    return f"{key}:" if name in ("GetSection", "GetRequiredSection") and key else ""


def environment_name(key: str) -> str:
    """The variable that sets a setting."""
    return key.replace(":", "__")


def _called(node: Node) -> tuple[str, tuple[Node, ...]]:
    if node.type == "object_creation_expression":
        kind = node.child_by_field_name("type")
        return (text(kind) if kind is not None else "", values(node.child_by_field_name("arguments")))
    function = node.child_by_field_name("function")
    named = (
        function.child_by_field_name("name") if function is not None and function.type == "member_access_expression" else function
    )
    name = text(named).partition("<")[0] if named is not None else ""
    return name, values(node.child_by_field_name("arguments"))


def _receiver(node: Node) -> Node | None:
    function = node.child_by_field_name("function")
    return function.child_by_field_name("expression") if function is not None else None


def _name(node: Node, file: Syntax, settings: Settings, depth: int) -> Value:
    """What a name is given where it is declared: in the nearest scope around, once."""
    declared = declared_in(node, file)
    if len(declared) != 1:
        return UNKNOWN
    return value(declared[0], file, settings, depth + 1)


READERS: Mapping[str, Callable[[Node, Syntax, Settings, int], Value]] = {
    "integer_literal": _number,
    "binary_expression": _binary,
    "interpolated_string_expression": _interpolated,
    "invocation_expression": _computed,
    "object_creation_expression": _computed,
    "implicit_object_creation_expression": _made,
    "element_access_expression": _computed,
    "parenthesized_expression": _wrapped,
    "postfix_unary_expression": _wrapped,
    "cast_expression": _wrapped,
    "await_expression": _wrapped,
    "conditional_expression": _conditional,
    "identifier": _name,
}
