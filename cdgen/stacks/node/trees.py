"""JavaScript and TypeScript as syntax trees: what a file imports, names, calls and exports, and what an expression stands for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.repo.syntax import literal, text
from cdgen.stacks.node.nodes import Module, arguments, name_of, operator, pairs, receiver_of, unwrapped
from cdgen.stacks.node.outline import outlined
from cdgen.stacks.node.package import relaxed
from cdgen.stacks.node.sources import Sources, grammar_of

if TYPE_CHECKING:
    from tree_sitter import Node

DEEP = 6  # a name is never further away than this


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
        return outlined(path, grammar, syntax)

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
