"""A Maven or Gradle build as both are seen from the code's side: what it depends on, what it is made with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model.facts import Source
from cdgen.repo.patterns import compiled


class Dependency(NamedTuple):
    """`version` is None where a bill of materials or a parent decides it."""

    group: str
    artifact: str
    version: str | None
    test: bool
    source: Source

    @property
    def name(self) -> str:
        return f"{self.group}:{self.artifact}"


class Plugin(NamedTuple):
    """`name` is the artifact for Maven, the plugin id for Gradle."""

    name: str
    version: str | None
    source: Source


class Build(NamedTuple):
    """`directory` is the service's, `root` the topmost folder whose build files have a say. `members` are the folders that it is
    made of: its own first, then the modules of the same repository that it depends on."""

    tool: str
    directory: str
    root: str
    name: str
    dependencies: tuple[Dependency, ...]
    plugins: tuple[Plugin, ...]
    members: tuple[str, ...]
    managed: tuple[Dependency, ...] = ()  # imported bills of materials and parents: they fix versions only

    def find(self, pattern: str) -> Dependency | None:
        """The first dependency of the program itself whose `group:artifact` matches from its start to its end."""
        return next(self.all(pattern), None)

    def all(self, pattern: str) -> Iterator[Dependency]:
        match = compiled(rf"(?:{pattern})\Z").match
        return (each for each in self.dependencies if not each.test and match(each.name))

    def names(self) -> str:
        """The names of all dependencies of the program itself in one text, to be asked before any pattern is."""
        return " ".join(each.name for each in self.dependencies if not each.test)

    def plugin(self, *names: str) -> Plugin | None:
        return next((each for each in self.plugins if each.name in names), None)

    def version_of(self, pattern: str) -> str | None:
        """The version that a dependency, or the bill of materials of its family, states."""
        match = compiled(rf"(?:{pattern})\Z").match
        known = (*self.dependencies, *self.managed)
        return next((each.version for each in known if each.version and match(each.name)), None)
