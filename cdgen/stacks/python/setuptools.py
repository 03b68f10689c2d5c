"""setuptools: setup.py, setup.cfg or a pyproject.toml with its build backend, and no lock."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.facts import Fact
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service, Toolchain
from cdgen.repo import Repo, Scope
from cdgen.road.pins import Pins
from cdgen.stacks.base import Candidate
from cdgen.stacks.python import base

id = "setuptools"
family = "python"
title = "Python with setuptools"
paved = True


def detect(repo: Repo) -> Iterator[Candidate]:
    return base.claimed(repo, id)


def facts(scope: Scope) -> Iterator[Fact]:
    return base.facts_of(scope, TOOL)


def toolchain(service: Service, pins: Pins) -> Toolchain:
    return base.toolchain(service, pins, "pip")


def image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:
    return base.recipe_of(service, scope, road, pins, TOOL)


def _install(project: base.Project, wanted: tuple[str, ...]) -> base.Installed | None:
    return base.editable_command(project, wanted)


TOOL = base.Tool(id, "", _install, add="pip install", build="python -m build")
