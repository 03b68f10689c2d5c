"""cargo: packages, alone or in a workspace. A workspace whose one image starts one of its programs is that service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service, Toolchain
from cdgen.repo import Repo, Scope
from cdgen.road.pins import Pins
from cdgen.stacks.base import Candidate
from cdgen.stacks.endpoints import endpoint_facts
from cdgen.stacks.rust import clients, commands, environment, frameworks, kind, libraries, listen, registries, routes, versions
from cdgen.stacks.rust.image import recipe, why_none
from cdgen.stacks.rust.manifest import NAME, Package, Target, manifest_of, package_of, place
from cdgen.stacks.rust.programs import choose, shipped
from cdgen.stacks.rust.settings import Settings
from cdgen.stacks.rust.sources import Program, program
from cdgen.stacks.rust.toolchain import resolve
from cdgen.stacks.rust.values import Values

id = "cargo"
family = "rust"
title = "cargo"
paved = True


def detect(repo: Repo) -> Iterator[Candidate]:
    """Every package; a workspace without a package of its own is a service only when one image starts one of its programs."""
    manifests = [path for path in repo.files if path == NAME or path.endswith(f"/{NAME}")]
    folders = [path.rpartition("/")[0] or "." for path in manifests]
    whole: dict[str, str] = {}
    for folder in folders:
        started = shipped(repo, folder)
        if started is not None:
            whole[started] = folder
    for folder, path in zip(folders, manifests, strict=True):
        data = manifest_of(repo, folder)
        locked = repo.has(f"{folder}/Cargo.lock" if folder != "." else "Cargo.lock")
        if data is None or ("package" in data and folder not in whole):
            yield Candidate(id, folder, Source(path), 3 if locked else 2)
        elif "workspace" in data and "package" not in data:
            yield Candidate(id, folder, Source(path), 3 if locked else 2, root_only=folder not in whole.values())


def _is_fuzz(data: Mapping[str, Any]) -> bool:
    """What cargo-fuzz writes beside a crate (https://rust-fuzz.github.io/book/cargo-fuzz.html)."""
    package = data.get("package")
    metadata = package.get("metadata") if isinstance(package, dict) else None
    return isinstance(metadata, dict) and bool(metadata.get("cargo-fuzz"))


def facts(scope: Scope) -> Iterator[Fact]:
    """Raises InputError with the line when the manifest is broken."""
    scope.toml(NAME)
    package, member = package_at(scope)
    manifest = Source(scope.path(NAME))
    yield Fact(f.LANGUAGE, "rust", manifest, Origin.MANIFEST, Confidence.DECLARED, NAME)
    yield Fact(f.BUILD_TOOL, "cargo", manifest, Origin.MANIFEST, Confidence.DECLARED, NAME)
    if package is None:
        return
    if scope.repo.has(package.lockfile):
        yield Fact(f.BUILD_TOOL, "cargo", Source(package.lockfile), Origin.LOCKFILE, Confidence.DECLARED, "Cargo.lock")
    yield Fact(f.SERVICE_NAME, package.name, manifest, Origin.MANIFEST, Confidence.INFERRED, "package name")
    yield from versions.facts(scope.repo, package)
    yield from _dependencies(scope.repo, package)
    yield from registries.facts(scope.repo, package)
    main = choose(scope, package)
    yield from commands.facts(scope.repo, package, main, member)
    if package.programs:
        yield from _program(scope, package, main)
    else:
        yield from kind.facts(program(scope.repo, package, None), (), None)


def package_at(scope: Scope) -> tuple[Package | None, str | None]:
    """(package, its name where commands must choose it): the folder's own, else the one that the workspace's image starts."""
    own = package_of(scope.repo, scope.directory)
    if own is not None:
        return own, None
    started = shipped(scope.repo, scope.directory)
    package = package_of(scope.repo, started) if started else None
    return package, package.name if package else None


def _dependencies(repo: Repo, package: Package) -> Iterator[Fact]:
    """How many packages it asks for, and which folders of the repository it is built with."""
    own = [each for each in package.dependencies if not each.kind]
    outside = {each.crate for each in own if not each.path}
    yield Fact(f.DEPENDENCIES, len(outside), Source(package.file), Origin.MANIFEST, Confidence.DECLARED, "[dependencies]")
    for each in package.dependencies:
        if each.path and each.kind != "dev" and package_of(repo, each.path) is not None:
            source = place(repo, package, each)
            yield Fact(f.DEPENDS_ON, each.path, source, Origin.MANIFEST, Confidence.DECLARED, f"path of {each.crate}")


def _program(scope: Scope, package: Package, main: Target | None) -> Iterator[Fact]:
    seen = program(scope.repo, package, main)
    values = Values(seen, Settings(scope.repo, package))
    grpc = tuple(libraries.grpc_services(seen))
    served = grpc[0].source if grpc else None
    found = listen.listeners(seen, values)
    yield from frameworks.facts(seen)
    yield from libraries.facts(seen)
    yield from environment.facts(values)
    yield from clients.facts(values)
    yield from kind.facts(seen, found, served)
    if kind.serves(seen, found, served):
        yield from grpc
        yield from listen.facts(seen, found, values, served)
        yield from _endpoints(seen)
    reason = why_none(scope.repo, package, main, seen)
    if reason:
        yield Fact(f.NO_IMAGE, reason, Source(package.file), Origin.MANIFEST, Confidence.DECLARED, reason)


def _endpoints(seen: Program) -> Iterator[Fact]:
    registered = tuple(routes.facts(seen))
    yield from registered
    yield from endpoint_facts(fact for fact in registered if routes.is_own(fact.value.path, registered))
    health = libraries.serves_grpc_health(seen)
    if health:
        yield Fact(f.GRPC_HEALTH, True, health, Origin.CODE, Confidence.DECLARED, "serves grpc.health.v1.Health")


def toolchain(service: Service, pins: Pins) -> Toolchain:
    return resolve(service, pins)


def image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:  # noqa: ARG001  (cargo takes no index by a variable)
    package, _ = package_at(scope)
    main = choose(scope, package, service.commands.start) if package else None
    if package is None or main is None:
        return None
    return recipe(service, scope.repo, program(scope.repo, package, main), main, pins)
