"""What the names of a Rust program stand for: constants, bindings, functions, the fields of structs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import literal, text
from cdgen.stacks.rust.sources import RustFile

if TYPE_CHECKING:
    from tree_sitter import Node

CONSTANTS = """
(const_item name: (identifier) @name value: (_) @value)
(static_item name: (identifier) @name value: (_) @value)
"""
FUNCTIONS = "(function_item name: (identifier) @name) @function"
FIELDS = """
(struct_item name: (type_identifier) @struct
  body: (field_declaration_list (field_declaration name: (field_identifier) @name) @field))
"""
MADE = """
(struct_expression name: (_) @struct
  body: (field_initializer_list (field_initializer field: (field_identifier) @name value: (_) @value)))
"""
SHORT = """
(struct_expression name: (_) @struct body: (field_initializer_list (shorthand_field_initializer (identifier) @name)))
"""
DEFAULTS = """
(call_expression function: (field_expression field: (field_identifier) @call)
  arguments: (arguments . (string_literal) @key . (_) @value) (#any-of? @call "set_default" "set_override"))
(tuple_expression . (string_literal) @key . (_) @value .)
"""
CALLS = """
(call_expression function: [
  (identifier) @name
  (scoped_identifier name: (identifier) @name)
  (field_expression field: (field_identifier) @name)
  (generic_function function: [(identifier) @name (scoped_identifier name: (identifier) @name)])
] @function arguments: (arguments) @arguments)
"""
READS_ALL = """
(call_expression function: (generic_function
  function: (scoped_identifier) @call
  type_arguments: (type_arguments (type_identifier) @type)))
"""
PREFIXED = r'\bprefixed\(\s*"(\w+)"\s*\)'
ENVIRONMENT = r"\b(?:envy|serde_env|envconfig)::"
MOST_CALLS = 3  # places from which the value of an argument is looked for
MOST_TYPE = r"^(?:Option|Arc|Box|Rc|Data|Vec|State|Extension)<(.+)>\Z"


class Names:
    """Tables over all files of a program, each made when the first question needs it."""

    def __init__(self, files: tuple[RustFile, ...]) -> None:
        self.files = files

    @cached_property
    def constants(self) -> dict[str, list[tuple[Node, RustFile]]]:
        found: dict[str, list[tuple[Node, RustFile]]] = {}
        for file in self.files:
            for match in file.matches(CONSTANTS) if file.has("const ", "static ") else ():
                found.setdefault(text(match["name"]), []).append((match["value"], file))
        return found

    @cached_property
    def functions(self) -> dict[str, list[tuple[Node, RustFile]]]:
        found: dict[str, list[tuple[Node, RustFile]]] = {}
        for file in self.files:
            for match in file.matches(FUNCTIONS):
                found.setdefault(text(match["name"]), []).append((match["function"], file))
        return found

    @cached_property
    def fields(self) -> dict[str, list[tuple[Node, str, RustFile]]]:
        """Declarations by name of the field: (declaration, struct, file)."""
        found: dict[str, list[tuple[Node, str, RustFile]]] = {}
        for file in self.files:
            for match in file.matches(FIELDS):
                found.setdefault(text(match["name"]), []).append((match["field"], text(match["struct"]), file))
        return found

    @cached_property
    def made(self) -> dict[str, list[tuple[Node, str, RustFile]]]:
        """Values that fields are given where a struct is made: (value, struct, file)."""
        found: dict[str, list[tuple[Node, str, RustFile]]] = {}
        for file in self.files:
            for match in file.matches(MADE):
                found.setdefault(text(match["name"]), []).append((match["value"], self._struct(match["struct"]), file))
            for match in file.matches(SHORT):
                found.setdefault(text(match["name"]), []).append((match["name"], self._struct(match["struct"]), file))
        return found

    @cached_property
    def defaults(self) -> list[tuple[str, Node, RustFile]]:
        """Defaults that are given by name to a library of settings."""
        return [
            (literal(match["key"]) or "", match["value"], file)
            for file in self.files
            if file.has("set_default", "set_override", "figment", "Figment", ".merge(")
            for match in file.matches(DEFAULTS)
        ]

    @cached_property
    def _calls(self) -> dict[str, list[tuple[Node, str, RustFile]]]:
        """(arguments, what is called as it is written, file) by the last name."""
        found: dict[str, list[tuple[Node, str, RustFile]]] = {}
        for file in self.files:
            for match in file.matches(CALLS):
                found.setdefault(text(match["name"]), []).append((match["arguments"], text(match["function"]), file))
        return found

    @cached_property
    def _whole(self) -> dict[str, str]:
        """Structs that are read from the environment as a whole -> the prefix of their variables."""
        found: dict[str, str] = {}
        for file in self.files:
            if file.has("envy::", "from_env"):
                for match in file.matches(READS_ALL):
                    if compiled(ENVIRONMENT).search(text(match["call"])):
                        prefix = compiled(PREFIXED).search(text(match["call"]))
                        found[text(match["type"])] = prefix.group(1) if prefix else ""
        return found

    def reads_all(self, struct: str) -> str | None:
        return self._whole.get(struct)

    @staticmethod
    def binding(name: str, node: Node) -> Node | None:
        """The value that a name was last bound to before a place, in the function around it."""
        function = function_around(node)
        if function is None:
            return None
        found = None
        for let in _lets(function):
            pattern = let.child_by_field_name("pattern")
            if pattern is not None and let.end_byte <= node.start_byte and text(pattern).removeprefix("mut ") == name:
                found = let.child_by_field_name("value") or found
        return found

    def passed(self, name: str, function: Node) -> Iterator[tuple[Node, RustFile]]:
        """The arguments that callers give for a parameter."""
        parameters = function.child_by_field_name("parameters")
        listed = [each for each in parameters.named_children if each.type == "parameter"] if parameters is not None else []
        names = [text(pattern).removeprefix("mut ") for each in listed if (pattern := each.child_by_field_name("pattern"))]
        called = function.child_by_field_name("name")
        if name not in names or called is None:
            return
        around = _around(function, "impl_item")
        kind = around.child_by_field_name("type") if around is not None else None
        owner = _plain_type(text(kind)).partition("<")[0] if kind is not None else ""
        known = (each for each in self._calls.get(text(called), ()) if _is_of(each[1], owner))
        for arguments, _, file in islice(known, MOST_CALLS):
            given = [each for each in arguments.named_children if "comment" not in each.type]
            if len(given) == len(names):
                yield given[names.index(name)], file

    def type_of(self, name: str, node: Node) -> str | None:
        """The struct behind a name: the type of a field, a parameter or a binding that is called so; None when not known."""
        if not name:
            return None
        if name == "self":
            around = _around(node, "impl_item")
            kind = around.child_by_field_name("type") if around is not None else None
            return _plain_type(text(kind)) if kind is not None else None
        function = function_around(node)
        found = _typed(name, function) if function is not None else None
        if found is None and function is not None:
            bound = self.binding(name, node)
            found = _made_type(bound) if bound is not None else None
        if found is None:
            types = {
                _plain_type(text(kind))
                for field, _, _ in self.fields.get(name, ())
                if (kind := field.child_by_field_name("type")) is not None
            }
            found = types.pop() if len(types) == 1 else None
        return found if found is not None and self._is_struct(found) else None

    def _is_struct(self, name: str) -> bool:
        return any(struct == name for declared in self.fields.values() for _, struct, _ in declared)

    def _struct(self, node: Node) -> str:
        name = text(node).rpartition("::")[2]
        if name != "Self":
            return name
        around = _around(node, "impl_item")
        kind = around.child_by_field_name("type") if around is not None else None
        return _plain_type(text(kind)) if kind is not None else name


def _is_of(shown: str, owner: str) -> bool:
    """Whether a call, as it is written, can mean a function of a type: `Client::new` is none of `Server`'s."""
    before = shown.partition("<")[0].rpartition("::")[0].rpartition("::")[2]
    if not owner:
        return "." not in shown and not before[:1].isupper()
    return before in (owner, "Self") if "." not in shown else True


def function_around(node: Node) -> Node | None:
    return _around(node, "function_item")


def _around(node: Node, kind: str) -> Node | None:
    here: Node | None = node
    while here is not None and here.type != kind:
        here = here.parent
    return here


def _lets(node: Node) -> Iterator[Node]:
    """The bindings inside a function, in order; without recursion, since code may be nested deeply."""
    pending: list[Node] = [node]
    while pending:
        here = pending.pop()
        if here.type == "let_declaration":
            yield here
        pending += reversed(here.named_children)


def _typed(name: str, function: Node) -> str | None:
    """The type that is written at a parameter or a binding."""
    parameters = function.child_by_field_name("parameters")
    nodes: Iterable[Node] = parameters.named_children if parameters is not None else ()
    for each in (*nodes, *_lets(function)):
        pattern, kind = each.child_by_field_name("pattern"), each.child_by_field_name("type")
        if pattern is not None and kind is not None and name in compiled(r"\w+").findall(text(pattern)):
            return _plain_type(text(kind))
    return None


def _made_type(value: Node) -> str | None:
    """`Config::from_env()?`, `Args::parse()`, `envy::from_env::<Config>()` name the type that they make."""
    shown = text(value)
    found = compiled(r"^&?(?:\w+::)*([A-Z]\w+)::\w+\(|^&?(?:\w+::)*([A-Z]\w+)\s*\{|::<([A-Z]\w+)>\s*\(").search(shown[:200])
    return next((name for name in found.groups() if name), None) if found else None


def _plain_type(shown: str) -> str:
    shown = compiled(r"^&(?:'\w+ )?(?:mut )?").sub("", shown.strip())
    inner = compiled(MOST_TYPE).match(shown.rpartition("::")[2] if "<" not in shown else shown.rpartition("::")[2] or shown)
    whole = compiled(r"(?:\w+::)*(?:Option|Arc|Box|Rc|Data|Vec|State|Extension)<(.+)>\Z").match(shown)
    if whole:
        return _plain_type(whole.group(1)) if len(shown) < 200 else shown
    return inner.group(1) if inner else shown.rpartition("::")[2]
