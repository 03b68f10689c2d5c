"""Bun: its own package manager, test runner and runtime of JavaScript and TypeScript."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Fact
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service, Toolchain
from cdgen.repo import Repo, Scope
from cdgen.road.pins import Pins
from cdgen.stacks.base import Candidate
from cdgen.stacks.node import base
from cdgen.stacks.node.image import image_recipe
from cdgen.stacks.node.versions import BUN_IMAGE, satisfying, sources_of, tool_version
from cdgen.stacks.node.workspace import LOCKFILES

id = "bun"  # noqa: A001
family = base.FAMILY
title = "Bun"
paved = True


def detect(repo: Repo) -> Iterator[Candidate]:
    return base.detect(repo, id)


def facts(scope: Scope) -> Iterator[Fact]:
    return base.facts(scope, id)


def toolchain(service: Service, pins: Pins) -> Toolchain:
    return _resolved(service, pins)


def image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:  # noqa: ARG001
    return image_recipe(service, scope, pins, id)


def _version(service: Service, pins: Pins) -> str | None:
    """The Bun that the pins offer for a stated one; without a pin for it, as stated. It is compatible within a major line."""
    offered = pins.versions(BUN_IMAGE)
    stated = tool_version(service)
    if not stated:
        return offered[0] if offered else None
    return next(iter(satisfying(stated, offered)), stated)


def _resolved(service: Service, pins: Pins) -> Toolchain:
    """Bun is runtime and package manager at once."""
    locks = tuple(path for path in sources_of(service, f.BUILD_TOOL.name) if LOCKFILES.get(path.rpartition("/")[2]) == "bun")
    version = _version(service, pins)
    return Toolchain("bun", version, None, package_manager="bun", package_manager_version=version, lockfiles=locks)
