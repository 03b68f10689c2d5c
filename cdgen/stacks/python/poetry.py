"""Poetry: pyproject.toml with [tool.poetry], and poetry.lock."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.facts import Fact, Origin, Source
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service, Toolchain
from cdgen.repo import Repo, Scope
from cdgen.road.pins import Pins
from cdgen.stacks.base import Candidate
from cdgen.stacks.python import base

id = "poetry"
family = "python"
title = "Python with Poetry"
paved = True


def detect(repo: Repo) -> Iterator[Candidate]:
    return base.claimed(repo, id)


def facts(scope: Scope) -> Iterator[Fact]:
    return base.facts_of(scope, TOOL)


def toolchain(service: Service, pins: Pins) -> Toolchain:
    return base.toolchain(service, pins, "poetry")


def image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:
    return base.recipe_of(service, scope, road, pins, TOOL)


def _install(project: base.Project, wanted: tuple[str, ...]) -> base.Installed | None:
    """`--no-root` where the package that Poetry would install is not there: it stops with an error otherwise."""
    root = "" if _has_package(project) else " --no-root"
    groups = "".join(f" --with {group}" for group in base.poetry_groups_with(project, wanted))
    extras = "".join(f" --extras {extra}" for extra in base.extras_with(project, wanted))
    command = f"poetry install --no-interaction{root}{groups}{extras}"
    if project.lock:
        return base.Installed(command, Source(project.lock), Origin.LOCKFILE)
    return base.Installed(command, project.scope.source("pyproject.toml", r"^\[tool\.poetry"), Origin.MANIFEST)


def _has_package(project: base.Project) -> bool:
    poetry = base.table(project.pyproject, "tool", "poetry")
    if poetry.get("package-mode") is False or "build-system" not in project.pyproject:
        return poetry.get("package-mode") is not False and "build-system" in project.pyproject
    name = str(poetry.get("name") or base.table(project.pyproject, "project").get("name") or "")
    module = name.replace("-", "_").replace(".", "_")
    places = (f"{module}.py", f"{module}/__init__.py", f"src/{module}.py", f"src/{module}/__init__.py")
    return "packages" in poetry or any(project.scope.has(place) for place in places)


TOOL = base.Tool(id, "poetry run ", _install, add="poetry run pip install", build="poetry build")
