"""uv: pyproject.toml and uv.lock, also of a workspace above."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.facts import Fact, Origin, Source
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service, Toolchain
from cdgen.repo import Repo, Scope
from cdgen.road.pins import Pins
from cdgen.stacks.base import Candidate
from cdgen.stacks.python import base

id = "uv"
family = "python"
title = "Python with uv"
paved = True


def detect(repo: Repo) -> Iterator[Candidate]:
    return base.claimed(repo, id)


def facts(scope: Scope) -> Iterator[Fact]:
    return base.facts_of(scope, TOOL)


def toolchain(service: Service, pins: Pins) -> Toolchain:
    return base.toolchain(service, pins, "uv")


def image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:
    return base.recipe_of(service, scope, road, pins, TOOL)


def _install(project: base.Project, wanted: tuple[str, ...]) -> base.Installed | None:
    """The `dev` group is installed unless the project says otherwise; other groups and extras are named."""
    settings = base.table(project.pyproject, "tool", "uv")
    default = base.strings(settings.get("default-groups")) or ("dev",)
    groups = "".join(f" --group {group}" for group in base.groups_with(project, wanted) if group not in default)
    extras = "".join(f" --extra {extra}" for extra in base.extras_with(project, wanted))
    if project.lock:
        return base.Installed(f"uv sync --frozen{groups}{extras}", Source(project.lock), Origin.LOCKFILE)
    return base.Installed(f"uv sync{groups}{extras}", project.scope.source("pyproject.toml"), Origin.MANIFEST)


TOOL = base.Tool(id, "uv run ", _install, add="uv pip install", build="uv build")
