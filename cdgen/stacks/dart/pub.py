"""Dart with pub."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import Any

from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, Fact, Framework, Origin, Source, Version
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import Candidate
from cdgen.stacks.base import no_image as image
from cdgen.stacks.base import no_toolchain as toolchain
from cdgen.stacks.dart import code
from cdgen.stacks.endpoints import endpoint_facts
from cdgen.stacks.version_managers import managed

__all__ = ["detect", "facts", "family", "id", "image", "paved", "title", "toolchain"]

id = "pub"
family = "dart"
title = "Dart (pub)"
paved = False

MANIFEST = "pubspec.yaml"
LOCK = "pubspec.lock"
FRAMEWORKS = ("dart_frog", "serverpod", "conduit", "conduit_core", "angel3_framework", "vania", "alfred", "aqueduct", "shelf")
DRIVERS = {
    "postgres": "postgresql",
    "mysql1": "mysql",
    "mysql_client": "mysql",
    "mongo_dart": "mongodb",
    "redis": "redis",
    "dart_amqp": "rabbitmq",
    "dart_nats": "nats",
}
FROG_PORT = 8080  # of a server that Dart Frog makes, unless PORT says otherwise (https://dartfrog.vgv.dev/docs/deploy)
FOREIGN = frozenset({"build", ".dart_tool", "ephemeral"})


def detect(repo: Repo) -> Iterator[Candidate]:
    for path in repo.glob(f"**/{MANIFEST}"):
        folder = path.rpartition("/")[0]
        if FOREIGN.isdisjoint(folder.split("/")):
            locked = repo.has(f"{folder}/{LOCK}" if folder else LOCK)
            yield Candidate(id, folder or ".", Source(path), 3 if locked else 2)


def facts(scope: Scope) -> Iterator[Fact]:
    manifest = scope.yaml(MANIFEST)
    manifest = manifest if isinstance(manifest, dict) else {}
    yield from _identity(scope, manifest)
    needed = _mapping(manifest.get("dependencies"))
    if "flutter" in needed:
        place = scope.source(MANIFEST, r"^\s+flutter:")
        yield Fact(f.FRAMEWORK, Framework("flutter", None), place, Origin.MANIFEST, Confidence.DECLARED, "depends on flutter")
        yield Fact(f.KIND, "app", place, Origin.MANIFEST, Confidence.DECLARED, "runs on a device")
        yield from _commands(scope, "flutter")
        return
    files = code.files(scope)
    imported = frozenset(name for file in files for name in file.imports)
    yield from _libraries(scope, needed, imported)
    served = tuple(code.ports(scope, files))
    yield from served or _by_default(scope, needed, imported)
    yield from code.environment(scope, files)
    routes = tuple(code.routes(scope, files))
    yield from (*routes, *endpoint_facts(routes))
    yield from _kind(scope, manifest, served, imported)
    yield from _commands(scope, "dart")


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _identity(scope: Scope, manifest: dict[str, Any]) -> Iterator[Fact]:
    place = scope.source(MANIFEST)
    yield Fact(f.LANGUAGE, "dart", place, Origin.MANIFEST, Confidence.DECLARED, MANIFEST)
    yield Fact(f.BUILD_TOOL, "pub", place, Origin.MANIFEST, Confidence.DECLARED, MANIFEST)
    if scope.has(LOCK):
        yield Fact(f.BUILD_TOOL, "pub", scope.source(LOCK), Origin.LOCKFILE, Confidence.DECLARED, LOCK)
    sdk = _mapping(manifest.get("environment")).get("sdk")
    if isinstance(sdk, str) and compiled(r"\d").search(sdk):
        where = scope.source(MANIFEST, r"^\s+sdk:")
        yield Fact(f.LANGUAGE_VERSION, Version(sdk), where, Origin.MANIFEST, Confidence.DECLARED, "sdk of pubspec.yaml")
    for version, named in managed(scope, "dart"):
        yield Fact(f.LANGUAGE_VERSION, Version(version), named, Origin.VERSION_FILE, Confidence.DECLARED, named.path)
    if isinstance(manifest.get("name"), str):
        where = scope.source(MANIFEST, r"^name:")
        yield Fact(f.SERVICE_NAME, manifest["name"], where, Origin.MANIFEST, Confidence.INFERRED, "name of pubspec.yaml")
    needed = _mapping(manifest.get("dependencies"))
    yield Fact(f.DEPENDENCIES, len(needed), place, Origin.MANIFEST, Confidence.DECLARED, "dependencies of pubspec.yaml")
    for name, value in needed.items():
        below = _mapping(value).get("path")
        folder = normpath(f"{scope.directory}/{below}") if isinstance(below, str) else ""
        if folder and scope.repo.has(f"{folder}/{MANIFEST}"):
            where = scope.source(MANIFEST, rf"^\s+{name}:")
            yield Fact(f.DEPENDS_ON, folder, where, Origin.MANIFEST, Confidence.DECLARED, f"depends on {name}")


def _libraries(scope: Scope, needed: dict[str, Any], imported: frozenset[str]) -> Iterator[Fact]:
    name = next((each for each in FRAMEWORKS if each in needed and each in imported), None)
    if name:
        asked = needed[name] if isinstance(needed[name], str) else None
        place = scope.source(MANIFEST, rf"^\s+{name}:")
        yield Fact(f.FRAMEWORK, Framework(name, asked), place, Origin.MANIFEST, Confidence.DECLARED, f"depends on {name}")
    for package, kind in DRIVERS.items():
        if package in needed:
            sure = Confidence.INFERRED if package in imported else Confidence.DEFAULT
            place = scope.source(MANIFEST, rf"^\s+{package}:")
            yield Fact(f.BACKING, BackingService(kind), place, Origin.MANIFEST, sure, f"depends on {package}")


def _by_default(scope: Scope, needed: dict[str, Any], imported: frozenset[str]) -> Iterator[Fact]:
    """Servers that a framework starts itself."""
    place = scope.source(MANIFEST, r"^\s+(?:dart_frog|serverpod):")
    if "dart_frog" in needed and "dart_frog" in imported:
        yield Fact(f.PROTOCOL, "http", place, Origin.MANIFEST, Confidence.INFERRED, "Dart Frog")
        yield Fact(f.PORT, FROG_PORT, place, Origin.DEFAULT, Confidence.DEFAULT, "default of Dart Frog")
    elif "shelf" in needed and "shelf" in imported and scope.glob("bin/*.dart"):
        place = scope.source(MANIFEST, r"^\s+shelf:")
        yield Fact(f.PROTOCOL, "http", place, Origin.MANIFEST, Confidence.INFERRED, "a program with shelf")
    elif "serverpod" in needed and "serverpod" in imported:
        yield Fact(f.PROTOCOL, "http", place, Origin.MANIFEST, Confidence.INFERRED, "Serverpod")
        for name in ("production", "development"):
            port = _mapping(_mapping(scope.yaml(f"config/{name}.yaml")).get("apiServer")).get("port")
            if isinstance(port, int):
                where = scope.source(f"config/{name}.yaml", r"^\s+port:")
                yield Fact(f.PORT, port, where, Origin.CONFIG, Confidence.INFERRED, f"apiServer of {name}.yaml")
                return


def _kind(scope: Scope, manifest: dict[str, Any], served: tuple[Fact, ...], imported: frozenset[str]) -> Iterator[Fact]:
    if served:
        yield Fact(f.KIND, "service", served[0].source, Origin.CODE, Confidence.INFERRED, "it listens")
    elif not imported.isdisjoint({"dart_frog", "serverpod"}):
        pass  # it serves by its framework
    elif manifest.get("executables") or "args" in imported:
        place = scope.source(MANIFEST, r"^executables:")
        yield Fact(f.KIND, "cli", place, Origin.MANIFEST, Confidence.INFERRED, "reads its command line and does not listen")
    elif not scope.glob("bin/*.dart") and scope.glob("lib/**/*.dart"):
        yield Fact(f.KIND, "library", scope.source(MANIFEST), Origin.LAYOUT, Confidence.INFERRED, "no program in bin")


def _commands(scope: Scope, tool: str) -> Iterator[Fact]:
    place, origin = (scope.source(LOCK), Origin.LOCKFILE) if scope.has(LOCK) else (scope.source(MANIFEST), Origin.MANIFEST)
    exact = " --enforce-lockfile" if scope.has(LOCK) else ""
    yield Fact(f.INSTALL, f"{tool} pub get{exact}", place, origin, Confidence.INFERRED, "pub")
    if scope.has("analysis_options.yaml"):
        where = scope.source("analysis_options.yaml")
        yield Fact(f.LINT, f"{tool} analyze", where, Origin.CONFIG, Confidence.INFERRED, "analysis_options.yaml")
    tests = scope.glob("test/**/*_test.dart")
    if tests:
        where = scope.source(tests[0])
        yield Fact(f.TEST, f"{tool} test", where, Origin.LAYOUT, Confidence.INFERRED, f"{len(tests)} test files")
        yield Fact(f.TEST_RUNNER, f"{tool} test", where, Origin.LAYOUT, Confidence.INFERRED, f"{len(tests)} test files")
    programs = scope.glob("bin/*.dart")
    if tool == "dart" and len(programs) == 1:
        where, program = scope.source(programs[0]), programs[0].removesuffix(".dart")
        yield Fact(
            f.BUILD, f"dart compile exe {program}.dart -o {program}", where, Origin.LAYOUT, Confidence.INFERRED, "the program"
        )
        yield Fact(f.START, f"dart run {program}.dart", where, Origin.LAYOUT, Confidence.INFERRED, "the program")
