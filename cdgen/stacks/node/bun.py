"""Bun: its own package manager, test runner and runtime of JavaScript and TypeScript."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.facts import Fact
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service, Toolchain
from cdgen.repo import Repo, Scope
from cdgen.road.pins import Pins
from cdgen.stacks.base import Candidate
from cdgen.stacks.node import base
from cdgen.stacks.node.image import image_recipe
from cdgen.stacks.node.versions import bun_toolchain

id = "bun"  # noqa: A001
family = base.FAMILY
title = "Bun"
paved = True


def detect(repo: Repo) -> Iterator[Candidate]:
    return base.detect(repo, id)


def facts(scope: Scope) -> Iterator[Fact]:
    return base.facts(scope, id)


def toolchain(service: Service, pins: Pins) -> Toolchain:
    return bun_toolchain(service, pins)


def image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:  # noqa: ARG001
    return image_recipe(service, scope, pins, id)
