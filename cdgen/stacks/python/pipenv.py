"""Pipenv: Pipfile and Pipfile.lock."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.facts import Fact, Origin, Source
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service, Toolchain
from cdgen.repo import Repo, Scope
from cdgen.road.pins import Pins
from cdgen.stacks.base import Candidate
from cdgen.stacks.python import base

id = "pipenv"
family = "python"
title = "Python with Pipenv"
paved = True


def detect(repo: Repo) -> Iterator[Candidate]:
    return base.claimed(repo, id)


def facts(scope: Scope) -> Iterator[Fact]:
    return base.facts_of(scope, TOOL)


def toolchain(service: Service, pins: Pins) -> Toolchain:
    return base.toolchain(service, pins, "pipenv")


def image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:
    return base.recipe_of(service, scope, road, pins, TOOL)


def _install(project: base.Project, _wanted: tuple[str, ...]) -> base.Installed | None:
    """`sync` installs what the lock says and never locks again; the development packages hold the checks."""
    if project.lock:
        return base.Installed("pipenv sync --dev", Source(project.lock), Origin.LOCKFILE)
    return base.Installed("pipenv install --dev", project.scope.source("Pipfile"), Origin.MANIFEST)


TOOL = base.Tool(id, "pipenv run ", _install, add="pipenv run pip install")
