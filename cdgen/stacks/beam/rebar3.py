"""Erlang with rebar3."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, Fact, Framework, Origin, Source, Version
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import Candidate
from cdgen.stacks.base import no_image as image
from cdgen.stacks.base import no_toolchain as toolchain
from cdgen.stacks.beam import erlang
from cdgen.stacks.beam.erlang import Term
from cdgen.stacks.endpoints import endpoint_facts
from cdgen.stacks.version_managers import managed

__all__ = ["detect", "facts", "family", "id", "image", "paved", "title", "toolchain"]

id = "rebar3"
family = "beam"
title = "Erlang (rebar3)"
paved = False

MANIFEST = "rebar.config"
LOCK = "rebar.lock"
FRAMEWORKS = ("nova", "cowboy", "elli", "yaws", "mochiweb", "webmachine")
DRIVERS = {
    "epgsql": "postgresql",
    "pgo": "postgresql",
    "mysql": "mysql",
    "mongodb": "mongodb",
    "eredis": "redis",
    "amqp_client": "rabbitmq",
    "brod": "kafka",
    "enats": "nats",
    "cqerl": "cassandra",
    "erlcloud": "s3",
}


def detect(repo: Repo) -> Iterator[Candidate]:
    for path in repo.glob(f"**/{MANIFEST}"):
        folder = path.rpartition("/")[0]
        above = any(repo.has(f"{place}/{MANIFEST}" if place else MANIFEST) for place in _above(folder))
        inner = {"apps", "lib", "deps", "_build", "_checkouts"} & set(folder.split("/"))
        if not (inner and above) and not {"deps", "_build", "_checkouts"} & set(folder.split("/")):
            locked = repo.has(f"{folder}/{LOCK}" if folder else LOCK)
            yield Candidate(id, folder or ".", Source(path), 3 if locked else 2)


def _above(folder: str) -> Iterator[str]:
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder


def facts(scope: Scope) -> Iterator[Fact]:
    place = scope.source(MANIFEST)
    config = {term.items[0].text: term for term in erlang.terms(scope.text(MANIFEST) or "") if len(term.items) > 1}
    yield Fact(f.LANGUAGE, "erlang", place, Origin.MANIFEST, Confidence.DECLARED, MANIFEST)
    yield Fact(f.BUILD_TOOL, "rebar3", place, Origin.MANIFEST, Confidence.DECLARED, MANIFEST)
    if scope.has(LOCK):
        yield Fact(f.BUILD_TOOL, "rebar3", scope.source(LOCK), Origin.LOCKFILE, Confidence.DECLARED, LOCK)
    yield from _versions(scope, config)
    needed = _dependencies(config)
    yield Fact(f.DEPENDENCIES, len(needed), place, Origin.MANIFEST, Confidence.DECLARED, "deps of rebar.config")
    files = erlang.files(scope)
    words = frozenset(token.text for file in files for token in file.tokens if token.kind == "atom")
    yield from _libraries(scope, needed, words)
    served = tuple(erlang.listeners(scope, files))
    yield from served
    yield from erlang.environment(scope, files)
    routes = tuple(erlang.routes(scope, files))
    yield from (*routes, *endpoint_facts(routes))
    release = _release(config)
    yield from _kind(scope, served, release)
    yield from _commands(scope, config, release)


def _versions(scope: Scope, config: dict[str, Term]) -> Iterator[Fact]:
    least = config.get("minimum_otp_vsn")
    if least and compiled(r"\d").match(least.items[1].text):
        where = scope.line(MANIFEST, least.line)
        yield Fact(f.LANGUAGE_VERSION, Version(least.items[1].text), where, Origin.MANIFEST, Confidence.DECLARED, "minimum_otp_vsn")
    for version, where in managed(scope, "erlang"):
        yield Fact(f.LANGUAGE_VERSION, Version(version), where, Origin.VERSION_FILE, Confidence.DECLARED, where.path)


def _dependencies(config: dict[str, Term]) -> dict[str, int]:
    """Package -> line."""
    listed = config["deps"].items[1].items if "deps" in config else ()
    named = ((item.items[0].text if item.items else item.text, item.line) for item in listed)
    return {name: line for name, line in named if name}


def _libraries(scope: Scope, needed: dict[str, int], words: frozenset[str]) -> Iterator[Fact]:
    name = next((each for each in FRAMEWORKS if each in needed and (each in words or each == "nova")), None)
    if name:
        where = scope.line(MANIFEST, needed[name])
        yield Fact(f.FRAMEWORK, Framework(name, None), where, Origin.MANIFEST, Confidence.DECLARED, f"depends on {name}")
    for package, kind in DRIVERS.items():
        if package in needed:
            sure = Confidence.INFERRED if package in words else Confidence.DEFAULT
            where = scope.line(MANIFEST, needed[package])
            yield Fact(f.BACKING, BackingService(kind), where, Origin.MANIFEST, sure, f"depends on {package}")


def _release(config: dict[str, Term]) -> tuple[str, int] | None:
    """The first release of `relx`."""
    relx = config.get("relx")
    for item in relx.items[1].items if relx else ():
        if item.items and item.items[0].text == "release" and len(item.items) > 1 and item.items[1].items:
            return item.items[1].items[0].text, item.line
    return None


def _kind(scope: Scope, served: tuple[Fact, ...], release: tuple[str, int] | None) -> Iterator[Fact]:
    if served:
        yield Fact(f.KIND, "service", served[0].source, Origin.CODE, Confidence.INFERRED, "it listens")
        return
    app = next(iter(scope.glob("src/*.app.src")), None)
    if app is None or release:
        return
    described = erlang.terms(scope.text(app) or "")
    options = described[0].items[2] if described and len(described[0].items) > 2 else None
    if options is not None and options.get("mod") is None:
        yield Fact(f.KIND, "library", scope.source(app), Origin.MANIFEST, Confidence.INFERRED, "starts no processes")


def _commands(scope: Scope, config: dict[str, Term], release: tuple[str, int] | None) -> Iterator[Fact]:
    place, origin = scope.source(MANIFEST), Origin.MANIFEST
    if "deps" in config:
        yield Fact(f.INSTALL, "rebar3 get-deps", place, origin, Confidence.INFERRED, "deps of rebar.config")
    suites, tests = scope.glob("{test,apps/*/test}/*_SUITE.erl"), scope.glob("{test,apps/*/test}/*_tests.erl")
    for found, command in ((suites, "rebar3 ct"), (tests, "rebar3 eunit")):
        if found:
            where = scope.source(found[0])
            yield Fact(f.TEST, command, where, Origin.LAYOUT, Confidence.INFERRED, f"{len(found)} test modules")
            runner = "common test" if found is suites else "eunit"
            yield Fact(f.TEST_RUNNER, runner, where, Origin.LAYOUT, Confidence.INFERRED, f"{len(found)} test modules")
            break
    if release:
        name, line = release
        where = scope.line(MANIFEST, line)
        yield Fact(f.BUILD, "rebar3 release", where, origin, Confidence.INFERRED, "relx of rebar.config")
        start = f"_build/default/rel/{name}/bin/{name} foreground"
        yield Fact(f.START, start, where, origin, Confidence.INFERRED, "what rebar3 release makes")
    else:
        yield Fact(f.BUILD, "rebar3 compile", place, origin, Confidence.INFERRED, MANIFEST)
