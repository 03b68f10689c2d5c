"""The Elixir files of one service: its code, its settings, and those of the umbrella around it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.repo import Scope
from cdgen.stacks.beam.project import LOCK, Locked, Project, locked, read
from cdgen.stacks.beam.terms import GRAMMAR, Call, calls
from cdgen.stacks.beam.values import Names, Settings

if TYPE_CHECKING:
    from tree_sitter import Node

    from cdgen.repo.syntax import Syntax

# folders whose files are not part of the running system
SUPPORT = frozenset(
    {
        "test",
        "tests",
        "integration_test",
        "deps",
        "_build",
        "priv",
        "bench",
        "benchmarks",
        "examples",
        "example",
        "fixtures",
        "assets",
    }
    | {"docs", "installer", "templates", "node_modules", "dev", "support"}
)
GENERATED = ".pb.ex"  # by the compiler of protocol buffers
# settings of the running system, the strongest first; what only a developer's machine or a test reads comes last or not at all
CONFIGS = ("runtime", "releases", "prod", "production", "config")


class Code:
    """`files` are paths below the repository root."""

    def __init__(self, scope: Scope, project: Project, umbrella: Project | None) -> None:
        self.scope = scope
        self.repo = scope.repo
        self.project = project
        self.umbrella = umbrella
        own = self.repo.under(project.folder) if project.apps_path else tuple(scope.path(path) for path in scope.files)
        cut = 0 if project.folder == "." else len(project.folder) + 1
        self.all = own
        code = tuple(path for path in own if path.endswith(".ex") and SUPPORT.isdisjoint(path[cut:].split("/")[:-1]))
        self.stubs = tuple(path for path in code if path.endswith(GENERATED))
        self.files = tuple(path for path in code if not path.endswith(GENERATED))
        self.configs = tuple(self._configs())
        self.settings = Settings(self.repo, self.configs)
        self._names: dict[str, Names] = {}

    def _configs(self) -> Iterator[str]:
        roots = [self.project, *([self.umbrella] if self.umbrella else ()), *members(self)]
        for name in CONFIGS:
            for root in roots:
                path = root.inside(f"config/{name}.exs")
                if self.repo.has(path):
                    yield path

    def development(self) -> tuple[str, ...]:
        roots = [self.project, *([self.umbrella] if self.umbrella else ()), *members(self)]
        return tuple(path for root in roots if self.repo.has(path := root.inside("config/dev.exs")))

    @property
    def production(self) -> tuple[str, ...]:
        """What the running system is made of: settings first."""
        return (*self.configs, *self.files)

    def holding(self, *needles: str, files: tuple[str, ...] | None = None) -> Iterator[str]:
        """Files in whose text one of the words stands; only they are worth a syntax tree."""
        for path in self.production if files is None else files:
            known = self.repo.text(path)
            if known and any(needle in known for needle in needles):
                yield path

    def calls(self, path: str, within: Node | None = None) -> Iterator[Call]:
        return calls(self.repo, path, within)

    def tree(self, path: str) -> Syntax | None:
        return self.repo.syntax(path, GRAMMAR)

    def names(self, path: str) -> Names:
        if path not in self._names:
            self._names[path] = Names(self.repo, path, self.settings)
        return self._names[path]

    def lock(self) -> str | None:
        """The nearest mix.lock: an umbrella has one for all."""
        return next((path for root in (self.project, self.umbrella) if root and self.repo.has(path := root.inside(LOCK))), None)

    def locked(self) -> dict[str, Locked]:
        path = self.lock()
        return locked(self.repo, path) if path else {}


def code_of(scope: Scope) -> Code | None:
    """None when mix.exs holds no project that can be read."""
    project = read(scope.repo, scope.directory)
    return Code(scope, project, umbrella_of(scope)) if project else None


def umbrella_of(scope: Scope) -> Project | None:
    """The project above that has this folder among its apps."""
    for path in scope.above("mix.exs"):
        folder = path.rpartition("/")[0] or "."
        project = read(scope.repo, folder)
        apps = project.inside(project.apps_path) if project and project.apps_path else None
        if project and apps and scope.directory.rpartition("/")[0] == apps:
            return project
    return None


def members(code: Code) -> tuple[Project, ...]:
    """The projects of an umbrella."""
    if not code.project.apps_path:
        return ()
    place = code.project.inside(code.project.apps_path)
    found = code.repo.glob("*/mix.exs", place)
    return tuple(project for path in found if (project := read(code.repo, path.rpartition("/")[0])))
