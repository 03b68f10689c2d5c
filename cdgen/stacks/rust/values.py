"""What an expression of a Rust program is worth: literals, formatted text, constants, settings, variables and their defaults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from cdgen.model.facts import Confidence, Origin
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import literal, text
from cdgen.stacks.rust.expressions import (
    ADDRESSES,
    OTHERWISE,
    SAME,
    UNKNOWN,
    WRAPPERS,
    Value,
    asked,
    attribute_values,
    branches,
    children,
    first_child,
    is_variable,
    macro_arguments,
    number,
    path_of,
    peel,
    variable_of,
)
from cdgen.stacks.rust.names import Names, function_around
from cdgen.stacks.rust.sources import Program, RustFile, attributes_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from cdgen.stacks.rust.settings import Settings

DEPTH = 9  # steps from an expression to what it stands for
MOST = 4  # values of one expression
READS = r"(?:^|::)(?:env|dotenvy|dotenv|std)::(?:var|var_os)\Z|^var\Z|^var_os\Z"
READERS = r"(?i)(?:^|::|_)(?:get_)?env(?:_|$)|env_or|from_env_or|env_var"


# type of an expression -> the method that reads it
READ = {
    "string_literal": "_literal",
    "raw_string_literal": "_literal",
    "integer_literal": "_literal",
    "array_expression": "_array",
    "tuple_expression": "_tuple",
    "if_expression": "_branches",
    "match_expression": "_branches",
    "macro_invocation": "_macro",
    "scoped_identifier": "_scoped",
    "identifier": "_name",
    "field_expression": "_field",
    "call_expression": "_call",
}


class Values:
    """Resolves expressions of one program. `settings` are its configuration files."""

    def __init__(self, program: Program, settings: Settings) -> None:
        self.program = program
        self.settings = settings

    @cached_property
    def names(self) -> Names:
        return Names(self.program.files)

    def of(self, node: Node | None, file: RustFile, depth: int = DEPTH) -> list[Value]:
        """Every value that an expression may have, the likelier first; nothing when it is not known."""
        if node is None or depth < 0:
            return []
        return list(dict.fromkeys(self._of(node, file, depth)))[:MOST]

    def _of(self, node: Node, file: RustFile, depth: int) -> Iterable[Value]:
        inner = peel(node)
        if inner is None:
            return ()
        node = inner
        read = getattr(self, READ[node.type], None) if node.type in READ else None
        found: Iterable[Value] = read(node, file, depth) if read is not None else ()
        return found

    def _literal(self, node: Node, file: RustFile, depth: int) -> list[Value]:  # noqa: ARG002  (one shape for all)
        return self._text(number(text(node)) if node.type == "integer_literal" else literal(node), node, file)

    def _array(self, node: Node, file: RustFile, depth: int) -> list[Value]:  # noqa: ARG002  (one shape for all)
        """The four numbers of an address."""
        parts = [text(each) for each in node.named_children]
        return self._text(".".join(parts), node, file) if len(parts) == 4 else []

    def _tuple(self, node: Node, file: RustFile, depth: int) -> Iterator[Value]:
        return self._pair(node.named_children, file, depth)

    def _text(self, value: str | None, node: Node, file: RustFile) -> list[Value]:
        return [] if value is None else [Value(value, file.source(node))]

    def _pair(self, parts: list[Node], file: RustFile, depth: int) -> Iterator[Value]:
        """A host and a port as two expressions."""
        if len(parts) == 2:
            host = next((each.text for each in self.of(parts[0], file, depth - 1) if each.text), UNKNOWN)
            for port in self.of(parts[1], file, depth - 1):
                yield port._replace(text=f"{host}:{port.text}" if port.text else None)

    def _branches(self, node: Node, file: RustFile, depth: int) -> Iterator[Value]:
        """All that a decision can end in: none of it is certain."""
        subject = node.child_by_field_name("value") or node.child_by_field_name("condition")
        told = [each.variable for each in self.of(asked(subject), file, depth - 1) if each.variable]
        for branch in branches(node):
            for value in self.of(branch, file, depth - 1):
                if value.text is not None:
                    yield value._replace(sure=min(value.sure, Confidence.INFERRED), variable=next(iter(told), value.variable))

    def _macro(self, node: Node, file: RustFile, depth: int) -> Iterable[Value]:
        name = text(node.child_by_field_name("macro") or node)
        tokens = next((child for child in node.named_children if child.type == "token_tree"), None)
        first = first_child(tokens) if tokens else None
        if name in ("env", "option_env") and first is not None:
            return [Value(None, file.source(node), Confidence.INFERRED, Origin.CODE, literal(first))]
        if name in ("format", "concat", "format_args") and tokens is not None and first is not None and literal(first) is not None:
            return self._format(literal(first) or "", tokens, file, depth)
        return ()

    def _format(self, pattern: str, tokens: Node, file: RustFile, depth: int) -> Iterator[Value]:
        """`format!("{}:{port}", host)`: each part from the names in the arguments; what is not known stays a gap."""
        arguments = macro_arguments(tokens)[1:]
        named = {words[0]: words[2:] for words in ([text(each) for each in part] for part in arguments) if "=" in words[1:2]}
        position, sure, variable, source = 0, Confidence.DECLARED, None, file.source(tokens)
        built, origin, last = "", Origin.CODE, 0
        for hole in compiled(r"\{(\w*)(?::[^}]*)?\}").finditer(pattern.replace("{{", "[[").replace("}}", "]]")):
            name = hole.group(1)
            words = named.get(name) or ([name] if name and not name.isdigit() else None)
            if words is None:
                words = [text(each) for each in arguments[position]] if position < len(arguments) else []
                position += 1
            found = self._words(words, tokens, file, depth - 1)
            built += pattern[last : hole.start()] + (found.text if found and found.text is not None else UNKNOWN)
            last = hole.end()
            if found:
                sure, variable, source, origin = min(sure, found.sure), found.variable or variable, found.source, found.origin
        yield Value(built + pattern[last:], source, sure, origin, variable)

    def _words(self, words: list[str], tokens: Node, file: RustFile, depth: int) -> Value | None:
        """What a name, or the fields behind one, is worth in the arguments of a macro, where there is no tree."""
        names = [word for word in words if compiled(r"^\w+\Z").match(word)]
        if not names or depth < 0:
            return None
        if compiled(r'^"').match(words[0]) or names[0].isdigit():
            return Value(words[0].strip('"'), file.source(tokens))
        if len(names) > 1 and names[-1] in SAME | {"port", "ip", "host"} and "(" in words[-1]:
            names = names[:-1]
        found = self.named(names[0], tokens, file, depth) if len(names) == 1 else self.member(names, tokens, depth)
        return next((each for each in found if each.text is not None), next(iter(found), None))

    def _scoped(self, node: Node, file: RustFile, depth: int) -> Iterable[Value]:
        name = text(node.child_by_field_name("name") or node)
        if name in ADDRESSES:
            return self._text(ADDRESSES[name], node, file)
        return self._constant(name, depth)

    def _name(self, node: Node, file: RustFile, depth: int) -> list[Value]:
        return self.named(text(node), node, file, depth)

    def named(self, name: str, node: Node, file: RustFile, depth: int) -> list[Value]:
        bound = self.names.binding(name, node)
        if bound is not None:
            return self.of(bound, file, depth - 1)
        function = function_around(node)
        passed = self.names.passed(name, function) if function is not None else ()
        found = [value for argument, where in passed for value in self.of(argument, where, depth - 2)]
        return found or list(self._constant(name, depth))

    def _constant(self, name: str, depth: int) -> Iterator[Value]:
        for node, file in self.names.constants.get(name, ()):
            yield from self.of(node, file, depth - 1)

    def _field(self, node: Node, file: RustFile, depth: int) -> list[Value]:  # noqa: ARG002  (one shape for all)
        names = path_of(node)
        return self.member(names, node, depth) if names else []

    def member(self, names: list[str], node: Node, depth: int) -> list[Value]:
        """What a field is set to: in its declaration (the command line, the environment, a default), where its struct is made,
        in the configuration files.
        """
        name, holder = names[-1], names[-2] if len(names) > 1 else ""
        struct = self.names.type_of(holder, node)
        declared = [
            value
            for field, of, where in self.names.fields.get(name, ())
            if struct is None or of == struct
            for value in self._declared(field, of, where, depth)
        ]
        made = [
            value
            for value_node, of, where in self.names.made.get(name, ())
            if struct is None or of in (struct, "Self")
            for value in self.of(value_node, where, depth - 2)
        ]
        configured = self.settings.at(names[1:] if names[0] not in self.settings.tops else names)
        told = [value._replace(sure=min(value.sure, Confidence.INFERRED)) for value in made]
        return [*configured, *declared, *self._set(name, depth), *told]

    def _set(self, name: str, depth: int) -> Iterator[Value]:
        """`.set_default("server.port", 8080)`, `("port", 8080)` of a figment."""
        for key, node, file in self.names.defaults:
            if key.rpartition(".")[2] == name:
                for value in self.of(node, file, depth - 2):
                    yield value._replace(sure=Confidence.INFERRED)

    def _declared(self, field: Node, struct: str, file: RustFile, depth: int) -> Iterator[Value]:
        given: list[Value] = []
        variable = None
        for attribute in attributes_of(field):
            marks = attribute_values(attribute)
            variable = variable or variable_of(
                marks, text(field.child_by_field_name("name") or field), self.names.reads_all(struct)
            )
            for key in ("default_value_t", "default_value", "default"):
                node = marks.get(key)
                if node is None:
                    continue
                if key == "default" and literal(node) in self.names.functions:
                    given += self._returned(literal(node) or "", depth)
                else:
                    given += self.of(node, file, depth - 1)
        for value in given:
            yield value._replace(sure=Confidence.INFERRED, variable=variable or value.variable)
        if variable and not given:
            yield Value(None, file.source(field), Confidence.INFERRED, Origin.CODE, variable)

    def _call(self, node: Node, file: RustFile, depth: int) -> Iterable[Value]:
        function = node.child_by_field_name("function")
        arguments = children(node.child_by_field_name("arguments"))
        if function is not None and function.type == "generic_function":
            function = function.child_by_field_name("function")
        if function is None:
            return ()
        if function.type == "field_expression":
            return self._method(node, function, arguments, file, depth)
        name = text(function)
        last = name.rpartition("::")[2]
        if compiled(READS).search(name) and arguments:
            return [Value(None, file.source(node), Confidence.INFERRED, Origin.CODE, self._first_text(arguments[0], file, depth))]
        if compiled(READERS).search(last) and arguments and is_variable(literal(arguments[0])):
            return self._reader(arguments, node, file, depth)
        if len(arguments) == 2 and last in ("new", "from"):
            return self._pair(arguments, file, depth)
        if last in WRAPPERS and len(arguments) == 1:
            return self.of(arguments[0], file, depth - 1)
        return self._returned(last, depth)

    def _reader(self, arguments: list[Node], node: Node, file: RustFile, depth: int) -> list[Value]:
        """A helper of the program's own: `env_or("PORT", 8080)`."""
        name = literal(arguments[0])
        given = self.of(arguments[1], file, depth - 1) if len(arguments) > 1 else []
        found = [each._replace(sure=Confidence.INFERRED, variable=name) for each in given if each.text is not None]
        return found or [Value(None, file.source(node), Confidence.INFERRED, Origin.CODE, name)]

    def _first_text(self, node: Node, file: RustFile, depth: int) -> str | None:
        return next((each.text for each in self.of(node, file, depth - 1) if each.text), None)

    def _method(self, node: Node, function: Node, arguments: list[Node], file: RustFile, depth: int) -> Iterable[Value]:
        name = text(function.child_by_field_name("field") or function)
        receiver = function.child_by_field_name("value")
        if name in OTHERWISE:
            return self._otherwise(name, receiver, arguments, file, depth)
        if name in ("get", "get_int", "get_string", "extract_inner") and arguments and (key := literal(arguments[0])):
            return [*self.settings.at(key.split(".")), *self._set(key.rpartition(".")[2], depth)]
        if name in ("port", "address", "addr") and not arguments and receiver is not None:
            returned = self._returned(name, depth)
            return returned or self.member([*(path_of(receiver) or ["self"]), name], node, depth)
        return self._returned(name, depth)

    def _otherwise(self, name: str, receiver: Node | None, arguments: list[Node], file: RustFile, depth: int) -> Iterator[Value]:
        """`unwrap_or(8080)`: what is told comes first, but only the default is known."""
        told = self.of(receiver, file, depth - 1)
        variable = next((each.variable for each in told if each.variable), None)
        yield from (each for each in told if each.text is not None)
        for value in self.of(arguments[0] if arguments else None, file, depth - 1):
            yield value._replace(sure=Confidence.INFERRED, variable=variable or value.variable)
        if variable and name == "map_or_else":
            yield Value(None, told[0].source, Confidence.INFERRED, Origin.CODE, variable)

    def _returned(self, name: str, depth: int) -> list[Value]:
        """What a function of the program gives back, where only one is called so."""
        known = self.names.functions.get(name, ())
        if len(known) != 1:
            return []
        node, file = known[0]
        return self.of(node.child_by_field_name("body"), file, depth - 1)
