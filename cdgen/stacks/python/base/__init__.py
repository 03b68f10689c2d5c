"""What all Python build tools share. One subject per file; this is the whole of what a stack calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service
from cdgen.repo import Repo, Scope
from cdgen.road.pins import Pins
from cdgen.stacks.base import Candidate
from cdgen.stacks.python.base.application import entry_file
from cdgen.stacks.python.base.backing import backing_facts, migration_facts
from cdgen.stacks.python.base.checks import check_facts, packages_wanted
from cdgen.stacks.python.base.claims import claims
from cdgen.stacks.python.base.clients import call_facts
from cdgen.stacks.python.base.endpoints import endpoint_facts
from cdgen.stacks.python.base.environment import environment_facts
from cdgen.stacks.python.base.frameworks import framework_facts, served
from cdgen.stacks.python.base.image import image_problem, recipe
from cdgen.stacks.python.base.install import (
    Installed,
    codegen_facts,
    editable_command,
    extras_with,
    groups_with,
    poetry_groups_with,
    registry_facts,
    requirements_command,
)
from cdgen.stacks.python.base.kinds import kind_facts
from cdgen.stacks.python.base.manifests import PYPROJECT, strings, table
from cdgen.stacks.python.base.ports import metrics_port_facts, port_facts
from cdgen.stacks.python.base.project import Project, read_project
from cdgen.stacks.python.base.relations import relation_facts
from cdgen.stacks.python.base.routes import route_facts, routes
from cdgen.stacks.python.base.start import start_facts
from cdgen.stacks.python.base.trees import Trees
from cdgen.stacks.python.base.versions import is_dead, tool_version_facts, toolchain, version_facts

__all__ = [
    "Installed",
    "Project",
    "Tool",
    "claimed",
    "editable_command",
    "extras_with",
    "facts_of",
    "groups_with",
    "poetry_groups_with",
    "recipe_of",
    "requirements_command",
    "strings",
    "table",
    "toolchain",
]


class Tool(NamedTuple):
    """What differs between build tools.

    `runner` stands before a program that the tool installed (`uv run `), `add` before a package that is needed in its environment
    and that no manifest names, `build` makes a package. `install` is given the packages that the checks want.
    """

    id: str
    runner: str
    install: Callable[[Project, tuple[str, ...]], Installed | None]
    add: str = ""
    build: str = ""


def claimed(repo: Repo, tool: str) -> Iterator[Candidate]:
    return (claim for claim in claims(repo) if claim.stack == tool)


def facts_of(scope: Scope, tool: Tool) -> Iterator[Fact]:
    """All that Python shows in one service. Raises InputError when a manifest cannot be parsed."""
    project = read_project(scope, tool.id)
    yield from _language(project)
    yield from version_facts(project)
    yield from tool_version_facts(project)
    yield from _build_tool(project, tool)
    yield from framework_facts(project)
    ports = list(port_facts(project, entry_file(project)))
    best = max(ports, key=lambda fact: fact.confidence, default=None)
    opened = (fact for fact in ports if fact.origin is Origin.CODE and fact.confidence >= Confidence.INFERRED)
    kinds = list(kind_facts(project, next(opened, None)))
    yield from (*kinds, *ports)
    yield from metrics_port_facts(project)
    yield from _traffic(project)
    yield from environment_facts(project)
    yield from backing_facts(project)
    yield from migration_facts(project)
    yield from registry_facts(project)
    yield from codegen_facts(project)
    yield from relation_facts(project)
    yield from check_facts(project, tool.runner)
    yield from _build(tool, kinds)
    yield from start_facts(project, best.value if best else None)
    yield from _unsupported(project, kinds)


def _traffic(project: Project) -> Iterator[Fact]:
    """What the service answers, and whom it asks."""
    trees = Trees(project)
    answered = routes(project, trees)
    yield from route_facts(answered)
    yield from endpoint_facts(project, answered)
    yield from call_facts(project, trees)


def _language(project: Project) -> Iterator[Fact]:
    """Shown by a manifest or by a file of the language itself."""
    files = project.scope.files
    place = project.lock or next(
        (name for name in ("requirements.txt", "pyproject.toml", "Pipfile", "setup.py") if project.scope.has(name)), None
    )
    if project.lock:
        yield Fact(f.LANGUAGE, "python", Source(project.lock), Origin.LOCKFILE, Confidence.DECLARED, "lock file")
    elif place or project.files:
        path = place or next(iter(project.files))
        yield Fact(f.LANGUAGE, "python", project.scope.source(path), Origin.MANIFEST, Confidence.DECLARED, "manifest")
    elif code := next((path for path in files if path.endswith(".py")), None):
        yield Fact(f.LANGUAGE, "python", project.scope.source(code), Origin.LAYOUT, Confidence.INFERRED, "source files")


def _build_tool(project: Project, tool: Tool) -> Iterator[Fact]:
    wanted = packages_wanted(project)
    installed = tool.install(project, wanted)
    if installed is None:
        return
    yield Fact(
        f.BUILD_TOOL, tool.id, installed.source, installed.origin, Confidence.DECLARED, installed.source.path.rpartition("/")[2]
    )
    # tests that import pytest while no manifest asks for it: people have it installed
    lacks_runner = tool.add and "pytest" in wanted and not project.installed("pytest")
    command = f"{installed.command} && {tool.add} pytest" if lacks_runner else installed.command
    note = "pytest is imported by the tests and required nowhere" if lacks_runner else tool.id
    yield Fact(f.INSTALL, command, installed.source, installed.origin, Confidence.DECLARED, note)
    named = table(project.pyproject, "project").get("name") or table(project.pyproject, "tool", "poetry").get("name")
    named = named or next((setup.name for setup in project.setups if setup.name), None)
    if isinstance(named, str):
        place = project.scope.source(PYPROJECT, r"^name\s*=")
        yield Fact(f.SERVICE_NAME, named, place, Origin.MANIFEST, Confidence.DECLARED, "package name")


def _build(tool: Tool, kinds: list[Fact]) -> Iterator[Fact]:
    """Only a package is built; a service runs from its source."""
    kind = next((fact for fact in kinds if fact.key is f.KIND and fact.value in ("library", "cli")), None)
    if kind and tool.build:
        yield Fact(f.BUILD, tool.build, kind.source, Origin.MANIFEST, Confidence.INFERRED, "package")


def recipe_of(service: Service, scope: Scope, road: Road, pins: Pins, tool: Tool) -> ImageRecipe | None:
    return recipe(service, read_project(scope, tool.id), road, pins)


def _unsupported(project: Project, kinds: list[Fact]) -> Iterator[Fact]:
    """Why there is no road: a dead Python, or an environment that is not Python's own; or at least no image."""
    stated = sorted(version_facts(project), key=lambda fact: -fact.confidence)
    dead = next((fact for fact in stated if fact.confidence >= Confidence.INFERRED and is_dead(fact.value.text)), None)
    if dead:
        reason = f"Python {dead.value.text}: Python 2 has had no fixes since 2020"
        yield Fact(f.UNSUPPORTED, reason, dead.source, dead.origin, Confidence.DECLARED, "dead language version")
        return
    conda = next((name for name in ("environment.yml", "environment.yaml", "conda-lock.yml") if project.scope.has(name)), None)
    if conda and not project.requirements and not project.lock:
        yield Fact(f.UNSUPPORTED, "a conda environment", project.scope.source(conda), Origin.MANIFEST, Confidence.DECLARED, conda)
        return
    runs = any(fact.key is f.KIND and fact.value in ("service", "worker") for fact in kinds)
    if runs and not any("dockerfile" in path.lower() or path.endswith("Containerfile") for path in project.scope.files):
        problem = image_problem(project, stated[0].value.text if stated else None, Pins()) or _serverless(project)
        if problem:
            yield Fact(f.NO_IMAGE, problem, stated[0].source if stated else None, Origin.MANIFEST, Confidence.INFERRED, "image")


def _serverless(project: Project) -> str | None:
    """https://docs.djangoproject.com/en/stable/ref/django-admin/#runserver: not for production."""
    use = served(project)
    if use is None or use.known.name != "django" or project.scope.has("Procfile") or next(start_facts(project, None), None):
        return None
    return "no image: Django's own server is for developers, and no other (gunicorn, uvicorn) is required"
