"""JavaScript and TypeScript as syntax trees: what a file imports, names, calls and exports, and what an expression stands for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cdgen.repo.syntax import Syntax, literal, text
from cdgen.stacks.node.package import relaxed
from cdgen.stacks.node.sources import Sources, grammar_of

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
WRAPPED = frozenset(
    {
        "await_expression",
        "parenthesized_expression",
        "as_expression",
        "non_null_expression",
        "satisfies_expression",
        "type_assertion",
    }
)
FUNCTIONS = frozenset({"arrow_function", "function_expression", "function_declaration", "method_definition", "function"})
DEEP = 6  # a name is never further away than this


class Import(NamedTuple):
    """What a local name stands for: `name` is what the file exports it as, `default` and `*` included."""

    target: str  # as it is written: ./routes, express
    name: str


class Module:
    """One file. `calls` holds `new` expressions too, in source order; `values` what names and fields are first given."""

    __slots__ = ("calls", "default", "environment", "exports", "grammar", "imports", "named", "path", "root", "stars", "values")

    def __init__(self, path: str, grammar: str, root: Node) -> None:
        self.path = path
        self.grammar = grammar
        self.root = root
        self.calls: list[Node] = []
        self.values: dict[str, Node] = {}
        self.imports: dict[str, Import] = {}
        self.exports: dict[str, Import] = {}  # passed on from another file
        self.named: dict[str, str] = {}  # name outside -> name inside
        self.stars: list[str] = []
        self.default: str | None = None
        self.environment: dict[str, str] = {}  # names taken out of the environment at once -> the variable


class Trees:
    """The program's files as trees, each parsed when it is asked for and holds a telling word."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._modules: dict[str, Module | None] = {}
        self._paths: tuple[tuple[str, str], ...] | None = None

    def having(self, *words: str) -> Iterator[Module]:
        """The files that hold any of the words."""
        for path, _ in self.sources.having(*words):
            module = self.module(path)
            if module:
                yield module

    def module(self, path: str) -> Module | None:
        if path not in self._modules:
            self._modules[path] = self._read(path)
        return self._modules[path]

    def _read(self, path: str) -> Module | None:
        grammar = grammar_of(path)
        syntax = self.sources.scope.syntax(path, grammar) if grammar else None
        if syntax is None or grammar is None:
            return None
        module = Module(path, grammar, syntax.root)
        for match in syntax.matches(OUTLINE + FIELDS[grammar]):
            for kind, nodes in match.nodes.items():
                _outline(module, kind, nodes[0])
        return module

    def resolve(self, path: str, target: str) -> str | None:
        """The file of the service that an import names: relative, by `paths` of tsconfig.json, or through the usual aliases."""
        if target.startswith("."):
            return self.sources.resolve(path, target)
        for lead, folder in self._aliases():
            if target.startswith(lead) and (found := self._below(path, folder + target.removeprefix(lead))):
                return found
        stem = target[2:] if target.startswith(("@/", "~/")) else target if target.startswith("src/") else None
        if stem is None:
            return None
        tries = (self._below(path, folder + stem) for folder in ("src/", "", "app/"))
        return next((found for found in tries if found), None)

    def _below(self, path: str, place: str) -> str | None:
        """A place relative to the service, as the resolver sees it from a file."""
        return self.sources.resolve(path, ("../" * path.count("/") or "./") + place)

    def _aliases(self) -> tuple[tuple[str, str], ...]:
        """`"@server/*": ["./server/*"]` as (`@server/`, `server/`)."""
        if self._paths is None:
            data = relaxed(self.sources.scope.repo, self.sources.scope.path("tsconfig.json"))
            options = data.get("compilerOptions") if isinstance(data, dict) else None
            options = options if isinstance(options, dict) else {}
            base = str(options.get("baseUrl") or ".").strip("./")
            stated = options.get("paths")
            paths = stated if isinstance(stated, dict) else {}
            first = ((key, places[0]) for key, places in paths.items() if isinstance(places, list) and places)
            self._paths = tuple(
                (str(key).rstrip("*"), f"{base}/{str(place).removeprefix('./').rstrip('*')}".lstrip("/"))
                for key, place in first
                if str(key).endswith("*") and len(str(key)) > 1
            )
        return self._paths

    def exported(self, path: str, name: str, depth: int = 0) -> tuple[str, str]:
        """Where a name that a file exports is made: the file itself, or the one that it passes it on from."""
        module = self.module(path)
        if module is None or depth > DEEP:
            return path, name
        passed = module.exports.get(name)
        if passed and (target := self.resolve(path, passed.target)):
            return self.exported(target, passed.name, depth + 1)
        known = name in module.named or name in module.values or not module.stars
        for star in () if known else module.stars:
            target = self.resolve(path, star)
            made = self.exported(target, name, depth + 1) if target else None
            if made and (other := self.module(made[0])) and (made[1] in other.named or made[1] in other.values):
                return made
        inner = (module.default if name == "default" else module.named.get(name)) or name
        given = module.imports.get(inner)
        if given and (target := self.resolve(path, given.target)):
            return self.exported(target, given.name, depth + 1)
        return path, inner

    def value(self, module: Module, name: str, depth: int = 0) -> tuple[Module, Node] | None:
        """What a name is given, here or in the file that it is imported from."""
        if name in module.values:
            return module, module.values[name]
        given = module.imports.get(name)
        target = self.resolve(module.path, given.target) if given else None
        if given is None or target is None or depth > DEEP:
            return None
        path, inner = self.exported(target, given.name)
        other = self.module(path)
        if other is None or other is module:
            return None
        if inner in ("*", "default") and inner not in other.values:
            return other, other.root
        return self.value(other, inner, depth + 1)

    def member(self, module: Module, node: Node, depth: int = 0) -> tuple[Module, Node] | None:
        """The expression that `a.b.c` stands for: a property of an object literal, a name exported by a file, a field."""
        node = unwrapped(node)
        if depth > DEEP:
            return None
        if node.type == "identifier":
            return self.value(module, text(node))
        if node.type != "member_expression":
            return module, node
        holder, key = node.child_by_field_name("object"), node.child_by_field_name("property")
        if holder is None or key is None:
            return None
        if holder.type == "this":
            return (module, module.values[f"this.{text(key)}"]) if f"this.{text(key)}" in module.values else None
        found = self.member(module, holder, depth + 1)
        return self._property(found[0], found[1], text(key), depth + 1) if found else None

    def _property(self, module: Module, node: Node, key: str, depth: int) -> tuple[Module, Node] | None:
        node = unwrapped(node)
        if node.type in ("identifier", "member_expression"):
            found = self.member(module, node, depth)
            return self._property(found[0], found[1], key, depth + 1) if found and found[1] != node else None
        if node.type == "program":
            path, inner = self.exported(module.path, key)
            other = self.module(path)
            return self.value(other, inner) if other else None
        if node.type == "call_expression":  # Object.freeze({...}), defineConfig({...})
            node = next((each for each in arguments(node) if each.type == "object"), node)
        if node.type != "object":
            return None
        entry = pairs(node).get(key)
        return (module, entry) if entry is not None else None

    def constant(self, module: Module, node: Node | None, depth: int = 0) -> str | None:
        """The text of an expression whose every part is known."""
        if node is None or depth > DEEP:
            return None
        node = unwrapped(node)
        plain = literal(node)
        if plain is not None:
            return plain
        if node.type == "template_string":
            parts = [self._part(module, part, depth) for part in node.named_children]
            return None if None in parts else "".join(part or "" for part in parts)
        if node.type == "binary_expression" and operator(node) == "+":
            sides = [self.constant(module, node.child_by_field_name(side), depth + 1) for side in ("left", "right")]
            return None if None in sides else "".join(side or "" for side in sides)
        if node.type == "binary_expression" and operator(node) in ("||", "??"):
            return self.constant(module, node.child_by_field_name("right"), depth + 1)  # unless the environment says otherwise
        if node.type == "call_expression":
            return self._setting(node, depth)
        if node.type not in ("identifier", "member_expression"):
            return None
        found = self.member(module, node)
        return self.constant(found[0], found[1], depth + 1) if found and found[1] != node else None

    def _setting(self, call: Node, depth: int) -> str | None:
        """`configService.get('app.apiPrefix')`: what the settings of Nest give that name where nothing else is said."""
        on, given = receiver_of(call), arguments(call)
        asked = literal(given[0]) if given else None
        if on is None or asked is None or name_of(call) not in ("get", "getOrThrow") or "config" not in text(on).lower():
            return None
        key = asked.rpartition(".")[2]
        for module in self.having("registerAs"):
            found = next((value for name, value in self._entries(module) if name == key), None)
            if found is not None and key in self.sources.texts.get(module.path, ""):
                return self.constant(module, found, depth + 1)
        return None

    def _entries(self, module: Module) -> Iterator[tuple[str, Node]]:
        for call in module.calls:
            if name_of(call) == "registerAs":
                pending = arguments(call)[1:]
                while pending:
                    node = pending.pop()
                    if node.type == "object":
                        yield from pairs(node).items()
                    pending += node.named_children

    def _part(self, module: Module, part: Node, depth: int) -> str | None:
        if part.type != "template_substitution":
            return text(part)
        return self.constant(module, part.named_children[0], depth + 1) if part.named_children else None


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
        module.imports.update({inner: Import(required, outer) for outer, inner in _pattern(name) if inner not in module.imports})
    elif text(value) in ("process.env", "Bun.env", "env", "import.meta.env"):
        module.environment.update({inner: outer for outer, inner in _pattern(name) if outer.isupper()})


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


def _pattern(node: Node) -> Iterator[tuple[str, str]]:
    for each in node.named_children:
        if each.type == "object_assignment_pattern":  # { PORT = '3000' }
            each = each.child_by_field_name("left") or each
        if each.type == "shorthand_property_identifier_pattern":
            yield text(each), text(each)
        elif each.type == "pair_pattern":
            key, value = each.child_by_field_name("key"), each.child_by_field_name("value")
            if key and value and value.type == "identifier":
                yield text(key), text(value)


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


def captured(module: Module, query: str) -> Iterator[Node]:
    """The nodes of a query in a file; a grammar without abstract classes is not asked for them."""
    fitting = query.replace(" (abstract_class_declaration)", "") if module.grammar == "javascript" else query
    for match in Syntax(module.path, module.grammar, module.root).matches(fitting):
        for nodes in match.nodes.values():
            yield nodes[0]


def unwrapped(node: Node) -> Node:
    """An expression without what changes nothing of its value: `await x`, `(x)`, `x as T`, `x!`."""
    while node.type in WRAPPED and node.named_children:
        node = node.named_children[0]
    return node


def arguments(call: Node) -> list[Node]:
    found = call.child_by_field_name("arguments")
    return [each for each in found.named_children if each.type != "comment"] if found else []


def callee(call: Node) -> Node | None:
    return call.child_by_field_name("function") or call.child_by_field_name("constructor")


def name_of(call: Node) -> str:
    """`get` of `app.get(...)`, `fetch` of `fetch(...)`, `Hono` of `new Hono()`; "" for anything else."""
    function = callee(call)
    if function is None:
        return ""
    if function.type == "member_expression":
        key = function.child_by_field_name("property")
        return text(key) if key else ""
    return text(function) if function.type in ("identifier", "import") else ""


def receiver_of(call: Node) -> Node | None:
    """`app` of `app.get(...)`."""
    function = callee(call)
    return function.child_by_field_name("object") if function is not None and function.type == "member_expression" else None


def pairs(node: Node) -> dict[str, Node]:
    """The entries of an object literal by name; `{ a }` gives the name itself, a method its own node."""
    found: dict[str, Node] = {}
    for each in node.named_children:
        if each.type == "pair":
            key, value = each.child_by_field_name("key"), each.child_by_field_name("value")
            if key is not None and value is not None:
                found.setdefault(literal(key) or text(key), value)
        elif each.type == "shorthand_property_identifier":
            found.setdefault(text(each), each)
        elif each.type == "method_definition" and (name := each.child_by_field_name("name")) is not None:
            found.setdefault(literal(name) or text(name), each)
    return found


def operator(node: Node) -> str:
    found = node.child_by_field_name("operator")
    return text(found) if found else ""


def enclosing(node: Node, name: str) -> Node | None:
    """The function around a node that has a parameter of this name."""
    place = node.parent
    while place is not None:
        if place.type in FUNCTIONS:
            given = place.child_by_field_name("parameters") or place.child_by_field_name("parameter")
            if given is not None and name in _names(given):
                return place
        place = place.parent
    return None


def _names(given: Node) -> list[str]:
    if given.type == "identifier":
        return [text(given)]
    names = []
    for each in given.named_children:
        pattern = each.child_by_field_name("pattern") or each.child_by_field_name("left") or each
        names += [inner for _, inner in _pattern(pattern)] if pattern.type == "object_pattern" else [text(pattern)]
    return names
