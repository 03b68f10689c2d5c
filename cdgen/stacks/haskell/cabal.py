"""Haskell with cabal."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source, Version
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import Candidate
from cdgen.stacks.base import no_image as image
from cdgen.stacks.base import no_toolchain as toolchain
from cdgen.stacks.haskell import base
from cdgen.stacks.haskell.stack import manifest_of

__all__ = ["detect", "facts", "family", "id", "image", "paved", "title", "toolchain"]

id = "cabal"
family = "haskell"
title = "Haskell (cabal)"
paved = False

PROJECT = "cabal.project"
FREEZE = "cabal.project.freeze"


def detect(repo: Repo) -> Iterator[Candidate]:
    """Packages that no stack.yaml builds; with both, the files of cabal decide only when they fix versions."""
    for folder, path in base.folders(repo).items():
        project = _project(repo, folder)
        if manifest_of(repo, folder) is None or (project and repo.has(f"{project}.freeze")):
            yield Candidate(id, folder, repo.source(project or path), 3 if project else 2)


def _project(repo: Repo, folder: str) -> str | None:
    parts = [] if folder == "." else folder.split("/")
    paths = ("/".join([*parts[:depth], PROJECT]) for depth in range(len(parts), -1, -1))
    return next((path for path in paths if repo.has(path)), None)


def facts(scope: Scope) -> Iterator[Fact]:
    yield from base.facts(scope, "cabal")
    project = _project(scope.repo, scope.directory)
    place = Source(project) if project else scope.source(next(iter(scope.glob("*.cabal")), "package.yaml"))
    yield Fact(f.BUILD_TOOL, "cabal", place, Origin.MANIFEST, Confidence.DECLARED, place.path)
    for number, row in enumerate(scope.repo.lines(project) if project else (), 1):
        ghc = compiled(r"^with-compiler:\s*(?:\S*/)?ghc-(\d+(?:\.\d+)+)\s*$").match(row)
        if ghc and project:
            where = Source(project, number)
            yield Fact(
                f.LANGUAGE_VERSION, Version(ghc.group(1)), where, Origin.MANIFEST, Confidence.DECLARED, "compiler of cabal.project"
            )
    yield from base.commands(
        scope, place, "cabal build --only-dependencies --enable-tests all", "cabal build", "cabal test", "cabal run"
    )
