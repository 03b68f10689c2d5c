"""Haskell with stack."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Version
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import Candidate
from cdgen.stacks.base import no_image as image
from cdgen.stacks.base import no_toolchain as toolchain
from cdgen.stacks.haskell import base

__all__ = ["detect", "facts", "family", "id", "image", "paved", "title", "toolchain"]

id = "stack"
family = "haskell"
title = "Haskell (stack)"
paved = False

MANIFEST = "stack.yaml"


def manifest_of(repo: Repo, folder: str) -> str | None:
    """The nearest stack.yaml at or above a folder."""
    parts = [] if folder == "." else folder.split("/")
    for depth in range(len(parts), -1, -1):
        path = "/".join([*parts[:depth], MANIFEST])
        if repo.has(path):
            return path
    return None


def detect(repo: Repo) -> Iterator[Candidate]:
    """Packages at or below a stack.yaml; one that joins packages of other folders is none itself."""
    packages = base.folders(repo)
    for folder in packages:
        manifest = manifest_of(repo, folder)
        if manifest:
            yield Candidate(id, folder, repo.source(manifest), 3)
    for path in repo.glob(f"**/{MANIFEST}"):
        folder = path.rpartition("/")[0] or "."
        if folder not in packages and base.mapping(repo, path):
            yield Candidate(id, folder, repo.source(path), 2, root_only=True)


def facts(scope: Scope) -> Iterator[Fact]:
    manifest = manifest_of(scope.repo, scope.directory)
    yield from base.facts(scope, "stack")
    if manifest is None:
        return
    place = scope.repo.source(manifest)
    yield Fact(f.BUILD_TOOL, "stack", place, Origin.MANIFEST, Confidence.DECLARED, MANIFEST)
    data = base.mapping(scope.repo, manifest)
    asked = data.get("compiler") or data.get("resolver") or data.get("snapshot")
    ghc = compiled(r"^ghc-(\d+(?:\.\d+)+)$").match(str(asked)) if asked else None
    if ghc:
        where = scope.repo.source(manifest, r"^(?:resolver|snapshot|compiler):")
        yield Fact(f.LANGUAGE_VERSION, Version(ghc.group(1)), where, Origin.MANIFEST, Confidence.DECLARED, "compiler of stack.yaml")
    yield from base.commands(scope, place, "stack build --test --only-dependencies", "stack build", "stack test", "stack exec")
