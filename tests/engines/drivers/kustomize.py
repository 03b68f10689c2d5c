"""kustomize: builds an overlay; a deprecated field only warns, so a word on standard error is an error here."""

from __future__ import annotations

from pathlib import Path

from tests.engines.drivers.manifests import objects
from tests.engines.drivers.program import CheckerError, run


def build(folder: Path) -> str:
    """The rendered manifests of `folder`, at least one object."""
    ran = run("kustomize", "build", folder)
    if ran.code or ran.err.strip():
        raise CheckerError(ran.last_words)
    objects(ran.out)
    return ran.out
