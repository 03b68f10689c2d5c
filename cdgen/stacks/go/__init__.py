"""Go modules. What came before modules (dep, glide, gvt, godep) is recognised and refused: current Go builds none of it."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.detectors.dockerfile import places
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source, Version
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service, Toolchain
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins
from cdgen.stacks.base import Candidate
from cdgen.stacks.go import clients, commands, endpoints, environment, kind, libraries, listen, relations, routes, settings
from cdgen.stacks.go.claims import claims
from cdgen.stacks.go.image import recipe
from cdgen.stacks.go.module import Module, dead_tool, module_of
from cdgen.stacks.go.packages import Sources, as_program, choose_main, contenders
from cdgen.stacks.go.toolchain import resolve
from cdgen.stacks.go.trees import Trees
from cdgen.stacks.version_managers import managed

id = "go"
family = "go"
title = "Go modules"
paved = True


def detect(repo: Repo) -> Iterator[Candidate]:
    """Every folder with a go.mod; programs inside a module where several images are made of it; sources without a module last."""
    yield from claims(repo)


def facts(scope: Scope) -> Iterator[Fact]:
    module = module_of(scope)
    sources = Sources(scope.repo, module, scope)
    yield from _identity(scope, module, sources)
    folder, mains = main_package(scope, sources)
    program = sources.program(folder) if folder is not None else None
    seen = program or as_program("", sources.everything())
    yield from libraries.facts(seen, module, sources)
    yield from environment.facts(seen)
    trees = Trees(scope.repo, seen)
    answered = routes.routes(trees)
    yield from routes.facts(answered)
    yield from endpoints.facts(answered, trees)
    yield from clients.facts(trees)
    yield from relations.facts(sources, module, seen)
    known = settings.ports(scope.repo, module, "".join(file.text for file in seen.files))
    found = listen.listeners(seen, known)
    first = answered[0].source if answered else None
    yield from listen.facts(seen, found, first) if mains else ()
    yield from kind.facts(seen, found, mains, scope, first)
    yield from commands.facts(sources, module, program, [folder] if folder is not None else contenders(mains, scope.directory))


def main_package(scope: Scope, sources: Sources, start: str | None = None) -> tuple[str | None, tuple[str, ...]]:
    """(folder of the service's program, all main packages). None when several programs have an equal claim.

    `start` is the settled start command: its last path element names the program.
    """
    mains = sources.mains(scope.directory)
    folder = choose_main(sources, mains, scope.directory, "".join(scope.repo.text(path) or "" for path, _ in places(scope)))
    rivals = contenders(mains, scope.directory) if folder is None else []
    if folder is None and start:
        name = start.split()[0].rpartition("/")[2]
        folder = next((main for main in rivals if commands.binary(sources.module, main) == name), None)
    return folder if folder is not None else _only_server(sources, rivals, mains), mains


def _only_server(sources: Sources, rivals: list[str], mains: tuple[str, ...]) -> str | None:
    """The one program that runs on; the others end by themselves, or say nothing about it."""
    kinds = {main: kind.of(sources.program(main), mains, sources.scope) for main in rivals}
    running = [main for main, what in kinds.items() if what in ("service", "worker")]
    return running[0] if len(running) == 1 else None


def _identity(scope: Scope, module: Module, sources: Sources) -> Iterator[Fact]:
    if module.file is not None:
        manifest = Source(module.file)
        yield Fact(f.LANGUAGE, "go", manifest, Origin.MANIFEST, Confidence.DECLARED, "go.mod")
        yield Fact(f.BUILD_TOOL, "go", manifest, Origin.MANIFEST, Confidence.DECLARED, "go.mod")
        lock = module.inside("go.sum")
        if scope.repo.has(lock):
            yield Fact(f.BUILD_TOOL, "go", Source(lock), Origin.LOCKFILE, Confidence.DECLARED, "go.sum")
        yield from _versions(module)
        for text, place in managed(scope, "golang", "go"):
            yield Fact(f.LANGUAGE_VERSION, Version(text), place, Origin.VERSION_FILE, Confidence.INFERRED, place.path)
        if module.name:
            yield Fact(f.SERVICE_NAME, module.name, manifest, Origin.MANIFEST, Confidence.INFERRED, "module path")
        return
    first = next(iter(sources.folders.values()), [scope.path("main.go")])[0]
    yield Fact(f.LANGUAGE, "go", Source(first), Origin.LAYOUT, Confidence.DECLARED, "Go sources")
    dead = dead_tool(scope)
    if dead:
        tool, place = dead
        yield Fact(f.BUILD_TOOL, tool, place, Origin.MANIFEST, Confidence.DECLARED, place.path)
        reason = f"dependencies are managed by {tool}, which current Go does not read; run `go mod init` and `go mod tidy` once"
        yield Fact(f.UNSUPPORTED, reason, place, Origin.MANIFEST, Confidence.DECLARED, tool)
        return
    yield Fact(f.BUILD_TOOL, "go", Source(first), Origin.LAYOUT, Confidence.INFERRED, "Go sources without go.mod")
    reason = "there is no go.mod, and current Go builds nothing without one; run `go mod init` and `go mod tidy` once"
    yield Fact(f.UNSUPPORTED, reason, Source(first), Origin.LAYOUT, Confidence.DECLARED, "no go.mod")


def _versions(module: Module) -> Iterator[Fact]:
    """The `go` line is the language; the `toolchain` line only the program that compiles it."""
    if module.file and module.version:
        text, line = module.version
        yield Fact(
            f.LANGUAGE_VERSION, Version(text), Source(module.file, line), Origin.MANIFEST, Confidence.DECLARED, "go line of go.mod"
        )
    if module.file and module.toolchain and compiled(r"\d").match(module.toolchain[0]):
        text, line = module.toolchain
        place = Source(module.file, line)
        yield Fact(f.BUILD_TOOL_VERSION, text, place, Origin.MANIFEST, Confidence.DECLARED, "toolchain line of go.mod")


def toolchain(service: Service, pins: Pins) -> Toolchain:
    return resolve(service, pins)


def image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:
    module = module_of(scope)
    sources = Sources(scope.repo, module, scope)
    folder, _ = main_package(scope, sources, service.commands.start)
    return recipe(service, sources, sources.program(folder), road, pins) if folder is not None else None
