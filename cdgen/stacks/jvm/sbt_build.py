"""An sbt build as its files state it, read as Scala: settings, libraries, plugins, projects.

https://www.scala-sbt.org/1.x/docs/Basic-Def.html
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cdgen.model.facts import Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.jvm.build import Dependency, Plugin

if TYPE_CHECKING:
    from tree_sitter import Node

    from cdgen.repo.syntax import Syntax

INFIX = "(infix_expression) @infix"
NAMED = "(val_definition pattern: (identifier) @name value: (_) @value) @val"
CALLED = (
    "(call_expression function: (field_expression field: (identifier) @name) arguments: (arguments) @arguments"
    ' (#any-of? @name "enablePlugins" "dependsOn" "in"))'
)
OF_TESTS = ("test", "it", "integrationtest", "provided")
MOST_LINKS = 12  # a version that is named by a name that is named by a name
SETTINGS = ("scalaVersion", "name", "executableScriptName")


class Member(NamedTuple):
    """A project of the build that lives in a folder of its own. `needs` are names of other projects."""

    name: str
    folder: str
    needs: tuple[str, ...]
    plugins: tuple[str, ...]
    source: Source


class Sbt:
    """`root` is the folder of build.sbt, which may stand above the project's own."""

    def __init__(self, repo: Repo, root: str) -> None:
        prefix = "" if root == "." else f"{root}/"
        self.root = root
        self.path = f"{prefix}build.sbt"
        definitions = [path for path in repo.glob("project/*.{scala,sbt}", root) if not path.endswith("/plugins.sbt")]
        self.trees = tuple(tree for path in (self.path, *definitions) if (tree := _tree(repo, path)))
        self.plugin_trees = tuple(tree for path in repo.glob("project/*.sbt", root) if (tree := _tree(repo, path)))
        self.values = {name: (tree, node) for tree in (*self.trees, *self.plugin_trees) for name, node in _values(tree)}
        found = compiled(r"(?m)^\s*sbt\.version\s*=\s*([\w.-]+)").search(repo.text(f"{prefix}project/build.properties") or "")
        self.version = found.group(1) if found else None
        self.properties = f"{prefix}project/build.properties"

    def text(self, node: Node, links: int = MOST_LINKS) -> str | None:
        """A string, or the string that a name stands for."""
        from cdgen.repo import syntax

        shown = syntax.text(node)
        if node.type == "string":
            return shown.strip('"')
        name = shown.rpartition(".")[2]
        return self.text(self.values[name][1], links - 1) if links and name in self.values else None

    def setting(self, name: str) -> tuple[str, Source] | None:
        """The first `name := "value"`, also `ThisBuild / name := value`."""
        from cdgen.repo import syntax

        for tree in self.trees:
            for match in tree.matches(INFIX):
                node = match["infix"]
                left, operator, right = (node.child_by_field_name(each) for each in ("left", "operator", "right"))
                if left is None or operator is None or right is None or syntax.text(operator) != ":=":
                    continue
                if syntax.text(left).split("/")[-1].strip().removesuffix(" in ThisBuild") == name:
                    value = self.text(right)
                    if value:
                        return value, Source(tree.path, syntax.line(node))
        return None

    def dependencies(self) -> Iterator[Dependency]:
        """Libraries are named anywhere: in the build, or in an object of `project/Dependencies.scala`."""
        for tree in self.trees:
            yield from (dependency for dependency in self._coordinates(tree))

    def plugins(self) -> Iterator[Plugin]:
        for tree in self.plugin_trees:
            yield from (Plugin(each.name, each.version, each.source) for each in self._coordinates(tree))

    def _coordinates(self, tree: Syntax) -> Iterator[Dependency]:
        """`"group" %% "artifact" % "version" % Test`: three or four parts joined by percent signs, the outermost of them."""
        from cdgen.repo import syntax

        for match in tree.matches(INFIX):
            node = match["infix"]
            parent = node.parent
            if not _is_percent(node) or (parent is not None and _is_percent(parent) and parent.child_by_field_name("left") == node):
                continue
            parts = list(_parts(node))
            group, artifact = self.text(parts[0]), self.text(parts[1]) if len(parts) > 1 else None
            if group and artifact and "." in group + "." and len(parts) > 2:
                scope = syntax.text(parts[3]).strip('"').lower() if len(parts) > 3 else ""
                test = scope.partition(",")[0].rpartition(".")[2] in OF_TESTS
                yield Dependency(group, artifact, self.text(parts[2]), test, Source(tree.path, syntax.line(parts[0])))

    def enabled(self) -> frozenset[str]:
        """Plugins that any project switches on."""
        return frozenset(
            name for tree in self.trees for called, names in _calls(tree) if called == "enablePlugins" for name in names
        )

    def members(self) -> tuple[Member, ...]:
        """`lazy val api = (project in file("services/api"))`; without `file`, the folder is called like the name."""
        return tuple(member for tree in self.trees[:1] for member in self._members(tree))

    def _members(self, tree: Syntax) -> Iterator[Member]:
        from cdgen.repo import syntax

        for match in tree.matches(NAMED):
            body = syntax.text(match["value"])
            if not compiled(r"^\(?\s*(?:project\b|crossProject\b|Project\s*\()").match(body):
                continue
            name = syntax.text(match["name"])
            stated = compiled(r'\bfile\(\s*"([^"]*)"\s*\)').search(body)
            folder = stated.group(1).strip("./") if stated else name
            called = list(_calls(tree, match["value"]))
            needs = tuple(each for kind, names in called if kind == "dependsOn" for each in names)
            plugins = tuple(each for kind, names in called if kind == "enablePlugins" for each in names)
            full = "/".join(part for part in (self.root if self.root != "." else "", folder) if part) or "."
            yield Member(name, full, needs, plugins, Source(tree.path, syntax.line(match["val"])))


def _tree(repo: Repo, path: str) -> Syntax | None:
    return repo.syntax(path, "scala") if repo.has(path) else None


def _values(tree: Syntax) -> Iterator[tuple[str, Node]]:
    from cdgen.repo import syntax

    for match in tree.matches(NAMED):
        yield syntax.text(match["name"]), match["value"]


def _is_percent(node: Node) -> bool:
    operator = node.child_by_field_name("operator") if node.type == "infix_expression" else None
    return operator is not None and operator.text in (b"%", b"%%", b"%%%")


def _parts(node: Node) -> Iterator[Node]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is not None:
        yield from _parts(left) if _is_percent(left) else (left,)
    if right is not None:
        yield right


def _calls(tree: Syntax, within: Node | None = None) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(what is called, the names among its arguments); `core % "test->test"` is the name `core`."""
    from cdgen.repo import syntax

    for match in tree.matches(CALLED, within):
        names = (compiled(r"[A-Za-z_]\w*").search(syntax.text(each)) for each in match["arguments"].named_children)
        yield syntax.text(match["name"]), tuple(name.group() for name in names if name)


@lru_cache(maxsize=64)
def sbt_of(repo: Repo, root: str) -> Sbt:
    """A build, read once: its projects share it."""
    return Sbt(repo, root)


def root_of(repo: Repo, folder: str) -> str:
    """The folder whose build.sbt makes this one a project: itself, or the nearest above."""
    parts = [] if folder == "." else folder.split("/")
    places = ["/".join(parts[:depth]) or "." for depth in range(len(parts), -1, -1)]
    return next((place for place in places if repo.has("build.sbt" if place == "." else f"{place}/build.sbt")), folder)
