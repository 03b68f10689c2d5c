"""Image recipe."""

from __future__ import annotations

from typing import Any

from cdgen.model.service import ImageRecipe, Service
from cdgen.repo import Scope
from cdgen.road.pins import Pins


def recipe(service: Service, scope: Scope, road: Any, pins: Pins, tool: Any) -> ImageRecipe | None:
    return None
