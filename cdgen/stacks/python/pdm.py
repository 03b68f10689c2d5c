"""PDM: pyproject.toml and pdm.lock."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.facts import Fact, Origin, Source
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service, Toolchain
from cdgen.repo import Repo, Scope
from cdgen.road.pins import Pins
from cdgen.stacks.base import Candidate
from cdgen.stacks.python import base

id = "pdm"
family = "python"
title = "Python with PDM"
paved = True


def detect(repo: Repo) -> Iterator[Candidate]:
    return base.claimed(repo, id)


def facts(scope: Scope) -> Iterator[Fact]:
    return base.facts_of(scope, TOOL)


def toolchain(service: Service, pins: Pins) -> Toolchain:
    return base.toolchain(service, pins, "pdm")


def image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:
    return base.recipe_of(service, scope, road, pins, TOOL)


def _install(project: base.Project, wanted: tuple[str, ...]) -> base.Installed | None:
    """Development groups are installed unless told otherwise; extras are named."""
    extras = "".join(f" -G {extra}" for extra in base.extras_with(project, wanted))
    if project.lock:
        return base.Installed(f"pdm sync{extras}", Source(project.lock), Origin.LOCKFILE)
    return base.Installed(f"pdm install{extras}", project.scope.source("pyproject.toml"), Origin.MANIFEST)


TOOL = base.Tool(id, "pdm run ", _install, build="pdm build")
