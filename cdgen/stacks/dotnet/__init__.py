""".NET projects of the SDK in C# and F#, alone or in solutions. Projects for the .NET Framework are recognised and refused: they
run on Windows only."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.detectors.dockerfile import image_at, places
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service, Toolchain
from cdgen.repo import Repo, Scope
from cdgen.road.pins import Pins
from cdgen.stacks.base import Candidate
from cdgen.stacks.dotnet import clients, commands, drivers, environment, kinds, ports, protocol, routes, solution, versions
from cdgen.stacks.dotnet import image as images
from cdgen.stacks.dotnet.code import Code
from cdgen.stacks.dotnet.project import Project, closure, is_development_host, is_test, own_project, project_files
from cdgen.stacks.dotnet.settings import Settings
from cdgen.stacks.dotnet.solution import SOLUTIONS
from cdgen.stacks.dotnet.toolchain import resolve

id = "dotnet"
family = "dotnet"
title = ".NET SDK"
paved = True


def detect(repo: Repo) -> Iterator[Candidate]:
    """Every folder with a project; one with nothing but a solution joins others, or is that of the one program it lists."""
    folders: set[str] = set()
    taken = {}
    for path in repo.glob(SOLUTIONS):
        only = solution.only_program(repo, path)
        if only is not None:
            taken[only.folder] = Candidate(id, path.rpartition("/")[0] or ".", Source(path), 2)
    for path in project_files(repo):
        folder = path.rpartition("/")[0] or "."
        claim = taken.get(folder) or Candidate(id, folder, Source(path), 2)
        if claim.directory not in folders:
            folders.add(claim.directory)
            yield claim
    for path in repo.glob(SOLUTIONS):
        folder = path.rpartition("/")[0] or "."
        if folder not in folders and solution.members(repo, path):
            folders.add(folder)
            yield Candidate(id, folder, Source(path), 2, root_only=True)


def facts(scope: Scope) -> Iterator[Fact]:
    """All of one project; its code is read together with that of the projects it is built with."""
    own = _own(scope)
    if own is None:
        yield from solution.facts(scope)
    else:
        yield from _facts(scope, own)


def _own(scope: Scope) -> Project | None:
    """The project in the folder, or the one program of its solution."""
    listed = (solution.only_program(scope.repo, scope.path(path)) for path in scope.glob("*.{sln,slnx}"))
    return own_project(scope) or next(filter(None, listed), None)


def _facts(scope: Scope, own: Project) -> Iterator[Fact]:
    projects = closure(scope.repo, own)
    yield from versions.facts(scope, own)
    yield from kinds.framework(own)
    yield from commands.facts(scope, own)
    yield from _sizes(own, projects)
    code, settings = Code(scope.repo, projects), Settings(scope.repo, own.folder)
    served: Source | None = None
    if kinds.runs(own) and not is_test(own) and not is_development_host(own):
        found = tuple(protocol.facts(own, code, settings))
        served = next((fact.source for fact in found), None)
        yield from found
        if kinds.is_web(own) or served:
            yield from routes.facts(code)
        yield from ports.facts(code, settings, kestrel=kinds.is_web(own))
        yield from _image_ports(scope, own)
        yield from drivers.facts(code, projects, scope.repo)
        yield from environment.facts(code, settings)
        yield from clients.facts(code, settings, scope.repo, own.folder)
        yield from _no_image(own, projects, scope.repo)
    yield from kinds.kind(own, code, scope.repo, drivers.used_kinds(code, projects) if served is None else frozenset(), served)


def _image_ports(scope: Scope, own: Project) -> Iterator[Fact]:
    """The image is built from a Dockerfile beside the project, or from one above that publishes it."""
    near = next((path for path, _ in places(scope)), None)
    path = near or ports.dockerfile_above(scope, own)
    if path:
        yield from ports.image_facts(scope.repo, path, serves=kinds.is_web(own))
        if not near:
            yield from image_at(path, scope, Confidence.INFERRED)
    elif kinds.is_web(own) and own.targets:
        yield ports.default_fact(own)


def _sizes(own: Project, projects: tuple[Project, ...]) -> Iterator[Fact]:
    """The folders it is built with, how many packages it needs, what is generated."""
    place = Source(own.path)
    for each in projects[1:]:
        yield Fact(f.DEPENDS_ON, each.folder, place, Origin.MANIFEST, Confidence.DECLARED, "ProjectReference")
    count = len({package.name.lower() for package in own.packages if package.runtime})
    yield Fact(f.DEPENDENCIES, count, place, Origin.MANIFEST, Confidence.DECLARED, "PackageReference")
    for kind, name in (("Protobuf", "protobuf"), ("OpenApiReference", "openapi")):
        item = next((item for item in own.items if item.kind == kind), None)
        if item:
            yield Fact(f.GENERATOR, name, item.source, Origin.MANIFEST, Confidence.DECLARED, kind)


def _no_image(own: Project, projects: tuple[Project, ...], repo: Repo) -> Iterator[Fact]:
    reason = images.obstacle(own, projects, repo, Pins())
    stated = tuple(target.version for target in own.targets if target.kind == "core")
    if reason is None and stated and not images.buildable(stated, Pins()):
        reason = f"no SDK and runtime image of .NET {stated[-1]} is pinned; write a Dockerfile, or target a newer .NET"
    if reason:
        place = own.targets[-1].source if own.targets else Source(own.path)
        yield Fact(f.NO_IMAGE, reason, place, Origin.MANIFEST, Confidence.INFERRED, "image")


def toolchain(service: Service, pins: Pins) -> Toolchain:
    return resolve(service, pins)


def image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:
    own = _own(scope)
    if own is None:
        return None
    return images.recipe(service, own, closure(scope.repo, own), scope.repo, road, pins)
