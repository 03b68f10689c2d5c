"""One service, read once: its manifests, requirements, code and tests as one value that every question is asked of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from cdgen.model.facts import Source
from cdgen.repo import Scope
from cdgen.stacks.python.base import manifests
from cdgen.stacks.python.base.requirements import MAIN, Requirement, RequirementsFile
from cdgen.stacks.python.base.sources import Module, read_modules

LOCKS: Mapping[str, str] = {"uv": "uv.lock", "poetry": "poetry.lock", "pdm": "pdm.lock", "pipenv": "Pipfile.lock"}


class Project(NamedTuple):
    """`tool` is the build tool that reads it; `lock` its lock file as a repository path, which may lie above the service."""

    scope: Scope
    tool: str
    lock: str | None
    pyproject: Mapping[str, Any]
    pipfile: Mapping[str, Any]
    setups: tuple[manifests.Setup, ...]
    files: Mapping[str, RequirementsFile]
    requirements: tuple[Requirement, ...]
    modules: tuple[Module, ...]
    tests: tuple[Module, ...]

    def direct(self, *names: str) -> Requirement | None:
        """The first of these packages that production code asks for itself."""
        return self._first(names, only_main=True)

    def any(self, *names: str) -> Requirement | None:
        """The first of these packages that is asked for in any group."""
        return self._first(names, only_main=False)

    def _first(self, names: tuple[str, ...], *, only_main: bool) -> Requirement | None:
        for name in names:
            for one in self.requirements:
                if one.name == name and one.is_direct and (one.group == MAIN or not only_main):
                    return one
        return None

    def installed(self, *names: str) -> Requirement | None:
        """The first of these packages that some manifest brings in, directly or not."""
        return next((one for name in names for one in self.requirements if one.name == name), None)

    def place(self, requirement: Requirement) -> Source:
        """Where a requirement stands; its line is looked up only now."""
        if requirement.line:
            return self.scope.line(requirement.path, requirement.line)
        name = requirement.name.replace("-", "[-_.]+")
        return self.scope.source(requirement.path, rf"(?i)(?:^|[\"'\s]){name}(?![\w-])")

    @property
    def is_package(self) -> bool:
        """Whether installing it installs its own code (it says how to build itself)."""
        return "build-system" in self.pyproject or any(setup.path == manifests.SETUP_PY for setup in self.setups)


def lock_of(scope: Scope, tool: str) -> str | None:
    """The tool's lock file: in the folder, or of the workspace above it. A repository path."""
    name = LOCKS.get(tool)
    if name is None:
        return None
    if scope.has(name):
        return scope.path(name)
    return next(iter(scope.above(name)), None) if tool == "uv" else None


@lru_cache(maxsize=4)
def read_project(scope: Scope, tool: str) -> Project:
    """Raises InputError when a manifest cannot be parsed."""
    pyproject = manifests.read_toml(scope, manifests.PYPROJECT)
    pipfile = manifests.read_toml(scope, manifests.PIPFILE)
    setups = manifests.read_setups(scope)
    files = manifests.requirements_files(scope)
    modules, tests = read_modules(scope)
    found = tuple(_requirements(tool, pyproject, pipfile, setups, files))
    return Project(scope, tool, lock_of(scope, tool), pyproject, pipfile, setups, files, found, modules, tests)


def _requirements(
    tool: str,
    pyproject: Mapping[str, Any],
    pipfile: Mapping[str, Any],
    setups: tuple[manifests.Setup, ...],
    files: Mapping[str, RequirementsFile],
) -> Iterator[Requirement]:
    """The requirements that the tool installs come first; what other manifests of the folder say comes after."""
    own = manifests.from_pyproject(pyproject)
    rest = chain.from_iterable(manifests.from_setup(setup) for setup in setups)
    listed = manifests.from_files(files)
    if tool == "pip":
        yield from chain(listed, own, rest, manifests.from_pipfile(pipfile))
    elif tool == "pipenv":
        yield from chain(manifests.from_pipfile(pipfile), rest, own, listed)
    else:
        yield from chain(own, rest, listed if tool in ("setuptools", "hatch") else ())
