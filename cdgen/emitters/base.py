"""What every emitter is: plan in, files out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from cdgen.model.output import PatchedFile, RenderedFile
from cdgen.model.plan import DeliveryPlan


class Emitter(Protocol):
    """A module with these members; `id` is the file name with hyphens."""

    id: str

    def emit(self, plan: DeliveryPlan) -> Iterator[RenderedFile]:
        """Every file, with paths relative to the repository root."""
        ...


class Patcher(Protocol):
    """A module that edits a file of the team's: it adds cdgen's own entries, keeps everything else, and can take them out."""

    id: str
    path: str

    def patch(self, text: str | None, plan: DeliveryPlan) -> PatchedFile | None:
        """The file with cdgen's entries, None when it needs none. `text` is what stands there, None when there is no file."""
        ...

    def remove(self, text: str) -> str:
        """The file without them; empty when nothing else was in it."""
        ...
