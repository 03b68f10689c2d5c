"""CI systems: how a pipeline is written for what runs it."""

from __future__ import annotations

from cdgen.emitters.base import Emitter
from cdgen.emitters.ci import github
from cdgen.errors import UnsupportedError

CI_EMITTERS: tuple[Emitter, ...] = (github,)


def ci_emitter(name: str) -> Emitter:
    """The emitter of a CI system. Raises UnsupportedError for one that has none yet."""
    for emitter in CI_EMITTERS:
        if emitter.id == name:
            return emitter
    known = ", ".join(emitter.id for emitter in CI_EMITTERS)
    raise UnsupportedError(f"there are no pipelines for {name} yet", hint=f"use `ci: {known}`, in the road or as --ci")
