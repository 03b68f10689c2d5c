"""An existing pre-commit configuration: cdgen adds its own entry to it."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Fact, Origin, Source
from cdgen.repo import Scope

FILE = ".pre-commit-config.yaml"


def detect(scope: Scope) -> Iterator[Fact]:
    if scope.repo.has(FILE):
        yield Fact(f.PRE_COMMIT, FILE, Source(FILE), Origin.CONFIG)
