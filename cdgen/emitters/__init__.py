"""Plan in, files out: pipelines, images, manifests, pages, and the entries that cdgen keeps in files of the team."""

from __future__ import annotations

from typing import Protocol

from cdgen.model.output import PatchedFile, RenderedFile
from cdgen.model.plan import DeliveryPlan


class Reads(Protocol):
    """The repository, as far as editing its files needs it."""

    def text(self, path: str) -> str | None: ...


def emit(plan: DeliveryPlan, repo: Reads) -> tuple[tuple[RenderedFile, ...], tuple[PatchedFile, ...]]:
    """Every file that cdgen owns, by path, and every file of the team's that it keeps entries in."""
    from cdgen.emitters.ci import ci_emitter
    from cdgen.emitters.deploy import DEPLOY_EMITTERS
    from cdgen.emitters.docs import DOCS_EMITTERS
    from cdgen.emitters.image import IMAGE_EMITTERS
    from cdgen.emitters.repository import PATCHERS, answers

    emitters = (ci_emitter(plan.config.ci or plan.road.ci), *IMAGE_EMITTERS, *DEPLOY_EMITTERS, *DOCS_EMITTERS, answers)
    places = plan.config.places
    files = sorted(file._replace(path=places.get(file.path, file.path)) for emitter in emitters for file in emitter.emit(plan))
    read = [(patcher, repo.text(patcher.path)) for patcher in PATCHERS]
    patches = tuple(patch._replace(original=text) for patcher, text in read if (patch := patcher.patch(text, plan)))
    return tuple(files), patches
