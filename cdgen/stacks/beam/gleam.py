"""Gleam."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import Any

from cdgen.errors import InputError
from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, Fact, Framework, Origin, Route, Source, Version
from cdgen.repo import Repo, Scope
from cdgen.repo.variables import variable
from cdgen.stacks.base import Candidate
from cdgen.stacks.base import no_image as image
from cdgen.stacks.base import no_toolchain as toolchain
from cdgen.stacks.endpoints import endpoint_facts
from cdgen.stacks.tokens import Token, at, inside, tokens
from cdgen.stacks.version_managers import managed

__all__ = ["detect", "facts", "family", "id", "image", "paved", "title", "toolchain"]

id = "gleam"
family = "beam"
title = "Gleam"
paved = False

MANIFEST = "gleam.toml"
LOCK = "manifest.toml"
LANGUAGE = (
    r"(?P<skip>\s+|//[^\n]*)|(?P<string>\"(?s:(?:\\.|[^\"\\])*)\")|(?P<number>\d[\w.]*)|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<mark>->|<-|\|>|\.\.|<>|<<|>>|[^\s\w])"
)
FRAMEWORKS = ("wisp", "mist", "lustre", "ewe")
DRIVERS = {
    "pog": "postgresql",
    "gleam_pgo": "postgresql",
    "radish": "redis",
    "valkyrie": "redis",
    "mungo": "mongodb",
    "carotte": "rabbitmq",
}
MIST_PORT = 4000  # of mist, when it is told none (https://hexdocs.pm/mist)


def detect(repo: Repo) -> Iterator[Candidate]:
    for path in repo.glob(f"**/{MANIFEST}"):
        folder = path.rpartition("/")[0]
        if "build" not in folder.split("/"):
            locked = repo.has(f"{folder}/{LOCK}" if folder else LOCK)
            yield Candidate(id, folder or ".", Source(path), 3 if locked else 2)


def facts(scope: Scope) -> Iterator[Fact]:
    manifest = scope.toml(MANIFEST)
    if not isinstance(manifest, dict):
        return
    name = str(manifest.get("name") or "")
    needed = manifest.get("dependencies")
    needed = needed if isinstance(needed, dict) else {}
    yield from _identity(scope, manifest, name, needed)
    files = {path: tokens(scope.text(path) or "", LANGUAGE) for path in scope.glob("src/**/*.gleam")}
    yield from _libraries(scope, needed, files)
    served = tuple(_listeners(scope, files))
    yield from served
    yield from _environment(scope, files)
    routes = tuple(_routes(scope, files))
    yield from (*routes, *endpoint_facts(routes))
    program = files.get(f"src/{name}.gleam")
    starts = program is not None and any(at(program, place, "pub", "fn", "main") for place in range(len(program)))
    if served and starts:
        yield Fact(f.KIND, "service", served[0].source, Origin.CODE, Confidence.INFERRED, "it listens")
    elif not starts:
        yield Fact(f.KIND, "library", scope.source(MANIFEST), Origin.LAYOUT, Confidence.INFERRED, "no main function")
    yield from _commands(scope, name if starts else "")


def _identity(scope: Scope, manifest: dict[str, Any], name: str, needed: dict[str, Any]) -> Iterator[Fact]:
    place = scope.source(MANIFEST)
    yield Fact(f.LANGUAGE, "gleam", place, Origin.MANIFEST, Confidence.DECLARED, MANIFEST)
    yield Fact(f.BUILD_TOOL, "gleam", place, Origin.MANIFEST, Confidence.DECLARED, MANIFEST)
    if name:
        yield Fact(f.SERVICE_NAME, name, place, Origin.MANIFEST, Confidence.INFERRED, "name of gleam.toml")
    if isinstance(manifest.get("gleam"), str):
        where = scope.source(MANIFEST, r"^gleam\s*=")
        yield Fact(
            f.LANGUAGE_VERSION, Version(manifest["gleam"]), where, Origin.MANIFEST, Confidence.DECLARED, "gleam of gleam.toml"
        )
    for version, named in managed(scope, "gleam"):
        yield Fact(f.LANGUAGE_VERSION, Version(version), named, Origin.VERSION_FILE, Confidence.DECLARED, named.path)
    yield Fact(f.DEPENDENCIES, len(needed), place, Origin.MANIFEST, Confidence.DECLARED, "dependencies of gleam.toml")
    for package, value in needed.items():
        below = value.get("path") if isinstance(value, dict) else None
        folder = normpath(f"{scope.directory}/{below}") if isinstance(below, str) else ""
        if folder and scope.repo.has(f"{folder}/{MANIFEST}"):
            where = scope.source(MANIFEST, rf"^{package}\s*=")
            yield Fact(f.DEPENDS_ON, folder, where, Origin.MANIFEST, Confidence.DECLARED, f"depends on {package}")


def _libraries(scope: Scope, needed: dict[str, Any], files: dict[str, tuple[Token, ...]]) -> Iterator[Fact]:
    imported = {
        found[place + 1].text for found in files.values() for place in range(len(found) - 1) if found[place].text == "import"
    }
    name = next((each for each in FRAMEWORKS if each in needed and each in imported), None)
    if name:
        asked = needed[name] if isinstance(needed[name], str) else None
        where = scope.source(MANIFEST, rf"^{name}\s*=")
        yield Fact(f.FRAMEWORK, Framework(name, asked or _locked(scope, name)), where, Origin.MANIFEST, note=f"depends on {name}")
    for package, kind in DRIVERS.items():
        if package in needed:
            sure = Confidence.INFERRED if package in imported else Confidence.DEFAULT
            where = scope.source(MANIFEST, rf"^{package}\s*=")
            yield Fact(f.BACKING, BackingService(kind), where, Origin.MANIFEST, sure, f"depends on {package}")


def _locked(scope: Scope, name: str) -> str | None:
    try:
        packages = (scope.toml(LOCK) or {}).get("packages") or ()
    except InputError:
        return None
    return next((str(each["version"]) for each in packages if isinstance(each, dict) and each.get("name") == name), None)


def _listeners(scope: Scope, files: dict[str, tuple[Token, ...]]) -> Iterator[Fact]:
    """`mist.new |> mist.port(8000) |> mist.start`."""
    for path, found in files.items():
        for place, token in enumerate(found):
            started = at(found, place, "mist", ".") and place + 2 < len(found) and found[place + 2].text.startswith("start")
            if started:
                where = scope.line(path, token.line)
                yield Fact(f.PROTOCOL, "http", where, Origin.CODE, Confidence.INFERRED, "starts mist")
                if not any(at(found, other, "mist", ".", "port") for other in range(len(found))):
                    yield Fact(f.PORT, MIST_PORT, where, Origin.DEFAULT, Confidence.DEFAULT, "default of mist")
            elif at(found, place, "mist", ".", "port", "("):
                given = inside(found, place + 3)
                if len(given) == 1 and given[0].kind == "number":
                    where = scope.line(path, token.line)
                    yield Fact(f.PORT, int(given[0].text.replace("_", "")), where, Origin.CODE, Confidence.DECLARED, "port of mist")


def _environment(scope: Scope, files: dict[str, tuple[Token, ...]]) -> Iterator[Fact]:
    """`envoy.get("PORT")`."""
    for path, found in files.items():
        for place, token in enumerate(found):
            if at(found, place, "envoy", ".", "get", "(") and found[place + 4 : place + 5] and found[place + 4].kind == "string":
                value = variable(found[place + 4].text.strip('"'))
                where = scope.line(path, token.line)
                yield Fact(f.ENV, value, where, Origin.CODE, Confidence.DECLARED, f"reads {value.name}")


def _routes(scope: Scope, files: dict[str, tuple[Token, ...]]) -> Iterator[Fact]:
    """wisp: the branches of `case wisp.path_segments(request) { ["users", id] -> ... }`."""
    for path, found in files.items():
        for place in range(len(found)):
            if not at(found, place, "path_segments", "("):
                continue
            block = next((n for n in range(place, min(place + 12, len(found))) if found[n].text == "{"), None)
            body = inside(found, block) if block is not None else ()
            for route, line in _branches(body):
                where = scope.line(path, line)
                yield Fact(f.ROUTE, Route("*", route), where, Origin.CODE, Confidence.DECLARED, f"routes {route}")


def _branches(body: tuple[Token, ...]) -> Iterator[tuple[str, int]]:
    depth = 0
    for place, token in enumerate(body):
        if depth == 0 and token.text == "[":
            parts = inside(body, place)
            after = body[place + len(parts) + 2 : place + len(parts) + 3]
            if after and after[0].text in ("->", "|", "if", ",") and not any(part.text == ".." for part in parts):
                words = [part.text.strip('"') if part.kind == "string" else f":{part.text}" for part in parts if part.text != ","]
                yield "/" + "/".join(words), token.line
        if token.kind == "mark":
            depth += (token.text in "{([") - (token.text in "})]")


def _commands(scope: Scope, name: str) -> Iterator[Fact]:
    place, origin = (scope.source(LOCK), Origin.LOCKFILE) if scope.has(LOCK) else (scope.source(MANIFEST), Origin.MANIFEST)
    yield Fact(f.INSTALL, "gleam deps download", place, origin, Confidence.INFERRED, "gleam")
    yield Fact(f.LINT, "gleam format --check", scope.source(MANIFEST), Origin.DEFAULT, Confidence.DEFAULT, "formatter of Gleam")
    tests = scope.glob("test/**/*.gleam")
    if tests:
        yield Fact(f.TEST, "gleam test", scope.source(tests[0]), Origin.LAYOUT, Confidence.INFERRED, f"{len(tests)} test files")
        yield Fact(
            f.TEST_RUNNER, "gleeunit", scope.source(tests[0]), Origin.LAYOUT, Confidence.INFERRED, f"{len(tests)} test files"
        )
    yield Fact(f.BUILD, "gleam build", scope.source(MANIFEST), Origin.MANIFEST, Confidence.INFERRED, MANIFEST)
    if name:
        yield Fact(
            f.START, "gleam run", scope.source(f"src/{name}.gleam"), Origin.LAYOUT, Confidence.INFERRED, "main of the project"
        )
