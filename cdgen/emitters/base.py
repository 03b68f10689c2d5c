"""What every emitter is: plan in, files out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from cdgen.model.output import RenderedFile
from cdgen.model.plan import DeliveryPlan


class Emitter(Protocol):
    """A module with these members; `id` is the file name with hyphens."""

    id: str

    def emit(self, plan: DeliveryPlan) -> Iterator[RenderedFile]:
        """Every file, with paths relative to the repository root."""
        ...
