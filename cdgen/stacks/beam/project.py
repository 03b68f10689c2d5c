"""What `mix.exs` says, read as a syntax tree: it is a program, and cdgen runs none."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import TYPE_CHECKING, NamedTuple

from cdgen.model.facts import Source
from cdgen.repo import Repo
from cdgen.repo.syntax import line, literal, text
from cdgen.stacks.beam.terms import Call, alias, atom, call_name, functions, pairs, statements, text_of_operator, word, words
from cdgen.stacks.beam.values import attributes

if TYPE_CHECKING:
    from tree_sitter import Node

MANIFEST = "mix.exs"
LOCK = "mix.lock"
NOT_AT_RUN_TIME = frozenset({"dev", "test", "docs", "lint", "bench", "ci"})
MOST_STEPS = 6  # functions that a list of dependencies may be put together from


class Dependency(NamedTuple):
    """One entry of `deps`. `only` are the environments that it is limited to; `folder` is that of a project of this repository."""

    name: str
    requirement: str | None
    source: Source
    only: tuple[str, ...] = ()
    kind: str = "hex"  # hex, git, path, umbrella
    folder: str | None = None
    organization: str | None = None
    runs: bool = True  # it is part of the running system
    optional: bool = False

    @property
    def is_for_production(self) -> bool:
        return not self.only or not NOT_AT_RUN_TIME.issuperset(self.only)


class Project(NamedTuple):
    """`folder` is that of its mix.exs; `options` is the keyword list of `project/0`."""

    path: str
    folder: str
    options: dict[str, Node]
    app: str | None
    dependencies: tuple[Dependency, ...]
    releases: tuple[str, ...]
    apps_path: str | None
    module: str | None  # the application's callback module: it has processes of its own
    aliases: dict[str, Node]

    def text(self, option: str) -> str | None:
        return literal(self.options.get(option))

    def source(self, option: str) -> Source:
        node = self.options.get(option)
        return Source(self.path, line(node)) if node is not None else Source(self.path)

    def dependency(self, *names: str) -> Dependency | None:
        return next((each for each in self.dependencies if each.name in names), None)

    def inside(self, name: str) -> str:
        return name if self.folder == "." else f"{self.folder}/{name}"


def read(repo: Repo, folder: str) -> Project | None:
    """None when there is no mix.exs, or none with a project in it."""
    path = MANIFEST if folder == "." else f"{folder}/{MANIFEST}"
    tree = repo.syntax(path, "elixir")
    if tree is None:
        return None
    known = functions(repo, path)
    given = attributes(tree)
    options = _keywords(known, "project", given)
    application = _keywords(known, "application", given)
    if not options:
        return None
    called = options.get("mod") or application.get("mod")
    return Project(
        path=path,
        folder=folder,
        options=options,
        app=atom(options.get("app")),
        dependencies=tuple(_dependencies(known, options.get("deps"), path, folder)),
        releases=tuple(pairs(_follow(known, options.get("releases")))),
        apps_path=literal(options.get("apps_path")),
        module=alias(called.named_children[0]) if called is not None and called.type == "tuple" else None,
        aliases=pairs(_follow(known, options.get("aliases"))),
    )


def _keywords(known: dict[str, list[Call]], name: str, given: dict[str, Node]) -> dict[str, Node]:
    """The keyword list that a function returns, with attributes put in."""
    found: dict[str, Node] = {}
    for clause in known.get(name, []):
        for node in statements(clause.body)[-1:]:
            found |= {key: value for key, value in pairs(_follow(known, node)).items() if key not in found}
    return {key: _attribute(value, given) for key, value in found.items()}


def _attribute(node: Node, given: dict[str, Node]) -> Node:
    return given.get(text(node)[1:].strip(), node) if node.type == "unary_operator" else node


def _follow(known: dict[str, list[Call]], node: Node | None) -> Node | None:
    """The last expression of the function that a value is taken from: `deps()`, `releases()`."""
    for _ in range(MOST_STEPS):
        name = _called(node, known)
        clauses = known.get(name, [])
        if node is None or not clauses:
            return node
        body = statements(clauses[-1].body)
        node = body[-1] if body else None
    return node


def _called(node: Node | None, known: dict[str, list[Call]]) -> str:
    if node is None:
        return ""
    name = text(node) if node.type == "identifier" else call_name(node) if node.type == "call" else ""
    return name if name in known else ""


def _dependencies(known: dict[str, list[Call]], node: Node | None, path: str, folder: str) -> Iterator[Dependency]:
    """Every `{:name, ...}` of the list, of those joined to it, and of the functions that it is made by."""
    seen: set[str] = set()
    waiting = [node] if node is not None else []
    while waiting:
        each = waiting.pop(0)
        name = _called(each, known)
        if name and name not in seen and len(seen) < MOST_STEPS:
            seen.add(name)
            waiting = [body for clause in known[name] for body in statements(clause.body)] + waiting
        elif each.type == "tuple":
            found = _dependency(each, path, folder)
            if found:
                yield found
        elif each.type in ("list", "if", "do_block", "block") or _joins(each):
            waiting = [child for child in each.named_children if child.type != "comment"] + waiting


def _joins(node: Node) -> bool:
    """Whether lists are put together here, or one is chosen of several."""
    if node.type == "binary_operator":
        return text_of_operator(node) in ("++", "|>")
    return node.type == "else_block" or (node.type == "call" and call_name(node) in ("if", "case", "List.flatten", "Enum.concat"))


def _dependency(node: Node, path: str, folder: str) -> Dependency | None:
    parts = node.named_children
    name = atom(parts[0]) if parts else None
    if name is None or len(parts) < 2:
        return None
    requirement = next((literal(part) for part in parts[1:] if literal(part)), None)
    options = pairs(parts[-1]) if parts[-1].type in ("keywords", "list") else {}
    kind = next((kind for key, kind in KINDS if key in options), "hex")
    below = {"path": literal(options.get("path")), "umbrella": f"../{name}"}.get(kind)
    return Dependency(
        name,
        requirement,
        Source(path, line(node)),
        words(options.get("only")),
        kind,
        normpath(f"{folder}/{below}") if below else None,
        literal(options.get("organization")),
        runs=word(options.get("runtime")) != "false" and word(options.get("app")) != "false",
        optional=word(options.get("optional")) == "true",
    )


KINDS = (("in_umbrella", "umbrella"), ("path", "path"), ("git", "git"), ("github", "git"))


class Locked(NamedTuple):
    version: str
    line: int


def locked(repo: Repo, path: str) -> dict[str, Locked]:
    """Package -> what mix.lock holds it at: a map of `"name": {:hex, :name, "version", ...}`."""
    tree = repo.syntax(path, "elixir")
    found: dict[str, Locked] = {}
    for match in tree.matches("(pair (quoted_keyword) @name (tuple . (atom) @kind) @value)") if tree else ():
        parts = match["value"].named_children
        version = literal(parts[2]) if len(parts) > 2 and text(match["kind"]) == ":hex" else None
        if version:
            found[text(match["name"]).strip().strip('":')] = Locked(version, line(match["name"]))
    return found
