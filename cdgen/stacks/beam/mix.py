"""Elixir with mix: one application, or an umbrella of several."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service, Toolchain
from cdgen.repo import Repo, Scope
from cdgen.road.pins import Pins
from cdgen.stacks.base import Candidate
from cdgen.stacks.beam import calls, commands, environment, kind, libraries, listen, routes, versions
from cdgen.stacks.beam.code import Code, code_of, members
from cdgen.stacks.beam.image import problem, recipe
from cdgen.stacks.beam.project import MANIFEST, Project, read
from cdgen.stacks.beam.toolchain import resolve

id = "mix"
family = "beam"
title = "Elixir (mix)"
paved = True

# folders whose projects are packages that were fetched, or made up for a test
FOREIGN = frozenset({"deps", "_build", "fixtures", "priv", "templates", "installer"})


def detect(repo: Repo) -> Iterator[Candidate]:
    """Every folder with a mix.exs. An umbrella joins its apps, unless releases of its own put them together."""
    for path in repo.files:
        folder, _, name = path.rpartition("/")
        if name != MANIFEST or not FOREIGN.isdisjoint(folder.split("/")):
            continue
        place = folder or "."
        project = read(repo, place)
        joins = project is not None and project.apps_path is not None and not _is_whole(repo, project)
        locked = repo.has(f"{folder}/mix.lock" if folder else "mix.lock")
        yield Candidate(id, place, Source(path), 3 if locked else 2, root_only=joins)


def _is_whole(repo: Repo, project: Project) -> bool:
    """Whether an umbrella is shipped as one."""
    return bool(project.releases) or repo.has(project.inside("Dockerfile")) or repo.has(project.inside("Procfile"))


def facts(scope: Scope) -> Iterator[Fact]:
    manifest = Source(scope.path(MANIFEST))
    yield Fact(f.LANGUAGE, "elixir", manifest, Origin.MANIFEST, Confidence.DECLARED, MANIFEST)
    yield Fact(f.BUILD_TOOL, "mix", manifest, Origin.MANIFEST, Confidence.DECLARED, MANIFEST)
    code = code_of(scope)
    if code is None:
        return
    yield from _identity(code)
    yield from versions.facts(code)
    yield from libraries.facts(code)
    yield from environment.facts(code)
    yield from routes.facts(code)
    found = () if kind.is_library(code) else listen.listeners(code)
    yield from listen.facts(code, found)
    yield from _kind(code, found)
    yield from commands.facts(code, found)
    yield from calls.facts(code)
    reason = problem(code)
    if reason:
        yield Fact(f.NO_IMAGE, reason[0], reason[1], Origin.MANIFEST, Confidence.DECLARED, "no image")


def _kind(code: Code, found: tuple[listen.Listener, ...]) -> Iterator[Fact]:
    """An app of an umbrella that is shipped as a whole is a part of that, whatever it does."""
    if code.umbrella and _is_whole(code.repo, code.umbrella):
        place = Source(code.umbrella.path)
        yield Fact(
            f.KIND, "library", place, Origin.MANIFEST, Confidence.DECLARED, "a part of the umbrella, which is shipped as one"
        )
    else:
        yield from kind.facts(code, found)


def _identity(code: Code) -> Iterator[Fact]:
    project = code.project
    lock = code.lock()
    if lock:
        yield Fact(f.BUILD_TOOL, "mix", Source(lock), Origin.LOCKFILE, Confidence.DECLARED, "mix.lock")
    if project.app:
        yield Fact(f.SERVICE_NAME, project.app, project.source("app"), Origin.MANIFEST, Confidence.INFERRED, "app of mix.exs")
    running = [each for each in libraries.dependencies(code) if each.kind in ("hex", "git") and each.runs]
    yield Fact(f.DEPENDENCIES, len(running), Source(project.path), Origin.MANIFEST, Confidence.DECLARED, "deps of mix.exs")
    for each in project.dependencies:
        if each.folder and code.repo.has(f"{each.folder}/{MANIFEST}"):
            yield Fact(f.DEPENDS_ON, each.folder, each.source, Origin.MANIFEST, Confidence.DECLARED, f"depends on {each.name}")
    for member in members(code):
        yield Fact(f.DEPENDS_ON, member.folder, Source(member.path), Origin.MANIFEST, Confidence.DECLARED, "an app of the umbrella")


def toolchain(service: Service, pins: Pins) -> Toolchain:
    return resolve(service, pins)


def image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:
    code = code_of(scope)
    return recipe(service, code, road, pins) if code and problem(code) is None else None
