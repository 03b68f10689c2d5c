"""Gemfile and Gemfile.lock: which gems a folder asks for, and which it gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cdgen.model.facts import Source
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line
from cdgen.stacks.ruby.tree import Call, as_call, calls, statements, word, words

if TYPE_CHECKING:
    from tree_sitter import Node

NAMES = (("Gemfile", "Gemfile.lock"), ("gems.rb", "gems.locked"))
NOT_AT_RUN_TIME = frozenset({"development", "test", "ci", "lint", "linters", "docs", "rubocop", "cucumber", "darwin", "tools"})
MOST_DEPTH = 8  # of blocks in a Gemfile


class Gem(NamedTuple):
    name: str
    constraints: tuple[str, ...]
    line: int
    groups: frozenset[str]  # none: the default group
    path: str | None = None  # a folder of the repository, relative to the Gemfile

    @property
    def runs(self) -> bool:
        """Whether it is there at run time."""
        return not self.groups or bool(self.groups - NOT_AT_RUN_TIME)


class Lock(NamedTuple):
    """What a lockfile fixes. `ruby` is its version with its line."""

    path: str
    versions: dict[str, str]
    platforms: tuple[str, ...]
    ruby: tuple[str, int] | None
    bundler: str | None


class Gemfile(NamedTuple):
    """`ruby` is (constraint, line); `ruby_file` the file that the version is read from."""

    scope: Scope
    path: str  # relative to the service
    gems: dict[str, Gem]
    ruby: tuple[tuple[str, ...], int] | None
    ruby_file: tuple[str, int] | None
    gemspec: str | None  # a gemspec of the folder whose dependencies are read too
    lock: Lock | None

    def has(self, *names: str) -> bool:
        """Whether one of the gems is there at run time."""
        return any(name in self.gems and self.gems[name].runs for name in names)

    def any(self, *names: str) -> bool:
        """Whether one of the gems is there, in whatever group."""
        return any(name in self.gems for name in names)

    def version(self, name: str) -> str | None:
        """The locked version, else what the Gemfile asks for."""
        if self.lock and name in self.lock.versions:
            return self.lock.versions[name]
        gem = self.gems.get(name)
        return ", ".join(gem.constraints) if gem and gem.constraints else None

    def source(self, name: str = "") -> Source:
        gem = self.gems.get(name)
        return self.scope.line(self.path, gem.line if gem else 0)


def read(scope: Scope) -> Gemfile | None:
    """The Gemfile of a folder; None where there is none."""
    for name, lockfile in NAMES:
        syntax = scope.syntax(name, "ruby") if scope.has(name) else None
        if syntax is not None:
            return _gemfile(scope, name, syntax.root, _lock(scope, lockfile))
    return None


def _gemfile(scope: Scope, path: str, root: Node, lock: Lock | None) -> Gemfile:
    gems: dict[str, Gem] = {}
    _collect(root, frozenset(), gems, 0)
    said = next((call for call in statements(root) if call.name == "ruby" and (call.arguments or call.pairs)), None)
    versions = tuple(found for each in said.arguments if (found := word(each)) is not None) if said else ()
    file = _version_file(said) if said and not versions else None
    gemspec = None
    if any(call.name == "gemspec" for call in statements(root)):
        gemspec = next(iter(scope.glob("*.gemspec")), None)
        _of_gemspec(scope, gemspec, gems)
    number = line(said.node) if said else 0
    return Gemfile(scope, path, gems, (versions, number) if versions else None, (file, number) if file else None, gemspec, lock)


def _version_file(call: Call) -> str | None:
    """`ruby file: ".ruby-version"`, `ruby File.read(".ruby-version").strip`."""
    named = word(call.pairs.get("file"))
    if named is None:
        named = next(
            (found for each in calls(call.node) if each.receiver == "File" for a in each.arguments if (found := word(a))), None
        )
    return named.removeprefix("./") if named else None


def _collect(body: Node | None, groups: frozenset[str], gems: dict[str, Gem], depth: int) -> None:
    if depth > MOST_DEPTH:
        return
    for call in statements(body):
        if call.name == "gem" and call.arguments and not call.receiver:
            gem = _gem(call, groups)
            if gem:
                gems.setdefault(gem.name, gem)
        elif call.name == "group":
            named = frozenset(found for each in call.arguments if (found := word(each)))
            _collect(call.block, groups | named, gems, depth + 1)
        elif call.block is not None and call.name not in ("git_source", "install_if"):
            _collect(call.block, groups, gems, depth + 1)


def _gem(call: Call, groups: frozenset[str]) -> Gem | None:
    name = word(call.arguments[0])
    if not name:
        return None
    constraints = tuple(found for each in call.arguments[1:] for found in words(each))
    own = frozenset((*words(call.pairs.get("group")), *words(call.pairs.get("groups"))))
    return Gem(name, constraints, line(call.node), groups | own, word(call.pairs.get("path")))


def _of_gemspec(scope: Scope, path: str | None, gems: dict[str, Gem]) -> None:
    syntax = scope.syntax(path, "ruby") if path else None
    for call in calls(syntax.root) if syntax else ():
        if call.name in ("add_dependency", "add_runtime_dependency", "add_development_dependency") and call.arguments:
            name = word(call.arguments[0])
            groups = frozenset({"development"}) if "development" in call.name else frozenset()
            if name:
                gems.setdefault(name, Gem(name, (), 0, groups))


def _lock(scope: Scope, path: str) -> Lock | None:
    """The parts of a lockfile that are indented by four (`name (version)`) or stand under a heading."""
    if not scope.has(path):
        return None
    versions: dict[str, str] = {}
    platforms: list[str] = []
    ruby: tuple[str, int] | None = None
    bundler = None
    heading = ""
    for number, text in enumerate(scope.lines(path), 1):
        if text and not text.startswith(" "):
            heading = text.strip()
        elif heading == "PLATFORMS" and text.strip():
            platforms.append(text.strip())
        elif heading == "RUBY VERSION" and (found := compiled(r"^\s+ruby (\d[\w.]*?)(?:p\d+)?$").match(text)):
            ruby = (found.group(1), number)
        elif heading == "BUNDLED WITH" and text.strip():
            bundler = text.strip()
        elif heading in ("GEM", "PATH", "GIT") and (found := compiled(r"^ {4}(\S+) \(([\w.]+)(?:-[^)]*)?\)$").match(text)):
            versions.setdefault(found.group(1), found.group(2))
    return Lock(path, versions, tuple(platforms), ruby, bundler)


def gemspec_ruby(scope: Scope) -> tuple[str, Source] | None:
    """`required_ruby_version` of the folder's gemspec."""
    for path in scope.glob("*.gemspec"):
        syntax = scope.syntax(path, "ruby")
        for match in syntax.matches("(assignment left: (call method: (identifier) @name) right: (_) @value)") if syntax else ():
            node = match["value"]
            if match["name"].text == b"required_ruby_version":
                call = as_call(node)
                found = word(node) or (word(call.arguments[0]) if call and call.arguments else None)
                if found:
                    return found, scope.line(path, line(node))
    return None
